import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { textOf } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`registers for link governors [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    const governor = async (schoolId: string | null) => {
      const id = await trust.add({ name: 'Gwen Governor', role: 'governor' })
      await app.services.roles.grant({ personId: id, role: 'link-governor', schoolId, groupName: null, until: null, grantedBy: 'os:test' })
      return app.as(id)
    }
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      let n = 0
      const restrict = async (cause: string, school: 'primary' | 'high', placedAt: string, released = false) => {
        const personId = await trust.add({ name: `Secret Pupil${n += 1}`, role: 'pupil', year: '4', group: '4K', school: trust[school] })
        await app.db.sql('restrictions').insert({
          id: app.services.ids.next(), person_id: personId, cause, level: 'restricted', profile: null, reason: 'A most private reason', from_date: '2026-09-01', until_date: null, emergency: 0,
          placed_by: 'person:x', placed_at: Date.parse(placedAt), release_key: null, released_at: released ? Date.parse('2026-09-05T00:00:00Z') : null, released_by: null, plan_id: null,
        })
      }
      for (let i = 0; i < 6; i += 1) await restrict(i % 2 === 0 ? 'misuse' : 'safeguarding', 'primary', '2026-09-02T09:00:00Z', i < 4)
      await restrict('leaver', 'primary', '2026-09-02T09:00:00Z')
      await restrict('misuse', 'primary', '2026-07-02T09:00:00Z')
      await restrict('misuse', 'high', '2026-09-02T09:00:00Z')
    })
    afterAll(() => app.close())

    it('A5: counts of the own school, small ones held back, causes together, nobody named', async () => {
      const browser = await governor(trust.primary.id)
      const page = await browser.get('/office/registers')
      expect(page.status).toBe(200)
      const text = textOf(page.text)
      expect(text).toMatch(/somebody decided about this school year 6 /)
      expect(text).toMatch(/limited today fewer than 5/)
      expect(text).toContain('Larkmoor Primary School')
      expect(text).not.toMatch(/Ashbeck|Secret|private|misuse|afeguarding emergency/)
    })

    it('G1: every text in force, with its approval and its next review', async () => {
      const text = textOf((await (await governor(null)).get('/office/registers')).text)
      expect(text).toContain('starter set, not yet approved by your trust')
      for (const school of ['Larkmoor', 'Ashbeck']) expect(text).toContain(school)
      app.clock.set(Date.parse('2029-01-10T09:00:00Z'))
      expect(textOf((await (await governor(null)).get('/office/registers')).text)).toContain('Overdue')
      app.clock.set(Date.parse('2026-09-07T08:30:00Z'))
    })

    it('is where a link governor starts, with figures beside it and no page of the office', async () => {
      const browser = await governor(trust.primary.id)
      const page = await browser.get('/office/registers')
      expect(page.text).toContain('href="/office/figures"')
      expect((await browser.get('/office/figures')).status).toBe(200)
      for (const path of ['/office', '/office/board', '/audit', '/access', '/office/queues']) expect([path, (await browser.get(path)).status]).toEqual([path, 403])
      expect((await browser.get('/me')).text).toContain('/office/registers')
    })
  })
}
