import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { readRoster, textOf, withRole } from '../../support/it-people.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { tinySchool, type TinyUser } from '../../support/tiny-roster.ts'

const HOUR = 3_600_000

describe('pages of undoing a roster run', () => {
  let app: TestApp
  let admin: Browser
  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T09:00:00Z' })
    admin = (await withRole(app, 'it-admin')).browser
  })
  afterAll(() => app.close())
  const wrong = (user: TinyUser): TinyUser => (Number(user.id.slice(1)) <= 4 ? { ...user, name: 'Wrong' } : user)

  it('U1 looked at, counted, undone: the page says who, what and what stays', async () => {
    await readRoster(app, admin, tinySchool(30))
    app.clock.advance(HOUR / 2)
    admin = (await withRole(app, 'it-admin')).browser
    const { path } = await readRoster(app, admin, tinySchool(31, wrong))
    const run = await admin.get(path)
    expect(run.text).toContain(`href="${path}/undo"`)
    expect(textOf((await admin.get(`${path}/undo`)).text)).toContain('Nothing is changed by looking')
    await admin.submit(`${path}/undo`, { decision: 'look' })
    expect(textOf((await admin.get(`${path}/undo`)).text)).toContain('It is being worked out')
    await app.services.worker.runUntilIdle()
    const preview = textOf((await admin.get(`${path}/undo`)).text)
    expect(preview).toContain('10 people are concerned')
    expect(preview).toContain('8 have details back')
    expect(preview).toContain('Came in with this reading and goes again')
    expect(preview).toContain('Goes back: the name')
    expect(await app.db.read('people').where({ preferred_forename: 'Wrong' })).toHaveLength(8)
    const plan = /name="plan" value="(\w{26})"/.exec((await admin.get(`${path}/undo`)).text)?.[1] ?? ''
    await admin.submit(`${path}/undo`, { decision: 'undo', plan, count: '9' })
    expect(textOf((await admin.get(`${path}/undo`)).text)).toContain('The count typed, 9, is not the number')
    await admin.submit(`${path}/undo`, { decision: 'undo', plan, count: '10' })
    await app.services.worker.runUntilIdle()
    const done = textOf((await admin.get(`${path}/undo`)).text)
    expect(done).toContain('Access follows by a plan of its own')
    expect(await app.db.read('people').where({ preferred_forename: 'Wrong' })).toEqual([])
    expect(textOf((await admin.get(path)).text)).toContain('What this reading changed was taken back')
    // The look for leavers was asked for, so that access follows.
    expect(await app.db.read('outbox').where({ kind: 'access.plan' })).not.toEqual([])
  })

  it('U1 who may only read a roster decides nothing; an undo worked out anew is not approved by an old page', async () => {
    const { path } = await readRoster(app, admin, tinySchool(30, (user) => (user.id === 'P9' ? { ...user, name: 'Other' } : user)))
    const { browser: reader } = await withRole(app, 'external-it', { name: 'Reader' })
    expect(textOf((await reader.get(`${path}/undo`)).text)).toContain('You may read this but not decide')
    await app.services.rosterUndo.plan(path.slice(-26), 'os:test')
    const old = /name="plan" value="(\w{26})"/.exec((await admin.get(`${path}/undo`)).text)?.[1] ?? ''
    await app.services.rosterUndo.plan(path.slice(-26), 'os:test')
    await admin.submit(`${path}/undo`, { decision: 'undo', plan: old })
    expect(textOf((await admin.get(`${path}/undo`)).text)).toContain('worked out anew meanwhile')
  })

  it('R5 the office answers who is still listed though a list ended them; still here gives the place back', async () => {
    const person = (await app.db.read('source_people').where({ external_id: 'P7' }).first('person_id'))?.person_id as string
    await app.db.transaction(() => app.services.placeEnds.end([person], { planId: app.services.ids.next(), schoolId: null, on: '2026-10-30' }))
    app.clock.advance(1000)
    await readRoster(app, admin, tinySchool(30))
    const page = await admin.get('/rosters/missing')
    expect(textOf(page.text)).toContain('Still listed by the MIS: 1 person')
    const place = (await app.db.read('affiliations').where({ person_id: person }).first('id'))?.id as string
    const answered = await admin.submit('/rosters/missing', { place, answer: 'list-stays' })
    expect(answered.status).toBe(303)
    expect(await app.db.read('affiliations').where({ id: place }).first('end_date')).toEqual({ end_date: null })
    expect(textOf((await admin.get('/rosters/missing')).text)).not.toContain('Still listed by the MIS')
  })

  it('R9 B5 an approval holds for the undo that was looked at: worked out anew before the worker comes, it is not done', async () => {
    await readRoster(app, admin, tinySchool(30))
    app.clock.advance(1000)
    const { path } = await readRoster(app, admin, tinySchool(30, (user) => (user.id === 'P11' ? { ...user, name: 'Hasty' } : user)))
    const run = path.slice(-26)
    await app.services.rosterUndo.plan(run, 'os:test')
    const plan = /name="plan" value="(\w{26})"/.exec((await admin.get(`${path}/undo`)).text)?.[1] ?? ''
    await admin.submit(`${path}/undo`, { decision: 'undo', plan })
    expect(await app.db.read('outbox').where({ kind: 'roster.undo', state: 'ready' })).toHaveLength(1)
    const other = await app.services.rosterUndo.plan(run, 'os:somebody-else')
    expect(other.undo).not.toBe(plan)
    await app.services.worker.runUntilIdle()
    expect(await app.db.read('plans').where({ id: other.undo }).first('state', 'approved_by')).toEqual({ state: 'planned', approved_by: null })
    expect(await app.db.read('people').where({ preferred_forename: 'Hasty' })).toHaveLength(1)
  })
})
