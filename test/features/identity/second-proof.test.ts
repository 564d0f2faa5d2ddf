import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { work } from '../signing/signing-walk.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`a second proof for mailed links [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let adult: string
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), config: { families: { secondProof: 'mailed-code' } } })
      trust = await smallTrust(app)
      adult = await trust.add({ name: 'Maria Kowalska', email: 'maria@kowalski.example' })
    })
    afterAll(async () => app.close())

    const codes = async (): Promise<string[]> => {
      await work(app)
      return (await app.db.read('captured_mails').orderBy('id')).flatMap((mail) => /^(\d{3} \d{3})$/m.exec(mail.body_text)?.[1] ?? [])
    }

    it('F4: the figures come to the registered address, open once in this browser, and are kept as a slow hash only', async () => {
      const { path } = await app.services.links.issueLink({ personId: adult, purpose: 'sign', route: 'mail', ttl: 86_400_000 })
      const phone = app.browser()
      expect((await phone.submit(path)).location).toBe('/link/proof')
      expect((await phone.get('/me')).location).toBe('/sign-in')
      expect((await phone.submit(path)).location).toBe('/link/proof')
      const [code = '', ...more] = await codes()
      expect(more).toEqual([])
      expect(JSON.stringify(await app.db.read('link_proofs'))).not.toContain(code.replace(' ', ''))
      expect((await phone.submit('/link/proof', { code: '000 000' })).location).toBe('/link/proof')
      expect((await phone.get('/link/proof')).text).toContain('These figures do not work')
      const other = app.browser()
      await other.get(path)
      expect((await other.submit('/link/proof', { code })).status).toBe(404)
      expect((await phone.submit('/link/proof', { code })).location).toBe('/me')
      expect((await phone.get('/me')).status).toBe(200)
    })

    it('five wrong tries lock the code, and a letter needs none', async () => {
      const { path } = await app.services.links.issueLink({ personId: adult, purpose: 'sign', route: 'mail', ttl: 86_400_000 })
      const phone = app.browser()
      await phone.submit(path)
      const code = (await codes()).at(-1) ?? ''
      const wrong = code === '111 111' ? '222 222' : '111 111'
      for (let n = 0; n < 5; n += 1) await phone.submit('/link/proof', { code: wrong })
      expect((await phone.submit('/link/proof', { code })).location).toBe('/link/proof')
      const letter = await app.services.letterCodes.issue(adult)
      expect((await app.browser().submit(letter.path)).location).toBe('/me')
    })
  })
}
