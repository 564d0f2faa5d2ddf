import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeUnsigned, type OverdueRequest } from '../../../src/features/issuing/judge-unsigned.ts'
import type { Browser } from '../../http/browser.ts'
import { accountOf, approve, giveAccounts, simulatedDirectory, textOf, withRole } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const directory = { ...simulatedDirectory, mapping: { ...simulatedDirectory.mapping, restrictedWithoutGroups: ['internet'] } }
const request = (more: Partial<OverdueRequest> = {}): OverdueRequest =>
  ({ requestId: 'r', personId: 'p', schoolId: 's', title: 't', dueOn: '2026-10-01', band: 'KS3-4', openSlots: ['pupil', 'guardian'], delivered: ['mail'], startDate: '2025-09-01', ...more })
const facts = { on: '2026-11-02', quiet: () => false, provisionalUntil: (_: string, start: string) => (start === '2026-10-26' ? '2026-11-09' : start), before: new Set<string>(), supervised: false }

describe('I5: an unsigned agreement', () => {
  it('limits, and never below what still reaches Assent', () => {
    expect(judgeUnsigned(request(), facts)).toEqual({ propose: { level: 'restricted', profile: null } })
    expect(judgeUnsigned(request({ band: 'staff', openSlots: ['self'] }), facts)).toEqual({ propose: { level: 'restricted', profile: null } })
  })
  it('never costs a child anything for a missing guardian', () => {
    expect(judgeUnsigned(request({ openSlots: ['guardian'] }), facts)).toEqual({ leftOut: 'guardian-only' })
    expect(judgeUnsigned(request({ openSlots: [] }), facts)).toEqual({ leftOut: 'guardian-only' })
  })
  it('counts only where it was delivered, not for joiners of 10 school days, not in exams or holidays, and once', () => {
    expect(judgeUnsigned(request({ delivered: [] }), facts)).toEqual({ leftOut: 'not-delivered' })
    expect(judgeUnsigned(request({ startDate: '2026-10-26' }), facts)).toEqual({ leftOut: 'provisional' })
    expect(judgeUnsigned(request(), { ...facts, quiet: () => true })).toEqual({ leftOut: 'quiet' })
    expect(judgeUnsigned(request(), { ...facts, before: new Set(['r']) })).toEqual({ leftOut: 'before' })
  })
  it.each(['EYFS', 'KS1', 'KS2', null] as const)('up to Year 6 (%s) is at most supervised', (band) => {
    expect(judgeUnsigned(request({ band }), facts)).toEqual({ leftOut: 'young' })
    expect(judgeUnsigned(request({ band }), { ...facts, supervised: true })).toEqual({ propose: { level: 'full', profile: 'supervised' } })
  })
})

