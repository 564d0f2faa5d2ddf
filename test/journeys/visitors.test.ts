import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from '../http/browser.ts'
import { withBrowser } from '../support/browser.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { drawIn, judge, openWindow } from './journey-window.ts'

withBrowser('visitors, in Chromium', (chromium) => {
  let app: TestApp
  let office: Browser
  beforeAll(async () => {
    app = await startTestApp()
    const trust = await smallTrust(app)
    const id = await trust.add({ name: 'Gwen Hughes', role: 'support' })
    await app.services.roles.grant({ personId: id, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
    office = await app.as(id)
  })
  afterAll(async () => app.close())

  it('reception starts a tablet; a contractor draws a signature; the next visitor sees nothing of it', async () => {
    const desk = await openWindow(chromium(), office, app.url, { viewport: { width: 1280, height: 800 } })
    await desk.page.goto(`${app.url}/visits`)
    await judge(desk.page, 'visits-empty')
    await desk.page.getByRole('button', { name: 'Start a tablet' }).click()
    const code = await desk.page.locator('.todo strong.code').last().innerText()
    await desk.page.goto(`${app.url}/visits/new`)
    await judge(desk.page, 'visits-arrange')

    const tablet = await openWindow(chromium(), app.browser(), app.url, { viewport: { width: 768, height: 1024 } })
    const { page } = tablet
    await page.goto(`${app.url}/visit`)
    await judge(page, 'visit-start-tablet')
    await page.getByLabel('For the office').fill(code)
    await page.getByRole('button', { name: 'Start' }).click()
    await judge(page, 'visit-welcome')
    await page.getByRole('button', { name: 'I am visiting' }).click()
    await page.getByRole('button', { name: 'Next' }).click()
    await judge(page, 'visit-who-errors')
    await page.getByLabel('Your name').fill('Bo Plumber')
    await page.getByLabel('Where you come from').fill('Pipes Ltd')
    await page.getByLabel('Whom you visit').fill('the caretaker')
    await page.getByLabel('I am here to work').check()
    await page.getByRole('button', { name: 'Next' }).click()
    await judge(page, 'visit-wifi')
    await page.getByLabel('Yes').check()
    await page.getByRole('button', { name: 'Next' }).click()
    expect(await page.locator('input:checked').count()).toBe(0)
    await judge(page, 'visit-sign')
    await page.getByLabel('Yes, I agree').check()
    await drawIn(page)
    await page.getByRole('button', { name: 'Send my answer' }).click()
    await page.getByRole('heading', { name: 'Signed. Thank you, Bo Plumber' }).waitFor()
    await judge(page, 'visit-done')
    await page.getByRole('button', { name: 'Finish' }).click()
    await page.getByRole('button', { name: 'I am visiting' }).click()
    expect(await page.content()).not.toContain('Plumber')
    await desk.page.goto(`${app.url}/visits`)
    await judge(desk.page, 'visits')
    expect(await desk.page.locator('main').innerText()).toContain('Bo Plumber')
    expect([desk.problems, tablet.problems]).toEqual([[], []])
    await tablet.context.close()
    await desk.context.close()
  })

  it('without JavaScript and by keyboard: no Wi-Fi, nothing to sign', async () => {
    await office.submit('/visits', { schoolId: (await app.db.read('schools').where({ urn: '100001' }).first('id')).id }, '/visits/tablets')
    const code = [...(await office.get('/visits')).text.matchAll(/type <strong class="code">([A-Z0-9 ]+)</g)].at(0)?.[1] ?? ''
    const { page, context } = await openWindow(chromium(), app.browser(), app.url, { javaScriptEnabled: false })
    await page.goto(`${app.url}/visit`)
    await page.getByLabel('For the office').fill(code)
    await page.getByLabel('For the office').press('Enter')
    await page.getByRole('button', { name: 'I am visiting' }).press('Enter')
    await page.getByLabel('Your name').fill('Una Guest')
    await page.getByLabel('I am visiting').press('Space')
    await page.getByRole('button', { name: 'Next' }).press('Enter')
    await page.getByLabel('No').press('Space')
    await page.getByRole('button', { name: 'Next' }).press('Enter')
    await page.getByRole('heading', { name: 'Thank you. There is nothing to sign' }).waitFor()
    await context.close()
    expect(await app.db.read('visits').where({ name: 'Una Guest' })).toHaveLength(0)
  })
})
