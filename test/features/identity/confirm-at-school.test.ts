import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { isFreshlyProven } from '../../../src/features/identity/sign-in-attempt.ts'
import type { IdentityProvider } from '../../../src/features/identity/identity-provider.ts'
import type { Browser } from '../../http/browser.ts'
import { signedResponse, type Statement } from '../../support/saml-idp.ts'
import { textOf } from '../../support/it-people.ts'
import { startSsoWorld, whoIs, type SsoWorld } from './sso-world.ts'

const MINUTE = 60_000
const ADMIN = { nameId: 'opaque-admin', attributes: { uid: ['ada'] } }

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`a fresh sign-in at the school as a proof [${kind}]`, () => {
    let world: SsoWorld
    let admin = ''
    beforeAll(async () => {
      world = await startSsoWorld({ kind, mariadbUrl: inject('mariadbUrl') })
      admin = await world.trust.add({ name: 'Ada Admin', role: 'support', email: 'ada' })
      await world.app.services.roles.grant({ personId: admin, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
    })
    afterAll(() => world.app.close())

    /** A session of the school's sign-in whose owner wants something that needs a proof. */
    async function waiting(): Promise<Browser> {
      const browser = world.app.browser()
      expect((await world.signIn(browser, ADMIN)).status).toBe(303)
      expect((await browser.get('/audit/export')).location).toBe('/confirm')
      return browser
    }
    async function confirm(browser: Browser, change: Partial<Statement> = {}) {
      const { id, request } = await world.beginConfirmation(browser)
      return { request, answer: await world.post(browser, signedResponse(world.statement(id, { ...ADMIN, ...change }), world.idp)) }
    }
    const isProven = async (browser: Browser): Promise<boolean> => (await browser.get('/audit/export')).status === 200
    const confirmations = async (): Promise<number> => (await world.app.db.read('audit_entries').where({ event: 'identity.confirmed' })).length

    it('ASVS 6.8.4, 7.5.3: is offered to who came that way, asks the provider with ForceAuthn, and counts for this session', async () => {
      const browser = await waiting()
      const page = await browser.get('/confirm')
      expect(page.text).toContain('href="/confirm/school"')
      expect(page.text).toContain('Sign in once more: School account google')
      const { request, answer } = await confirm(browser)
      expect(request).toContain('ForceAuthn="true"')
      expect(answer.location).toBe('/confirm/school/done')
      expect(await isProven(browser)).toBe(false)
      const before = await confirmations()
      expect((await browser.get('/confirm/school/done')).location).toBe('/confirm/go-on')
      expect(textOf((await browser.get('/confirm/go-on')).text)).toContain('the export of the log')
      expect(await isProven(browser)).toBe(true)
      expect(await confirmations()).toBe(before + 1)
      expect(await whoIs(world.app, browser)).toBe('Ada Admin')
    })

    it('an ordinary sign-in asks for no password again, and proves nothing', async () => {
      const browser = await waiting()
      const id = await world.begin(browser)
      await world.post(browser, signedResponse(world.statement(id, ADMIN), world.idp))
      expect((await browser.get('/confirm/school/done')).location).toBe('/confirm/go-on')
      expect(await isProven(browser)).toBe(false)
    })

    it('ASVS 6.8.4: a provider that ignores the question, or does not say when it was, proves nothing', async () => {
      const browser = await waiting()
      const { answer } = await confirm(browser, { authnInstant: Date.now() - 3 * MINUTE })
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('did not say that you signed in just now')
      expect(answer.text).toContain('href="/confirm"')
      await browser.get('/confirm/school/done')
      expect(await isProven(browser)).toBe(false)
      expect(world.refusals().at(-1)).toBe('google: not-fresh')
      expect((await confirm(browser, { authnInstant: null })).answer.status).toBe(403)
    })

    it('another login, also one of the same person or one that is new, proves nothing and is not linked', async () => {
      const browser = await waiting()
      for (const other of [{ nameId: 'opaque-teacher', attributes: { uid: ['teacher1'] } }, { nameId: 'opaque-second', attributes: { uid: ['ada'] } }]) {
        const { answer } = await confirm(browser, other)
        expect(answer.status).toBe(403)
        expect(answer.text).toContain('another login')
        await browser.get('/confirm/school/done')
        expect(await isProven(browser)).toBe(false)
        expect(await world.app.db.read('identities').where({ subject_value: other.nameId })).toEqual([])
        expect(await whoIs(world.app, browser)).toBe('Ada Admin')
      }
    })

    it('belongs to one browser, one session and one request, once', async () => {
      const [mine, other] = [await waiting(), await waiting()]
      const { id } = await world.beginConfirmation(mine)
      const xml = signedResponse(world.statement(id, ADMIN), world.idp)
      // The other browser has a confirmation of its own under way: it does not take this one's answer.
      await world.beginConfirmation(other)
      expect((await world.post(other, xml)).status).toBe(403)
      expect((await world.post(mine, xml)).status).toBe(303)
      expect((await world.post(mine, xml)).status).toBe(403)
      await other.get('/confirm/school/done')
      expect(await isProven(other)).toBe(false)
      // The same browser under another session of the same person, as after signing out and in.
      const session = mine.cookies.get('assent-session') ?? ''
      mine.cookies.set('assent-session', other.cookies.get('assent-session') ?? '')
      await mine.get('/confirm/school/done')
      expect(await isProven(mine)).toBe(false)
      mine.cookies.set('assent-session', session)
      const before = await confirmations()
      await Promise.all(Array.from({ length: 5 }, () => mine.get('/confirm/school/done')))
      expect(await isProven(mine)).toBe(true)
      expect(await confirmations()).toBe(before + 1)
    })

    it('is not offered to who came another way, nor by a provider that is off, nor where the trust does not want it', async () => {
      const passkey = await world.app.as(admin, 'passkey', { proven: false })
      expect((await passkey.get('/confirm')).text).not.toContain('/confirm/school')
      expect((await passkey.get('/confirm/school')).status).toBe(404)
      const browser = await waiting()
      await world.app.services.signIn.providers.change('google', (provider) => ({ ...provider, active: false }), 'system')
      expect((await browser.get('/confirm')).text).not.toContain('/confirm/school')
      expect((await browser.get('/confirm/school')).status).toBe(404)
      await world.app.services.signIn.providers.change('google', (provider) => ({ ...provider, active: true }), 'system')
      const strict = await startSsoWorld({ config: { security: { ...world.app.services.config.security, schoolSignInConfirms: false } } })
      try {
        const one = strict.app.browser()
        await strict.signIn(one, { attributes: { uid: ['teacher1'] } })
        expect((await one.get('/confirm')).text).not.toContain('/confirm/school')
        expect((await one.get('/confirm/school')).status).toBe(404)
      } finally {
        await strict.app.close()
      }
    })
  })
}

describe('what counts as fresh', () => {
  const provider = { kind: 'saml', settings: { clockSkewMs: 90_000 } } as IdentityProvider
  const now = Date.parse('2026-11-22T10:00:00Z')
  const asked = { createdAt: now - 2 * MINUTE }
  it.each([
    ['just now', now, true], ['when it was asked', asked.createdAt, true], ['by a clock a minute behind', asked.createdAt - MINUTE, true], ['by a clock a minute ahead', now + MINUTE, true],
    ['two minutes before it was asked', asked.createdAt - 2 * MINUTE, false], ['in the future', now + 2 * MINUTE, false], ['never said', null, false],
  ] as const)('%s', (_, at, fresh) => {
    expect(isFreshlyProven(provider, asked, at, now)).toBe(fresh)
  })
})