describe('I5: enforced by a plan of its own', () => {
  let app: TestApp
  let trust: SmallTrust
  let admin: Browser
  let pupil = ''
  let late = ''
  const run = () => app.services.worker.runUntilIdle()

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-09-07T16:00:00Z', config: { directories: [directory] } })
    trust = await smallTrust(app)
    pupil = await trust.add({ name: 'Nora Nine', role: 'pupil', school: trust.high, year: '9', email: 'nora@school.test' })
    late = await trust.add({ name: 'Noel Nomail', role: 'pupil', school: trust.high, year: '9' })
    for (let n = 0; n < 40; n += 1) await trust.add({ name: `Crowd C${n}`, role: 'pupil', school: trust.high, year: '8' })
    await app.db.sql('requirements').update({ if_unsigned: 'propose-restriction' })
    await app.services.issuing.issue({ actor: 'system', planOnly: false })
    await run()
    await giveAccounts(app, ['N1', 'N2'])
    await app.services.accounts.reconcile.observe('school', 'os:test')
    await app.db.sql('accounts').where({ immutable_id: 'sim-N1' }).update({ person_id: pupil })
    await app.db.sql('accounts').where({ immutable_id: 'sim-N2' }).update({ person_id: late })
    app.clock.advance(50 * 86_400_000)
    admin = (await withRole(app, 'it-admin')).browser
  })
  afterAll(() => app.close())

  it('the page says who would be limited, and who not and why; looking changes nothing', async () => {
    const text = textOf((await admin.get('/access/unsigned')).text)
    expect(text).toContain('Would be limited: 1 person')
    expect(text).toContain('Nora Nine')
    expect(text).toContain('The request never reached them.')
    expect((await accountOf(app, 'N1')).groups).toEqual(['internet', 'pupils'])
  })

  it('I5: delivered is what a row proves: a class session they answered in, a slip or letter handed out three days ago', async () => {
    const { db, services, clock } = app
    const [request] = await db.read('requests').where({ person_id: late, state: 'open' })
    const [signatory] = await db.read('signatories').where({ request_id: request.id, slot: 'pupil' })
    const [guardian] = await db.read('signatories').where({ request_id: request.id, slot: 'guardian' })
    const reached = async () => (await services.unsigned.preview()).proposed.find(({ request: { personId } }) => personId === late)?.request.delivered ?? []
    const slip = (code: string, signatoryId: string, printedAt: number) => db.sql('paper_slips').insert({ code, print_id: services.ids.next(), signatory_id: signatoryId, rendition_hash: 'a'.repeat(64), printed_by: pupil, printed_at: printedAt })
    expect(await reached()).toEqual([])
    // A parent's slip reaches the parent; one printed this morning is still in a tray; one from before the request is about something else.
    if (guardian) await slip('GUARDIAN', guardian.id, clock.now() - 9 * 86_400_000)
    await slip('TODAY', signatory.id, clock.now())
    await slip('BEFORE', signatory.id, Number(request.created_at) - 1)
    expect(await reached()).toEqual([])
    await slip('LASTWEEK', signatory.id, clock.now() - 7 * 86_400_000)
    expect(await reached()).toEqual(['paper'])
    await db.sql('class_answers').insert({
      id: services.ids.next(), session_id: services.ids.next(), signatory_id: signatory.id, pupil_id: late, answer: 'no', typed: null, drawn: null, rendition_hash: 'a'.repeat(64), form_key: 'f', answered_at: clock.now(), waiting: null, state: 'refused',
    })
    expect(await reached()).toEqual(['class', 'paper'])
    await services.letterCodes.issue(late)
    expect(await reached()).toEqual(['class', 'paper'])
    await db.sql('letter_codes').update({ created_at: clock.now() - 4 * 86_400_000 })
    expect(await reached()).toEqual(['class', 'paper', 'letter'])
    expect(textOf((await admin.get('/access/unsigned')).text)).toContain('Reached them by a class session, paper, a letter')
    await db.sql('paper_slips').del()
    await db.sql('class_answers').del()
    await db.sql('letter_codes').del()
  })

  it('planned, approved, in force; undone it is exactly as before, and is not proposed again', async () => {
    const path = (await admin.submit('/access/unsigned')).location ?? ''
    expect(path).toMatch(/^\/access\/plans\//)
    expect(textOf((await admin.get(path)).text)).toContain('Has not signed')
    await approve(admin, path, 1, { decision: 'approve' })
    await run()
    expect(await accountOf(app, 'N1')).toMatchObject({ enabled: true, groups: ['pupils'] })
    await admin.submit(path, {}, `${path}/undo`)
    await run()
    expect((await accountOf(app, 'N1')).groups).toEqual(['internet', 'pupils'])
    expect(textOf((await admin.get('/access/unsigned')).text)).toContain('proposed and decided before')
    await admin.submit('/access/unsigned')
    expect(textOf((await admin.get('/access/unsigned')).text)).toContain('Nobody would be limited now')
  })

  it('who signed between plan and approval is left out, and a signature lifts what stands', async () => {
    await app.db.sql('restrictions').del()
    const path = (await admin.submit('/access/unsigned')).location ?? ''
    const [open] = await app.db.read('requests').where({ person_id: pupil, state: 'open' })
    await app.db.sql('requests').where({ id: open.id }).update({ state: 'complete' })
    await approve(admin, path, 1, { decision: 'approve' })
    await run()
    expect((await accountOf(app, 'N1')).groups).toEqual(['internet', 'pupils'])
    expect(textOf((await admin.get(path)).text)).toContain('I5: it was signed')

    await app.db.sql('requests').where({ id: open.id }).update({ state: 'open' })
    const again = (await admin.submit('/access/unsigned')).location ?? ''
    await approve(admin, again, 1, { decision: 'approve' })
    await run()
    expect((await accountOf(app, 'N1')).groups).toEqual(['pupils'])
    await app.services.accounts.access.releaseByKey(`request:${open.id}`, `person:${pupil}`)
    await run()
    expect((await accountOf(app, 'N1')).groups).toEqual(['internet', 'pupils'])
  })

  it('exams and holidays: nothing is proposed, and a plan made before does not begin', async () => {
    await app.db.sql('restrictions').del()
    const path = (await admin.submit('/access/unsigned')).location ?? ''
    await app.db.transaction(() => app.services.calendar.add({ schoolId: null, kind: 'exams', name: 'Mocks', from: '2026-10-26', to: '2026-11-10' }, 'os:test'))
    expect(textOf((await admin.get('/access/unsigned')).text)).toContain('has exams or a holiday just now')
    await approve(admin, path, 1, { decision: 'approve' })
    await run()
    expect((await accountOf(app, 'N1')).groups).toEqual(['internet', 'pupils'])
  })
})
