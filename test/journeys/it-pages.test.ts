import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { giveAccounts, readRoster, simulatedDirectory, withRole, zipOf } from '../support/it-people.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { tinyRoster, tinySchool, type TinyUser } from '../support/tiny-roster.ts'

// A journey opens many pages and judges each three times: on a busy machine that takes longer than a test usually may.
vi.setConfig({ testTimeout: 120_000 })

const WIDTHS = [320, 768, 1280]
/** A folder for pictures of every page, for people who want to look. */
const SHOTS = process.env['ASSENT_TEST_PICTURES']
const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => e.tagName + '.' + e.getAttribute('class'))`

const left = (ids: readonly string[]) => (user: TinyUser): TinyUser | null => (ids.includes(user.id) ? { ...user, until: '2026-10-16' } : user)
const PUPILS = Array.from({ length: 80 }, (_, n) => `P${n + 1}`)

withBrowser('rosters and access, in Chromium with real data', (browser) => {
  let app: TestApp
  let context: BrowserContext
  let page: Page
  let adminId = ''
  const problems: string[] = []

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T16:00:00Z', config: { directories: [simulatedDirectory] } })
    adminId = (await withRole(app, 'it-admin', { name: 'Idris' })).id
    context = await browser().newContext({ reducedMotion: 'reduce' })
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
    page.on('pageerror', (error) => problems.push(error.message))
    await signIn(page, adminId)
    await giveAccounts(app, PUPILS)
  })
  afterAll(async () => {
    await context.close()
    await app.close()
  })

  /** The browser takes over a session begun by the tests' own sign-in. */
  async function signIn(into: Page, personId: string): Promise<void> {
    const one = await app.as(personId)
    await into.context().addCookies([...one.cookies].map(([name, value]) => ({ name, value, url: app.url })))
  }

  /** The page as it stands: no wider than the window, and accessible, at every width and in the dark. */
  async function looksRight(name: string): Promise<void> {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      expect({ name, width, wider: await page.evaluate(WIDER_THAN_WINDOW) }).toEqual({ name, width, wider: [] })
      if (width === 320) await expectAccessible(page)
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true })
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(page, ['color-contrast'])
    await page.emulateMedia({ colorScheme: 'light' })
    expect(problems).toEqual([])
  }

  it('before anything was read', async () => {
    await page.goto(`${app.url}/rosters`)
    expect(await page.getByText('No feed has been read yet').isVisible()).toBe(true)
    await looksRight('rosters-empty')
    await page.goto(`${app.url}/access`)
    await looksRight('access-empty')
  })

  it('a file is chosen, read by the worker while the page waits, and its result opens by itself', async () => {
    await page.goto(`${app.url}/rosters`)
    await page.getByRole('link', { name: 'Read a file' }).click()
    await page.getByRole('button', { name: 'Look first' }).click()
    await page.getByText('Choose the file to read. If you chose one, it was empty.').first().waitFor()
    await looksRight('upload-refused')
    await page.getByLabel('The file', { exact: true }).setInputFiles({ name: 'roster.zip', mimeType: 'application/zip', buffer: zipOf(tinySchool(80)) })
    await page.getByLabel('Name of the source').fill('mis')
    await page.getByRole('button', { name: 'Read and apply' }).click()
    await page.getByText('The file is being read').waitFor()
    await looksRight('reading')
    await app.services.worker.runUntilIdle()
    await page.getByText('Everything this reading says is in.').waitFor()
    await looksRight('run-applied')
  })

  it('what is held is read and approved by keyboard', async () => {
    const odd = tinySchool(80, left(['P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9']))
    const { path } = await readRoster(app, await app.as(adminId), odd)
    await page.goto(app.url + path)
    await looksRight('run-held')
    await page.getByRole('button', { name: 'Approve what is held' }).press('Enter')
    await page.getByText('Approved. What this reading held is in.').waitFor()
    await app.services.worker.runUntilIdle()
    await page.reload()
    await looksRight('run-approved')
    await page.getByRole('link', { name: 'Look who, and decide' }).click()
    await page.getByText('If you approve, 7 accounts lose access.').waitFor()
    await looksRight('plan-waits')
  })

  it('the plan is approved, watched without touching anything, and undone', async () => {
    await page.goto(`${app.url}/access`)
    await looksRight('access')
    await page.getByRole('link', { name: /^Leavers, / }).first().click()
    await page.getByRole('button', { name: 'Approve this plan' }).click()
    await page.getByText('It begins in a moment.').waitFor()
    await looksRight('plan-running')
    await app.services.worker.runUntilIdle()
    await page.getByText('7 accounts were changed and read back.').waitFor()
    await looksRight('plan-done')
    await page.getByRole('link', { name: 'NameP7 SurnameP7', exact: true }).click()
    await page.getByText('Why this access?').waitFor()
    await looksRight('person')
    await page.goBack()
    await page.getByRole('button', { name: 'Undo this plan' }).click()
    await page.getByText('The undo begins in a moment.').waitFor()
    await app.services.worker.runUntilIdle()
    await page.getByText('What this plan took was given back.').waitFor()
    await looksRight('plan-undone')
  })

  it('people who are missing are asked about, and a wrong day is named in place', async () => {
    const admin = await app.as(adminId)
    const gone = (user: TinyUser) => (['P60', 'P61', 'P62'].includes(user.id) ? null : left(['P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9'])(user))
    await readRoster(app, admin, tinySchool(80, gone))
    app.clock.advance(49 * 3_600_000)
    const again = await app.as(adminId)
    await signIn(page, adminId)
    await readRoster(app, again, tinySchool(80, (user) => (user.id === 'P63' ? null : gone(user))))
    await page.goto(`${app.url}/rosters/missing`)
    await looksRight('missing')
    await page.getByRole('button', { name: 'Left on that day' }).first().click()
    await page.getByText('Write the last day at the school').first().waitFor()
    await looksRight('missing-refused')
  })

  it('a refused reading, rejected rows and very long names', async () => {
    const again = await app.as(adminId)
    const { path: refused } = await readRoster(app, again, tinySchool(20))
    await page.goto(app.url + refused)
    await looksRight('run-refused')
    const { path: rejected } = await readRoster(app, again, tinyRoster([
      { id: 'X1', grade: '04' }, { id: 'X1', grade: '05' }, { id: 'X2', grade: 'Upper', agents: ['nobody'] }, { id: 'X3', name: 'Maximilian-Alexander', surname: 'Featherstonehaugh-Cholmondeley', grade: '04' },
    ]), { 'new-source': 'odd' })
    await page.goto(`${app.url}${rejected}?kind=rejected`)
    await looksRight('run-rejected')
    await page.goto(`${app.url}${rejected}?kind=joiners`)
    await looksRight('run-joiners')
    await page.goto(`${app.url}/rosters`)
    await looksRight('rosters')
  })

  it('works without JavaScript', async () => {
    const plain = await browser().newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 800 } })
    const one = await plain.newPage()
    await signIn(one, adminId)
    const { path } = await readRoster(app, await app.as(adminId), tinySchool(80, left(PUPILS.slice(2, 12))))
    await one.goto(app.url + path)
    if (await one.getByRole('button', { name: 'Approve what is held' }).isVisible()) await one.getByRole('button', { name: 'Approve what is held' }).click()
    expect(await one.locator('h1').isVisible()).toBe(true)
    await one.goto(`${app.url}/access`)
    expect(await one.getByRole('heading', { name: 'Access', exact: true }).isVisible()).toBe(true)
    await plain.close()
  })
})
