import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createWords } from '../../../src/adapters/words/words.ts'
import { AgreementService } from '../../../src/features/agreements/agreement-service.ts'
import { AuthoringStore } from '../../../src/features/agreements/authoring-store.ts'
import { AgreementStore } from '../../../src/features/agreements/agreement-store.ts'
import { readStarterSet } from '../../../src/features/agreements/starter-set.ts'
import { IssueService } from '../../../src/features/issuing/issue-service.ts'
import { RequestStore } from '../../../src/features/issuing/request-store.ts'
import { Outbox } from '../../../src/db/outbox.ts'
import { templatesDir } from '../../../src/services.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { rosterServices } from '../../support/services.ts'
import { tinyRoster, type TinyUser } from '../../support/tiny-roster.ts'

onBothDatabases('IssueService', (get) => {
  const TABLES = ['signatories', 'requests', 'requirements', 'agreement_versions', 'agreements', 'guardian_links', 'group_memberships', 'affiliations', 'people', 'schools', 'source_rows', 'source_people', 'source_schools', 'sources', 'plans', 'plan_items']

  async function world(users: TinyUser[], now = '2026-11-02T09:00:00Z') {
    const { db } = get()
    for (const table of TABLES) await db.sql(table).del()
    const services = rosterServices(db, { now })
    const { clock, ids, audit, schools, roster } = services
    const store = new AgreementStore(db, clock, ids)
    const outbox = new Outbox(db, clock, ids)
    const agreements = new AgreementService({ db, clock, audit, outbox, store, drafts: new AuthoringStore(db, clock, ids), trustName: () => 'Larkrise Trust', words: createWords(templatesDir) })
    await agreements.seedStarters(readStarterSet(join(templatesDir, 'agreements')), 'os:test')
    const issuing = new IssueService({ db, clock, ids, audit, outbox, agreements: store, schools })
    const sync = (list: TinyUser[]) => roster.sync({ name: 'mis', format: 'oneroster-csv', path: tinyRoster(list), mode: 'enforce', planOnly: false, actor: 'os:test' })
    await sync(users)
    const issue = (planOnly = false) => issuing.issue({ actor: 'os:test', planOnly })
    const requests = async () => (await db.read('requests as r').join('agreements as a', 'a.id', 'r.agreement_id').join('people as p', 'p.id', 'r.person_id')
      .orderBy(['p.surname', 'a.key']).select('p.surname', 'a.key', 'r.occasion', 'r.signer_rule', 'r.state')).map((row) => `${row.surname} ${row.key} ${row.occasion}`)
    return { ...services, db, store, issuing, issue, requests, sync }
  }

  const family: TinyUser[] = [
    { id: 'E', surname: 'Early', grade: 'KG', agents: ['G'] }, { id: 'K1', surname: 'Keyone', grade: '02', agents: ['G'] }, { id: 'K2', surname: 'Keytwo', grade: '04', agents: ['G'] },
    { id: 'K3', surname: 'Three', grade: '09', agents: ['G'], schools: ['B'] }, { id: 'K5', surname: 'Five', grade: '12', schools: ['B'] },
    { id: 'G', surname: 'Parent', role: 'guardian', email: 'parent@family.example', schools: ['A', 'B'] },
    { id: 'T', surname: 'Teacher', role: 'teacher', email: 't@school.example', schools: ['A', 'B'] },
  ]

  it('I1, G3: one request per person, requirement and occasion, by band; both schools of one teacher count once', async () => {
    const w = await world(family)
    const report = await w.issue()
    expect(await w.requests()).toEqual([
      'Early pupil-eyfs 2026/27', 'Five student-ks5 2026/27', 'Keyone pupil-ks1 2026/27', 'Keytwo pupil-ks2 2026/27',
      'Parent guardian 2026/27', 'Teacher staff 2026/27', 'Three pupil-ks3-4 2026/27',
    ])
    expect(report).toMatchObject({ created: 7, existing: 0, unreachable: [] })
  })

  it('R8, I3: promoted in July, asked for the new band on the first day of the new year and not before', async () => {
    const pupil = (grade: string): TinyUser[] => [{ id: 'K2', surname: 'Keytwo', grade, agents: ['G'] }, { id: 'G', surname: 'Parent', role: 'guardian', email: 'parent@family.example' }]
    const w = await world(pupil('06'), '2026-07-20T09:00:00Z')
    await w.issue()
    await w.sync(pupil('07'))
    await w.issue()
    const asked = async () => (await w.requests()).filter((line) => line.startsWith('Keytwo'))
    expect(await asked()).toEqual(['Keytwo pupil-ks2 2025/26'])
    expect(await w.issuing.issue({ actor: 'os:test', planOnly: true, date: '2026-08-31' })).toMatchObject({ created: 0 })
    w.clock.advance(43 * 86_400_000)
    await w.issue()
    expect(await asked()).toEqual(['Keytwo pupil-ks2 2025/26', 'Keytwo pupil-ks3-4 2026/27'])
  })

  it('F5: a slot looked up by itself says the same as in the list of its request', async () => {
    const w = await world(family)
    await w.issue()
    const store = new RequestStore(w.db, w.clock)
    const slots = [...(await store.signatoriesOf((await w.db.read('requests').select('id')).map(({ id }) => id as string))).values()].flat()
    expect(slots.length).toBe(11)
    for (const slot of slots) expect((await store.slot(slot.id))?.signatory).toEqual(slot)
  })

  it('G4: who signs follows the band', async () => {
    const w = await world(family)
    await w.issue()
    const slots = (await w.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').join('people as p', 'p.id', 'r.person_id')
      .orderBy(['p.surname', 's.slot']).select('p.surname', 's.slot', 's.act', 's.required')).map((row) => `${row.surname} ${row.slot} ${row.act}${row.required ? '' : ' optional'}`)
    expect(slots).toEqual([
      'Early guardian sign', 'Early pupil sign optional', 'Five self sign', 'Keyone guardian sign', 'Keyone pupil sign optional',
      'Keytwo guardian sign', 'Keytwo pupil sign', 'Parent self sign', 'Teacher self sign', 'Three guardian acknowledge', 'Three pupil sign',
    ])
  })

  it('--plan says the same and writes nothing; a second run creates nothing', async () => {
    const w = await world(family)
    expect(await w.issue(true)).toMatchObject({ created: 7, existing: 0 })
    expect(await w.requests()).toEqual([])
    await w.issue()
    expect(await w.issue()).toMatchObject({ created: 0, existing: 7 })
    expect(await w.db.read('signatories').count({ n: '*' }).first()).toMatchObject({ n: 11 })
  })

  it('I3: entering a band brings that band\'s agreement, the old one stays as history', async () => {
    const w = await world(family)
    await w.issue()
    await w.sync(family.map((user) => (user.id === 'K1' ? { ...user, grade: '03' } : user)))
    expect(await w.issue()).toMatchObject({ created: 1 })
    expect((await w.requests()).filter((line) => line.startsWith('Keyone'))).toEqual(['Keyone pupil-ks1 2026/27', 'Keyone pupil-ks2 2026/27'])
  })

  it('I1: a signature since June counts for the coming year; an earlier one does not', async () => {
    const w = await world(family, '2026-06-10T09:00:00Z')
    await w.issue()
    await w.db.sql('requests').whereIn('person_id', w.db.sql('people').where({ surname: 'Teacher' }).select('id')).update({ state: 'complete', completed_at: Date.parse('2026-06-20T10:00:00Z') })
    await w.db.sql('requests').whereIn('person_id', w.db.sql('people').where({ surname: 'Parent' }).select('id')).update({ state: 'complete', completed_at: Date.parse('2026-05-20T10:00:00Z') })
    w.clock.set('2026-09-02T09:00:00Z')
    await w.issue()
    const next = (await w.requests()).filter((line) => line.endsWith('2026/27'))
    expect(next).toContain('Parent guardian 2026/27')
    expect(next).not.toContain('Teacher staff 2026/27')
  })

  it('names who is reached by no known route', async () => {
    const w = await world([{ id: 'P', surname: 'Alone', grade: '04', agents: ['G'] }, { id: 'G', surname: 'Silent', role: 'guardian' }])
    const report = await w.issue()
    expect(report.unreachable.map((entry) => entry.reason)).toContain('no parent or carer who may sign has an e-mail address')
  })

  it('leaves out who has ended, and a year code X until a person has set the band (G3)', async () => {
    const w = await world([{ id: 'X', surname: 'Special', grade: 'X' }, { id: 'L', surname: 'Left', grade: '05' }])
    await w.db.sql('affiliations').whereIn('person_id', w.db.sql('people').where({ surname: 'Left' }).select('id')).update({ end_date: '2026-10-01' })
    await w.issue()
    expect(await w.requests()).toEqual([])
    await w.db.sql('people').where({ surname: 'Special' }).update({ band_override: 'KS2' })
    await w.issue()
    expect(await w.requests()).toEqual(['Special pupil-ks2 2026/27'])
  })

  it('records the run in the ledger with the root over its requests (L1)', async () => {
    const w = await world(family)
    const report = await w.issue()
    const entry = await w.db.read('audit_entries').where({ subject: `plan:${report.plan}` }).first()
    expect(entry).toMatchObject({ event: 'requests.issued', items_count: 7 })
    expect(entry.items_root).toMatch(/^[0-9a-f]{64}$/)
  })
})
