import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { makeDemoTrust } from '../../../src/demo/demo-trust.ts'
import { writeMappedCsv } from '../../../src/demo/write-mapped-csv.ts'
import { writeOneRoster } from '../../../src/demo/write-oneroster.ts'
import { writeSds } from '../../../src/demo/write-sds.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { rosterServices } from '../../support/services.ts'

const trust = makeDemoTrust({ seed: 11, people: 80, year: '2026/27', today: '2026-11-02' })
const folder = mkdtempSync(join(tmpdir(), 'assent-formats-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pupil = trust.pupils.find((person) => person.yearCode === '8' && person.username !== null)
if (!pupil) throw new Error('the trust lacks a Year 8 pupil')
let serial = 0
const dir = (): string => join(folder, String(++serial))

/** The same people in every format that Assent reads, and the same with one pupil gone. */
const FORMATS: { name: string; format: string; write: (leavers: string[]) => Promise<string>; explicit: boolean }[] = [
  { name: 'OneRoster 1.1, folder', format: 'oneroster-csv', write: (leavers) => writeOneRoster(trust, dir(), { version: '1.1', leavers, order: { shuffle: ++serial } }), explicit: false },
  { name: 'OneRoster 1.2, zip', format: 'oneroster-csv', write: (leavers) => writeOneRoster(trust, dir(), { version: '1.2', zip: true, leavers, order: { shuffle: ++serial } }), explicit: true },
  { name: 'School Data Sync', format: 'sds-csv', write: (leavers) => writeSds(trust, dir(), { leavers }), explicit: true },
  { name: 'mapped CSV, Windows-1252', format: 'csv', write: (leavers) => writeMappedCsv(trust, dir(), { leavers, encoding: 'windows-1252' }), explicit: true },
]

onBothDatabases('every format', (get) => {
  for (const { name, format, write, explicit } of FORMATS) {
    it(`${name}: everybody once, again nothing, then one leaver`, async () => {
      const { db } = get()
      for (const table of ['guardian_links', 'group_memberships', 'affiliations', 'people', 'schools', 'source_rows', 'source_people', 'source_schools', 'sources', 'plans', 'plan_items']) await db.sql(table).del()
      const { roster } = rosterServices(db)
      const sync = (path: string) => roster.sync({ name: 'feed', format, path, mode: 'enforce', planOnly: false, actor: 'os:test' })
      const first = await sync(await write([]))
      expect(first).toMatchObject({ state: 'applied', refused: [], held: [], movers: 0, leavers: 0, changed: 0, missing: 0 })
      expect(first.joiners).toBe(first.read)
      const pupils = await db.read('affiliations').where({ role: 'pupil' })
      expect(pupils).toHaveLength(80)
      // The Microsoft format has one code for both nursery years.
      expect(pupils.filter((row) => row.year_code === null)).toEqual([])
      expect(pupils.filter((row) => row.year_code === '8')).toHaveLength(trust.pupils.filter((person) => person.yearCode === '8').length)
      expect((await db.read('guardian_links')).length).toBeGreaterThan(80)
      const noLink = await db.read('affiliations as a').leftJoin('guardian_links as l', 'l.pupil_id', 'a.person_id').where('a.role', 'pupil').whereNull('l.id').select('a.person_id')
      expect(noLink.length).toBeLessThan(8)

      const again = await sync(await write([]))
      expect(again).toMatchObject({ state: 'applied', joiners: 0, movers: 0, leavers: 0, changed: 0, missing: 0, unchanged: first.read })
      expect(await db.read('people').count({ n: '*' }).first()).toMatchObject({ n: first.read })

      const left = await sync(await write([pupil.id]))
      expect(left).toMatchObject({ state: 'held', leavers: 1, joiners: 0, missing: 0 })
      expect(left.held.some((text) => text.startsWith('R5'))).toBe(!explicit)
      const done = await roster.approve(left.run, { actor: 'os:test', count: left.heldPeople })
      expect(done.state).toBe('applied')
      expect(await db.read('affiliations').where({ role: 'pupil' }).whereNotNull('end_date').where('end_date', '<', '2026-11-02')).toHaveLength(1)
      expect(await sync(await write([pupil.id]))).toMatchObject({ state: 'applied', leavers: 0, changed: 0 })
    })
  }
})
