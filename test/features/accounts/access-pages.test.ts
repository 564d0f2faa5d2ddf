import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { accountOf, approve, giveAccounts, PUPILS, readRoster, simulatedDirectory, SUSPENDED, textOf, withRole } from '../../support/it-people.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { tinyRoster, tinySchool, type TinyUser } from '../../support/tiny-roster.ts'

const ended = (ids: readonly string[]) => (user: TinyUser): TinyUser => (ids.includes(user.id) ? { ...user, until: '2026-10-16' } : user)
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `P${from + n}`)

describe('access pages: from a roster to the directory and back', () => {
  let app: TestApp
  let admin: Browser
  let office: Browser
  let external: Browser
  const run = () => app.services.worker.runUntilIdle()
  const planPath = async () => /href="(\/access\/plans\/[0-9A-Z]{26})"/.exec((await admin.get('/access')).text)?.[1] ?? ''
  const lines = async (path: string) => app.db.read('plan_items').where({ plan_id: path.split('/')[3] }).groupBy('state').select('state').count({ n: '*' })

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T16:00:00Z', config: { directories: [simulatedDirectory] } })
    admin = (await withRole(app, 'it-admin', { name: 'Idris' })).browser
    office = (await withRole(app, 'office', { name: 'Gwen' })).browser
    external = (await withRole(app, 'external-it', { name: 'Ext' })).browser
    await readRoster(app, admin, tinySchool(80))
    await giveAccounts(app, numbers(1, 80))
  })
  afterAll(() => app.close())

  it('B5: thirty at once need a second person and the typed count; then they are in', async () => {
    const { page, path } = await readRoster(app, admin, tinySchool(80, ended(numbers(1, 30))))
    expect(textOf(page.text)).toContain('a second person has to approve it')
    expect((await admin.submit('/rosters/upload', { count: '30' }, path)).location).toBe(path)
    expect(textOf((await admin.get(path)).text)).toContain('B5: a second person has to approve this plan')
    expect((await office.get(path)).text).toContain('name="count"')
    await office.submit(path, { count: '29' })
    const wrong = await office.get(path)
    expect(textOf(wrong.text)).toContain('The count typed, 29, is not the number of people')
    expect(wrong.text).toContain('href="#count"')
    await office.submit(path, { count: 'thirty' })
    expect(textOf((await office.get(path)).text)).toContain('Type the number of people in figures')
    await office.submit(path, {})
    expect(textOf((await office.get(path)).text)).toContain('B5: type how many people')
    await office.submit(path, { count: '30' })
    const after = textOf((await admin.get(path)).text)
    expect(after).toContain('Everything this reading says is in')
    expect(after).toContain('Assent is working out who would lose access')
    await run()
    const linked = await admin.get(path)
    expect(textOf(linked.text)).toContain('30 people would lose access. Look who, and decide')
    expect(linked.text).toContain(`href="${await planPath()}"`)
    expect(textOf((await office.get(path)).text)).not.toContain('would lose access')
  })

  it('the plan says who, which account, why and from which reading; looking changes nothing', async () => {
    const path = await planPath()
    const page = await admin.get(path)
    const text = textOf(page.text)
    expect(text).toContain('If you approve, 30 accounts lose access. Nobody else is touched.')
    expect(text).toContain('NameP7 SurnameP7')
    expect(text).toContain('u.p7, school')
    expect(text).toContain('Full access becomes suspended')
    expect(text).toContain(`Moves to ${SUSPENDED}`)
    expect(text).toContain('Left School A on 16 October 2026 (source mis)')
    expect(text).toContain('enrollments.csv, line 8')
    expect(page.text).toMatch(/href="\/rosters\/runs\/[0-9A-Z]{26}">The reading that says so/)
    expect(text).toContain('B5: the first run that would take access away always waits')
    expect(await accountOf(app, 'P7')).toEqual({ enabled: true, container: PUPILS, groups: ['internet', 'pupils'] })
  })

  it('who may: office sees no access, external IT does not approve, a governor sees nothing', async () => {
    const path = await planPath()
    expect((await office.get(path)).status).toBe(403)
    expect(textOf((await external.get(path)).text)).toContain('You may read this plan but not approve it')
    expect((await external.submit('/access', { decision: 'approve', count: '30' }, path)).status).toBe(403)
    expect((await external.submit('/access', {}, `${path}/undo`)).status).toBe(403)
    expect((await (await withRole(app, 'governor')).browser.get('/access')).status).toBe(403)
    expect((await admin.get('/access/plans/01K00000000000000000000000')).status).toBe(404)
  })

  it('P7: who has a child in the plan does not decide it', async () => {
    const path = await planPath()
    const [held] = await app.db.read('plan_items').where({ plan_id: path.split('/')[3] }).whereNot({ state: 'skipped' }).select('subject')
    const parent = await withRole(app, 'it-admin', { name: 'Parent' })
    await app.db.sql('guardian_links').insert({
      id: '01K00000000000000000000P77', pupil_id: held?.subject, guardian_id: parent.id, relationship: 'parent', may_sign: 1, may_consent: 1, do_not_contact: 1, priority: 1,
      created_at: app.clock.now(),
    })
    const before = await lines(path)
    await parent.browser.submit(path, { decision: 'approve', count: '30' }, path)
    expect(textOf((await parent.browser.get(path)).text)).toContain('You have a family link to somebody in this plan')
    await run()
    expect(await lines(path)).toEqual(before)
  })

  it('approved with the right count only, it is brought about by the worker, and read back', async () => {
    const path = await planPath()
    await admin.submit(path, { decision: 'approve', count: '31' })
    expect(textOf((await admin.get(path)).text)).toContain('The count typed, 31, is not the number of people')
    expect((await admin.submit(path, { decision: 'approve', count: '30' })).location).toBe(path)
    const waiting = await admin.get(path)
    expect(textOf(waiting.text)).toContain('It begins in a moment')
    expect(waiting.text).toContain('<noscript><meta http-equiv="refresh"')
    expect(waiting.text).not.toContain('name="decision" value="approve"')
    expect((await accountOf(app, 'P7')).enabled).toBe(true)
    await run()
    const done = textOf((await admin.get(path)).text)
    expect(done).toContain('30 accounts were changed and read back.')
    expect(done).toContain('Done and checked')
    expect(await accountOf(app, 'P7')).toEqual({ enabled: false, container: SUSPENDED, groups: ['internet', 'pupils'] })
    expect((await accountOf(app, 'P31')).enabled).toBe(true)
    expect(textOf((await admin.get('/access')).text)).toContain('No plan waits')
  })

  it('a second press finds the plan decided', async () => {
    const path = /href="(\/access\/plans\/[0-9A-Z]{26})"/.exec((await admin.get('/access')).text)?.[1] ?? ''
    await admin.submit('/access', { decision: 'approve' }, path)
    expect(textOf((await admin.get(path)).text)).toContain('it does not wait for approval')
  })

  it('why this access: the restriction, its reason and the account', async () => {
    const [person] = await app.services.people.search('surnamep7 ', 1)
    const page = await admin.get(`/access/people/${person?.id}`)
    const text = textOf(page.text)
    expect(text).toContain('They cannot sign in. Their work stays where it is.')
    expect(text).toContain('Has left the trust')
    expect(text).toContain('Left School A on 16 October 2026')
    expect(text).toContain('u.p7')
    expect(text).toContain('Switched off')
    const looks = await app.services.auditQueries.bySubject(`person:${person?.id}`)
    expect(looks.entries.some(({ event }) => event === 'page.viewed')).toBe(true)
  })

  it('U1: undo gives back what the plan took, and a new look leaves these people alone', async () => {
    const path = /href="(\/access\/plans\/[0-9A-Z]{26})"/.exec((await admin.get('/access')).text)?.[1] ?? ''
    expect(textOf((await admin.get(path)).text)).toContain('Lifts what this plan placed, and nothing else')
    expect((await admin.submit(path, {}, `${path}/undo`)).location).toBe(path)
    expect(textOf((await admin.get(path)).text)).toContain('The undo begins in a moment')
    await run()
    expect(await accountOf(app, 'P7')).toEqual({ enabled: true, container: PUPILS, groups: ['internet', 'pupils'] })
    const undone = await admin.get(path)
    expect(textOf(undone.text)).toContain('This plan was undone. Open the undo')
    expect(undone.text).not.toContain('Undo this plan')
    await admin.submit('/access', {}, '/access/look')
    expect(textOf((await admin.get('/access')).text)).toContain('Looking for leavers')
    await run()
    expect(textOf((await admin.get('/access')).text)).toContain('No plan waits The last look, on 2 November 2026 at 16:00, found nobody')
    await admin.submit('/access', {}, `${path}/undo`)
    expect(textOf((await admin.get(path)).text)).toContain('This plan has changed nothing that could be undone')
  })

  it('B6: a stopped directory stops the run; it goes on when switched on again', async () => {
    const { path: rosterPath } = await readRoster(app, admin, tinySchool(80, ended(numbers(1, 32))))
    await approve(office, rosterPath, 2)
    await run()
    const path = await planPath()
    expect(textOf((await admin.get(path)).text)).toContain('If you approve, 2 accounts lose access')
    await admin.submit('/access', { directory: 'school', paused: 'yes' }, '/access/directories')
    await approve(admin, path, 2, { decision: 'approve' })
    await run()
    const stopped = textOf((await admin.get(path)).text)
    expect(stopped).toContain('is paused, so the run stopped')
    expect(stopped).toContain('Let it go on')
    expect((await accountOf(app, 'P31')).enabled).toBe(true)
    await admin.submit('/access', { directory: 'school', paused: 'no' }, '/access/directories')
    await approve(admin, path, 2, { decision: 'approve' })
    await run()
    expect(await lines(path)).toEqual([{ state: 'verified', n: 2 }])
    expect((await accountOf(app, 'P31')).enabled).toBe(false)
  })

  it('a plan that is set aside changes nothing', async () => {
    const { path: rosterPath } = await readRoster(app, admin, tinySchool(80, ended(numbers(1, 33))))
    await approve(office, rosterPath, 1)
    await run()
    const path = await planPath()
    expect((await admin.submit(path, { decision: 'set-aside' })).location).toBe('/access')
    await run()
    expect(textOf((await admin.get(path)).text)).toContain('Set aside')
    expect((await accountOf(app, 'P33')).enabled).toBe(true)
  })

  it('what fails is named with its reason and can be tried again', async () => {
    await admin.submit('/access', {}, '/access/look')
    await run()
    const path = await planPath()
    const second = (await withRole(app, 'it-admin', { name: 'Second' })).browser
    // The unit for suspended accounts is renamed in the directory between look and approval.
    const units = app.services.config.directories[0]?.kind === 'simulated' ? app.services.config.directories[0].containers : []
    units.splice(units.indexOf(SUSPENDED), 1)
    await approve(second, path, 1, { decision: 'approve' })
    await run()
    const failed = textOf((await admin.get(path)).text)
    expect(failed).toContain('1 failed, can be tried again')
    expect(failed).toContain(SUSPENDED)
    expect(failed).toContain('B6: a run begins with three accounts')
    expect(failed).toContain('Let it go on')
    expect((await accountOf(app, 'P33')).enabled).toBe(true)
    units.push(SUSPENDED)
    await approve(second, path, 1, { decision: 'approve' })
    await run()
    expect(textOf((await admin.get(path)).text)).toContain('1 account was changed and read back.')
    expect(await accountOf(app, 'P33')).toMatchObject({ enabled: false, container: SUSPENDED })
  })

  describe('schools of one\'s own, and the circle (A5)', () => {
    let b = ''
    let own: Browser
    beforeAll(async () => {
      const users = (change: (user: TinyUser) => TinyUser = (user) => user) => tinyRoster([
        ...Array.from({ length: 8 }, (_, n) => ({ id: `A${n}`, grade: '04', group: '4K', schools: ['A'] })), ...Array.from({ length: 8 }, (_, n) => ({ id: `B${n}`, grade: '05', group: '5B', schools: ['B'] })),
      ].map(change))
      b = (await app.services.schools.all()).find(({ name }) => name === 'School B')?.id ?? ''
      own = (await withRole(app, 'it-admin', { schoolId: b, name: 'Own' })).browser
      await readRoster(app, admin, users(), { 'new-source': 'both' })
      await giveAccounts(app, ['A1', 'B1', 'B2'])
      const { path } = await readRoster(app, admin, users(ended(['A1', 'B1'])), { 'new-source': 'both' })
      await approve(office, path, 2)
      await run()
    })

    it('an administrator of one school sees its lines only, and may not approve for others', async () => {
      const path = await planPath()
      const page = await own.get(path)
      expect(page.text).toContain('SurnameB1')
      expect(page.text).not.toContain('SurnameA1')
      expect(textOf(page.text)).toContain('1 account loses access')
      expect(textOf(page.text)).toContain('also concerns people of schools that are not yours')
      expect((await own.submit('/access', { decision: 'approve' }, path)).status).toBe(404)
      expect((await own.submit('/access', { directory: 'school', paused: 'yes' }, '/access/directories')).status).toBe(403)
    })

    it('people of another school are not found', async () => {
      const [a] = await app.services.people.search('surnamea1', 1)
      const [mine] = await app.services.people.search('surnameb1', 1)
      expect((await own.get(`/access/people/${a?.id}`)).status).toBe(404)
      expect((await own.get(`/access/people/${mine?.id}`)).status).toBe(200)
      expect((await own.get('/access/people/01K00000000000000000000000')).status).toBe(404)
    })

    it('A5: misuse reads neutral outside the circle, and true inside it at that school', async () => {
      const [mine] = await app.services.people.search('surnameb2', 1)
      await app.services.accounts.access.place({ personId: mine?.id ?? '', cause: 'misuse', level: 'suspended', reason: 'Sent threats', actor: 'os:test' })
      const path = `/access/people/${mine?.id}`
      const outside = await own.get(path)
      expect(outside.text).toContain('ask the DSL, reference')
      expect(outside.text).not.toContain('threats')
      const [here, there] = [(await withRole(app, 'dsl', { schoolId: b })).browser, (await withRole(app, 'dsl', { schoolId: (await app.services.schools.all()).find(({ name }) => name === 'School A')?.id ?? '' })).browser]
      expect((await here.get(path)).text).toContain('Sent threats')
      expect((await there.get(path)).status).toBe(404)
      const { id: parent, browser } = await withRole(app, 'dsl', { schoolId: b, name: 'Parent' })
      await app.db.sql('guardian_links').insert({
        id: app.services.ids.next(), pupil_id: mine?.id, guardian_id: parent, relationship: 'mother', may_sign: 1, may_consent: 1, do_not_contact: 0, priority: 1, source_id: null, ended_at: null, created_at: 0,
      })
      expect((await browser.get(path)).text).not.toContain('threats')
    })
  })
})
