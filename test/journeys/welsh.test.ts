import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withBrowser } from '../support/browser.ts'
import { englishOn } from '../support/english-words.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { judge, openWindow } from './journey-window.ts'

withBrowser('a parent in Welsh, in Chromium', (chromium) => {
  let app: TestApp
  let mother: string
  beforeAll(async () => {
    app = await startTestApp({ config: { languages: { welsh: true } } })
    const trust = await smallTrust(app)
    mother = await trust.add({ name: 'Elen Pugh', email: 'elen@pugh.example' })
    await trust.link(await trust.add({ name: 'Carys Pugh', role: 'pupil', year: '4', group: '4B' }), mother)
    await trust.issue()
  })
  afterAll(async () => app.close())

  /** Fits, reads and is Welsh: whatever is not says so. */
  async function judgeWelsh(page: Page, name: string): Promise<void> {
    await judge(page, name)
    expect({ name, lang: await page.locator('html').getAttribute('lang'), english: englishOn(await page.content()) }).toEqual({ name, lang: 'cy', english: [] })
  }

  it('G6: chooses Welsh from the mailed link on, reads, signs, and is thanked in Welsh', async () => {
    const { path } = await app.services.links.issueLink({ personId: mother, purpose: 'sign', route: 'mail', ttl: 86_400_000 })
    const { context, page, problems } = await openWindow(chromium(), app.browser(), app.url)
    await page.goto(app.url + path)
    expect(await page.locator('html').getAttribute('lang')).toBe('en-GB')
    const toWelsh = page.getByRole('button', { name: 'Cymraeg' })
    expect(await toWelsh.getAttribute('lang')).toBe('cy')
    await toWelsh.click()
    await judgeWelsh(page, 'welsh-arrive')
    await page.getByRole('button', { name: 'Agor' }).click()
    await page.getByRole('heading', { level: 1, name: 'Un peth i chi ei ddarllen' }).waitFor()
    await judgeWelsh(page, 'welsh-list')

    await page.locator('a.task-title').click()
    await judgeWelsh(page, 'welsh-read')
    expect(await page.locator('article.sheet').getAttribute('lang')).toBe('cy')
    expect(await page.locator('.sheet-foot').getAttribute('lang')).toBe('cy')
    // The English text is one press away, and is read as English on a page that stays Welsh.
    await page.getByRole('link', { name: 'English, full text' }).click()
    await judgeWelsh(page, 'welsh-read-english')
    for (const part of ['title', 'h1', 'article.sheet', '.sheet-foot']) expect({ part, lang: await page.locator(part).first().getAttribute('lang') }).toEqual({ part, lang: 'en-GB' })
    await page.getByRole('link', { name: 'Cymraeg, testun llawn' }).click()

    await page.getByRole('link', { name: 'Rwyf wedi darllen hwn' }).click()
    await page.locator('form:has(#answer) button[type=submit]').click()
    await page.getByText('Dewiswch ie neu na. Mae’r ddau’n bosibl.').first().waitFor()
    await judgeWelsh(page, 'welsh-sign-errors')
    expect(await page.locator('legend.statement').getAttribute('lang')).toBe('cy')
    await page.locator('#answer').check()
    await page.locator('#signature').fill('Elen Pugh')
    await page.locator('form:has(#answer) button[type=submit]').click()
    await page.getByRole('heading', { level: 1, name: 'Gwiriwch, yna llofnodwch' }).waitFor()
    await judgeWelsh(page, 'welsh-check')
    await page.locator('form.sign-act button[type=submit]').click()
    await page.getByRole('heading', { level: 1, name: 'Llofnodwyd. Diolch, Elen' }).waitFor()
    await judgeWelsh(page, 'welsh-done')

    await page.goto(`${app.url}/nowhere`)
    await judgeWelsh(page, 'welsh-not-found')
    expect(problems.filter((problem) => !problem.includes('404'))).toEqual([])
    await context.close()
  })
})
