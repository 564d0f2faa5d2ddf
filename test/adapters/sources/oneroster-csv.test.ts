import { afterAll, describe, expect, it } from 'vitest'
import { createOneRosterCsv } from '../../../src/adapters/sources/oneroster/oneroster-csv.ts'
import { csv, oneRoster11Files, oneRoster12Files, removeTempFolders, writeFolder, writeZip } from '../../support/roster-files.ts'
import type { RosterFiles, RosterSketch } from '../../support/roster-files.ts'
import { ofKind, readAll } from './read-all.ts'
import { SKETCH } from './sketch.ts'

afterAll(removeTempFolders)
const source = createOneRosterCsv()

describe('OneRoster 1.1', () => {
  it('states schools with their numbers, and nothing above or below a school', async () => {
    const { open } = await readAll(source, writeFolder(oneRoster11Files(SKETCH)))
    expect(open.schools).toEqual([
      { key: 'oak', name: 'Oak Primary School', urn: '123456', dfeNumber: null },
      { key: 'elm', name: 'Elm High School', urn: null, dfeNumber: '8734567' },
    ])
    expect(open.delta).toBe(false)
  })

  it('reads a pupil, with affiliation and links from the same row', async () => {
    const { rows } = await readAll(source, writeFolder(oneRoster11Files(SKETCH)))
    const row = rows.find((one) => one.key === 'user:p1')
    expect(row).toMatchObject({ file: 'users.csv', line: 2 })
    expect(row?.facts()).toEqual([
      { kind: 'person', personKey: 'p1', preferredForename: 'Zoë', surname: 'Marsh', email: 'zoe@oak.example', username: 'zoe.marsh', admissionNumber: '000412', misId: null, upn: null, enabled: true, toBeDeleted: false },
      { kind: 'affiliation', personKey: 'p1', schoolKey: 'oak', role: 'pupil', yearCode: '3', startDate: null, endDate: null },
      { kind: 'link', personKey: 'p1', guardianKey: 'g1', relationship: 'guardian', maySign: true, mayConsent: false, doNotContact: false, priority: 1 },
      { kind: 'link', personKey: 'p1', guardianKey: 'g2', relationship: 'guardian', maySign: true, mayConsent: false, doNotContact: false, priority: 2 },
    ])
  })

  it('P1: gives a teacher of two schools two affiliations, and a department its school', async () => {
    const { facts } = await readAll(source, writeFolder(oneRoster11Files(SKETCH)))
    const of = (person: string) => ofKind(facts, 'affiliation').filter((fact) => fact.personKey === person).map((fact) => [fact.schoolKey, fact.role])
    expect(of('s1')).toEqual([['oak', 'teacher'], ['elm', 'teacher']])
    expect(of('s2')).toEqual([['oak', 'support']])
    expect(of('g3')).toEqual([['elm', 'guardian']])
  })

  it('R5: takes the end of a membership from the enrolment, else from the last session of the class', async () => {
    const { facts, proof } = await readAll(source, writeFolder(oneRoster11Files(SKETCH)))
    const groups = ofKind(facts, 'group').map((fact) => [fact.personKey, fact.groupKey, fact.registration, fact.startDate, fact.endDate, fact.endIsSession])
    expect(groups).toEqual([
      ['p1', 'c-3b', true, null, '2027-07-20', true],
      ['p2', 'c-ma', false, '2026-09-02', '2026-10-01', false],
      ['s1', 'c-ma', false, null, '2026-12-18', true],
      ['p3', 'c-no', false, null, null, false],
    ])
    expect(proof.infersLeavers).toBe(true)
  })

  it('R5: passes on tobedeleted and enabledUser=false as what they are', async () => {
    const pupils = [{ id: 'p1', forename: 'A', surname: 'B', school: 'oak', status: 'tobedeleted' }, { id: 'p2', forename: 'C', surname: 'D', school: 'oak', enabled: false }]
    const { facts } = await readAll(source, writeFolder(oneRoster11Files({ ...SKETCH, pupils, enrolments: [] })))
    const [first, second] = ofKind(facts, 'person')
    expect(first).toMatchObject({ toBeDeleted: true, enabled: true })
    expect(second).toMatchObject({ toBeDeleted: false, enabled: false })
    expect(ofKind(facts, 'affiliation').filter((fact) => fact.role === 'pupil').map((fact) => fact.endDate)).toEqual([null, null])
  })

  it('R5: reads the status inactive of an older version as tobedeleted, and says so with the count', async () => {
    const pupils = ['p1', 'p2'].map((id) => ({ id, forename: 'A', surname: 'B', school: 'oak', status: 'inactive' }))
    const { facts, warnings } = await readAll(source, writeFolder(oneRoster11Files({ ...SKETCH, pupils, enrolments: [] })))
    expect(ofKind(facts, 'person').map((fact) => fact.toBeDeleted).slice(0, 2)).toEqual([true, true])
    expect(warnings).toContain('users.csv: the status "inactive" is not of this version; it was read as tobedeleted. (2 times)')
  })

  it('R2: proves what was read, and proves nothing before the end', async () => {
    const open = await source.open({ path: writeFolder(oneRoster11Files(SKETCH)), today: '2026-11-22' })
    expect(open.proof().complete).toBe(false)
    for await (const _ of open.rows()) break
    expect(open.proof()).toMatchObject({ complete: false, reasons: [expect.stringContaining('not read to their end')] })
    let rows = 0
    for await (const batch of open.rows()) rows += batch.length
    const proof = open.proof()
    await open.close()
    expect(proof.complete).toBe(true)
    const counted = Object.fromEntries(proof.files.map((file) => [file.name, file.rows]))
    expect(counted).toMatchObject({ 'users.csv': 8, 'enrollments.csv': 5, 'orgs.csv': 4, 'classes.csv': 3, 'academicSessions.csv': 2 })
    expect(proof.files.find((file) => file.name === 'users.csv')?.header).toContain('agentSourcedIds')
    expect(rows).toBe(13)
  })

  it('R2: marks a delta, which need not repeat the organisations', async () => {
    const files = oneRoster11Files(SKETCH, 'delta')
    const { open, facts, rejected } = await readAll(source, writeFolder({ ...files, 'orgs.csv': csv(['sourcedId', 'name', 'type'], []), 'enrollments.csv': csv(['sourcedId', 'classSourcedId', 'userSourcedId', 'role'], []), 'classes.csv': csv(['sourcedId', 'title', 'schoolSourcedId'], []) }))
    expect(open.delta).toBe(true)
    expect(rejected).toEqual([])
    expect(ofKind(facts, 'affiliation').find((fact) => fact.personKey === 'p1')?.schoolKey).toBe('oak')
  })

  it('R7: never reads passwords, telephone numbers or, unless allowed, the UPN', async () => {
    const path = writeFolder(oneRoster11Files(SKETCH))
    const { rows, facts } = await readAll(source, path)
    const everything = JSON.stringify([rows.map((row) => row.text), facts])
    for (const secret of ['Sesame', '07700', '01632', 'A123456789012']) expect(everything).not.toContain(secret)
    const allowed = await readAll(createOneRosterCsv({ readUpn: true }), path)
    expect(ofKind(allowed.facts, 'person').find((fact) => fact.personKey === 'p1')?.upn).toBe('A123456789012')
  })

  it('puts into the text of a row what its facts depend on beyond the row', async () => {
    const textOf = async (sketch: RosterSketch, key: string) => (await readAll(source, writeFolder(oneRoster11Files(sketch)))).rows.find((row) => row.key === key)?.text
    const before = await textOf(SKETCH, 'enrol:e1')
    const classes = (SKETCH.classes ?? []).map((one) => (one.id === 'c-3b' ? { ...one, title: 'Beech 3C' } : one))
    const terms = [{ id: 'autumn', start: '2026-09-01', end: '2026-12-18' }, { id: 'year', start: '2026-09-01', end: '2027-07-21' }]
    const schools = SKETCH.schools.map((school) => (school.id === 'oak-music' ? { ...school, parent: 'elm' } : school))
    expect(await textOf({ ...SKETCH, classes }, 'enrol:e1')).not.toBe(before)
    expect(await textOf({ ...SKETCH, terms }, 'enrol:e1')).not.toBe(before)
    expect(await textOf({ ...SKETCH, schools }, 'user:s2')).not.toBe(await textOf(SKETCH, 'user:s2'))
    expect(await textOf(SKETCH, 'enrol:e1')).toBe(before)
  })

  it('reads a zip like the folder, also with one folder around the files or none of the manifest', async () => {
    const files = oneRoster11Files(SKETCH)
    const folder = await readAll(source, writeFolder(files))
    const nested: RosterFiles = Object.fromEntries(Object.entries(files).map(([name, text]) => [`export/${name}`, text]))
    const { 'manifest.csv': _, ...bare } = files
    for (const [path, warning] of [[writeZip(files), null], [writeZip(nested), 'lie in the folder export/'], [writeZip(bare), 'no manifest.csv'], [writeFolder(bare), 'no manifest.csv']] as const) {
      const read = await readAll(source, path)
      expect(read.facts).toEqual(folder.facts)
      expect(read.rows.map((row) => row.text)).toEqual(folder.rows.map((row) => row.text))
      if (warning !== null) expect(read.warnings.join()).toContain(warning)
    }
  })

  it('tolerates known dirt with a warning', async () => {
    const files = oneRoster11Files(SKETCH)
    const users = String(files['users.csv']).replace('sourcedId,status,dateLastModified,enabledUser', 'SourcedId,status,dataLastModified,enabledUser').replaceAll('password\r\n', 'password,,\r\n').replaceAll('Sesame2\r\n', 'Sesame2,,\r\n').replaceAll('Sesame1\r\n', 'Sesame1,,\r\n')
    const orgs = `\ufeff${String(files['orgs.csv']).replace('name,', 'na\u200bme,')}`
    const { 'users.csv': _users, 'orgs.csv': _orgs, ...rest } = files
    const read = await readAll(source, writeFolder({ ...rest, 'Users.csv': users, 'orgs.csv': orgs, 'Thumbs.txt': 'x' }))
    const clean = await readAll(source, writeFolder(files))
    expect(read.facts).toEqual(clean.facts)
    expect(read.warnings.join('\n')).toMatch(/Users\.csv was read as users\.csv/)
    expect(read.warnings.join('\n')).toMatch(/"SourcedId" was read as sourcedId/)
    expect(read.warnings.join('\n')).toMatch(/"na\\u200bme" was read as name/)
    expect(read.warnings.join('\n')).toMatch(/header ends in empty columns/)
  })
})

