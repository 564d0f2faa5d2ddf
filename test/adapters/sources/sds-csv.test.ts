import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createSdsCsv } from '../../../src/adapters/sources/sds/sds-csv.ts'
import { removeTempFolders, sdsFiles, writeFolder, writeZip } from '../../support/roster-files.ts'
import { ofKind, readAll, refusal } from './read-all.ts'
import { SKETCH } from './sketch.ts'

afterAll(removeTempFolders)
const source = createSdsCsv()
const good = sdsFiles(SKETCH)

describe('School Data Sync v2.1', () => {
  it('reads people, affiliations with their ends, links and classes', async () => {
    const { open, facts, rejected, proof } = await readAll(source, writeZip(good))
    expect(rejected).toEqual([])
    expect(open.schools.map((school) => school.key)).toEqual(['oak', 'elm'])
    expect(ofKind(facts, 'person')).toHaveLength(8)
    expect(ofKind(facts, 'affiliation')).toContainEqual({ kind: 'affiliation', personKey: 'p3', schoolKey: 'elm', role: 'pupil', yearCode: 'X', startDate: '2026-09-02', endDate: '2026-11-13' })
    expect(ofKind(facts, 'affiliation').filter((fact) => fact.personKey === 's2')).toEqual([expect.objectContaining({ schoolKey: 'oak', role: 'support', yearCode: null })])
    expect(ofKind(facts, 'group').find((fact) => fact.personKey === 'p1')).toMatchObject({ name: 'Beech 3B', endDate: '2027-07-20', endIsSession: true, registration: false })
    expect(proof).toMatchObject({ complete: true, infersLeavers: false })
  })

  it('R2: the proof names the files of the set, so that a missing one is noticed next time', async () => {
    const names = async (files: typeof good) => (await readAll(source, writeFolder(files))).proof.files.map((file) => file.name).toSorted()
    expect(await names(good)).toEqual(['academicSessions.csv', 'classes.csv', 'enrollments.csv', 'orgs.csv', 'relationships.csv', 'roles.csv', 'users.csv'])
    const { 'relationships.csv': _, ...less } = good
    expect(await names(less)).not.toContain('relationships.csv')
  })

  it('F1, R7: the relationship decides who may sign; an emergency contact is no link', async () => {
    const { facts } = await readAll(source, writeFolder(good))
    expect(ofKind(facts, 'link').map((fact) => [fact.personKey, fact.guardianKey, fact.relationship, fact.maySign, fact.mayConsent])).toEqual([
      ['p1', 'g1', 'Mother', true, true],
      ['p1', 'g2', 'Step-father', true, false],
      ['p2', 'g1', 'Mother', true, true],
    ])
  })

  it('R7: never reads passwords or telephone numbers', async () => {
    const { rows, facts } = await readAll(source, writeFolder(good))
    expect(JSON.stringify([rows.map((row) => row.text), facts])).not.toMatch(/Sesame|01632/)
  })

  it('refuses headers in other capitals, a missing file and a damaged one', async () => {
    const users = String(good['users.csv'])
    expect(await refusal(source, writeFolder({ ...good, 'users.csv': users.replace('sourcedId', 'SourcedId') }))).toMatchObject({ what: expect.stringContaining('lacks the column sourcedId'), where: 'users.csv, line 1', remedy: expect.stringContaining('"SourcedId" may be meant as sourcedId') })
    const { 'roles.csv': _, ...noRoles } = good
    expect(await refusal(source, writeFolder({ ...noRoles, 'role.csv': 'x' }))).toMatchObject({ what: expect.stringContaining('roles.csv is not in the set'), remedy: 'Is role.csv meant? Then rename it.' })
    expect(await refusal(source, writeFolder({ ...good, 'users.csv': Buffer.from(users, 'latin1') }))).toMatchObject({ where: 'users.csv, line 2' })
  })

  it('rejects single rows, naming the column', async () => {
    const roles = String(good['roles.csv']).replace('2026-11-13', '13/11/2026').replace('p1,oak,student', 'p1,oak,wizard').replace('p2,elm', 'p2,ash')
    const { rejected } = await readAll(source, writeFolder({ ...good, 'roles.csv': roles }))
    expect(rejected.map((row) => [row.line, row.reason])).toEqual([
      [2, 'The column role of user p1 holds a word that School Data Sync does not know.'],
      [3, 'User p2 has a role at the organisation ash, which is not in orgs.csv.'],
      [4, 'The column roleEndDate of user p3 must be a date like 2026-07-20.'],
    ])
  })
})

/** Beside the repository, or beside the folder of a work tree. */
const places = ['../../../../shared/data/sds-v2.1', '../../../../../shared/data/sds-v2.1'].map((place) => resolve(import.meta.dirname, place))
const published = places.find((place) => existsSync(place)) ?? places[0] ?? ''
if (!existsSync(published)) console.warn('Skipped: the published sample of School Data Sync v2.1 is not on this machine.')

describe.skipIf(!existsSync(published))("Microsoft's published sample", () => {
  it('is read whole, with nothing rejected', async () => {
    const { open, facts, rejected, proof } = await readAll(source, published)
    expect(rejected).toEqual([])
    expect(open.schools.map((school) => school.key)).toEqual(['110001', '110003'])
    expect(ofKind(facts, 'person')).toHaveLength(8)
    expect(ofKind(facts, 'link').map((fact) => [fact.personKey, fact.guardianKey, fact.maySign])).toEqual([['114001', '114002', true], ['114003', '114002', false], ['114004', '114005', true]])
    expect(ofKind(facts, 'affiliation').find((fact) => fact.personKey === '114001')).toMatchObject({ role: 'pupil', yearCode: '10', endDate: '2022-06-11' })
    expect(ofKind(facts, 'group').length).toBeGreaterThan(0)
    expect(JSON.stringify(facts)).not.toContain('P@ssword')
    expect(Object.fromEntries(proof.files.map((file) => [file.name, file.rows]))).toMatchObject({ 'users.csv': 8, 'roles.csv': 7, 'relationships.csv': 3 })
  })
})
