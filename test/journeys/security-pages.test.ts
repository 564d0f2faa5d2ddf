import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { type SmallTrust, smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

const WIDTHS = [320, 768, 1280]
const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((e) => e.tagName + '.' + e.getAttribute('class'))`

withBrowser('an administrator’s passkey, with Chromium’s virtual authenticator', (browser) => {
  let app: TestApp
  let trust: SmallTrust
  let url = ''
  let context: BrowserContext
  let page: Page
  let devices: CDPSession
  let device = ''
  const problems: string[] = []
  beforeAll(async () => {
    const port = await freePort()
    // Passkeys belong to a name, never to a bare address.
    url = `http://localhost:${port}`
    app = await startTestApp({ port, config: { baseUrl: url } })
    trust = await smallTrust(app)
    context = await browser().newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 900 } })
    page = await context.newPage()
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
    page.on('pageerror', (error) => problems.push(error.message))
    devices = await context.newCDPSession(page)
    await devices.send('WebAuthn.enable')
    device = await plugIn()
  })
  afterAll(async () => {
    await context?.close()
    await app?.close()
  })
  const plugIn = async (isUserVerified = true): Promise<string> => (await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified, automaticPresenceSimulation: true },
  })).authenticatorId
  const looksGood = async (): Promise<void> => {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      expect({ at: page.url(), width, wider: await page.evaluate(WIDER_THAN_WINDOW) }).toEqual({ at: page.url(), width, wider: [] })
      await expectAccessible(page)
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(page, ['color-contrast'])
    await page.emulateMedia({ colorScheme: 'light' })
  }
  const signOutEverywhere = async (): Promise<void> => {
    await page.goto(`${url}/security`)
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.waitForURL(`${url}/`)
  }

  it('is added after the set-up link, with recovery codes on the way', async () => {
    const link = await app.services.setup.issue()
    await page.goto(url + link.path)
    await page.getByLabel('Name of the trust or school').fill('Fellside Learning Trust')
    await page.getByLabel('Your name').fill('Anna Admin')
    await page.getByLabel('Your work e-mail address').fill('anna@trust.example')
    await page.getByRole('button', { name: 'Set up and sign in' }).click()
    await page.waitForURL(`${url}/security`)
    await looksGood()
    await page.getByLabel('Name of the passkey').fill('work phone')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.waitForURL(`${url}/security/recovery`)
    expect(await page.locator('li.code').count()).toBe(8)
    await looksGood()
    await page.getByRole('link', { name: 'I have kept them' }).click()
    await page.waitForURL(`${url}/office`)
    await page.goto(`${url}/security`)
    expect(await page.locator('main').innerText()).toContain('work phone')
    await looksGood()
  })

  it('lets in without name or password, once for each question', async () => {
    await signOutEverywhere()
    await page.goto(`${url}/sign-in/administrator`)
    await looksGood()
    const sent: string[] = []
    page.on('request', (request) => { if (request.url().endsWith('/passkey')) sent.push(request.postData() ?? '') })
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL(`${url}/office`)
    await signOutEverywhere()
    // The same answer again, in a browser of its own and with its own token: the question it answers was asked elsewhere.
    const stranger = app.browser()
    const form = await stranger.get('/sign-in/administrator')
    const credential = new URLSearchParams(sent[0]).get('credential') ?? ''
    expect(credential).toContain('authenticatorData')
    const answer = await stranger.post('/sign-in/administrator/passkey', { _csrf: /name="_csrf" value="([^"]+)"/.exec(form.text)?.[1] ?? '', credential })
    expect(answer.location).toBe('/sign-in/administrator')
    expect((await stranger.get('/office')).location).toBe('/sign-in')
  })

  it('a device that did not check its owner is refused', async () => {
    await devices.send('WebAuthn.setUserVerified', { authenticatorId: device, isUserVerified: false })
    await page.goto(`${url}/sign-in/administrator`)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByText('That did not work, or was stopped').waitFor()
    expect(new URL(page.url()).pathname).toBe('/sign-in/administrator')
    await devices.send('WebAuthn.setUserVerified', { authenticatorId: device, isUserVerified: true })
  })

  it('WebAuthn 7.2: a copied key, whose counter does not grow, is refused', async () => {
    const { credentials } = await devices.send('WebAuthn.getCredentials', { authenticatorId: device })
    expect(credentials).toHaveLength(1)
    const copied = { ...credentials[0], signCount: 0 } as (typeof credentials)[0]
    await app.db.sql('passkeys').update({ counter: 50 })
    await devices.send('WebAuthn.clearCredentials', { authenticatorId: device })
    await devices.send('WebAuthn.addCredential', { authenticatorId: device, credential: copied })
    await page.goto(`${url}/sign-in/administrator`)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByText('That passkey did not work here').first().waitFor()
    await app.db.sql('passkeys').update({ counter: 0 })
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL(`${url}/office`)
  })

  it('ASVS 7.5.3: a role is given after a second touch, with the form as it was filled in', async () => {
    const teacher = await trust.add({ name: 'Tess Teacher', role: 'teacher', email: 'tess@larkmoor.example' })
    app.clock.advance(11 * 60_000)
    await page.goto(`${url}/settings`)
    await looksGood()
    await page.goto(`${url}/settings/roles`)
    await page.getByLabel('Give a role to somebody').fill('teacher tess')
    await page.getByRole('button', { name: 'Find' }).click()
    await looksGood()
    await page.getByRole('link', { name: 'Roles of Tess Teacher' }).click()
    await looksGood()
    await page.getByLabel('Role', { exact: true }).selectOption('office')
    await page.getByLabel('Where').selectOption(trust.primary.id)
    await page.getByRole('button', { name: 'Give the role' }).click()
    await page.waitForURL(`${url}/confirm`)
    expect(await app.services.roleStore.grantsOf(teacher, app.clock.now())).toEqual([])
    await looksGood()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL(`${url}/confirm/go-on`)
    await looksGood()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.waitForURL(`${url}/settings/roles/people/${teacher}`)
    expect((await app.services.roleStore.grantsOf(teacher, app.clock.now())).map(({ role, schoolId }) => [role, schoolId])).toEqual([['office', trust.primary.id]])
  })

  it('the other pages of this kind fit and pass WCAG 2.2 AA', async () => {
    for (const path of ['/security/codes', '/audit/looks', '/office/figures']) {
      expect((await page.goto(url + path))?.status()).toBe(200)
      await looksGood()
    }
    expect(problems.filter((text) => !text.includes('favicon'))).toEqual([])
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
