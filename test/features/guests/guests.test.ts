import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { accountOf, giveAccounts, simulatedDirectory, textOf, withRole } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { dateProblems, standingOf } from '../../../src/features/guests/guest.ts'

const DAY = 86_400_000

describe('guests', () => {
  let app: TestApp
  let trust: SmallTrust
  let office: Browser
  let head: { id: string; browser: Browser }
  const run = () => app.services.worker.runUntilIdle()
  const fields = (more: Record<string, string> = {}) => ({
    forename: 'Vera', surname: 'Visitor', email: 'vera@example.test', kind: 'contractor', organisation: 'Lifts Ltd', purpose: 'Mends the lift', school: trust.primary.id,
    from: '2026-11-02', until: '2026-11-04', approver: head.id, ...more,
  })
  const ask = async (more: Record<string, string> = {}) => (await office.submit('/guests/new', fields(more))).location ?? ''
  const text = async (browser: Browser, path: string) => textOf((await browser.get(path)).text)

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T09:00:00Z', config: { directories: [simulatedDirectory] } })
    trust = await smallTrust(app)
    office = (await withRole(app, 'office', { schoolId: trust.primary.id, name: 'Olga' })).browser
    head = await withRole(app, 'headteacher', { schoolId: trust.primary.id, name: 'Hugo' })
  })
  afterAll(() => app.close())

  it('asked, approved by somebody else, signed for, and gone by itself after the last day', async () => {
    const path = await ask()
    expect(path).toMatch(/^\/guests\/[0-9A-Z]{26}$/)
    expect(await text(office, path)).toContain('Nothing is open to the guest')
    expect((await office.submit(path, { decision: 'approve' })).status).toBe(404)
    const guest = await app.db.read('guests').first()
    expect(await app.db.read('affiliations').where({ person_id: guest.person_id })).toEqual([])

    expect((await head.browser.submit(path, { decision: 'approve' })).status).toBe(303)
    await run()
    const shown = await text(head.browser, path)
    expect(shown).toContain('Approved by Hugo headteacher, 2 November 2026 at 09:00')
    expect(shown).toContain('Here')
    const requests = await app.db.read('requests').where({ person_id: guest.person_id })
    expect(requests).toMatchObject([{ family: 'visitor', occasion: 'visit:2026-11-02', state: 'open' }])
    expect(await app.db.read('captured_mails').where({ recipient: 'vera@example.test' })).toHaveLength(1)
    expect(await app.db.read('access_tasks').where({ kind: 'guest-account' })).toMatchObject([{ person_id: guest.person_id, approved_by: `person:${head.id}` }])

    // Somebody opens the account; nothing else has to be remembered.
    await giveAccounts(app, ['G1'])
    await app.services.accounts.reconcile.observe('school', 'os:test')
    await app.db.sql('accounts').where({ immutable_id: 'sim-G1' }).update({ person_id: guest.person_id })
    await run()
    expect((await accountOf(app, 'G1')).enabled).toBe(true)
    app.clock.advance(2 * DAY)
    await run()
    expect((await accountOf(app, 'G1')).enabled).toBe(true)
    app.clock.advance(DAY)
    await run()
    expect((await accountOf(app, 'G1')).enabled).toBe(false)
    head.browser = await app.as(head.id)
    expect(await text(head.browser, path)).toContain('Over')

    // A longer stay gives it back, an early end takes it at once.
    await head.browser.submit(path, { decision: 'extend', until: '2026-11-20' })
    await run()
    expect((await accountOf(app, 'G1')).enabled).toBe(true)
    await head.browser.submit(path, { decision: 'end' })
    await run()
    expect((await accountOf(app, 'G1')).enabled).toBe(false)
    expect(await text(head.browser, path)).toContain('Ended by Hugo')
  })

  it('nobody approves what they asked for; a wrong form says what is missing; another school reads as unknown', async () => {
    const own = (await head.browser.submit('/guests/new', fields({ approver: (await withRole(app, 'dsl', { schoolId: trust.primary.id })).id, from: '2026-11-06', until: '2026-11-07' }))).location ?? ''
    expect(own).toMatch(/^\/guests\//)
    await head.browser.submit(own, { decision: 'approve' })
    expect(await text(head.browser, own)).toContain('somebody else approves')
    for (const [more, message] of [
      [{ forename: '' }, 'Write the first name'], [{ kind: 'king' }, ''], [{ until: '2026-11-01' }, 'Write the last day'], [{ from: '2020-01-01', until: '2020-01-02' }, 'The last day is over'],
      [{ approver: '01K4A0000000000000000000AA' }, 'Choose who approves'], [{ school: trust.high.id }, 'Choose the school'], [{ email: 'nowhere' }, 'Write an address'],
    ] as [Record<string, string>, string][]) {
      office = (await withRole(app, 'office', { schoolId: trust.primary.id })).browser
      expect((await office.submit('/guests/new', fields({ from: '2026-11-06', until: '2026-11-07', ...more }))).location ?? '', JSON.stringify(more)).not.toMatch(/^\/guests\/0/)
      if (message) expect(await text(office, '/guests/new')).toContain(message)
    }
    const elsewhere = (await withRole(app, 'headteacher', { schoolId: trust.high.id })).browser
    expect((await elsewhere.get(own)).status).toBe(404)
    expect(await text(elsewhere, '/guests')).not.toContain('Vera')
    expect((await (await withRole(app, 'governor')).browser.get('/guests')).status).toBe(403)
  })

  it('the list says how many, is filtered, and goes out as CSV without formulas', async () => {
    office = (await withRole(app, 'office', { schoolId: trust.primary.id })).browser
    await ask({ forename: '=HYPERLINK("x")', surname: 'Evil', from: '2026-11-06', until: '2026-11-07' })
    expect(await text(office, '/guests?standing=waits')).toContain('2 guests')
    expect(await text(office, '/guests?standing=here')).toContain('No guest here')
    const csv = (await office.get('/guests.csv')).text
    expect(csv).toContain(`"'=HYPERLINK(""x"") Evil"`)
  })

  it('dates: a stay has a beginning, an end and at most a year', () => {
    expect(dateProblems({ from: '2026-11-02', until: '2027-11-04' }, '2026-11-02')).toHaveProperty('until')
    expect(dateProblems({ from: '2026-11-02', until: '2026-11-02' }, '2026-11-02')).toEqual({})
    expect(standingOf({ state: 'approved', fromDate: '2026-11-02', untilDate: '2026-11-02' }, '2026-11-02')).toBe('here')
    expect(standingOf({ state: 'approved', fromDate: '2026-11-03', untilDate: '2026-11-03' }, '2026-11-02')).toBe('coming')
    expect(standingOf({ state: 'asked', fromDate: '2026-11-01', untilDate: '2026-11-01' }, '2026-11-02')).toBe('over')
  })
})
