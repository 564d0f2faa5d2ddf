import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MOST_WRONG_CODES } from '../../../src/features/identity/totp-service.ts'
import { type Browser, tokenIn } from '../../http/browser.ts'
import { textOf } from '../../support/it-people.ts'
import { type SmallTrust, smallTrust } from '../../support/small-trust.ts'
import { codeOf } from '../../support/totp-code.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const STEP = 30_000

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`an administrator’s own sign-in [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let admin = ''
    let browser: Browser
    let secret = ''
    let recovery: string[] = []
    const events = async (like: string) => (await app.db.read('audit_entries').where('event', 'like', like).orderBy('id')).map((row) => row.event as string)
    const signIn = async (email: string, code: string, from = app.browser()) => ({ from, answer: await from.submit('/sign-in/administrator', { email, code }) })
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
    })
    afterAll(() => app?.close())

    it('ASVS 6.3.2, 6.4.1: after the set-up link there is no way back in until a proof is set up, and the page says so', async () => {
      const link = await app.services.setup.issue()
      browser = app.browser()
      expect((await browser.submit(link.path, { name: 'Anna Admin', email: 'anna@trust.example', trustName: 'Fellside' })).location).toBe('/security/start')
      const start = await browser.get('/security/start')
      expect(start.location).toBe('/security')
      expect(textOf((await browser.get('/security')).text)).toContain('without one you cannot come in again by yourself')
      admin = (await app.db.read('people').where({ email_norm: 'anna@trust.example' }).first('id')).id
    })

    it('recovery codes are neither offered nor made before there is a proof that they could stand in for, and the page says why', async () => {
      const page = await browser.get('/security')
      expect(textOf(page.text)).toContain('They come with the first passkey or app you set up here')
      expect(page.text).not.toContain('action="/security/recovery"')
      expect((await browser.submit('/security', {}, '/security/recovery')).location).toBe('/security')
      expect(textOf((await browser.get('/security')).text)).toContain('Set up a passkey or codes from an app first')
      expect((await browser.get('/security/recovery')).location).toBe('/security')
      expect(await app.services.proofs.recovery.left(admin)).toBe(0)
    })

    it('codes are set up by showing one, and bring recovery codes that are shown once', async () => {
      const page = await browser.get('/security/codes')
      secret = /Key: <span class="code">([A-Z2-7 ]+)</.exec(page.text)?.[1]?.replaceAll(' ', '') ?? ''
      expect(secret).toHaveLength(32)
      expect((await browser.submit('/security/codes', { code: '000000' })).location).toBe('/security/codes')
      expect(textOf((await browser.get('/security/codes')).text)).toContain('not the code that the app shows')
      const done = await browser.submit('/security/codes', { code: codeOf(secret, app.clock.now()) })
      expect(done.location).toBe('/security/recovery')
      const shown = await browser.get('/security/recovery')
      expect(textOf((await browser.get('/security')).text)).toContain('8 codes are left')
      recovery = [...shown.text.matchAll(/<li class="code">([0-9A-Z-]{29})</g)].map((match) => match[1] ?? '')
      expect(new Set(recovery).size).toBe(8)
      expect((await browser.get('/security/recovery')).location).toBe('/security')
      const kept = JSON.stringify([await app.db.read('totp_secrets'), await app.db.read('recovery_codes'), await app.db.read('sessions')])
      expect(kept).not.toContain(secret)
      for (const code of recovery) expect(kept).not.toContain(code)
      expect((await events('proof.%')).filter((event) => !/-(sent|asked)$/.test(event))).toEqual(['proof.codes-set-up', 'proof.recovery-codes-made'])
      expect((await browser.get('/security/start')).location).toBe('/office')
      await app.services.worker.runUntilIdle()
      const mails = await app.db.read('captured_mails').where({ recipient: 'anna@trust.example' }).select('body_text')
      expect(mails.map(({ body_text: words }) => /Codes from an app were set up|New recovery codes were made/.exec(words as string)?.[0]).sort()).toEqual(['Codes from an app were set up', 'New recovery codes were made'])
    })

    it('ASVS 6.5.1: a code lets in once; the same again, the one before and a made-up one are answered alike', async () => {
      app.clock.advance(STEP)
      const code = codeOf(secret, app.clock.now())
      const first = await signIn('Anna@Trust.example', code)
      expect(first.answer.location).toBe('/office')
      expect((await first.from.get('/office')).status).toBe(200)
      const words = async (email: string, wrong: string) => {
        const { from, answer } = await signIn(email, wrong)
        expect(answer.location).toBe('/sign-in/administrator')
        return textOf((await from.get('/sign-in/administrator')).text).replace(/value="[^"]*"/, '')
      }
      const replayed = await words('anna@trust.example', code)
      expect(replayed).toContain('That did not work')
      expect(await words('anna@trust.example', codeOf(secret, app.clock.now() - STEP))).toBe(replayed)
      expect(await words('nobody@trust.example', '123456')).toBe(replayed)
      expect(await events('administrator.came-in')).toHaveLength(1)
    })

    it('ASVS 16.3.1: each attempt is in the log, and only one that succeeded says that somebody came in', async () => {
      const tried = await events('administrator.sign-in-tried')
      const cameIn = await events('administrator.came-in')
      await signIn('anna@trust.example', '000000')
      await signIn('nobody@trust.example', '000000')
      expect(await events('administrator.sign-in-tried')).toHaveLength(tried.length + 2)
      expect(await events('administrator.came-in')).toEqual(cameIn)
      expect(JSON.stringify([await app.db.read('audit_payloads'), app.log])).not.toMatch(/nobody@|000000/)
    })

    it('ASVS 15.4.2: fifteen at once with one right code: one comes in', async () => {
      app.clock.advance(STEP)
      const code = codeOf(secret, app.clock.now())
      await app.services.proofs.totp.reopen(admin)
      const outcomes = await Promise.all(Array.from({ length: 15 }, () => app.services.proofs.totp.accepts(admin, code)))
      expect(outcomes.filter(Boolean)).toHaveLength(1)
    })

    it('ASVS 6.3.1: guessing ends after twenty wrong ones; then even the right one is refused, and a recovery code opens the way once', async () => {
      app.clock.advance(3_600_000)
      for (let n = 0; n < MOST_WRONG_CODES; n += 1) await app.services.proofs.totp.accepts(admin, '000000')
      expect(await app.services.proofs.totp.accepts(admin, codeOf(secret, app.clock.now()))).toBe(false)
      expect((await signIn('anna@trust.example', recovery[0]?.toLowerCase() ?? '')).answer.location).toBe('/office')
      expect((await signIn('anna@trust.example', recovery[0] ?? '')).answer.location).toBe('/sign-in/administrator')
      app.clock.advance(STEP)
      expect(await app.services.proofs.totp.accepts(admin, codeOf(secret, app.clock.now()))).toBe(true)
    })

    it('who holds no administrator’s role does not come in this way, though the code is right; nor after the role is taken', async () => {
      const office = await trust.add({ name: 'Olga Office', role: 'support', email: 'olga@larkmoor.example' })
      await app.services.roles.grant({ personId: office, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'os:test' })
      const theirs = app.services.proofs.totp.newSecret()
      expect(await app.services.proofs.totp.setUp(office, theirs, codeOf(theirs, app.clock.now()))).toBe(true)
      app.clock.advance(STEP)
      expect((await signIn('olga@larkmoor.example', codeOf(theirs, app.clock.now()))).answer.location).toBe('/sign-in/administrator')
    })

    it('ASVS 7.5.3: what asks for a proof keeps the form, takes a code, and goes on with it', async () => {
      const person = await trust.add({ name: 'Rita Reader', role: 'support', email: 'rita@larkmoor.example' })
      const path = `/settings/roles/people/${person}`
      const unproven = await app.as(admin, 'saml', { proven: false })
      const sent = await unproven.submit(path, { role: 'office', school: trust.primary.id })
      expect(sent.location).toBe('/confirm')
      expect(await app.services.roleStore.grantsOf(person, app.clock.now())).toEqual([])
      expect((await unproven.get('/confirm/go-on')).location).toBe('/confirm')
      expect((await unproven.submit('/confirm', { plain: 'yes' })).location).toBe('/confirm')
      expect((await unproven.submit('/confirm', { code: '123456' })).location).toBe('/confirm')
      app.clock.advance(STEP)
      await app.services.proofs.totp.reopen(admin)
      expect((await unproven.submit('/confirm', { code: codeOf(secret, app.clock.now()) })).location).toBe('/confirm/go-on')
      const again = await unproven.get('/confirm/go-on')
      const fields = Object.fromEntries([...again.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((match) => [match[1] ?? '', match[2] ?? '']))
      expect(fields).toMatchObject({ role: 'office', school: trust.primary.id })
      expect((await unproven.post(path, fields)).location).toBe(path)
      expect((await app.services.roleStore.grantsOf(person, app.clock.now())).map(({ role }) => role)).toEqual(['office'])
      expect(await events('identity.confirmed')).toHaveLength(1)
      // Ten minutes later it is asked for again.
      app.clock.advance(10 * 60_000)
      expect((await unproven.get('/audit/export')).location).toBe('/confirm')
    })

    it('a second proof is added only with a fresh one, and nobody without a role has any', async () => {
      const stale = await app.as(admin, 'saml', { proven: false })
      expect((await stale.get('/security/codes')).location).toBe('/confirm')
      expect((await stale.submit('/security', {}, '/security/recovery')).location).toBe('/confirm')
      const parent = await app.as(await trust.add({ name: 'Pat Parent', role: 'guardian' }))
      expect((await parent.get('/security/codes')).status).toBe(403)
      expect(textOf((await parent.get('/security')).text)).toContain('Sign out everywhere')
    })

    it('who lost every proof comes in by a link from the server, once, and sets up new ones; the role is not given twice', async () => {
      const link = await app.services.setup.issue()
      const lost = app.browser()
      expect((await lost.submit(link.path, { name: 'Anna Admin', email: 'anna@trust.example', trustName: 'Fellside' })).location).toBe('/security/start')
      expect((await app.services.roleStore.grantsOf(admin, app.clock.now())).map(({ role }) => role)).toEqual(['trust-admin'])
      expect((await lost.get('/security/codes')).status).toBe(200)
      expect((await app.browser().get(link.path)).status).toBe(403)
    })

    it('ASVS 7.4: one session, or all of them, end at once', async () => {
      const [one, two] = [await app.as(admin), await app.as(admin)]
      const page = await one.get('/security')
      const others = [...page.text.matchAll(/name="session" value="([0-9a-f]{64})"/g)].map((match) => match[1] ?? '')
      expect(others.length).toBeGreaterThan(1)
      await one.post('/security/sessions', { _csrf: tokenIn(page), session: 'all' })
      for (const ended of [one, two, browser]) expect((await ended.get('/security')).location).toBe('/sign-in')
    })

    it('ASVS 7.5.2: whoever found an open session does not end its owner’s others; the owner does, after a proof', async () => {
      const found = await app.as(admin, 'saml', { proven: false })
      const owner = await app.as(admin)
      expect((await found.submit('/security', { session: 'all' }, '/security/sessions')).location).toBe('/confirm')
      const ref = /name="session" value="([0-9a-f]{64})"/.exec((await found.get('/security')).text)?.[1] ?? ''
      expect((await found.submit('/security', { session: ref }, '/security/sessions')).location).toBe('/confirm')
      expect([(await owner.get('/security')).status, (await found.get('/security')).status]).toEqual([200, 200])
      app.clock.advance(STEP)
      await app.services.proofs.totp.reopen(admin)
      expect((await found.submit('/confirm', { code: codeOf(secret, app.clock.now()) })).location).toBe('/confirm/go-on')
      expect(textOf((await found.get('/confirm/go-on')).text)).toContain('ending your sessions')
      expect((await found.submit('/confirm/go-on', { session: 'all' }, '/security/sessions')).status).toBe(303)
      expect((await owner.get('/security')).location).toBe('/sign-in')
    })
  })
}
