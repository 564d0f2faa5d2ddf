import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { bytesOf, hrefs, openSlots, signAs, work } from './signing-walk.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`the road of signing [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
    })
    afterAll(async () => app.close())

    it('S1, S2: a member of staff reads, signs, and keeps a sealed PDF that verifies', async () => {
      const teacher = await trust.add({ name: 'Amara Okafor', role: 'teacher', email: 'amara@larkmoor.example' })
      await trust.issue()
      const browser = await app.as(teacher, 'link')
      const [slot = ''] = await openSlots(browser)
      const done = await signAs(browser, slot, 'Amara Okafor')
      expect(done.status).toBe(200)
      expect(done.text).toContain('Signed. Thank you, Amara')
      const record = hrefs(done).find((href) => /^\/me\/records\/[0-9A-Z]{26}$/.test(href)) ?? ''
      const early = await browser.get(record)
      expect(early.status).toBe(200)
      expect(early.text).toContain('http-equiv="refresh"')
      await work(app)
      const file = await bytesOf(app, browser, record)
      expect({ status: file.status, type: file.type }).toEqual({ status: 200, type: 'application/pdf' })
      expect(file.disposition).toMatch(/^inline/)
      expect(await app.services.verify.verify(file.bytes)).toMatchObject({ valid: true, status: 'current', reasons: [] })
      expect(await openSlots(browser)).toEqual([])
      expect(hrefs(await browser.get('/me'))).toContain(record)
    })
  })
}
