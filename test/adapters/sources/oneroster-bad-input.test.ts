import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createOneRosterCsv } from '../../../src/adapters/sources/oneroster/oneroster-csv.ts'
import { csv, manifest, oneRoster11Files, oneRoster12Files, removeTempFolders, tempFolder, writeFile, writeFolder } from '../../support/roster-files.ts'
import { readAll, refusal } from './read-all.ts'
import { SKETCH } from './sketch.ts'

afterAll(removeTempFolders)
const source = createOneRosterCsv()
const good = oneRoster11Files(SKETCH)
const usersText = String(good['users.csv'])
const withUsers = (users: string | Uint8Array) => writeFolder({ ...good, 'users.csv': users })

describe('R3: a set that is unusable as a whole is refused, naming file, line and remedy', () => {
  it.each([
    ['a misspelt required column', usersText.replace('familyName', 'famliyName'), /lacks the column familyName\. Found: sourcedId,.*famliyName/, 'users.csv, line 1', /"famliyName" may be meant as familyName/],
    ['a file without a header', usersText.slice(usersText.indexOf('\n') + 1), /does not look like a header/, 'users.csv, line 1', /header line/],
    ['an empty file', '', /not even a header line/, 'users.csv', /Export it again/],
    ['a column that is there twice', usersText.replace('password', 'email'), /email is in users\.csv twice/, 'users.csv, line 1', /Remove one/],
    ['Latin-1 in a file that must be UTF-8', Buffer.from(usersText, 'latin1'), /not UTF-8/, 'users.csv, line 2', /CSV UTF-8/],
    ['text that was garbled before', usersText.replace('Zoë', 'ZoÃ«'), /garbled/, 'users.csv, line 2', /UTF-8/],
    ['letters that were lost before', usersText.replace('Łukasz', '\ufffdukasz'), /replacement characters/, 'users.csv, line 3', /UTF-8/],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${usersText}`, 'utf16le'), /UTF-16/, 'users.csv, line 1', /UTF-8/],
    ['UTF-16 without a mark', Buffer.from(usersText, 'utf16le'), /UTF-16 without/, 'users.csv, line 1', /UTF-8/],
    ['a NUL byte', usersText.replace('Ada', 'A\0da'), /NUL/, 'users.csv, line 4', /Export/],
    ['a quote that is never closed', usersText.replace('"oak,elm"', '"oak,elm'), /never closed/, 'users.csv, line 8', /cut short/],
    ['a quote that is closed by the next one', usersText.replace('"g1,g2"', '"g1,g2'), /more text; the record began on line 2/, 'users.csv, line 3', /doubled/],
    ['a last line cut short', usersText.trimEnd().slice(0, -30), /ends in the middle of a record/, 'users.csv, line 9', /cut short/],
  ])('%s', async (_name, users, what, where, remedy) => {
    const said = await refusal(source, withUsers(users))
    expect(said).toMatchObject({ name: 'UnusableInput', where })
    expect(said.what).toMatch(what)
    expect(said.remedy).toMatch(remedy)
  })

  it('repeats nothing of a file without a header, which holds names', async () => {
    const said = await refusal(source, withUsers(usersText.slice(usersText.indexOf('\n') + 1)))
    expect(JSON.stringify(said)).not.toMatch(/Marsh|zoe@|p1/)
  })

  it('a record that is too long', async () => {
    const path = withUsers(`${usersText}p9,,,true,oak,student,,,${'A'.repeat(5000)},B,,,,,,,7,\r\n`)
    const said = await refusal(source, path, { limits: { maxRecordBytes: 4000 } })
    expect(said).toMatchObject({ what: expect.stringContaining('longer than 4000'), where: 'users.csv, line 10' })
  })

  it('files that are missing', async () => {
    const { 'users.csv': _, ...rest } = good
    expect(await refusal(source, writeFolder(rest))).toMatchObject({ what: expect.stringContaining('The manifest announces it'), remedy: expect.stringContaining('folder or zip') })
    expect(await refusal(source, writeFolder({ 'user.csv': usersText }))).toMatchObject({ what: expect.stringContaining('orgs.csv is not in the set') })
    expect(await refusal(source, writeFolder({ 'orgs.csv': String(good['orgs.csv']), 'user.csv': usersText }))).toMatchObject({ remedy: 'Is user.csv meant? Then rename it.' })
    const { 'roles.csv': _roles, ...noRoles } = oneRoster12Files(SKETCH)
    expect(await refusal(source, writeFolder(noRoles))).toMatchObject({ what: expect.stringContaining('roles.csv is not in the set') })
    expect(await refusal(source, tempFolder())).toMatchObject({ name: 'UnusableInput' })
  })

  it('a manifest that is wrong', async () => {
    const said = (text: string) => refusal(source, writeFolder({ ...good, 'manifest.csv': text }))
    expect(await said('name,worth\na,b\n')).toMatchObject({ what: expect.stringContaining('propertyName,value') })
    expect(await said(csv(['propertyName', 'value'], [['oneroster.version', '1.0']]))).toMatchObject({ what: expect.stringContaining('OneRoster 1.0') })
    expect(await said(manifest('1.1', ['users', 'orgs']).replace('file.users,bulk', 'file.users,full'))).toMatchObject({ what: expect.stringContaining('absent, bulk or delta') })
  })

  it('paths that are not a set', async () => {
    expect(await refusal(source, join(tempFolder(), 'nothing.zip'))).toMatchObject({ what: 'There is nothing at this path.', remedy: expect.stringContaining('Check the path') })
    expect(await refusal(source, join(writeFile('a', 'x'), 'b.zip'))).toMatchObject({ what: 'This path cannot be read.', where: expect.stringContaining('b.zip') })
    expect(await refusal(source, writeFile('users.csv', usersText))).toMatchObject({ what: expect.stringContaining('this is one file') })
  })

  it('a path that may not be read', async () => {
    const path = writeFile('roster.zip', 'PK')
    chmodSync(path, 0)
    expect(await withoutPrivileges(() => refusal(source, path))).toMatchObject({ what: expect.stringContaining('may not be read') })
  })

  it('a file that changes while it is read', async () => {
    const path = withUsers(usersText)
    const open = await source.open({ path, today: '2026-11-22' })
    writeFileSync(join(path, 'users.csv'), usersText.replace('sourcedId,status', 'status,sourcedId'))
    await expect((async () => { for await (const _ of open.rows()); })()).rejects.toMatchObject({ what: 'users.csv changed while it was being read.' })
    expect(open.proof().complete).toBe(false)
    await open.close()
  })
})

describe('one bad row is rejected alone, naming file, line, column and remedy', () => {
  const header = usersText.slice(0, usersText.indexOf('\r\n'))
  const users = (...rows: string[]) => withUsers([header, ...rows, ''].join('\r\n'))

  it.each([
    ['no sourcedId', ',,,true,oak,student,,,A,B,,,,,,,7,', /sourcedId is empty/, undefined],
    ['an unknown role', 'x,,,true,oak,wizard,,,A,B,,,,,,,7,', /role of user x holds an unknown word\. Known roles: student/, 'user:x'],
    ['an unknown organisation', 'x,,,true,ash,student,,,A,B,,,,,,,7,', /organisation ash, which is not in orgs\.csv/, 'user:x'],
    ['an unknown year', 'x,,,true,oak,student,,,A,B,,,,,,,Beech,', /grades of user x must name one year/, 'user:x'],
    ['no name', 'x,,,true,oak,student,,,,,,,,,,,7,', /User x has no name/, 'user:x'],
    ['too few values', 'x,,,true,oak,student', /has 6 values where the header has 18 columns/, undefined],
    ['a comma that was not quoted', 'x,,,true,oak,student,,,A,B,,,,,,,7,,extra', /has 19 values where the header has 18/, undefined],
  ])('%s', async (_name, row, reason, key) => {
    const read = await readAll(source, users(row, 'ok,,,true,oak,student,,,A,B,,,,,,,7,'))
    expect(read.rejected.filter((one) => one.file === 'users.csv')).toEqual([{ rejected: true, file: 'users.csv', line: 2, reason: expect.stringMatching(reason), ...(key === undefined ? {} : { key }) }])
    expect(read.facts).toContainEqual(expect.objectContaining({ kind: 'person', personKey: 'ok' }))
  })

  it('dates as dd/mm/yyyy', async () => {
    const sketch = { ...SKETCH, enrolments: [{ id: 'e1', class: 'c-3b', person: 'p1', end: '20/07/2027' }] }
    const { rejected } = await readAll(source, writeFolder(oneRoster11Files(sketch)))
    expect(rejected).toEqual([{ rejected: true, file: 'enrollments.csv', line: 2, key: 'enrol:e1', reason: 'The column endDate of enrolment e1 must be a date like 2026-07-20.' }])
    const terms = [{ id: 'autumn', start: '2026-09-01', end: '18/12/2026' }]
    const sessions = await readAll(source, writeFolder(oneRoster11Files({ ...SKETCH, terms })))
    expect(sessions.rejected).toContainEqual(expect.objectContaining({ file: 'academicSessions.csv', line: 2, reason: expect.stringContaining('endDate of session autumn') }))
    const roles = await readAll(source, writeFolder(oneRoster12Files({ ...SKETCH, pupils: [{ id: 'p1', forename: 'A', surname: 'B', school: 'oak', year: '3', end: '1/05/2027' }], enrolments: [] })))
    expect(roles.rejected).toEqual([expect.objectContaining({ file: 'roles.csv', line: 2, key: 'role:r-p1', reason: expect.stringContaining('endDate of role r-p1') })])
  })

  it('an enrolment in a class nobody knows', async () => {
    const { rejected } = await readAll(source, writeFolder(oneRoster11Files({ ...SKETCH, enrolments: [{ id: 'e1', class: 'gone', person: 'p1' }] })))
    expect(rejected).toEqual([expect.objectContaining({ reason: 'Enrolment e1 names the class gone, which is not in classes.csv.' })])
  })
})

describe('what the reader leaves to the importer', () => {
  it('duplicate ids, and agents that point at nobody', async () => {
    const pupil = { id: 'p1', forename: 'A', surname: 'B', school: 'oak', year: '7', guardians: [{ id: 'nobody' }] }
    const { rows, facts, rejected } = await readAll(source, writeFolder(oneRoster11Files({ ...SKETCH, pupils: [pupil, { ...pupil, surname: 'C' }], enrolments: [] })))
    expect(rejected).toEqual([])
    expect(rows.filter((row) => row.key === 'user:p1').map((row) => row.line)).toEqual([2, 3])
    expect(facts).toContainEqual(expect.objectContaining({ kind: 'link', guardianKey: 'nobody' }))
  })

  it('B3: a file with headers only is read, and the proof says so', async () => {
    const { proof, rows } = await readAll(source, withUsers(`${usersText.split('\r\n')[0]}\r\n`))
    expect(proof.complete).toBe(true)
    expect(proof.files.find((file) => file.name === 'users.csv')?.rows).toBe(0)
    expect(rows.some((row) => row.file === 'users.csv')).toBe(false)
  })

  it('a folder with links and sub-folders: they are left alone', async () => {
    const path = writeFolder(good)
    symlinkSync('/etc/hostname', join(path, 'demographics.csv'))
    expect((await readAll(source, path)).warnings).toContain('demographics.csv is not a plain file and was ignored.')
  })
})

/** Nothing is closed to root: as root, the work is done as nobody. */
async function withoutPrivileges<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
