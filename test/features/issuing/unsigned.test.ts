import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeUnsigned, type OverdueRequest } from '../../../src/features/issuing/judge-unsigned.ts'
import type { Browser } from '../../http/browser.ts'
import { accountOf, approve, giveAccounts, simulatedDirectory, textOf, withRole } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const directory = { ...simulatedDirectory, mapping: { ...simulatedDirectory.mapping, restrictedWithoutGroups: ['internet'] } }
const request = (more: Partial<OverdueRequest> = {}): OverdueRequest =>
  ({ requestId: 'r', personId: 'p', schoolId: 's', title: 't', dueOn: '2026-10-01', band: 'KS3-4', openSlots: ['pupil', 'guardian'], delivered: true, startDate: '2025-09-01', ...more })
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
    expect(judgeUnsigned(request({ delivered: false }), facts)).toEqual({ leftOut: 'not-delivered' })
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
