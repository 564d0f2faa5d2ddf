import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../http/browser.ts'
import { textOf } from '../support/it-people.ts'
import { type SmallTrust, smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

describe('what a role shows', () => {
  let app: TestApp
  let trust: SmallTrust
  const staff = async (name: string, role: string, schoolId: string | null, more: { groupName?: string; yearCode?: string } = {}): Promise<{ id: string; browser: Browser }> => {
    const id = await trust.add({ name, role: 'teacher' })
    await app.services.roles.grant({ personId: id, role, schoolId, groupName: more.groupName ?? null, yearCode: more.yearCode ?? null, until: null, grantedBy: 'os:test' })
    return { id, browser: await app.as(id) }
  }
  const rows = (csv: string) => csv.trim().split('\r\n').slice(1).map((line) => line.split(',')[0] ?? '').sort()
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
    for (const [name, year, group] of [['Cleo Four', '4', '4K'], ['Dan Fourel', '4', '4L'], ['Eve Five', '5', '5K']] as const) await trust.add({ name, role: 'pupil', year, group })
    for (let n = 0; n < 24; n += 1) await trust.add({ name: `Pupil Six${n}`, role: 'pupil', year: '6', group: '6K' })
    await trust.add({ name: 'Far Away', role: 'pupil', school: trust.high, year: '8', group: '4K' })
    await trust.issue()
  })
  afterAll(() => app.close())

  it('a class teacher sees their own group, on the board and in its file, and chases nobody', async () => {
    const { browser } = await staff('Tess Teacher', 'class-teacher', trust.primary.id, { groupName: '4K' })
    const page = await browser.get('/office/board')
    expect(textOf(page.text)).toContain('Four, Cleo')
    for (const other of ['Fourel', 'Five', 'Six1', 'Away', 'Teacher']) expect(textOf(page.text)).not.toContain(other)
    expect(textOf(page.text)).not.toContain('Chase those')
    expect(rows((await browser.get('/office/board.csv')).text)).toEqual(['Four'])
    expect((await browser.get(`/office/board?school=${trust.high.id}`)).status).toBe(404)
    expect(rows((await browser.get('/office/board.csv?group=4L')).text)).toEqual([])
    expect(textOf((await browser.get('/office')).text)).not.toContain('agreements were put')
    expect(textOf((await browser.get('/office')).text)).toContain('0 of 1 1')
  })

  it('a class teacher whose grant names no group has those that the records give, as long as they do', async () => {
    const { id, browser } = await staff('Rex Records', 'class-teacher', trust.primary.id)
    expect((await browser.get('/office/board')).status).toBe(403)
    const group = { person_id: id, school_id: trust.primary.id, group_key: 'G1', name: '5K', registration: 1, start_date: '2026-09-01', end_date: '2026-10-01', end_is_session: 0, source_id: app.services.ids.next() }
    await app.db.sql('group_memberships').insert([group, { ...group, group_key: 'G2', name: '4L', registration: 0 }, { ...group, group_key: 'G3', name: '4K', school_id: trust.high.id }])
    expect(rows((await browser.get('/office/board.csv')).text)).toEqual(['Five'])
    app.clock.advance(30 * 86_400_000)
    expect((await (await app.as(id)).get('/office/board')).status).toBe(403)
    app.clock.advance(-30 * 86_400_000)
  })

  it('a head of year sees and chases their own year', async () => {
    const { browser } = await staff('Hedda Year', 'head-of-year', trust.primary.id, { yearCode: '4' })
    expect(rows((await browser.get('/office/board.csv')).text)).toEqual(['Four', 'Fourel'])
    const before = await app.db.read('audit_entries').where({ event: 'requests.chased' }).count({ n: '*' }).first()
    expect((await browser.submit('/office/board', {}, '/office/board/chase')).status).toBe(303)
    expect(Number((await app.db.read('audit_entries').where({ event: 'requests.chased' }).count({ n: '*' }).first())?.['n'])).toBe(Number(before?.['n']) + 1)
    expect((await browser.get('/records')).status).toBe(403)
  })

  it('a governor sees figures of their school, nobody’s name, and nothing of groups below ten', async () => {
    const { browser } = await staff('Gov Ernor', 'governor', trust.primary.id)
    const page = textOf((await browser.get('/office/figures')).text)
    expect(page).toContain('Larkmoor Primary School')
    expect(page).not.toContain('Ashbeck')
    expect(page).toMatch(/Year 6\s+24\s+none or very few/)
    expect(page).toMatch(/Year 4\s+fewer than 10\s+not shown/)
    for (const name of ['Cleo', 'Pupil', 'Eve']) expect(page).not.toContain(name)
    expect((await browser.get('/office/board')).status).toBe(403)
    expect((await browser.get('/office')).status).toBe(403)
  })

  it('a school somebody has moved on from sees no more of them; of one who has left altogether the last school does', async () => {
    const mover = await trust.add({ name: 'Mo Ver', role: 'pupil', year: '6' })
    await app.db.sql('affiliations').where({ person_id: mover }).update({ end_date: '2026-09-05' })
    const office = await staff('Olga Office', 'office', trust.primary.id)
    const dsl = await staff('Dora Safe', 'dsl', trust.primary.id)
    const highDsl = await staff('Hugo High', 'dsl', trust.high.id)
    const path = `/access/people/${mover}`
    expect((await office.browser.get(path)).status).toBe(200)
    expect((await highDsl.browser.get(path)).status).toBe(404)
    await app.db.sql('affiliations').insert({
      id: app.services.ids.next(), person_id: mover, school_id: trust.high.id, role: 'pupil', year_code: '7', reg_group: null, start_date: '2026-09-06', end_date: null, end_reason: null, source_id: null,
      missing_since: null, missing_runs: 0, created_at: 1, updated_at: 1,
    })
    const head = await staff('Hal Former', 'headteacher', trust.primary.id)
    for (const { browser } of [office, dsl]) expect((await browser.get(path)).status).toBe(404)
    for (const page of [`${path}/restrict`, `${path}/level`, `${path}/exempt`, `/office/signing/${mover}`]) expect([page, (await head.browser.get(page)).status]).toEqual([page, 404])
    expect((await highDsl.browser.get(`${path}/restrict`)).status).toBe(200)
    expect((await highDsl.browser.get(path)).status).toBe(200)
    expect(textOf((await dsl.browser.get('/audit')).text)).not.toContain(mover)
    expect(textOf((await highDsl.browser.get('/audit')).text)).toContain(mover)
  })

  it('A5, P7: the circle reads the true cause, but not about a child of their own', async () => {
    const pupil = await trust.add({ name: 'Ria Stricted', role: 'pupil', year: '5' })
    await app.services.accounts.access.place({ personId: pupil, cause: 'misuse', level: 'restricted', reason: 'The true words.', actor: 'os:test' })
    const [dsl, parent] = [await staff('Dan Circle', 'dsl', trust.primary.id), await staff('Pam Parent', 'dsl', trust.primary.id)]
    await trust.link(pupil, parent.id)
    expect(textOf((await dsl.browser.get(`/access/people/${pupil}`)).text)).toContain('The true words.')
    const theirs = textOf((await parent.browser.get(`/access/people/${pupil}`)).text)
    expect(theirs).toContain('Access changed by the school')
    expect(theirs).not.toContain('The true words.')
    expect(theirs).not.toContain('misuse')
  })

  it('A5, P7: a head of year limits pupils of their own year only, and reads no restriction but their own', async () => {
    const [own, other] = [await trust.add({ name: 'Yan Four', role: 'pupil', year: '4' }), await trust.add({ name: 'Yas Five', role: 'pupil', year: '5' })]
    const { browser } = await staff('Hod Ofyear', 'head-of-year', trust.primary.id, { yearCode: '4' })
    expect((await browser.get(`/access/people/${own}/restrict`)).status).toBe(200)
    expect((await browser.get(`/access/people/${other}/restrict`)).status).toBe(404)
    const safeguarding = await app.services.accounts.access.place({ personId: own, cause: 'safeguarding', level: 'restricted', reason: 'Not for them.', actor: 'os:test' })
    expect((await browser.get(`/access/restrictions/${safeguarding}`)).status).toBe(404)
    expect((await browser.submit('/security', { decision: 'lift' }, `/access/restrictions/${safeguarding}`)).status).toBe(404)
    const dsl = await staff('Dil Circle', 'dsl', trust.primary.id)
    expect(textOf((await dsl.browser.get(`/access/restrictions/${safeguarding}`)).text)).toContain('Not for them.')
  })

  it('P7: nobody leaves a child of their own out of a plan', async () => {
    const child = await trust.add({ name: 'Kit Ofadmin', role: 'pupil', year: '6' })
    const { id, browser } = await staff('Ira Admin', 'it-admin', null)
    await trust.link(child, id)
    const planId = app.services.ids.next()
    await app.services.plans.create({ id: planId, kind: 'access', about: 'leavers', state: 'held', createdBy: 'system', createdAt: app.clock.now(), expiresAt: app.clock.now() + 86_400_000, brake: { held: [], secondPerson: false, typedCount: false, count: 1 } })
    await app.services.plans.addItems(planId, [{ seq: 0, itemKey: 'a', subject: child, action: 'suspend', rank: 2, population: `${trust.primary.id}|pupil`, state: 'held', before: null, after: { username: 'x', directory: 'd', level: 'suspended' }, file: null, line: null, reason: 'left' }])
    await browser.submit(`/access/plans/${planId}`, { people: child, do: 'leave' }, `/access/plans/${planId}/leave-out`)
    expect(textOf((await browser.get(`/access/plans/${planId}`)).text)).toContain('family link to somebody in this plan')
    expect((await app.db.read('plan_items').where({ plan_id: planId }).first('state') as { state: string }).state).toBe('held')
  })

  it('ASVS 7.3: the trust’s own limits of idleness and length end a session', async () => {
    const other = await startTestApp({ config: { security: { stepUpMinutes: 5, schoolSignInConfirms: true, sessionIdleMinutes: 5, sessionHours: 1 } } })
    try {
      const id = await (await smallTrust(other)).add({ name: 'Ida Idle', role: 'teacher' })
      const idle = await other.as(id)
      other.clock.advance(4 * 60_000)
      expect((await idle.get('/security')).status).toBe(200)
      other.clock.advance(5 * 60_000)
      expect((await idle.get('/security')).location).toBe('/sign-in')
      const busy = await other.as(id)
      for (let minutes = 4; minutes < 60; minutes += 4) {
        other.clock.advance(4 * 60_000)
        expect((await busy.get('/security')).status).toBe(200)
      }
      other.clock.advance(4 * 60_000)
      expect((await busy.get('/security')).location).toBe('/sign-in')
    } finally {
      await other.close()
    }
  })

  it('reasons of the brake about other schools are for those who see them', async () => {
    const { services } = app
    const [planId, pupil] = [services.ids.next(), await trust.add({ name: 'Pip Pupil', role: 'pupil', year: '4' })]
    await services.plans.create({
      id: planId, kind: 'access', about: 'leavers', state: 'held', createdBy: 'system', createdAt: app.clock.now(), expiresAt: app.clock.now() + 86_400_000,
      brake: { held: [{ rule: 'B1', text: 'Larkmoor: 9 of 100.', schoolId: trust.primary.id }, { rule: 'B1', text: 'Ashbeck: 70 of 900.', schoolId: trust.high.id }, { rule: 'B5', text: 'The first run.' }], secondPerson: false, typedCount: false, count: 79 },
    })
    await services.plans.addItems(planId, [{ seq: 0, itemKey: 'a', subject: pupil, action: 'suspend', rank: 2, population: `${trust.primary.id}|pupil`, state: 'held', before: null, after: { username: 'x', directory: 'd', level: 'suspended' }, file: null, line: null, reason: 'left' }])
    const seen = async (schoolId: string | null) => textOf((await (await staff('Hannah Head', 'headteacher', schoolId)).browser.get(`/access/plans/${planId}`)).text)
    const own = await seen(trust.primary.id)
    expect(own).toContain('Larkmoor: 9 of 100.')
    expect(own).toContain('The first run.')
    expect(own).not.toContain('Ashbeck')
    expect(await seen(null)).toContain('Ashbeck: 70 of 900.')
  })

  it('V3: the DPO reads who looked at whom, the circle’s own looks included, by person and by reader, and as a file', async () => {
    const pupil = await trust.add({ name: 'Lou Kedat', role: 'pupil', year: '4' })
    const other = await trust.add({ name: 'Far Pupil', role: 'pupil', school: trust.high, year: '8' })
    const dsl = await staff('Dina Circle', 'dsl', null)
    const office = await staff('Orla Desk', 'office', trust.primary.id)
    const dpo = await staff('Dee Peo', 'dpo', null)
    const schoolDpo = await staff('Sid Small', 'dpo', trust.primary.id)
    for (const [who, whom] of [[dsl, pupil], [office, pupil], [dsl, other]] as const) expect((await who.browser.get(`/access/people/${whom}`)).status).toBe(200)
    const about = await dpo.browser.get(`/audit/looks?about=${pupil}`)
    expect(textOf(about.text)).toContain('2 looks at people’s records at Lou Kedat')
    for (const reader of ['Dina Circle', 'Orla Desk']) expect(textOf(about.text)).toContain(reader)
    const by = await dpo.browser.get(`/audit/looks?by=${dsl.id}`)
    expect(textOf(by.text)).toContain('2 looks')
    expect(textOf(by.text)).toContain('access of a person')
    const file = (await dpo.browser.get(`/audit/looks.csv?by=${dsl.id}`)).text.trim().split('\r\n')
    expect(file).toHaveLength(3)
    expect(file[1]).toContain('Dina Circle')
    expect(textOf((await schoolDpo.browser.get(`/audit/looks?by=${dsl.id}`)).text)).toContain('1 look at')
    const hidden = textOf((await schoolDpo.browser.get(`/audit/looks?about=${other}`)).text)
    expect(hidden).toContain('0 looks')
    expect(hidden).not.toContain('Far Pupil')
    await dpo.browser.submit('/audit/looks', { name: 'kedat', back: '/audit/looks' }, '/audit/looks/search')
    expect((await dpo.browser.get('/audit/looks?named=1')).text).toContain(`/audit/looks?about=${pupil}`)
    expect((await office.browser.get('/audit/looks')).status).toBe(403)
  })
})
