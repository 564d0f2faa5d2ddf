import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { giveAccounts, readRoster, simulatedDirectory, withRole } from '../support/it-people.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { tinySchool } from '../support/tiny-roster.ts'

vi.setConfig({ testTimeout: 180_000 })

const SHOTS = process.env['ASSENT_TEST_PICTURES']
const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => e.tagName + '.' + e.getAttribute('class'))`

withBrowser('leavers, restrictions, guests and what belongs to them, in Chromium', (browser) => {
  let app: TestApp
  let context: BrowserContext
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T16:30:00Z', config: { directories: [{ ...simulatedDirectory, mapping: { ...simulatedDirectory.mapping, profiles: { 'no-internet': { groups: [], withoutGroups: ['internet'] } } } }] } })
    const admin = await withRole(app, 'trust-admin', { name: 'Tara' })
    await readRoster(app, admin.browser, tinySchool(80))
    await giveAccounts(app, Array.from({ length: 80 }, (_, n) => `P${n + 1}`))
    await app.services.accounts.reconcile.observe('school', 'os:test')
    context = await browser().newContext({ reducedMotion: 'reduce' })
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
    page.on('pageerror', (error) => problems.push(error.message))
    await context.addCookies([...(await app.as(admin.id)).cookies].map(([name, value]) => ({ name, value, url: app.url })))
  })
  afterAll(async () => {
    await context.close()
    await app.close()
  })

  /** No wider than the window and accessible at every width, and in the dark. */
  async function looksRight(name: string): Promise<void> {
    for (const width of [320, 1280]) {
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
  const open = async (path: string, name: string) => {
    await page.goto(app.url + path)
    await looksRight(name)
  }

  it('one person: the form, what is wrong in it, the proof, the second look', async () => {
    const person = (await app.db.read('source_people').where({ external_id: 'P5' }).first('person_id')).person_id as string
    await open(`/access/people/${person}`, 'person-full')
    await page.getByRole('link', { name: 'Change access' }).click()
    await page.getByRole('button', { name: 'Change access now' }).click()
    await looksRight('restrict-refused')
    await page.getByLabel('No access').check()
    await page.getByLabel('Safeguarding').check()
    await page.getByLabel('The reason in a sentence or two').fill('Made up for the test')
    await page.getByLabel('At once and everywhere').check()
    await page.getByRole('button', { name: 'Change access now' }).click()
    await page.getByText('It is in force.').waitFor()
    await app.services.worker.runUntilIdle()
    await page.reload()
    await looksRight('restriction')
    await open('/access/reviews', 'reviews')
    await open(`/access/people/${person}/exempt`, 'exempt')
    await open(`/access/people/${person}/level`, 'level')
    await app.services.accounts.holds.place(person, 'A claim', 'os:test')
    await app.services.accounts.access.exempt({ personId: person, floorLevel: 'full', untilDate: '2026-11-30', reason: 'Exam results', actor: 'os:test' })
    await open('/access/exemptions', 'exemptions')
    await open(`/access/people/${person}`, 'person-restricted')
  })

  it('guests: asked, refused form, one guest, the list', async () => {
    await page.goto(`${app.url}/guests/new`)
    await page.getByRole('button', { name: 'Ask' }).click()
    await looksRight('guest-refused')
    const [school] = await app.services.schools.all()
    const id = await app.services.guests.ask({
      forename: 'Maximilian-Alexander', surname: 'Featherstonehaugh-Cholmondeley', email: 'm@example.test', kind: 'contractor', organisation: 'Lifts and Escalators of the North Ltd', purpose: 'Mends the lift in the main building',
      schoolId: school?.id ?? '', fromDate: '2026-11-02', untilDate: '2026-11-06', approverId: (await withRole(app, 'headteacher')).id, actor: 'os:test',
    })
    await open(`/guests/${id}`, 'guest-waits')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Approved. The agreement goes').waitFor()
    await looksRight('guest-approved')
    await open('/guests', 'guests')
  })

  it('lists, plans with ticks, reports, tasks, retention, assurance, unsigned', async () => {
    const [school] = await app.services.schools.all()
    const list = await app.services.accounts.listed.make({ text: 'u.p1\nu.p2\nu.p3\nNobody\nu.p1', schoolId: school?.id ?? '', lastDay: '2026-10-30', actor: 'os:test', within: 'all' })
    await open(`/access/leavers/${list.id}`, 'list')
    const { run } = await app.services.accounts.listed.plan(list.id, 'os:test')
    await open(`/access/plans/${run}`, 'plan-ticks')
    await page.getByLabel(/Leave out: NameP2/).check()
    await page.getByRole('button', { name: 'Leave the ticked out' }).click()
    await page.getByText('1 account is left out of this plan.').waitFor()
    await app.services.accounts.reconcile.apply(run, { actor: 'os:test', count: 2 })
    await open(`/access/plans/${run}`, 'plan-give-back')
    await open(`/access/plans/${run}/report`, 'report')
    await open('/access/tasks', 'tasks')
    await open('/access/retention', 'retention')
    await open('/access/assurance', 'assurance')
    await open('/access/unsigned', 'unsigned')
    await open('/access', 'access-lists')
  })
})
