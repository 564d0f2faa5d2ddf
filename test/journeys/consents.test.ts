import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { work } from '../features/signing/signing-walk.ts'
import type { Browser } from '../http/browser.ts'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { smallTrust, type SmallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { must } from '../support/must.ts'

const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => e.tagName + '.' + e.getAttribute('class'))`
/** A folder for pictures of every page, for people who want to look; nothing is kept unless it is named. */
const PICTURES = process.env['ASSENT_TEST_PICTURES']

withBrowser('consents and requirements, in Chromium', (chromium) => {
  let app: TestApp
  let trust: SmallTrust
  let children: { zofia: string; hanna: string }
  let mother: string
  let father: string
  let staff: Record<'office' | 'admin' | 'dsl', string>
  let newcomer: string
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
    children = { zofia: await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' }), hanna: await trust.add({ name: 'Hanna Kowalska', role: 'pupil', year: '2', group: '2B' }) }
    mother = await trust.add({ name: 'Maria Kowalska', email: 'maria@kowalski.example' })
    father = await trust.add({ name: 'Piotr Kowalski', email: 'piotr@kowalski.example' })
    for (const child of Object.values(children)) for (const adult of [mother, father]) await trust.link(child, adult)
    newcomer = await trust.add({ name: 'Nora New', role: 'teacher' })
    const grant = async (name: string, role: 'office' | 'trust-admin' | 'dsl', schoolId: string | null) => {
      const id = await trust.add({ name })
      await app.services.roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'system' })
      return id
    }
    staff = { office: await grant('Olive Office', 'office', trust.primary.id), admin: await grant('Petra Admin', 'trust-admin', null), dsl: await grant('Dana Safe', 'dsl', trust.primary.id) }
    for (const [key, title] of [['web', 'Photos on the school website'], ['press', 'Photos in the press']] as const) {
      await app.services.consentCatalogue.add({
        key, schoolId: null, kind: 'images', title, question: `May we use ${title.toLowerCase()} of your child?`, hint: 'No full name beside them.', welsh: null, bands: ['KS1', 'KS2'], signerRule: 'guardian', position: 1, active: true,
      }, 'system')
    }
    const { store } = app.services.agreements
    const own = must((await store.requirements()).find((one) => one.band === 'staff'))
    const { id: _id, ...values } = own
    await app.services.requirements.save({ ...values, agreementId: '', act: 'train', title: 'Online safety basics', cadence: 'every-months', everyMonths: 24 }, null, 'system')
    await trust.issue()
  })
  afterAll(async () => app.close())

  async function windowOf(browser: Browser, options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page; problems: string[] }> {
    const context = await chromium().newContext({ viewport: { width: 320, height: 720 }, reducedMotion: 'reduce', ...options })
    await context.addCookies([...browser.cookies].map(([name, value]) => ({ name, value, url: app.url })))
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
    page.on('pageerror', (error) => problems.push(error.message))
    return { context, page, problems }
  }

  async function judge(page: Page, name: string, accessible = true): Promise<void> {
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 720 })
      expect({ name, width, wider: await page.evaluate(WIDER_THAN_WINDOW) }).toEqual({ name, width, wider: [] })
      if (PICTURES) {
        await mkdir(PICTURES, { recursive: true })
        await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`), fullPage: true })
      }
      if (accessible) await expectAccessible(page)
    }
    await page.setViewportSize({ width: 320, height: 720 })
  }

  /** Each page is looked at as it is. */
  async function judgeAll(browser: Browser, pages: Record<string, string>): Promise<void> {
    const { context, page, problems } = await windowOf(browser)
    for (const [name, path] of Object.entries(pages)) {
      const answer = await page.goto(app.url + path)
      expect({ name, status: answer?.status() }).toEqual({ name, status: 200 })
      await judge(page, name)
    }
    expect(problems).toEqual([])
    await context.close()
  }

  /** On a small phone without JavaScript: from the list through text and choices to "signed". */
  async function signFor(page: Page, child: string, choices: ('yes' | 'no' | null)[]): Promise<void> {
    await page.goto(`${app.url}/me`)
    await page.locator('.person', { hasText: child }).locator('a.task-title').first().click()
    await page.getByRole('link', { name: 'I have read this' }).click()
    expect(await page.locator('input:checked').count()).toBe(0)
    await page.getByLabel('Yes, I agree').check()
    await page.getByLabel('Your full name').fill('Maria Kowalska')
    for (const [n, choice] of choices.entries()) {
      const field = page.locator('fieldset', { hasText: 'May we use' }).nth(n)
      if (choice) await field.getByLabel(choice === 'yes' ? 'Yes' : 'No', { exact: true }).check()
    }
    await page.getByRole('button', { name: 'Check what I have written' }).click()
    await page.getByRole('button', { name: 'Sign now' }).click()
    await page.getByRole('heading', { name: 'Signed. Thank you, Maria' }).waitFor()
  }

  it('G5: a parent of two answers agreement and photos for each child, withdraws one later; the other parent says no, and the office sees it', async () => {
    const { context, page } = await windowOf(await app.as(mother, 'link'), { javaScriptEnabled: false })
    await signFor(page, 'Zofia', ['yes', 'yes'])
    await signFor(page, 'Hanna', ['yes', null])
    await page.goto(`${app.url}/me`)
    await judge(page, 'me-with-choices', false)
    await page.getByRole('link', { name: /Your choices about photos and more/ }).click()
    await judge(page, 'choices', false)
    const zofia = page.locator('.person', { hasText: 'Zofia' })
    expect(await zofia.locator('dd', { hasText: 'Yes' }).count()).toBe(2)
    await zofia.getByRole('button', { name: /Take back.*Photos in the press/ }).click()
    expect(await page.locator('.person', { hasText: 'Zofia' }).locator('dd', { hasText: 'Not answered' }).count()).toBe(1)
    await work(app)
    const { context: his, page: other } = await windowOf(await app.as(father, 'link'), { javaScriptEnabled: false })
    await other.goto(`${app.url}/me/choices/${children.zofia}`)
    expect(await other.locator('input:checked').count()).toBe(0)
    await judge(other, 'choose', false)
    await other.locator('fieldset').first().getByLabel('No', { exact: true }).check()
    await other.getByRole('button', { name: 'Keep my choices' }).click()
    await other.getByRole('heading', { name: 'Your choices are kept' }).waitFor()
    await judge(other, 'choices-kept', false)
    await his.close()
    const { context: desk, page: office } = await windowOf(await app.as(staff.office), { javaScriptEnabled: false })
    await office.goto(`${app.url}/office/queues`)
    await office.getByRole('link', { name: /Parents or carers who disagree/ }).click()
    expect(await office.locator('li.missing').allInnerTexts()).toEqual([expect.stringMatching(/Zofia Kowalska[\s\S]*Photos on the school website/)])
    await office.goto(`${app.url}/consents?group=4B`)
    expect(await office.getByRole('row', { name: /Zofia/ }).getByRole('cell').allInnerTexts()).toEqual(['4B', 'No', 'No'])
    await office.goto(`${app.url}/consents?group=2B`)
    expect(await office.getByRole('row', { name: /Hanna/ }).getByRole('cell').allInnerTexts()).toEqual(['2B', 'Yes', 'No'])
    await desk.close()
    await page.goto(`${app.url}/me/history`)
    expect(await page.locator('main').innerText()).toMatch(/Taken back/)
    expect(await page.locator('main').innerText()).not.toMatch(/Piotr|disagree/)
    await context.close()
  })

  it('families’ pages read and fit', async () => {
    const browser = await app.as(mother, 'link')
    const [signature] = await app.db.read('signatures').where({ signer_id: mother }).select('id')
    await judgeAll(browser, { me: '/me', 'my-choices': '/me/choices', 'choose-one': `/me/choices/${children.zofia}`, 'choices-kept-js': `/me/choices/${children.zofia}/kept`, history: '/me/history', 'history-text': `/me/history/${signature.id}/text` })
  })

  it('new staff see one list and tell of a training', async () => {
    const browser = await app.as(newcomer, 'link')
    const [training] = await app.services.issuing.trainings.of(newcomer)
    await judgeAll(browser, { 'me-newcomer': '/me', training: `/me/trainings/${training?.id}` })
    const { context, page } = await windowOf(browser, { javaScriptEnabled: false })
    await page.goto(`${app.url}/me`)
    await page.getByRole('link', { name: 'Online safety basics' }).click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    await judge(page, 'training-errors', false)
    for (const [label, value] of [['Day', '1'], ['Month', '9'], ['Year', '2026']] as const) await page.getByLabel(label, { exact: true }).fill(value)
    await page.getByLabel('Reference of the certificate').fill('NOS-4711')
    await page.getByRole('button', { name: 'Keep it' }).click()
    expect(await page.locator('.task', { hasText: 'Online safety basics' }).innerText()).toMatch(/Done/)
    await context.close()
  })

  it('office, safeguarding and set-up pages read and fit', async () => {
    const [requirement] = await app.services.agreements.store.requirements()
    const [question] = await app.services.consentQuestions.all()
    await judgeAll(await app.as(staff.office), {
      queues: '/office/queues?kind=disagree', 'queues-unreachable': '/office/queues?kind=unreachable', consents: '/consents', 'person-signing': `/office/signing/${children.zofia}`, starters: '/office/starters', attested: '/office/attested',
    })
    await judgeAll(await app.as(staff.dsl), { 'person-protect': `/office/signing/${children.zofia}` })
    const admin = await app.as(staff.admin)
    await judgeAll(admin, { requirements: '/requirements', requirement: `/requirements/${requirement?.id}`, 'requirement-new': '/requirements/new', 'consent-questions': '/consents/questions', 'consent-question': `/consents/questions/${question?.id}` })
    const { context, page } = await windowOf(admin, { javaScriptEnabled: false })
    await page.goto(`${app.url}/requirements/${requirement?.id}/edit`)
    await page.getByLabel('School days until it is due').fill('5')
    await page.getByRole('button', { name: 'See whom it would ask' }).click()
    await page.getByRole('heading', { name: 'Whom it would ask today' }).waitFor()
    await judge(page, 'requirement-preview', false)
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.locator('main').innerText()).toMatch(/5 school days/)
    await context.close()
  })
})