describe('OneRoster 1.2', () => {
  it('R5: takes affiliations from roles.csv, with the last day', async () => {
    const { facts, proof } = await readAll(source, writeZip(oneRoster12Files(SKETCH)))
    const roles = ofKind(facts, 'affiliation').map((fact) => [fact.personKey, fact.schoolKey, fact.role, fact.startDate, fact.endDate])
    expect(roles).toContainEqual(['p3', 'elm', 'pupil', '2026-09-02', '2026-11-13'])
    expect(roles).toContainEqual(['s2', 'oak', 'support', '2021-01-06', '2026-12-31'])
    expect(roles).toContainEqual(['s1', 'elm', 'teacher', '2020-01-06', null])
    expect(roles).toHaveLength(9)
    expect(proof.infersLeavers).toBe(false)
  })

  it('states the year with the person, since users.csv does not say the role', async () => {
    const { facts } = await readAll(source, writeFolder(oneRoster12Files(SKETCH)))
    const people = ofKind(facts, 'person')
    expect(people.find((fact) => fact.personKey === 'p1')?.yearCode).toBe('3')
    expect(people.find((fact) => fact.personKey === 's1')?.yearCode).toBeNull()
    expect(ofKind(facts, 'affiliation').every((fact) => fact.yearCode === null)).toBe(true)
  })

  it('R7: reads preferred names, and no profile, telephone or password', async () => {
    const files = oneRoster12Files(SKETCH)
    const users = String(files['users.csv']).replace('Sesame3,,,,,oak,', 'Sesame3,,Zed,,Marsh-Hill,oak,')
    const { facts, rows } = await readAll(source, writeFolder({ ...files, 'users.csv': users, 'userProfiles.csv': 'sourcedId,password\nx,Sesame9\n', 'demographics.csv': 'sourcedId,birthDate\np1,2018-01-01\n' }))
    expect(ofKind(facts, 'person')[0]).toMatchObject({ preferredForename: 'Zed', surname: 'Marsh-Hill' })
    expect(JSON.stringify([facts, rows.map((row) => row.text)])).not.toMatch(/Sesame|2018-01-01/)
  })

  it('knows an extension role that is one of our own, and drops a role marked for deletion', async () => {
    const files = oneRoster12Files(SKETCH)
    const roles = String(files['roles.csv']).replace('r-s1-0,,,s1,primary,teacher', 'r-s1-0,,,s1,primary,ext:governor').replace('r-s1-1,,', 'r-s1-1,tobedeleted,')
    const { facts } = await readAll(source, writeFolder({ ...files, 'roles.csv': roles }))
    expect(ofKind(facts, 'affiliation').filter((fact) => fact.personKey === 's1').map((fact) => [fact.schoolKey, fact.role])).toEqual([['oak', 'governor']])
  })
})
