import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

const MINUTE = 60_000

withBrowser('a page that is left open', (browser) => {
  let app: TestApp
  let clerk = ''
  let teacher = ''
  beforeAll(async () => {
    app = await startTestApp()
    const trust = await smallTrust(app)
    clerk = await trust.add({ name: 'Olive Office' })
    teacher = await trust.add({ name: 'Tess Marlow', role: 'teacher' })
    await app.services.roles.grant({ personId: clerk, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
  })
  afterAll(() => app.close())

  /** Two pages of one browser in which somebody is signed in; their clock moves as the tests tell it. */
  const open = async (personId: string): Promise<{ pages: [Page, Page]; as(other: string): Promise<void>; problems: string[]; close(): Promise<void> }> => {
    const context = await browser().newContext({ reducedMotion: 'reduce' })
    await context.clock.install()
    const problems: string[] = []
    const as = async (id: string) => {
      const { cookies } = await app.as(id)
      await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: app.url })))
    }
    await as(personId)
    const page = async (): Promise<Page> => {
      const one = await context.newPage()
      one.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
      one.on('pageerror', (error) => problems.push(error.message))
      await one.goto(`${app.url}/me`)
      return one
    }
    return { pages: [await page(), await page()], as, problems, close: () => context.close() }
  }
  const shown = (page: Page) => page.locator('body').innerText()

  it('shows nobody’s name any more once its session has ended, in every page of it, and works with the policy of production', async () => {
    const { pages: [one, two], problems, close } = await open(clerk)
    await one.clock.fastForward(20 * MINUTE)
    await two.goto(`${app.url}/security`)
    await one.clock.fastForward(20 * MINUTE)
    // Another page of the session was used ten minutes after half of the time.
    expect(await shown(one)).toContain('Olive Office')
    await one.clock.fastForward(31 * MINUTE)
    for (const page of [one, two]) {
      await page.getByRole('heading', { name: 'You have been signed out' }).waitFor()
      expect(await shown(page)).not.toContain('Olive')
      expect(await page.content()).not.toContain('Olive')
      expect(await page.title()).toBe('You have been signed out')
      await expectAccessible(page)
    }
    expect(problems).toEqual([])
    await close()
  })

  it('closes the page of whoever was here before, once somebody else has signed in', async () => {
    const { pages: [one, two], as, close } = await open(clerk)
    await one.clock.fastForward(MINUTE)
    await as(teacher)
    await two.goto(`${app.url}/me`)
    await one.clock.fastForward(MINUTE)
    await one.getByRole('heading', { name: 'You have been signed out' }).waitFor()
    expect(await shown(two)).toContain('Tess Marlow')
    await close()
  })

  it('S6: an answer in class that is typed stays, however long the connection is away', async () => {
    const { pages: [one], close } = await open(clerk)
    await one.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend', '<form data-keep-answer><input name="typed" value="Amira"></form>')`)
    await one.clock.fastForward(45 * MINUTE)
    expect(await one.locator('[name=typed]').inputValue()).toBe('Amira')
    await close()
  })

  it('says how long by the session’s own limits, and nothing to who is not signed in', async () => {
    const page = await (await app.as(clerk)).get('/me')
    expect(page.text).toMatch(/<template data-idle="1800" data-left="43200" data-session="[0-9a-f]{12}">/)
    expect((await app.browser().get('/')).text).not.toContain('data-idle')
  })
})
