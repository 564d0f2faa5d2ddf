import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { accountOf, giveAccounts, simulatedDirectory, textOf, withRole } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const DAY = 86_400_000
const enforcing = { ...simulatedDirectory, mode: 'enforce' as const }

describe('the life of an account before and after', () => {
  let app: TestApp
  let trust: SmallTrust
  let first: { id: string; browser: Browser }
  let second: { id: string; browser: Browser }
  const run = () => app.services.worker.runUntilIdle()
  const text = async (browser: Browser, path: string) => textOf((await browser.get(path)).text)
  const match = async (externalId: string, person: string) => { await app.db.sql('accounts').where({ immutable_id: `sim-${externalId}` }).update({ person_id: person }) }

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-09-07T16:00:00Z', config: { directories: [enforcing], joinersWait: { roles: ['teacher'] } } })
    trust = await smallTrust(app)
    for (let n = 0; n < 60; n += 1) await trust.add({ name: `Crowd C${n}`, role: 'teacher' })
    await giveAccounts(app, ['L1', 'L2', 'J1'])
    await app.services.accounts.reconcile.observe('school', 'os:test')
    first = await withRole(app, 'it-admin', { name: 'First' })
    second = await withRole(app, 'trust-admin', { name: 'Second' })
  })
  afterAll(() => app.close())
  const again = async () => { first.browser = await app.as(first.id); second.browser = await app.as(second.id) }

  it('I7: where the school wants it a joiner’s account waits for the agreement, is opened provisionally with a reason, and by signing', async () => {
    const joiner = await trust.add({ name: 'Jo Joiner', role: 'teacher', email: 'jo@school.test' })
    await app.db.sql('affiliations').whereNot({ person_id: joiner }).update({ start_date: '2024-09-01' })
    await match('J1', joiner)
    // The first run that takes access away waits; somebody has looked at one before.
    const { plans, ids } = app.services
    const earlier = ids.next()
    await plans.create({ id: earlier, kind: 'access', about: 'leavers', state: 'applied', createdBy: 'os:test', createdAt: app.clock.now() - 90 * DAY })
    await plans.addItems(earlier, [{ seq: 0, itemKey: 'x', subject: 'x', action: 'suspend', rank: 2, population: 'x|teacher', state: 'verified', before: null, after: null, file: null, line: null, reason: null }])
    await app.services.issuing.issue({ actor: 'system', planOnly: false })
    await run()
    expect((await accountOf(app, 'J1')).enabled).toBe(false)
    expect(await app.db.read('restrictions').where({ cause: 'unsigned' })).toMatchObject([{ person_id: joiner, level: 'none-yet' }])
    const head = (await withRole(app, 'headteacher', { schoolId: trust.primary.id, name: 'Hugo' })).browser
    const path = `/access/people/${joiner}/level`
    // I7: whoever else may approve access may not open it before the agreement is signed.
    await first.browser.submit(path, { do: 'provisional', reason: 'Teaches from period one' })
    expect(await text(first.browser, path)).toContain('is for the head of this person’s school')
    expect(await app.db.read('exemptions')).toEqual([])
    await head.submit(path, { do: 'provisional', reason: '' })
    expect(await text(head, path)).toContain('Write why access is needed')
    await head.submit(path, { do: 'provisional', reason: 'Teaches from period one' })
    await run()
    expect((await accountOf(app, 'J1')).enabled).toBe(true)
    app.clock.advance(5 * DAY)
    await run()
    expect((await accountOf(app, 'J1')).enabled).toBe(false)
    const [request] = await app.db.read('requests').where({ person_id: joiner })
    await app.services.accounts.access.releaseByKey(`request:${request.id}`, `person:${joiner}`)
    await run()
    expect((await accountOf(app, 'J1')).enabled).toBe(true)
    // Issued again, an account that was opened does not wait again.
    await app.services.issuing.issue({ actor: 'system', planOnly: false })
    await run()
    expect((await accountOf(app, 'J1')).enabled).toBe(true)
  })

  it('I7: the head approves the access level, with name and date; nobody their own', async () => {
    const joiner = (await app.db.read('people').where({ surname: 'Joiner' }).first('id')).id
    const head = await withRole(app, 'headteacher', { schoolId: trust.primary.id, name: 'Hilde' })
    const path = `/access/people/${joiner}/level`
    await head.browser.submit(path, { do: 'approve', profile: 'King', school: trust.primary.id })
    expect(await text(head.browser, path)).toContain('Choose the access that the work needs')
    await head.browser.submit(path, { do: 'approve', profile: 'Classroom staff', school: trust.primary.id, note: 'Maternity cover' })
    expect(await text(head.browser, path)).toMatch(/Classroom staff, Larkmoor Primary School : Hilde headteacher, \d+ September 2026/)
    expect((await head.browser.get(`/access/people/${head.id}/level`)).status).toBe(404)

    await again()
    // IT proposes; approving is not theirs, and the head finds it on the list and in the form.
    const refused = await first.browser.submit(path, { do: 'approve', profile: 'Leadership', school: trust.primary.id })
    expect(refused.status).toBe(403)
    await first.browser.submit(path, { do: 'propose', profile: 'Office', school: trust.primary.id })
    await first.browser.submit(path, { do: 'propose', profile: 'Leadership', school: trust.primary.id })
    expect(await text(first.browser, path)).toMatch(/Proposed Leadership, Larkmoor Primary School : First it-admin/)
    expect(await text(head.browser, '/access/tasks')).toMatch(/Access levels to approve .* Jo Joiner Leadership, Larkmoor/)
    expect((await head.browser.get(path)).text).toMatch(/value="Leadership"[^>]*checked/)
    const [task] = await app.db.read('access_tasks').where({ kind: 'level' })
    expect((await second.browser.submit('/access/tasks', { task: task.id, note: 'x' })).status).toBe(404)
    await head.browser.submit(path, { do: 'approve', profile: 'Office', school: trust.primary.id })
    expect(await app.db.read('access_tasks').where({ kind: 'level' })).toEqual([])
    expect((await app.db.read('access_approvals').where({ person_id: joiner }).orderBy('id', 'desc')).map((row) => [row.role_profile, row.approved_by])).toEqual([['Office', `person:${head.id}`], ['Classroom staff', `person:${head.id}`]])
    expect((await app.db.read('audit_entries').where({ event: 'access.level-proposed' })).map((row) => row.actor)).toEqual([`person:${first.id}`, `person:${first.id}`])
    // The trust administrator approves in every school.
    await second.browser.submit(path, { do: 'approve', profile: 'Pastoral', school: trust.primary.id })
    expect((await app.db.read('access_approvals').where({ role_profile: 'Pastoral' })).map((row) => row.approved_by)).toEqual([`person:${second.id}`])
    expect((await (await withRole(app, 'headteacher', { schoolId: trust.high.id })).browser.get(path)).status).toBe(404)
  })

  it('suspended, archived, deleted: proposed by one, approved by another, done as a task; a legal hold stops it', async () => {
    const leavers = [await trust.add({ name: 'Lea One', role: 'teacher' }), await trust.add({ name: 'Lio Two', role: 'teacher' })]
    await app.db.sql('affiliations').whereIn('person_id', leavers).update({ end_date: '2026-09-09' })
    await match('L1', leavers[0] as string)
    await match('L2', leavers[1] as string)
    await again()
    await first.browser.submit('/access', {}, '/access/look')
    await run()
    const plan = /href="(\/access\/plans\/[0-9A-Z]{26})"/.exec((await first.browser.get('/access')).text)?.[1] ?? ''
    await second.browser.submit(plan, { decision: 'approve', start: 'anyway' })
    await run()
    expect((await accountOf(app, 'L1')).enabled).toBe(false)
    expect(await text(first.browser, '/access/retention')).not.toContain('Lea One')

    app.clock.advance(91 * DAY)
    await again()
    expect(await text(first.browser, '/access/retention')).toContain('To archive next Lea One')
    await second.browser.submit(`/access/people/${leavers[1]}/exempt`, { kind: 'hold', until: '', reason: 'A claim' })
    expect(await text(first.browser, '/access/retention')).not.toContain('Lio Two')
    const accountId = (await app.db.read('accounts').where({ immutable_id: 'sim-L1' }).first('id')).id
    await first.browser.submit('/access/retention', { do: 'propose', chosen: accountId })
    const task = (await app.db.read('access_tasks').where({ kind: 'archive' }).first('id')).id
    expect(await text(first.browser, '/access/tasks')).not.toContain('Archive u.l1')
    await first.browser.submit('/access/retention', { do: 'approve', chosen: task })
    expect(await text(first.browser, '/access/retention')).toContain('a second person approves')
    expect((await first.browser.submit('/access/tasks', { task, note: 'x' })).status).toBe(404)
    expect((await second.browser.submit('/access/retention', { do: 'approve', chosen: task })).location).toBe('/access/tasks')
    expect(await text(first.browser, '/access/tasks')).toContain('Archive u.l1 in school')
    await first.browser.submit('/access/tasks', { task, note: '' })
    expect(await text(first.browser, '/access/tasks')).toContain('Write where it can be seen')
    // A hold that comes now still stops it.
    await second.browser.submit(`/access/people/${leavers[0]}/exempt`, { kind: 'hold', until: '', reason: 'A late claim' })
    await first.browser.submit('/access/tasks', { task, note: 'ticket 12' })
    expect(await text(first.browser, '/access/tasks')).toContain('A legal hold stands')
    const hold = (await app.db.read('legal_holds').where({ person_id: leavers[0] }).first('id')).id
    await second.browser.submit('/access/exemptions', { hold })
    await first.browser.submit('/access/tasks', { task, note: 'ticket 12' })
    expect(await text(first.browser, '/access/tasks')).toContain('ticket 12')

    app.clock.advance(200 * DAY)
    await again()
    expect(await text(first.browser, '/access/retention')).toContain('To delete next Lea One')
  })

  it('who came back between the proposal and the approval is taken off', async () => {
    const accountId = (await app.db.read('accounts').where({ immutable_id: 'sim-L1' }).first('id')).id
    await first.browser.submit('/access/retention', { do: 'propose', chosen: accountId })
    const task = (await app.db.read('access_tasks').where({ kind: 'delete' }).first('id')).id
    await app.db.sql('restrictions').where({ cause: 'leaver' }).update({ released_at: app.clock.now(), released_by: 'system' })
    await second.browser.submit('/access/retention', { do: 'approve', chosen: task })
    expect(await app.db.read('access_tasks').where({ kind: 'delete' })).toEqual([])
  })

  it('P7: nobody archives or deletes the account of a child of their own; a school that somebody has moved on from proposes nothing', async () => {
    const child = await trust.add({ name: 'Cara Second', role: 'pupil', year: '6' })
    await match('L2', child)
    await trust.link(child, second.id)
    const here = await app.db.read('affiliations').where({ person_id: child }).first()
    await app.db.sql('affiliations').where({ id: here.id }).update({ end_date: '2026-08-31' })
    await app.db.sql('affiliations').insert({ ...here, id: app.services.ids.next(), school_id: trust.high.id, year_code: '7', start_date: '2026-09-01', end_date: '2026-09-09' })
    await app.services.accounts.access.place({ personId: child, cause: 'leaver', level: 'suspended', profile: null, reason: 'left', untilDate: null, actor: 'system' })
    app.clock.advance(95 * DAY)
    await again()
    const accountId = (await app.db.read('accounts').where({ immutable_id: 'sim-L2' }).first('id')).id
    const heads = { primary: await withRole(app, 'headteacher', { schoolId: trust.primary.id, name: 'Pia' }), high: await withRole(app, 'headteacher', { schoolId: trust.high.id, name: 'Hal' }) }
    expect(await text(heads.primary.browser, '/access/retention')).not.toContain('Cara Second')
    expect(await text(heads.high.browser, '/access/retention')).toContain('Cara Second')
    const tasks = () => app.db.read('access_tasks').where({ account_id: accountId, kind: 'archive' })
    await second.browser.submit('/access/retention', { do: 'propose', chosen: accountId })
    expect(await tasks()).toEqual([])
    expect(await text(second.browser, '/access/retention')).not.toContain('Cara Second')
    await first.browser.submit('/access/retention', { do: 'propose', chosen: accountId })
    const [task] = await tasks()
    await second.browser.submit('/access/retention', { do: 'approve', chosen: task.id })
    expect((await tasks())[0].approved_at).toBeNull()
    const third = await withRole(app, 'trust-admin', { name: 'Theo' })
    expect((await third.browser.submit('/access/retention', { do: 'approve', chosen: task.id })).location).toBe('/access/tasks')
  })
})
