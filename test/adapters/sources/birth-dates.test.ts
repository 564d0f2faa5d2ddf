import { afterAll, describe, expect, it } from 'vitest'
import { createSource } from '../../../src/adapters/sources/create-source.ts'
import type { OpenSource } from '../../../src/adapters/sources/source.ts'
import { oneRoster11Files, removeTempFolders, writeFile, writeFolder, writeZip } from '../../support/roster-files.ts'
import { SKETCH } from './sketch.ts'

afterAll(removeTempFolders)

const born = async (open: OpenSource) => {
  const dates: string[] = []
  for await (const batch of open.birthDates?.() ?? []) dates.push(...batch.map(({ personKey, date }) => `${personKey} ${date}`))
  await open.close()
  return dates
}
const list = (...rows: string[]) => createSource('csv').open({ path: writeFile('list.csv', ['Adno,Forename,Surname,DOB,Year,School,Relationship,Contact ID,Parent Forename,Parent Surname,Parent DOB', ...rows].join('\n')), today: '2026-09-01' })
const row = (id: string, date: string, parent = '') => `${id},Zoë,Marsh,${date},4,Oak,Mother,c${id},Ann,Marsh,${parent}`

describe('P4: dates of birth, in a walk of their own', () => {
  it('OneRoster: birthDate of demographics, beside everything else there; a set without it has none', async () => {
    const files = { ...oneRoster11Files(SKETCH), 'demographics.csv': 'sourcedId,birthDate,sex\np1,2018-01-31,female\np2,,male\np3,soon,male\n' }
    for (const path of [writeFolder(files), writeZip(files)]) expect(await born(await createSource('oneroster-csv').open({ path, today: '2026-09-01' }))).toEqual(['p1 2018-01-31'])
    expect(await born(await createSource('oneroster-csv').open({ path: writeFolder(oneRoster11Files(SKETCH)), today: '2026-09-01' }))).toEqual([])
  })

  it('a list: the pupil’s column only, once for each pupil, its own dates saying how they stand', async () => {
    expect(await born(await list(row('1', '03/04/2016', '01/01/1980'), row('1', '03/04/2016'), row('2', '31/12/2015')))).toEqual(['pupil:1 2016-04-03', 'pupil:2 2015-12-31'])
    expect(await born(await list(row('1', '2016-04-03')))).toEqual(['pupil:1 2016-04-03'])
  })

  it('dates that can be read two ways, or contradict each other, are not guessed; no warning quotes one', async () => {
    for (const dates of [['03/04/2016', '05/06/2016'], ['31/12/2015', '12/31/2015']]) {
      const open = await list(...dates.map((date, n) => row(String(n), date)))
      expect(await born(open)).toEqual([])
      expect(JSON.stringify(open.warnings)).not.toMatch(/2015|2016/)
    }
  })
})
