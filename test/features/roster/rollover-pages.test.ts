import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRoster, textOf, withRole } from '../../support/it-people.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { tinySchool } from '../../support/tiny-roster.ts'

describe('R8 the pages of the new school year', () => {
  let app: TestApp
  beforeAll(async () => { app = await startTestApp({ now: '2026-06-15T09:00:00Z' }) })
  afterAll(() => app.close())

  it('R8 a school says months ahead who leaves, and who stays', async () => {
    const admin = (await withRole(app, 'it-admin')).browser
    await readRoster(app, admin, tinySchool(12))
    const school = (await app.services.schools.all()).find(({ name }) => name === 'School A')
    const office = (await withRole(app, 'office', { name: 'Gwen', schoolId: school?.id ?? '' })).browser
    const list = await office.get('/rosters/rollover')
    expect(textOf(list.text)).toContain('No days for the new school year are in the calendar yet')
    const year = `/rosters/rollover/${school?.id}/4`
    expect(list.text).toContain(`href="${year}"`)
    const one = await app.db.read('people').where({ surname: 'SurnameP3' }).first('id')
    const done = await office.submit(year, { answer: 'confirm', stay: one.id })
    expect(done.location).toBe(year)
    expect(textOf((await office.get(year)).text)).toContain('11 of 12 are expected to leave at the end of 2025/26')
    expect(textOf((await office.get('/rosters/rollover')).text)).toContain('11 expected to leave')
    await office.submit(year, { answer: 'withdraw' })
    expect(textOf((await office.get('/rosters/rollover')).text)).toContain('Nobody expected to leave')
  })

  it('R8 not for another school', async () => {
    const [a, b] = await app.services.schools.all()
    const office = (await withRole(app, 'office', { name: 'Gwen', schoolId: b?.id ?? '' })).browser
    expect((await office.get(`/rosters/rollover/${a?.id}/4`)).status).toBe(404)
    expect((await office.submit('/rosters/rollover', { answer: 'confirm' }, `/rosters/rollover/${a?.id}/4`)).status).toBe(404)
  })
})
