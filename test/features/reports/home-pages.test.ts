import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { officeWorld, type OfficeWorld } from './office-world.ts'

describe('the office home', () => {
  let world: OfficeWorld
  beforeAll(async () => { world = await officeWorld() })
  afterAll(async () => world.app.close())

  it('is for those who work here only', async () => {
    expect((await (await world.app.as(world.teacher)).get('/office')).status).toBe(403)
    expect((await world.app.browser().get('/office')).location).toBe('/sign-in')
    expect((await (await world.staff('Gov Ernor', 'governor', null)).get('/office')).status).toBe(403)
  })

  it('greets, says how things stand, and that nothing needs anybody', async () => {
    const page = await (await world.staff('Gwen Hughes', 'office', world.trust.high.id)).get('/office')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Good morning, Gwen')
    expect(page.text).toContain('Nothing needs you')
    expect(page.text).toMatch(/tile-figure">1<\/span> <span class="tile-text">agreements are signed/)
    expect(page.text).not.toContain('Larkmoor')
  })

  it('puts first what needs somebody: missing people, late seals, those nobody reaches', async () => {
    const { app, trust } = world
    const lonely = await trust.add({ name: 'Lonely Larch', role: 'pupil', year: '5', group: '5L' })
    await trust.issue()
    await app.services.sequencer.sequence()
    await app.db.sql('signatures').where({ id: world.recordA }).update({ seal_state: 'pending' })
    app.clock.advance(61_000)
    const source = app.services.ids.next()
    await app.db.sql('sources').insert({ id: source, name: 'mis', format: 'csv', mode: 'enforce', profile: null, slots: 0, last_good_run_id: source, took_access_away: 0, created_at: 1 })
    await app.db.sql('roster_runs').insert({ id: source, source_id: source, plan_id: null, state: 'applied', actor: 'system', started_at: app.clock.now(), finished_at: app.clock.now(), read_count: 3, report: JSON.stringify({ source: 'mis', joiners: 3, leavers: 0 }), proof: '{}' })
    await app.db.sql('affiliations').where({ person_id: lonely }).update({ missing_since: app.clock.now() - 3 * 86_400_000, missing_runs: 2, source_id: source })
    const page = (await (await world.staff('Trust Admin', 'trust-admin', null)).get('/office')).text
    expect(page).toContain('1 person is missing from the feed')
    expect(page).toContain('1 signature is not sealed yet')
    expect(page).toContain('1 agreement cannot reach anybody')
    expect(page).toContain('Reading of mis applied')
    const other = (await (await world.staff('Office Ashbeck', 'office', trust.high.id)).get('/office')).text
    expect(other).not.toContain('missing from the feed')
    expect(other).not.toContain('not sealed yet')
    expect(other).not.toContain('Reading of mis')
  })
})
