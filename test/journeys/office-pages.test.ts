import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from '../http/browser.ts'
import { officeWorld, type OfficeWorld } from '../features/reports/office-world.ts'
import { expectAccessible, withBrowser } from '../support/browser.ts'

const WIDTHS = [320, 768, 1280]
const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((e) => e.tagName + '.' + e.getAttribute('class'))`

withBrowser('the office pages with real people, in Chromium', (browser) => {
  let world: OfficeWorld
  let context: BrowserContext
  let page: Page
  const problems: string[] = []
  beforeAll(async () => {
    world = await officeWorld({ config: { demo: true } })
    // Names as long and as plain as they come.
    await world.trust.add({ name: 'Maximiliana-Wilhelmina Featherstonehaugh-Cholmondeley', role: 'pupil', year: '4', group: '4 Kingfisher and Heron', email: 'maximiliana.wilhelmina.featherstonehaugh@pupils.larkmoor.example' })
    await world.trust.add({ name: 'Lü', role: 'teacher' })
    await world.trust.issue()
    context = await browser().newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 900 } })
    page = await context.newPage()
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
    page.on('pageerror', (error) => problems.push(error.message))
    await become(await world.staff('Gwen Hughes', 'trust-admin', null))
  })
  afterAll(async () => {
    await context.close()
    await world.app.close()
  })
  const become = async (jar: Browser) => {
    await context.clearCookies()
    await context.addCookies([...jar.cookies].map(([name, value]) => ({ name, value, url: world.app.url })))
  }

  const places = (): [string, string][] => [
    ['home', '/office'], ['board', '/office/board'], ['board of one group', `/office/board?school=${world.trust.primary.id}&group=4K&status=open`], ['board without anybody', '/office/board?year=13'],
    ['records', '/records'], ['one record', `/records/${world.recordA}`], ['ledger', '/audit'], ['checking a PDF', '/verify'], ['checking a reference', `/verify/${world.recordA}`],
    ['mailbox', '/demo/mail'],
  ]

  it.each([...Array(10).keys()])('page %i fits at every width and passes WCAG 2.2 AA, light and dark', async (n) => {
    const [name, path] = places()[n] ?? ['', '']
    problems.length = 0
    await page.emulateMedia({ colorScheme: 'light' })
    expect((await page.goto(world.app.url + path))?.status()).toBe(200)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      expect({ name, width, wider: await page.evaluate(WIDER_THAN_WINDOW) }).toEqual({ name, width, wider: [] })
      await expectAccessible(page)
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(page, ['color-contrast'])
    expect(problems).toEqual([])
  })

  it('the office finds somebody by name, looks at the record and comes back', async () => {
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto(`${world.app.url}/office/board`)
    await page.getByRole('searchbox', { name: 'Name, or a part of it' }).fill('okafor')
    await page.getByRole('button', { name: 'Find' }).press('Enter')
    expect(page.url()).toBe(`${world.app.url}/office/board?named=1`)
    expect(await page.getByRole('searchbox', { name: 'Name, or a part of it' }).inputValue()).toBe('okafor')
    await page.getByRole('link', { name: 'Okafor, Amara' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Amara Okafor')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /Download the PDF/ }).click()])
    expect(file.suggestedFilename()).toBe(`agreement-${world.recordA}.pdf`)
  })

  it('one press chases, and the page says how many mails go out', async () => {
    await page.goto(`${world.app.url}/office/board`)
    await page.getByRole('button', { name: 'Chase those who can be reached' }).click()
    expect(await page.getByRole('status').textContent()).toMatch(/people will get a mail/)
  })

  it('a mail opens fenced in as a mail program shows it, and its script-free page has no way out', async () => {
    await page.goto(`${world.app.url}/demo/mail`)
    await page.locator('.mail a').first().click()
    await page.getByRole('link', { name: 'See it as a mail program shows it' }).click()
    expect(page.url()).toMatch(/\/html$/)
    expect(await page.locator('h1, p').first().isVisible()).toBe(true)
  })
})
