import { createServer, type Server } from 'node:https'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readMetadata } from '../../src/adapters/identity/saml-metadata.ts'
import { serviceAddresses } from '../../src/adapters/identity/saml-strategy.ts'
import { createApp } from '../../src/app.ts'
import { withMetadata } from '../../src/features/identity/provider-changes.ts'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { rsaCertificate } from '../support/rsa-certificate.ts'
import { selfSigned } from '../support/self-signed.ts'
import { freePort, startSimpleSaml, withSimpleSaml, type SimpleSaml } from '../support/simplesamlphp.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { codeOf } from '../support/totp-code.ts'

vi.setConfig({ testTimeout: 120_000 })

const WIDTHS = [320, 768, 1280]
/** A folder for pictures of every page, for people who want to look. */
const SHOTS = process.env['ASSENT_TEST_PICTURES']
const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => e.tagName + '.' + e.getAttribute('class'))`

/** Metadata of a provider that is nowhere, with this certificate. */
const madeUp = (certificate: string, address = 'https://idp.larkmoor.example/sso') => `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.larkmoor.example/">
  <!-- as a person would keep it --><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
  <ds:X509Data><ds:X509Certificate>${certificate.replace(/-----[^-]+-----/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>
  <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${address}"/></IDPSSODescriptor></EntityDescriptor>`

withSimpleSaml('signing in with a school account', () => {
  withBrowser('in Chromium, over https, with a provider on another site', (browser) => {
    let app: TestApp
    let idp: SimpleSaml
    let server: Server
    let context: BrowserContext
    let page: Page
    let base = ''
    const problems: string[] = []

    beforeAll(async () => {
      const port = await freePort()
      base = `https://127.0.0.1:${port}`
      idp = await startSimpleSaml('localhost')
      app = await startTestApp({ now: new Date().toISOString(), config: { baseUrl: base, https: true } })
      const trust = await smallTrust(app)
      await trust.add({ name: 'Pupil One', role: 'pupil', year: '8', school: trust.high, email: 'pupil1' })
      const teacher = await trust.add({ name: 'Teacher One', role: 'teacher', school: trust.high, email: 'teacher1' })
      await trust.add({ name: 'Robin Hale', role: 'pupil', year: '4', email: 'rhale' })
      await app.services.roles.grant({ personId: teacher, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
      const us = serviceAddresses(base, 'school')
      idp.know(us, 'rm-unify')
      const metadata = readMetadata(await idp.metadata(), { now: app.clock.now(), mayBePlain: true })
      if (!metadata.ok) throw new Error(metadata.reason)
      await app.services.signIn.providers.store.save({
        id: app.services.ids.next(), name: 'school', kind: 'saml', label: 'Ashbeck school account', schoolId: null, active: true, fromFile: false, updatedAt: app.clock.now(),
        matching: { attribute: 'identity_guid', field: 'directory-id' }, organisation: null, settings: withMetadata({ signed: 'both', allowSha1: false, clockSkewMs: 90_000, encryption: true }, metadata.value),
      })
      for (const [username, at] of [['pupil1', 1], ['teacher1', 2]] as const) {
        const [person] = await app.db.read('people').where({ username })
        await app.db.sql('accounts').insert({
          id: app.services.ids.next(), directory_id: app.services.ids.next(), immutable_id: `6f1b1c1e-0000-4000-8000-00000000000${at}`, person_id: person.id, username, observed: '{}', observed_at: app.clock.now(),
        })
      }
      const { key, certificate } = selfSigned('127.0.0.1')
      server = createServer({ key, cert: certificate }, createApp(app.services))
      await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve) })
      await fresh()
    }, 60_000)
    afterAll(async () => {
      await context.close()
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
      await app.close()
      await idp.stop()
    })

    /** A browser that knows nothing yet. */
    async function fresh(): Promise<void> {
      await (context as BrowserContext | undefined)?.close()
      context = await browser().newContext({ reducedMotion: 'reduce', ignoreHTTPSErrors: true })
      page = await context.newPage()
      page.setDefaultTimeout(15_000)
      page.on('console', (message) => { if (message.type() === 'error' && page.url().startsWith(base)) problems.push(message.text()) })
    }

    async function signIn(user: string): Promise<void> {
      await page.goto(`${base}/sign-in`)
      await page.getByRole('link', { name: 'Ashbeck school account' }).click()
      expect(new URL(page.url()).hostname).toBe('localhost')
      await page.locator('#username').fill(user)
      await page.locator('#password').fill('secret')
      await page.locator('#password').press('Enter')
      await page.waitForURL(`${base}/**`)
    }

    async function looksRight(name: string): Promise<void> {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 })
        expect({ name, width, wider: await page.evaluate(WIDER_THAN_WINDOW) }).toEqual({ name, width, wider: [] })
        if (width === 320) await expectAccessible(page)
        if (SHOTS) await page.screenshot({ path: `${SHOTS}/sso-${name}-${width}.png`, fullPage: true })
      }
      await page.emulateMedia({ colorScheme: 'dark' })
      await expectAccessible(page, ['color-contrast'])
      await page.emulateMedia({ colorScheme: 'light' })
      expect(problems).toEqual([])
    }

    it('a pupil comes to their own list', async () => {
      await page.goto(`${base}/sign-in`)
      await looksRight('ways')
      await signIn('pupil1')
      expect(page.url()).toBe(`${base}/me`)
      expect(await page.getByText('Pupil One').first().isVisible()).toBe(true)
      const cookies = await context.cookies(base)
      expect(cookies.find(({ name }) => name === '__Host-assent')).toMatchObject({ sameSite: 'Lax', secure: true, httpOnly: true })
      expect(cookies.find(({ name }) => name === '__Host-assent-return')).toMatchObject({ sameSite: 'None', secure: true, httpOnly: true })
    })

    it('somebody who is nobody’s gets one clear page, and waits in the list', async () => {
      await fresh()
      await app.db.sql('accounts').where({ username: 'teacher1' }).update({ immutable_id: 'elsewhere' })
      await signIn('teacher1')
      expect(await page.getByRole('heading', { name: 'We do not know you yet.' }).isVisible()).toBe(true)
      problems.length = 0
      await looksRight('not-known')
      const { review } = app.services.signIn
      const [waiting] = (await review.unknown(5)).list
      const [teacher] = await app.db.read('people').where({ username: 'teacher1' })
      await review.link(waiting?.id ?? '', teacher.id, 'system')
    })

    it('staff come to the office, and set up another sign-in there', async () => {
      await fresh()
      await signIn('teacher1')
      expect(page.url()).toBe(`${base}/office`)
      await page.goto(`${base}/settings/sign-in`)
      await looksRight('settings')
      await page.getByRole('link', { name: 'Add a sign-in' }).click()
      await page.waitForURL(`${base}/confirm`)
      await looksRight('confirm')
      // Their session at the provider is still there; it asks for the password all the same.
      await page.getByRole('link', { name: 'Sign in once more: Ashbeck school account' }).click()
      expect(new URL(page.url()).hostname).toBe('localhost')
      await page.locator('#password').waitFor()
      if (await page.locator('#username').isVisible()) await page.locator('#username').fill('teacher1')
      await page.locator('#password').fill('secret')
      await page.locator('#password').press('Enter')
      await page.waitForURL(`${base}/confirm/go-on`)
      await looksRight('go-on')
      await page.getByRole('link', { name: 'Go on' }).click()
      await looksRight('new')
      await page.getByLabel('Words on the button').fill('Larkmoor school account')
      await page.getByLabel('Short name').fill('larkmoor')
      await page.getByLabel('SAML 2.0').check()
      await page.getByLabel('Or paste it').fill('<!DOCTYPE x><x/>')
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByText('This is not metadata that can be read').first().waitFor()
      await looksRight('new-refused')
      await page.getByLabel('SAML 2.0').check()
      await page.getByLabel('Metadata file').setInputFiles({ name: 'metadata.xml', mimeType: 'text/xml', buffer: Buffer.from(madeUp(rsaCertificate('one').certificate)) })
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByText('Added, and still off').waitFor()
      await looksRight('provider')
    })

    it('what changes a sign-in asks for a proof: codes from an app are set up once', async () => {
      const here = page.url()
      await page.goto(`${base}/security/codes`)
      const secret = /Key: ([A-Z2-7 ]+)/.exec(await page.locator('main').innerText())?.[1]?.replaceAll(' ', '').trim() ?? ''
      await page.getByLabel('The six figures').fill(codeOf(secret, app.clock.now()))
      await page.getByRole('button', { name: 'Set up' }).click()
      await page.waitForURL(/\/security\/recovery$/)
      await page.goto(here)
    })

    it('new metadata shows what changes before it counts', async () => {
      await page.getByRole('link', { name: 'Apply new metadata' }).click()
      await looksRight('metadata')
      const soon = rsaCertificate('two', { until: new Date(Date.now() + 20 * 86_400_000) })
      await page.getByLabel('Or paste it').fill(madeUp(soon.certificate, 'https://idp.larkmoor.example/sso2'))
      await page.getByRole('button', { name: 'Show what changes' }).click()
      expect(await page.getByText('https://idp.larkmoor.example/sso2').first().isVisible()).toBe(true)
      await looksRight('metadata-check')
      await page.getByRole('button', { name: 'Apply it' }).click()
      await page.getByText('The last certificate ends on').waitFor()
      await looksRight('provider-warned')
    })

    it('settings and a role that follows from a group', async () => {
      await page.getByLabel('A new login is somebody when').selectOption('username')
      await page.getByLabel('says exactly what this attribute says').fill('uid')
      await page.getByLabel('On', { exact: true }).check()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved.').waitFor()
      const form = page.getByRole('form', { name: 'Add a role that follows from a group' })
      await form.getByLabel('Attribute').fill('groups')
      await form.getByLabel('Value').fill('office-staff')
      await form.getByRole('button', { name: 'Add the role' }).click()
      await page.getByText('groups = office-staff').first().waitFor()
      await looksRight('provider-set')
      expect((await app.services.signIn.providers.store.named('larkmoor'))).toMatchObject({ active: true, matching: { attribute: 'uid', field: 'username' } })
    })

    it('a try of the connection shows what arrived', async () => {
      await page.goto(`${base}/settings/sign-in/providers/school`)
      await page.getByRole('link', { name: 'Try the connection' }).click()
      await page.waitForURL(`${base}/**`)
      expect(await page.getByText('It arrived, and is believed').isVisible()).toBe(true)
      expect(await page.getByText('identity_guid').isVisible()).toBe(true)
      await looksRight('test')
    })

    it('a login that nobody recognised is linked by hand', async () => {
      await app.services.signIn.review.unknown(1)
      const provider = await app.services.signIn.providers.store.named('school')
      await app.db.sql('identities').insert({
        id: app.services.ids.next(), provider_id: provider?.id, key_hash: 'a'.repeat(64), subject_format: 'x', subject_value: 'opaque-9', state: 'unknown', reason: 'no-match', person_id: null, linked_by: null,
        shown: JSON.stringify([{ name: 'displayName', value: 'R. Hale' }]), first_seen_at: app.clock.now(), last_seen_at: app.clock.now(),
      })
      await page.goto(`${base}/settings/sign-in/unknown`)
      await looksRight('unknown')
      await page.getByRole('link', { name: 'Say whose it is' }).click()
      await page.getByLabel('Name, or a part of it').fill('hale')
      await page.getByRole('button', { name: 'Find' }).click()
      await page.getByRole('button', { name: 'Link to Robin Hale' }).waitFor()
      expect(page.url()).not.toContain('hale')
      await looksRight('unknown-chosen')
      await page.getByRole('button', { name: 'Link to Robin Hale' }).click()
      await page.getByText('Linked.').waitFor()
      expect(await app.db.read('identities').where({ subject_value: 'opaque-9' }).first()).toMatchObject({ state: 'linked', shown: null })
    })
  })
})
