import { zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { openFileSet } from '../../../src/adapters/sources/files/open-file-set.ts'
import { limitsOf } from '../../../src/adapters/sources/limits.ts'
import { createOneRosterCsv } from '../../../src/adapters/sources/oneroster/oneroster-csv.ts'
import type { SourceLimits } from '../../../src/adapters/sources/source.ts'
import { oneRoster11Files, removeTempFolders, writeFile, writeFolder, writeZip } from '../../support/roster-files.ts'
import { refusal } from './read-all.ts'
import { SKETCH } from './sketch.ts'

afterAll(removeTempFolders)
const source = createOneRosterCsv()
const files = Object.fromEntries(Object.entries(oneRoster11Files(SKETCH)).map(([name, text]) => [name, Buffer.from(text)]))
const zip = Buffer.from(zipSync(files))

/** The same archive with an entry's name changed, in the local header and in the directory, to one of equal length. */
function renamed(from: string, to: string): Buffer {
  expect(to).toHaveLength(from.length)
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1')
}

const refused = (bytes: Uint8Array, limits: Partial<SourceLimits> = {}) => refusal(source, writeFile('roster.zip', bytes), { limits })

describe('a zip that must not be trusted is refused', () => {
  it('cut short anywhere', async () => {
    for (const length of [30, Math.floor(zip.length / 2), zip.length - 10]) {
      expect(await refused(zip.subarray(0, length))).toMatchObject({ name: 'UnusableInput', what: 'The zip is damaged or was cut short.', remedy: expect.stringContaining('again') })
    }
  })

  it('with a changed byte in the middle of the data', async () => {
    const stored = Buffer.from(zipSync(files, { level: 0 }))
    stored[stored.indexOf('Marsh')] = 'H'.charCodeAt(0)
    expect(await refused(stored)).toMatchObject({ what: 'The zip is damaged or was cut short.', where: 'roster.zip, users.csv' })
  })

  it.each([['../rs.csv'], ['/sers.csv'], ['..\\rs.csv'], ['C:/rs.csv']])('with the name %s, which lies outside', async (name) => {
    const said = await refused(renamed('users.csv', name))
    expect(said).toMatchObject({ what: 'The archive names a file outside itself.' })
  })

  it('with a file that unpacks to far more than it is', async () => {
    const bomb = zipSync({ ...files, 'users.csv': new Uint8Array(8 * 1024 * 1024) })
    expect(await refused(bomb, { maxCompressionRatio: 100 })).toMatchObject({ what: expect.stringMatching(/unpacks to \d+ times its size/) })
    expect(await refused(bomb, { maxCompressionRatio: 10_000, maxEntryBytes: 1024 * 1024 })).toMatchObject({ what: expect.stringContaining('users.csv is larger than') })
    expect(await refused(bomb, { maxCompressionRatio: 10_000, maxTotalBytes: 1024 * 1024 })).toMatchObject({ what: expect.stringContaining('roster.zip is larger than') })
  })

  it('that declares less than it holds', async () => {
    const bomb = Buffer.from(zipSync({ ...files, 'users.csv': new Uint8Array(4 * 1024 * 1024) }))
    const directory = bomb.lastIndexOf('PK\u0001\u0002', bomb.lastIndexOf('users.csv'))
    bomb.writeUInt32LE(1000, directory + 24)
    expect(await refused(bomb)).toMatchObject({ what: 'The zip is damaged or was cut short.' })
  })

  it('with too many files', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}.csv`, Buffer.from('a')]))
    expect(await refused(zipSync({ ...files, ...many }), { maxEntries: 20 })).toMatchObject({ what: 'There are more than 20 files.' })
  })

  it('with an archive inside, with a name twice, or encrypted', async () => {
    expect(await refused(zipSync({ ...files, 'more.zip': zip }))).toMatchObject({ what: 'more.zip is an archive inside the archive.' })
    expect(await refused(zipSync({ ...files, 'USERS.csv': Buffer.from('a') }))).toMatchObject({ what: expect.stringContaining('have the same name') })
    const locked = Buffer.from(zip)
    for (let at = locked.indexOf('PK\u0001\u0002'); at !== -1; at = locked.indexOf('PK\u0001\u0002', at + 1)) locked.writeUInt16LE(1, at + 8)
    expect(await refused(locked)).toMatchObject({ what: expect.stringContaining('is encrypted') })
  })
})

describe('folders have the same caps', () => {
  it('of size and number', async () => {
    const folder = writeFolder(files)
    expect(await refusal(source, folder, { limits: { maxEntryBytes: 50 } })).toMatchObject({ what: expect.stringContaining('larger than 50 bytes') })
    expect(await refusal(source, folder, { limits: { maxTotalBytes: 50 } })).toMatchObject({ what: expect.stringContaining('larger than 50 bytes') })
    expect(await refusal(source, folder, { limits: { maxEntries: 2 } })).toMatchObject({ what: 'There are more than 2 files.' })
    expect(await refusal(source, writeFolder({ ...files, 'USERS.csv': 'a' }))).toMatchObject({ what: expect.stringContaining('have the same name') })
  })
})

describe('tolerated', () => {
  it('what desktop systems leave in a zip', async () => {
    const set = await openFileSet(writeZip({ 'a.csv': 'x', '__MACOSX/._a.csv': 'y', '.DS_Store': 'z', 'Thumbs.db': 't' }), limitsOf(undefined))
    expect(set.names).toEqual(['a.csv'])
    await set.close()
  })
})
