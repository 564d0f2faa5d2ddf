import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from '../http/browser.ts'
import { fillIn, hrefs, openSlots, readThrough, signAs } from '../features/signing/signing-walk.ts'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

const WIDER = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((e) => e.tagName + '.' + e.getAttribute('class'))`
/** A folder for pictures of every page, for people who want to look; nothing is kept unless it is named. */
const PICTURES = process.env['ASSENT_TEST_PICTURES']

withBrowser('a text from its first change to its first signature, in Chromium', (chromium) => {
  let app: TestApp
  let lead: Browser
  let head: Browser
  let pupil: Browser
  beforeAll(async () => {
    app = await startTestApp()
    const trust = await smallTrust(app)
    const holder = async (name: string, role: 'trust-safeguarding-lead' | 'headteacher') => {
      const id = await trust.add({ name, role: 'teacher', email: `${role}@school.example` })
      await app.services.roles.grant({ personId: id, role, schoolId: null, groupName: null, until: null, grantedBy: 'os:test' })
      return app.as(id)
    }
    const zofia = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' })
    await trust.link(zofia, await trust.add({ name: 'Maria Kowalska', email: 'maria@kowalski.example' }))
    await trust.issue()
    lead = await holder('Ruth Larkin', 'trust-safeguarding-lead')
    head = await holder('Hilary Ashton', 'headteacher')
    pupil = await app.as(zofia)
  })
  afterAll(async () => app.close())

  async function windowOf(browser: Browser, javaScriptEnabled = true): Promise<{ context: BrowserContext; page: Page; problems: string[] }> {
    const context = await chromium().newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', javaScriptEnabled })
    await context.addCookies([...browser.cookies].map(([name, value]) => ({ name, value, url: app.url })))
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
    page.on('pageerror', (error) => problems.push(error.message))
    return { context, page, problems }
  }

  /** Fits at both ends of the range, and axe finds nothing. */
  async function judge(page: Page, name: string): Promise<void> {
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      expect({ name, width, wider: await page.evaluate(WIDER) }).toEqual({ name, width, wider: [] })
      if (PICTURES) {
        await mkdir(PICTURES, { recursive: true })
        await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`), fullPage: true })
      }
    }
    await expectAccessible(page)
  }

  it('G1, I2: a safeguarding lead drafts a major change, the head approves and publishes, and a pupil with the old text open signs the new one', async () => {
    // A pupil has filled in the old text and not sent it.
    const [slot = ''] = await openSlots(pupil)
    const sign = await readThrough(pupil, slot)
    await fillIn(pupil, sign, { answer: 'yes', signature: 'Zofia' })

    const { context, page, problems } = await windowOf(lead)
    await page.goto(`${app.url}/agreements`)
    await judge(page, 'list')
    await page.getByRole('link', { name: 'How I use computers and the internet' }).first().click()
    await judge(page, 'agreement')
    await page.getByLabel('Major change').check()
    await page.getByLabel('What is new, in one sentence').fill('Smart glasses stay at home.')
    await page.getByRole('button', { name: 'Begin a draft' }).click()
    await judge(page, 'draft')
    await page.getByRole('link', { name: 'I follow the rule for things from home' }).click()
    await page.getByLabel('Text', { exact: true }).fill('My school has a rule about phones and watches. **Smart glasses** stay at home. Ask {{school.name}} if unsure.')
    // Live: nothing was pressed.
    await page.locator('[data-preview="html"] strong', { hasText: 'Smart glasses' }).waitFor()
    expect(await page.locator('[data-preview="html"]').textContent()).toContain('Ask Ashbeck High School if unsure.')
    await judge(page, 'clause')
    await page.getByRole('button', { name: 'Save the clause' }).click()
    await page.getByRole('link', { name: 'What changed since the version in force' }).click()
    expect(await page.locator('ins', { hasText: 'Smart glasses' }).count()).toBe(1)
    await judge(page, 'changes')
    await page.goBack()
    await page.getByRole('link', { name: 'See it as its readers do' }).click()
    await judge(page, 'preview-pupil')
    await page.getByLabel('Seen by').selectOption('guardian')
    await page.getByRole('button', { name: 'Show' }).click()
    expect(await page.locator('.statement').textContent()).toContain('I have read this with my child.')
    await judge(page, 'preview-parent')
    await page.goto(`${app.url}/agreements/pupil-ks2/draft`)
    for (const [name, link] of [['words', 'Title, beginning and sentences'], ['questions', 'Questions'], ['texts', 'Languages, easy-read and symbols'], ['part-plan', 'What each school fills in']] as const) {
      await page.getByRole('link', { name: link, exact: true }).click()
      await judge(page, name)
      await page.goto(`${app.url}/agreements/pupil-ks2/draft`)
    }
    await page.getByRole('button', { name: 'Send to review' }).click()
    expect(await page.getByRole('link', { name: 'Approve', exact: true }).count()).toBe(0)
    expect(problems).toEqual([])
    await context.close()

    // The head works without JavaScript.
    const plain = await windowOf(head, false)
    await plain.page.goto(`${app.url}/agreements/pupil-ks2/draft`)
    await plain.page.getByRole('link', { name: 'Approve', exact: true }).click()
    await plain.page.getByRole('button', { name: 'Approve', exact: true }).click()
    expect(await plain.page.locator('.field-error').allTextContents()).toHaveLength(2)
    await plain.page.getByLabel('Which board or body').fill('Governing board')
    await plain.page.getByLabel('Date of the decision').fill('2026-09-04')
    await plain.page.getByRole('button', { name: 'Approve', exact: true }).click()
    expect(await plain.page.textContent('main')).toContain('Approved by Hilary Ashton, Governing board, on 4 September 2026.')
    await plain.page.getByRole('button', { name: 'Publish now' }).click()
    expect(await plain.page.textContent('main')).toContain('Everybody who signed the text before is asked again.')
    await plain.context.close()

    // The answer to the old text is not taken; the difference is shown; the new one is signed.
    const child = await windowOf(pupil)
    await child.page.goto(`${app.url}/me/sign/${slot}/check`)
    await child.page.getByRole('heading', { name: 'The text has changed' }).waitFor()
    await child.page.getByText('Show the words that changed').first().click()
    expect(await child.page.locator('ins', { hasText: 'Smart glasses' }).count()).toBe(1)
    // The part that only names the version is no change.
    expect(await child.page.locator('h3').allTextContents()).toEqual(['I follow the rule for things from home'])
    await judge(child.page, 'changed')
    await child.page.getByRole('link', { name: 'Read the new text' }).click()
    await judge(child.page, 'young-read')
    expect(child.problems).toEqual([])
    await child.context.close()
    await signAs(pupil, slot, 'Zofia')
    const row = await app.db.read('signatures').where({ signatory_id: slot }).first('evidence')
    expect(JSON.parse(row.evidence)).toMatchObject({ versionNumber: 2, variant: 'standard' })
  })

  it('G2: the starter set is approved as it is, and its mark goes', async () => {
    const { context, page } = await windowOf(head)
    await page.goto(`${app.url}/agreements/starters`)
    await judge(page, 'starters')
    await page.getByLabel('Rules for visitors', { exact: false }).or(page.locator('input[value="visitor"]')).first().check()
    await page.getByLabel('Approved by').fill('A. Chair')
    await page.getByLabel('Which board or body').fill('Trust board')
    await page.getByLabel('Date of the decision').fill('2026-09-01')
    await page.getByRole('button', { name: 'Put the approval on record' }).click()
    expect(await page.textContent('main')).toContain('1 text is approved and in force.')
    await context.close()
    const reader = app.browser()
    expect((await reader.get('/agreements-in-force/100001/visitor')).text).not.toContain('not yet approved')
    expect((await reader.get('/agreements-in-force/100001/staff')).text).toContain('not yet approved by your trust')
  })

  it('the public pages read, fit, print, and speak where the browser has a voice', async () => {
    const { context, page, problems } = await windowOf(app.browser())
    await page.addInitScript(`
      window.said = []
      Object.defineProperty(window, 'speechSynthesis', { value: { getVoices: () => [{ lang: 'en-GB', localService: true }], cancel() {}, speak: (u) => window.said.push(u.text), addEventListener() {} } })
      window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }`)
    for (const [name, path] of [['in-force', '/agreements-in-force'], ['in-force-school', '/agreements-in-force/100001'], ['in-force-text', '/agreements-in-force/100001/pupil-ks2'], ['in-force-symbols', '/agreements-in-force/100001/pupil-ks2?text=en-GB/symbols']] as const) {
      await page.goto(app.url + path)
      await judge(page, name)
    }
    await page.getByRole('button', { name: 'Read this part aloud: I tell a trusted adult' }).click()
    expect((await page.evaluate<string[]>('window.said')).join(' ')).toContain('I tell a trusted adult')
    await page.getByRole('button', { name: 'Stop reading' }).click()
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.read-aloud:visible, nav:visible').count()).toBe(0)
    expect(problems).toEqual([])
    await context.close()
    const silent = await windowOf(app.browser())
    await silent.page.addInitScript(`Object.defineProperty(window, 'speechSynthesis', { value: { getVoices: () => [{ lang: 'de-DE' }], addEventListener() {} } })`)
    await silent.page.goto(`${app.url}/agreements-in-force/100001/pupil-ks2`)
    expect(await silent.page.locator('.read-aloud:visible').count()).toBe(0)
    await silent.context.close()
    expect(hrefs(await app.browser().get('/'))).toContain('/agreements-in-force')
  })
})
