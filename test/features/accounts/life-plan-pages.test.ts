import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenIn, type Browser } from '../../http/browser.ts'
import { accountOf, giveAccounts, PUPILS, simulatedDirectory, SUSPENDED, textOf, withRole } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const DAY = 86_400_000
const ARCHIVE = '/School/Archive'
const directory = {
  ...simulatedDirectory, mode: 'enforce' as const, containers: [PUPILS, SUSPENDED, ARCHIVE],
  life: { archive: { container: ARCHIVE, archivedUser: false }, delete: true, create: { roles: ['pupil' as const], username: '{forename}.{surname}', domain: '', homes: [{ container: PUPILS }] } },
}

describe('pages of retention and of new accounts, where Assent does it', () => {
  let app: TestApp
  let trust: SmallTrust
  let first: { id: string; browser: Browser }
  let second: { id: string; browser: Browser }
  let leaver: string
  const run = () => app.services.worker.runUntilIdle()
  const again = async () => { first.browser = await app.as(first.id); second.browser = await app.as(second.id) }
  const press = async (browser: Browser, path: string, fields: Record<string, string>) => browser.post(path, { _csrf: tokenIn(await browser.get(path)), ...fields })

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-09-07T16:00:00Z', config: { directories: [directory] } })
    trust = await smallTrust(app)
    for (let n = 0; n < 60; n += 1) await trust.add({ name: `Crowd C${n}`, role: 'teacher' })
    await giveAccounts(app, ['L1', 'X1'])
    await app.services.accounts.reconcile.observe('school', 'os:test')
    first = await withRole(app, 'it-admin', { name: 'First' })
    second = await withRole(app, 'trust-admin', { name: 'Second' })
    leaver = await trust.add({ name: 'Lea One', role: 'teacher' })
    await app.db.sql('affiliations').where({ person_id: leaver }).update({ end_date: '2026-09-04' })
    await app.db.sql('accounts').where({ immutable_id: 'sim-L1' }).update({ person_id: leaver })
    const { run: id } = await app.services.accounts.reconcile.leavers({ planOnly: false, actor: 'os:test' })
    await app.services.accounts.reconcile.apply(id, { actor: 'os:other', count: 1 })
  })
  afterAll(() => app.close())

  it('A1, B5, U1: archived by a plan that one proposes and another approves, and undone from the same page', async () => {
    app.clock.advance(91 * DAY)
    await again()
    expect(textOf((await first.browser.get('/access/retention')).text)).toMatch(/To archive next Lea One .*done by Assent/)
    const account = (await app.db.read('accounts').where({ immutable_id: 'sim-L1' }).first('id')).id
    const proposed = await press(first.browser, '/access/retention', { do: 'propose', chosen: account })
    const plan = proposed.location ?? ''
    expect(plan).toMatch(/^\/access\/plans\//)
    expect(textOf((await second.browser.get(plan)).text)).toMatch(/Archive and delete.*Suspended becomes archived.*Moves to \/School\/Archive/)
    await press(first.browser, plan, { decision: 'approve', start: 'anyway' })
    await run()
    expect((await accountOf(app, 'L1')).container).toBe(SUSPENDED)
    await press(second.browser, plan, { decision: 'approve', start: 'anyway' })
    await run()
    expect(await accountOf(app, 'L1')).toMatchObject({ container: ARCHIVE, enabled: false })
    expect(textOf((await second.browser.get(plan)).text)).toContain('Done and checked')
    await second.browser.submit(plan, {}, `${plan}/undo`)
    await run()
    expect(await accountOf(app, 'L1')).toMatchObject({ container: SUSPENDED, enabled: false })
  })

  it('deleting: the plan says what can be brought back, and the head of one school does not approve it', async () => {
    app.clock.advance(181 * DAY)
    await again()
    const account = (await app.db.read('accounts').where({ immutable_id: 'sim-L1' }).first('id')).id
    const plan = (await press(first.browser, '/access/retention', { do: 'propose', chosen: account })).location ?? ''
    expect(textOf((await second.browser.get(plan)).text)).toMatch(/The account is deleted.*/)
    expect(textOf((await second.browser.get(plan)).text)).toContain('1 account is deleted, and Assent cannot bring that back')
    expect(textOf((await second.browser.get(plan)).text)).not.toContain('this plan can be undone')
    expect(textOf((await second.browser.get(plan)).text)).toContain('Deleting in school: The simulated directory has no bin: what is deleted is gone.')
    const head = await withRole(app, 'headteacher', { schoolId: trust.primary.id, name: 'Hilde' })
    expect((await press(head.browser, plan, { decision: 'approve', count: '1', start: 'anyway' })).status).toBe(403)
    await press(second.browser, plan, { decision: 'approve', count: '1', start: 'anyway' })
    await run()
    expect(await app.db.read('simulated_accounts').where({ immutable_id: 'sim-L1' })).toEqual([])
    expect(await app.db.read('account_deletions')).toHaveLength(1)
    expect((await second.browser.get(plan)).text).not.toContain(`${plan}/undo`)
  })

  it('new accounts: a list that somebody approves, then a first password, then nobody waits any more', async () => {
    const olive = await trust.add({ name: 'Olive Finch', role: 'pupil', year: '4', group: '4K' })
    const source = app.services.ids.next()
    await app.db.sql('sources').insert({ id: source, name: 'mis', format: 'csv', mode: 'enforce', profile: null, slots: 0, last_good_run_id: null, took_access_away: 0, created_at: app.clock.now() })
    await app.db.sql('source_people').insert({ source_id: source, external_id: 'P77', person_id: olive, admission_number: null, mis_id: null, upn: null })
    await again()
    expect(textOf((await first.browser.get('/access/new-accounts')).text)).toMatch(/named \{forename\}\.\{surname\}/)
    const plan = (await press(first.browser, '/access/new-accounts', {})).location ?? ''
    expect(textOf((await first.browser.get(plan)).text)).toMatch(/Olive Finch.*An account is made, switched off until it may open.*In \/School\/Pupils/)
    await press(first.browser, plan, { decision: 'approve', start: 'anyway' })
    await run()
    expect(textOf((await first.browser.get('/access/new-accounts')).text)).toMatch(/No password given yet: 1 Olive Finch , olive\.finch/)
    const shown = await first.browser.submit(`/access/passwords/people/${olive}`, { as: 'screen' })
    expect(textOf(shown.text)).toContain('olive.finch')
    expect(textOf((await first.browser.get('/access/new-accounts')).text)).not.toContain('No password given yet')
  })
})
