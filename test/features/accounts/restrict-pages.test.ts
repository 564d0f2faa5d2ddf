import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { accountOf, giveAccounts, PUPILS, simulatedDirectory, textOf, withRole } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const directory = { ...simulatedDirectory, mapping: { ...simulatedDirectory.mapping, restrictedWithoutGroups: ['internet'], profiles: { 'no-internet': { groups: [], withoutGroups: ['internet'] } } } }
// A Monday in the half of a term that has no bank holiday.
const NOW = '2026-11-02T10:00:00Z'

for (const kind of ['sqlite', 'mariadb'] as const) describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`one person: restricted, looked at again, given back [${kind}]`, () => {
  let app: TestApp
  let trust: SmallTrust
  let dsl: Browser
  let head: Browser
  let pupil: string
  let teacher: string
  const run = () => app.services.worker.runUntilIdle()
  const form = (more: Record<string, string> = {}) => ({ what: 'restricted', cause: 'misuse', reason: 'made up for the test', until: '2026-11-09', review: '2026-11-03', ...more })
  const newest = async () => (await app.db.read('restrictions').orderBy('id', 'desc').first()) as { id: string; person_id: string; level: string; emergency: number }
  const errorsOf = async (browser: Browser, path: string) => textOf((await browser.get(path)).text)

  beforeAll(async () => {
    app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), now: NOW, config: { directories: [directory] } })
    trust = await smallTrust(app)
    pupil = await trust.add({ name: 'Perry Pupil', role: 'pupil', school: trust.high, year: '9', group: '9B' })
    teacher = await trust.add({ name: 'Tess Teacher', role: 'teacher', school: trust.high })
    const source = app.services.ids.next()
    await app.db.sql('sources').insert({ id: source, name: 'mis', format: 'csv', mode: 'enforce', profile: null, slots: 0, last_good_run_id: null, took_access_away: 0, created_at: app.clock.now() })
    await app.db.sql('source_people').insert([['P1', pupil], ['T1', teacher]].map(([external_id, person_id]) => ({ source_id: source, external_id, person_id, admission_number: null, mis_id: null, upn: null })))
    await giveAccounts(app, ['P1', 'T1'])
    await app.services.accounts.reconcile.observe('school', 'os:test')
    dsl = (await withRole(app, 'dsl', { schoolId: trust.high.id, name: 'Dana' })).browser
    head = (await withRole(app, 'headteacher', { schoolId: trust.high.id, name: 'Hugo' })).browser
  })
  afterAll(() => app.close())

  it('A5: the DSL limits a pupil; the directory follows, and everybody else reads neutral words', async () => {
    const path = `/access/people/${pupil}/restrict`
    expect(textOf((await dsl.get(path)).text)).toContain('Change the access of Perry Pupil')
    const answer = await dsl.submit(path, form({ reason: 'Shared a hurtful picture' }))
    expect(answer.location).toMatch(/^\/access\/restrictions\//)
    await run()
    expect((await accountOf(app, 'P1')).groups).toEqual(['pupils'])
    const proof = textOf((await dsl.get(answer.location ?? '')).text)
    expect(proof).toContain('Shared a hurtful picture')
    expect(proof).toContain('Dana dsl')
    expect(proof).toMatch(/Restriction placed, 2 November 2026 at 10:00, entry \d+/)
    const admin = (await withRole(app, 'it-admin')).browser
    const outside = textOf((await admin.get(`/access/people/${pupil}`)).text)
    expect(outside).toContain('Access changed by the school; ask the DSL, reference')
    expect(outside).not.toMatch(/hurtful|misuse|Dana/i)
    expect((await admin.get(answer.location ?? '')).status).toBe(404)
    expect((await admin.get(path)).status).toBe(404)
    const ledger = JSON.stringify(await app.db.read('audit_payloads').where('payload', 'like', '%hurtful%'))
    expect(ledger).toBe('[]')
  })

  it('lifted again, access is exactly what it was', async () => {
    const { id } = await newest()
    expect((await dsl.submit(`/access/restrictions/${id}`, { decision: 'lift' })).status).toBe(303)
    await run()
    expect(await accountOf(app, 'P1')).toEqual({ enabled: true, container: PUPILS, groups: ['internet', 'pupils'] })
    expect(textOf((await dsl.get(`/access/people/${pupil}`)).text)).toContain('Lifted')
    await dsl.submit(`/access/people/${pupil}/restrict`, { decision: 'lift' }, `/access/restrictions/${id}`)
    expect(await errorsOf(dsl, `/access/restrictions/${id}`)).toContain('lifted already')
  })

  it('A5: between the decision and the look of the directory the page says what is under way and since when, to everybody in words that name no cause; then what was seen', async () => {
    const page = `/access/people/${pupil}`
    const outside = (await withRole(app, 'it-admin')).browser
    const both = async () => [textOf((await dsl.get(page)).text), textOf((await outside.get(page)).text)]
    app.clock.advance(60_000)
    const placed = await dsl.submit(`${page}/restrict`, form({ what: 'suspended', reason: 'Shared a hurtful picture' }))
    for (const text of await both()) expect(text).toMatch(/Being switched off asked on 2 November 2026 at 10:01; switched on when last looked at, on 2 November 2026 at 10:00/)
    expect((await both())[1]).not.toMatch(/hurtful|misuse|Dana/i)
    expect(textOf((await dsl.get(placed.location ?? '')).text)).toContain('u.p1, school: being switched off, asked on 2 November 2026 at 10:01')

    await app.db.sql('directories').update({ paused: 1 })
    for (const text of await both()) expect(text).toContain('To be switched off asked on 2 November 2026 at 10:01; this directory is paused, so nothing is changed there')
    await app.db.sql('directories').update({ paused: 0 })

    app.clock.advance(60_000)
    await run()
    for (const text of await both()) expect(text).toMatch(/Switched off looked at on 2 November 2026 at 10:02/)
    app.clock.advance(60_000)
    await dsl.submit(placed.location ?? '', { decision: 'lift' })
    for (const text of await both()) expect(text).toContain('Being switched on again asked on 2 November 2026 at 10:03')
    app.clock.advance(60_000)
    await run()
    for (const text of await both()) expect(text).toMatch(/Switched on looked at on 2 November 2026 at 10:04/)
    await dsl.submit(`${page}/restrict`, form())
    expect((await both())[1]).toContain('Being changed asked on 2 November 2026 at 10:04')
    await run()
    expect((await both())[1]).toContain('Switched on looked at on 2 November 2026 at 10:04')
    await dsl.submit(`/access/restrictions/${(await newest()).id}`, { decision: 'lift' })
    await run()
  })

  it('a restriction has a reason, an end, a day to look again, and something that changes', async () => {
    const path = `/access/people/${pupil}/restrict`
    for (const [fields, message] of [
      [form({ what: '' }), 'Choose what changes'], [form({ what: 'profile:unknown' }), 'Choose what changes'], [form({ reason: ' ' }), 'Write the reason'], [form({ until: '2026-11-01' }), 'Write the last day'],
      [form({ until: 'tomorrow' }), 'Write the last day'], [form({ until: '2028-11-01' }), 'within a year'], [form({ review: '2026-11-10' }), 'The look comes before the end'],
    ] as const) {
      await dsl.submit(path, fields)
      expect(await errorsOf(dsl, path)).toContain(message)
    }
  })

  it('A5: everything that is missing or wrong is listed at once, each leading to its field, and what was typed stays', async () => {
    const path = `/access/people/${teacher}/restrict`
    const summaryOf = (html: string) => [...(/<div class="error-summary"[\s\S]*?<\/div>/.exec(html)?.[0] ?? '').matchAll(/<a href="#([^"]+)">([^<]+)</g)].map((match) => [match[1], match[2]])
    await dsl.submit(path, { what: 'suspended', reason: '', until: '2026-11-01', review: 'soon', emergency: 'yes' })
    const refused = await dsl.get(path)
    expect(summaryOf(refused.text)).toEqual([
      ['cause', 'Choose why'], ['reason', 'Write the reason, so that whoever looks at it again knows'], ['until', 'Write the last day, today or later'],
      ['review', 'Write the day on which somebody looks at it again, today or later'], ['advice', expect.stringContaining('LADO, HR or police advice')],
    ])
    for (const field of ['cause', 'reason', 'until', 'review', 'advice']) {
      expect(refused.text).toContain(`id="${field}-error"`)
      expect(refused.text).toMatch(new RegExp(`<(input|textarea)[^>]* id="${field}"`))
    }
    expect(refused.text).toMatch(/value="suspended" checked/)
    expect(refused.text).toMatch(/name="emergency" value="yes" checked/)
    expect(refused.text).toContain('value="2026-11-01"')
    await dsl.submit(path, { reason: `Said in more words than fit: ${'x'.repeat(500)}`, until: '2026-11-09', review: '2026-11-10' })
    const again = await dsl.get(path)
    expect(summaryOf(again.text).map(([field]) => field)).toEqual(['what', 'cause', 'reason', 'review'])
    expect(again.text).toContain('Said in more words than fit')
    expect(await app.db.read('restrictions').where({ person_id: teacher })).toEqual([])
  })

  it('a head of year: own year only, five school days, never out altogether', async () => {
    const [id = ''] = await app.services.peopleStore.insert([{ preferredForename: 'Yara', surname: 'Year', email: null, username: null, feedDisabled: false }])
    await app.services.roles.grant({ personId: id, role: 'head-of-year', schoolId: trust.high.id, groupName: '9', until: null, grantedBy: 'os:test' })
    const year = await app.as(id)
    const path = `/access/people/${pupil}/restrict`
    await year.submit(path, form({ until: '2026-11-10' }))
    expect(await errorsOf(year, path)).toContain('for 5 school days, so until Monday 9 November 2026')
    await year.submit(path, form({ what: 'suspended' }))
    expect(await errorsOf(year, path)).toContain('is for the DSL or the head')
    await year.submit(path, form({ emergency: 'yes' }))
    expect(await errorsOf(year, path)).toContain('emergencies are for the DSL or the head')
    expect((await year.submit(path, form({ what: 'profile:no-internet', until: '2026-11-09' }))).location).toMatch(/restrictions/)
    const other = await trust.add({ name: 'Tia Ten', role: 'pupil', school: trust.high, year: '10' })
    expect((await year.get(`/access/people/${other}/restrict`)).status).toBe(404)
    expect((await year.get(`/access/people/${teacher}/restrict`)).status).toBe(404)
    const { id: placed } = await newest()
    expect((await year.submit(`/access/restrictions/${placed}`, { decision: 'lift' })).status).toBe(303)
    await run()
  })

  it('A5: for staff the question about LADO, HR or police comes first', async () => {
    const path = `/access/people/${teacher}/restrict`
    await dsl.submit(path, form({ what: 'suspended' }))
    expect(await errorsOf(dsl, path)).toContain('A5: before a member of staff is suspended')
    expect((await accountOf(app, 'T1')).enabled).toBe(true)
    expect((await dsl.submit(path, form({ what: 'suspended', advice: 'taken' }))).location).toMatch(/restrictions/)
    await run()
    expect((await accountOf(app, 'T1')).enabled).toBe(false)
    await dsl.submit(`/access/restrictions/${(await newest()).id}`, { decision: 'lift' })
    await run()
  })

  it('B7: an emergency takes effect at once everywhere, ends sessions in Assent, and is looked at by somebody else within a day', async () => {
    const theirs = await app.as(pupil)
    expect((await theirs.get('/me')).status).toBe(200)
    app.services.worker.start()
    const began = performance.now()
    const answer = await dsl.submit(`/access/people/${pupil}/restrict`, form({ what: 'suspended', cause: 'safeguarding', emergency: 'yes' }))
    const path = answer.location ?? ''
    await expect.poll(async () => (await theirs.get('/me')).status, { timeout: 20_000, interval: 50 }).toBe(303)
    await expect.poll(async () => (await accountOf(app, 'P1')).enabled, { timeout: 20_000, interval: 50 }).toBe(false)
    const took = performance.now() - began
    await app.services.worker.stop()
    console.info(`emergency: form sent to account off and Assent session dead: ${Math.round(took)} ms`)
    expect(took).toBeLessThan(10_000)

    expect(textOf((await head.get('/office')).text)).toContain('1 emergency restriction waits for a second look')
    expect(textOf((await dsl.get('/office')).text)).not.toContain('second look')
    await dsl.submit(path, { decision: 'stands' })
    expect(await errorsOf(dsl, path)).toContain('the second look is for somebody else')
    expect(textOf((await head.get('/access/reviews')).text)).toContain('Perry Pupil')
    expect((await head.submit(path, { decision: 'stands' })).status).toBe(303)
    expect(textOf((await head.get('/office')).text)).not.toContain('second look')
    await head.submit(path, { decision: 'lift' })
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(true)
  })

  it('P7: nobody decides about their own child or themself; another school reads as unknown', async () => {
    const parent = await withRole(app, 'dsl', { schoolId: trust.high.id, name: 'Mona' })
    await trust.link(pupil, parent.id)
    expect((await parent.browser.get(`/access/people/${pupil}/restrict`)).status).toBe(404)
    expect((await parent.browser.get(`/access/people/${parent.id}/restrict`)).status).toBe(404)
    const elsewhere = (await withRole(app, 'dsl', { schoolId: trust.primary.id })).browser
    expect((await elsewhere.get(`/access/people/${pupil}/restrict`)).status).toBe(404)
  })

  it('A1: an exemption keeps access until a day, and not against what the circle decided; ended early, what stands counts again', async () => {
    const path = `/access/people/${pupil}/exempt`
    await head.submit(path, { kind: 'full', until: '2026-11-30', reason: 'Exam results' })
    expect(textOf((await head.get('/access/exemptions')).text)).toContain('Exam results')
    await dsl.submit(`/access/people/${pupil}/restrict`, form({ what: 'suspended', cause: 'manual', until: '2026-11-20' }))
    const manual = await newest()
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(true)
    await dsl.submit(`/access/people/${pupil}/restrict`, form({ what: 'suspended', until: '2026-11-20' }))
    const misuse = await newest()
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(false)
    await dsl.submit(`/access/restrictions/${misuse.id}`, { decision: 'lift' })
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(true)
    await dsl.submit(`/access/people/${pupil}/restrict`, form({ what: 'suspended', cause: 'safeguarding', emergency: 'yes' }))
    const emergency = await newest()
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(false)
    await dsl.submit(`/access/restrictions/${emergency.id}`, { decision: 'lift' })
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(true)
    const exemption = (await app.db.read('exemptions').first('id')).id
    await head.submit('/access/exemptions', { exemption })
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(false)
    await dsl.submit(`/access/restrictions/${manual.id}`, { decision: 'lift' })
    await run()
    const timeline = textOf((await dsl.get(`/access/people/${pupil}`)).text)
    for (const words of ['Access kept', 'Exemption ended', 'Lifted', 'Suspended']) expect(timeline).toContain(words)
    expect((await (await withRole(app, 'office')).browser.get('/access/exemptions')).status).toBe(403)
  })
})
