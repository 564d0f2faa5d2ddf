import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from '../http/browser.ts'
import { fillIn, hrefs, openSlots, readThrough, signAs, work } from '../features/signing/signing-walk.ts'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => e.tagName + '.' + e.getAttribute('class'))`
/** A folder for pictures of every page, for people who want to look; nothing is kept unless it is named. */
const PICTURES = process.env['ASSENT_TEST_PICTURES']

withBrowser('signing, in Chromium', (chromium) => {
  let app: TestApp
  let mother: string
  let teacher: string
  let pupil: string
  let student: string
  beforeAll(async () => {
    app = await startTestApp()
    const trust = await smallTrust(app)
    pupil = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' })
    const jan = await trust.add({ name: 'Jan Kowalski', role: 'pupil', year: '8', group: '8K', school: trust.high })
    const hanna = await trust.add({ name: 'Hanna Kowalska', role: 'pupil', year: 'R', group: 'Owls' })
    mother = await trust.add({ name: 'Maria Kowalska', email: 'maria@kowalski.example' })
    for (const child of [pupil, jan, hanna]) await trust.link(child, mother)
    teacher = await trust.add({ name: 'Amara Okafor', role: 'teacher', email: 'amara@larkmoor.example' })
    student = await trust.add({ name: 'Tariq Aziz', role: 'pupil', year: '12', school: trust.high })
    await trust.issue()
  })
  afterAll(async () => app.close())

  /** A window of the real browser that carries on where a test's own browser is. */
  async function windowOf(browser: Browser, options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page; problems: string[] }> {
    const context = await chromium().newContext({ viewport: { width: 320, height: 720 }, reducedMotion: 'reduce', ...options })
    await context.addCookies([...browser.cookies].map(([name, value]) => ({ name, value, url: app.url })))
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
    page.on('pageerror', (error) => problems.push(error.message))
    return { context, page, problems }
  }

  async function judge(page: Page, name: string): Promise<void> {
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 720 })
      expect({ name, width, wider: await page.evaluate(WIDER_THAN_WINDOW) }).toEqual({ name, width, wider: [] })
      if (PICTURES) {
        await mkdir(PICTURES, { recursive: true })
        await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`), fullPage: true })
      }
      if (width !== 768) await expectAccessible(page)
    }
    await page.setViewportSize({ width: 320, height: 720 })
  }

  /** How many pages were looked at and found right. */
  async function judgeAll(browser: Browser, pages: Record<string, string>): Promise<number> {
    const { context, page, problems } = await windowOf(browser)
    for (const [name, path] of Object.entries(pages)) {
      const answer = await page.goto(app.url + path)
      expect({ name, status: answer?.status() }).toEqual({ name, status: 200 })
      await judge(page, name)
    }
    expect(problems).toEqual([])
    await context.close()
    return Object.keys(pages).length
  }

  it('the public pages read and fit', async () => {
    expect(await judgeAll(app.browser(), { start: '/', ask: '/ask', asked: '/ask/sent', 'sign-in': '/sign-in', stored: '/stored', help: '/help' })).toBe(6)
  })

  it('a teacher with a mouse draws a signature, and what is shown before the button is the drawing', async () => {
    const browser = await app.as(teacher)
    const { context, page, problems } = await windowOf(browser)
    await page.goto(`${app.url}/me`)
    await judge(page, 'me-staff')
    await page.locator('a.task-title').first().click()
    await judge(page, 'read')
    await page.getByRole('link', { name: 'I have read this' }).click()
    await page.getByRole('button', { name: 'Check what I have written' }).click()
    await judge(page, 'sign-errors')
    await page.getByLabel('Yes, I agree').check()
    await page.locator('canvas').scrollIntoViewIfNeeded()
    const box = await page.locator('canvas').boundingBox()
    if (!box) throw new Error('There is no box to draw in')
    await page.mouse.move(box.x + 20, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + 120, box.y + 90, { steps: 6 })
    await page.mouse.move(box.x + 220, box.y + 30, { steps: 6 })
    await page.mouse.up()
    await judge(page, 'sign-drawn')
    await page.getByRole('button', { name: 'Check what I have written' }).click()
    expect(await page.locator('svg.drawn path').count()).toBe(1)
    await judge(page, 'check-drawn')
    await page.getByRole('link', { name: 'Change something' }).click()
    expect(await page.getByLabel('Yes, I agree').isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Check what I have written' }).click()
    await page.getByRole('button', { name: 'Sign now' }).dblclick()
    await page.getByRole('heading', { name: 'Signed. Thank you, Amara' }).waitFor()
    await judge(page, 'done')
    await page.goBack()
    await page.goto(`${app.url}/me`)
    await judge(page, 'me-finished')
    expect(Number((await app.db.read('signatures').where({ signer_id: teacher }).count({ n: '*' }).first())?.n)).toBe(1)
    expect(problems).toEqual([])
    await context.close()
  })

  it('F3: a parent on a small phone without JavaScript goes from the mailed link to the signed PDF', async () => {
    const { path } = await app.services.links.issueLink({ personId: mother, purpose: 'sign', route: 'mail', ttl: 86_400_000 })
    const { context, page } = await windowOf(app.browser(), { javaScriptEnabled: false })
    await page.goto(app.url + path)
    await page.getByRole('button', { name: 'Open' }).click()
    expect(await page.locator('.person h2').allInnerTexts()).toHaveLength(3)
    const zofia = page.locator('.person', { hasText: 'Zofia' })
    await zofia.locator('a.task-title').click()
    await page.getByRole('link', { name: 'I have read this' }).click()
    expect(await page.locator('[data-pad]:visible').count()).toBe(0)
    await page.getByLabel('Yes, I agree').check()
    await page.getByLabel('Your full name').fill('Maria Kowalska')
    await page.getByRole('button', { name: 'Check what I have written' }).click()
    await page.getByRole('button', { name: 'Sign now' }).click()
    await page.getByRole('heading', { name: 'Signed. Thank you, Maria' }).waitFor()
    const pdf = await page.getByRole('link', { name: 'Open the signed PDF' }).getAttribute('href')
    await page.getByRole('link', { name: 'Open the signed PDF' }).click()
    await page.getByRole('heading', { name: 'Your PDF is being made' }).waitFor()
    await work(app)
    const file = await page.request.get(app.url + (pdf ?? ''))
    expect(file.headers()['content-type']).toBe('application/pdf')
    expect(await app.services.verify.verify(await file.body())).toMatchObject({ valid: true, status: 'current' })
    await context.close()
  })

  it('a parent’s pages read and fit: list, text of another school, no, kept no, record being made, taking back', async () => {
    const browser = await app.as(mother, 'link')
    const list = await browser.get('/me')
    const slots = await openSlots(browser)
    const record = hrefs(list).find((href) => /^\/me\/records\/\w+$/.test(href)) ?? ''
    const [first = '', second = ''] = slots
    await fillIn(browser, await readThrough(browser, first), { answer: 'no' })
    expect(await judgeAll(browser, {
      'me-family': '/me', 'read-family': `/me/sign/${first}`, 'check-no': `/me/sign/${first}/check`, withdraw: `${record}/withdraw`,
      changed: `/me/sign/${first}/changed?text=${'0'.repeat(64)}`,
    })).toBe(5)
    const { context, page } = await windowOf(browser)
    await page.goto(`${app.url}/me/sign/${first}/check`)
    await page.getByLabel('Please call me').check()
    await page.getByRole('button', { name: 'Send this answer' }).click()
    await judge(page, 'declined')
    await page.goto(`${app.url}/me`)
    await judge(page, 'me-mixed')
    await context.close()
    const done = await signAs(browser, second, 'Maria Kowalska').catch(async () => browser.get(`/me/sign/${second}/done`))
    const pending = hrefs(done).find((href) => /^\/me\/records\/\w+$/.test(href)) ?? ''
    expect(await judgeAll(browser, { sealing: `${pending}?wait=no` })).toBe(1)
  })

  it('a pupil of Year 4: hello, an idea, a question, the mark, thank you', async () => {
    const browser = await app.as(pupil)
    const slot = /\/me\/sign\/(\w+)/.exec((await browser.get('/me')).text)?.[1] ?? ''
    const sign = await readThrough(browser, slot)
    const hash = /text=(\w+)/.exec(sign)?.[1] ?? ''
    expect(await judgeAll(browser, {
      'young-start': '/me', 'young-first': `/me/sign/${slot}`, 'young-idea': `/me/sign/${slot}?step=3&text=${hash}`, 'young-adult': `/me/sign/${slot}?step=21&text=${hash}`,
      'young-question': `/me/sign/${slot}?step=22&text=${hash}`, 'young-because': `/me/sign/${slot}?step=22&text=${hash}&answer=1`, 'young-all': `/me/sign/${slot}?all=1`, 'young-sign': sign,
    })).toBe(8)
    await fillIn(browser, sign, { answer: 'yes', signature: 'Zofia' })
    expect(await judgeAll(browser, { 'young-check': `/me/sign/${slot}/check` })).toBe(1)
    await signAs(browser, slot, 'Zofia')
    expect(await judgeAll(browser, { 'young-done': `/me/sign/${slot}/done`, 'young-finished': '/me' })).toBe(2)
  })

  it('an older pupil’s pages and a closed one read and fit', async () => {
    const browser = await app.as(student)
    const [slot = ''] = await openSlots(browser)
    const sign = await readThrough(browser, slot)
    await fillIn(browser, sign, { answer: 'yes', signature: 'Tariq Aziz' })
    expect(await judgeAll(browser, { 'me-student': '/me', 'sign-student': sign, 'check-student': `/me/sign/${slot}/check` })).toBe(3)
    const { request_id: request } = await app.db.read('signatories').where({ id: slot }).first('request_id')
    await app.db.sql('requests').where({ id: request }).update({ state: 'excused' })
    expect(await judgeAll(browser, { closed: `/me/sign/${slot}/done` })).toBe(1)
  })
})
