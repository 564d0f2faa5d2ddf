import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { officeWorld, type OfficeWorld } from '../reports/office-world.ts'

const kinds = inject('mariadbUrl') === null ? ['sqlite'] as const : ['sqlite', 'mariadb'] as const
const halfTerm = { kind: 'holiday', name: 'Autumn half term', 'from-day': '26', 'from-month': '10', 'from-year': '2026', 'to-day': '30', 'to-month': '10', 'to-year': '2026' }

describe.each(kinds)('the calendar page [%s]', (kind) => {
  let world: OfficeWorld
  let trust: Browser
  let office: Browser
  beforeAll(async () => {
    world = await officeWorld({ kind, mariadbUrl: inject('mariadbUrl') })
    trust = await world.staff('Trust Admin', 'trust-admin', null)
    office = await world.staff('Office Larkmoor', 'office', world.trust.primary.id)
  })
  afterAll(async () => world.app.close())

  it('I6 the trust enters days for every school, and takes them away', async () => {
    expect((await trust.get('/settings/calendar')).text).toContain('Nothing entered yet')
    expect((await trust.submit('/settings/calendar', { school: 'trust', ...halfTerm })).status).toBe(303)
    const page = await trust.get('/settings/calendar')
    expect(page.text).toContain('Monday 26 October 2026 to Friday 30 October 2026')
    const of = await world.app.services.calendar.around('2026-10-01', await world.app.services.schools.all())
    expect(of(world.trust.high.id).isSchoolDay('2026-10-27')).toBe(false)
    const [period] = await world.app.services.calendar.periods('2026-10-01')
    await trust.submit('/settings/calendar', { period: period?.id ?? '' }, '/settings/calendar/remove')
    expect(await world.app.services.calendar.periods('2026-10-01')).toEqual([])
  })

  it('an office enters days of its own school only', async () => {
    expect((await office.submit('/settings/calendar', { school: world.trust.primary.id, ...halfTerm, kind: 'closure', name: 'INSET' })).status).toBe(303)
    expect((await office.submit('/settings/calendar', { school: 'trust', ...halfTerm })).status).toBe(403)
    expect((await office.submit('/settings/calendar', { school: world.trust.high.id, ...halfTerm })).status).toBe(404)
    const page = await office.get('/settings/calendar')
    expect(page.text).toContain('INSET')
    expect(page.text).not.toContain('Ashbeck High School')
    const [period] = await world.app.services.calendar.periods('2026-10-01')
    const high = await world.staff('Office Ashbeck', 'office', world.trust.high.id)
    expect((await high.submit('/settings/calendar', { period: period?.id ?? '' }, '/settings/calendar/remove')).status).toBe(404)
  })

  it('says what is wrong beside the field, and keeps what was typed', async () => {
    await trust.submit('/settings/calendar', { school: 'trust', ...halfTerm, 'to-day': '20' })
    const page = await trust.get('/settings/calendar')
    expect(page.text).toContain('The last day comes before the first day')
    expect(page.text).toContain('value="Autumn half term"')
  })
})
