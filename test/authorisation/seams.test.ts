import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../http/browser.ts'
import { accountOf, giveAccounts, simulatedDirectory, textOf, withRole } from '../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

/** What somebody with a grudge tries where two features meet; each through the production app. */
describe('between the features: restrictions, guests, accounts, lists', () => {
  let app: TestApp
  let trust: SmallTrust
  let dsl: Browser
  const person: Record<string, string> = {}
  const run = () => app.services.worker.runUntilIdle()
  const restriction = (more: Record<string, string> = {}) => ({ what: 'restricted', cause: 'misuse', reason: 'made up for the test', until: '2026-11-04', review: '2026-11-03', ...more })
  const alsoAt = async (personId: string, schoolId: string, role: string, more: Record<string, string> = {}) => {
    await app.db.sql('affiliations').insert({
      id: app.services.ids.next(), person_id: personId, school_id: schoolId, role, year_code: null, reg_group: null, start_date: '2024-09-01', end_date: null, end_reason: null, source_id: null,
      missing_since: null, missing_runs: 0, created_at: app.clock.now(), updated_at: app.clock.now(), ...more,
    })
  }
  const headOfYear = async (yearCode: string) => {
    const id = await trust.add({ name: `Yara Year${yearCode}`, role: 'teacher', school: trust.high })
    await app.services.roles.grant({ personId: id, role: 'head-of-year', schoolId: trust.high.id, yearCode, groupName: null, until: null, grantedBy: 'os:test' })
    return app.as(id)
  }

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T10:00:00Z', config: { directories: [simulatedDirectory], trustProxy: ['loopback'] } })
    trust = await smallTrust(app)
    for (const [key, name, role, year] of [['nine', 'Perry Nine', 'pupil', '9'], ['ten', 'Tia Ten', 'pupil', '10'], ['old', 'Otto Old', 'teacher', undefined], ['head', 'Hera Head', 'teacher', undefined]] as const) {
      person[key] = await trust.add({ name, role, school: trust.high, ...(year ? { year } : {}) })
    }
    await app.services.roles.grant({ personId: person['head'] ?? '', role: 'headteacher', schoolId: trust.high.id, groupName: null, until: null, grantedBy: 'os:test' })
    dsl = (await withRole(app, 'dsl', { schoolId: trust.high.id, name: 'Dana' })).browser
  })
  afterAll(() => app.close())

  it('P1: a head of year who was given a year limits that year only, and nobody who was in it once', async () => {
    await alsoAt(person['old'] ?? '', trust.high.id, 'pupil', { year_code: '9', end_date: '2025-07-20' })
    const year = await headOfYear('9')
    expect((await year.get(`/access/people/${person['nine']}/restrict`)).status).toBe(200)
    for (const key of ['ten', 'old', 'head']) expect([key, (await year.get(`/access/people/${person[key]}/restrict`)).status]).toEqual([key, 404])
    const sent = await year.submit(`/access/people/${person['nine']}/restrict`, restriction(), `/access/people/${person['ten']}/restrict`)
    expect(sent.status).toBe(404)
    expect(await app.db.read('restrictions').where({ person_id: person['ten'] })).toEqual([])
  })

  it('A5: a head of year never reads why the safeguarding lead changed access', async () => {
    const year = await headOfYear('9')
    const placed = (await dsl.submit(`/access/people/${person['nine']}/restrict`, restriction({ cause: 'safeguarding', reason: 'Something very private' }))).location ?? ''
    expect(textOf((await dsl.get(placed)).text)).toContain('Something very private')
    expect((await year.get(placed)).status).toBe(404)
    const own = (await year.submit(`/access/people/${person['nine']}/restrict`, restriction({ reason: 'Own words' }))).location ?? ''
    expect(textOf((await year.get(own)).text)).toContain('Own words')
    await dsl.submit(placed, { decision: 'lift' })
    await dsl.submit(own, { decision: 'lift' })
  })

  it('P2: nobody lengthens the stay of a guest they asked for themselves', async () => {
    const head = await app.as(person['head'] ?? '')
    const approver = await withRole(app, 'dsl', { schoolId: trust.high.id, name: 'Della' })
    const path = (await head.submit('/guests/new', {
      forename: 'Gus', surname: 'Guest', email: '', kind: 'contractor', organisation: '', purpose: 'Mends the lift', school: trust.high.id, from: '2026-11-02', until: '2026-11-03', approver: approver.id,
    })).location ?? ''
    await approver.browser.submit(path, { decision: 'approve' })
    await head.submit(path, { decision: 'extend', until: '2027-10-01' })
    expect((await app.db.read('guests').first('until_date')).until_date).toBe('2026-11-03')
    expect(textOf((await head.get(path)).text)).toContain('somebody else')
    await approver.browser.submit(path, { decision: 'extend', until: '2026-11-05' })
    expect((await app.db.read('guests').first('until_date')).until_date).toBe('2026-11-05')
    await head.submit(path, { decision: 'extend', until: '2026-11-04' })
    expect((await app.db.read('guests').first('until_date')).until_date).toBe('2026-11-04')
  })

  it('B4: the head’s account is not handed to somebody who is suspended', async () => {
    const source = app.services.ids.next()
    await app.db.sql('sources').insert({ id: source, name: 'mis', format: 'csv', mode: 'enforce', profile: null, slots: 0, last_good_run_id: null, took_access_away: 0, created_at: app.clock.now() })
    await app.db.sql('source_people').insert([['H1', person['head']], ['T1', person['ten']]].map(([external_id, person_id]) => ({ source_id: source, external_id, person_id, admission_number: null, mis_id: null, upn: null })))
    await giveAccounts(app, ['H1', 'T1'])
    await app.services.accounts.reconcile.observe('school', 'os:test')
    await dsl.submit(`/access/people/${person['ten']}/restrict`, restriction({ what: 'suspended', cause: 'manual' }))
    await run()
    expect((await accountOf(app, 'T1')).enabled).toBe(false)
    const admin = (await withRole(app, 'it-admin', { name: 'Ira' })).browser
    const { id } = await app.db.read('accounts').where({ immutable_id: 'sim-H1' }).first('id') as { id: string }
    const form = { directory: 'school', show: 'all' }
    for (const fields of [{ ...form, decision: 'link', person: person['ten'] ?? '' }, { ...form, decision: 'unlink' }]) {
      await admin.submit('/access/directories/school', fields, `/access/accounts/${id}/person`)
      await run()
      expect((await app.db.read('accounts').where({ id }).first('person_id')).person_id).toBe(person['head'])
    }
    expect((await accountOf(app, 'H1')).enabled).toBe(true)
  })

  it('P1: a school that somebody has moved on from neither reads why they said no nor decides about it', async () => {
    const id = await trust.add({ name: 'Mia Moved', role: 'teacher', school: trust.high })
    await alsoAt(id, trust.primary.id, 'teacher', { end_date: '2026-08-31' })
    await trust.issue()
    const slot = await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where('r.person_id', id).first('s.id', 'r.id as request') as { id: string; request: string }
    await app.db.sql('declines').insert({
      id: app.services.ids.next(), signatory_id: slot.id, request_id: slot.request, subject_id: id, signer_id: id, school_id: trust.high.id, active: 1, wants_call: 0, reason: 'Something of my own', at: app.clock.now(), erase_after: app.clock.now() + 86_400_000,
    })
    const [before, now] = [(await withRole(app, 'office', { schoolId: trust.primary.id, name: 'Olga' })).browser, (await withRole(app, 'office', { schoolId: trust.high.id, name: 'Hilda' })).browser]
    expect((await now.get(`/office/signing/${id}`)).text).toContain('Something of my own')
    expect((await before.get(`/office/signing/${id}`)).status).toBe(404)
    const excuse = { request: slot.request, cause: 'away', 'until-day': '1', 'until-month': '12', 'until-year': '2026' }
    expect((await before.submit('/me', excuse, `/office/signing/${id}/excuse`)).status).toBe(404)
    expect((await app.db.read('requests').where({ id: slot.request }).first('state')).state).toBe('open')
  })

  it('A1: somebody who is suspended reads no list of children', async () => {
    const id = await trust.add({ name: 'Sue Suspended', role: 'teacher', school: trust.high })
    await app.db.sql('group_memberships').insert({ person_id: id, school_id: trust.high.id, group_key: '9B', name: '9B', registration: 1, source_id: 'test' })
    const browser = await app.as(id)
    expect((await browser.get('/consents')).status).toBe(200)
    await dsl.submit(`/access/people/${id}/restrict`, restriction({ what: 'suspended', cause: 'manual', advice: 'taken' }))
    const again = await app.as(id)
    expect((await again.get('/consents')).status).toBe(403)
    expect((await again.get(`/consents.csv?school=${trust.high.id}`)).status).toBe(403)
  })

  it('F4: whoever has a whole network of addresses has no more tries than one address', async () => {
    const answers: number[] = []
    for (let n = 1; n <= 22; n += 1) {
      const browser = app.browser()
      const page = await browser.get('/visit')
      const token = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
      answers.push((await browser.post('/visit', { _csrf: token, typed: 'ACD346' }, { 'x-forwarded-for': `2001:db8:1:2::${n.toString(16)}` })).status)
    }
    expect(answers.slice(0, 20).every((status) => status === 303)).toBe(true)
    expect(answers.at(-1)).toBe(429)
  })
})
