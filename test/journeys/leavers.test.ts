import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { openRoad, type RoadWorld } from './road-world.ts'

const SHOTS = process.env['ASSENT_TEST_PICTURES']
const MINUTES = 60_000

withBrowser('leavers in bulk, on the demo', (browser) => {
  let world: RoadWorld
  beforeAll(async () => { world = await openRoad({ databaseUrl: null, people: 700 }) }, 240_000)
  afterAll(async () => world?.close(), 60_000)

  it('200 people by a list: understood, planned, approved by a second person, watched, reported, in under three minutes; then undone', async () => {
    const before = await directory(world)
    const began = performance.now()
    const admin = await become(browser(), world, 'it-admin')
    await admin.goto(`${world.url}/access`)
    await admin.getByRole('link', { name: 'Leavers by a list' }).click()
    await look(admin, 'leavers')
    await admin.getByRole('link', { name: /sample list/ }).click()
    await admin.getByRole('button', { name: 'See who is meant' }).click()
    await admin.getByText('Nobody has lost anything yet.').waitFor()
    expect(await admin.locator('main').innerText()).toMatch(/z\.nobody/)
    expect(await admin.locator('main').innerText()).toMatch(/Named twice/)
    await look(admin, 'leaver-list')
    await admin.getByRole('button', { name: /Make the plan for 200 people/ }).click()
    await admin.getByRole('link', { name: 'Open the plan' }).click({ timeout: 60_000 })
    expect(await admin.locator('main').innerText()).toContain('a second person has to approve it')
    await look(admin, 'leavers-plan')
    const path = new URL(admin.url()).pathname

    const second = await become(browser(), world, 'trust-admin')
    await second.goto(world.url + path)
    await second.locator('#count').fill('200')
    // On a school day the page asks whether it shall begin although lessons are on.
    if (await second.getByLabel('Now, all the same').count()) await second.getByLabel('Now, all the same').check()
    await second.getByRole('button', { name: 'Approve this plan' }).click()
    await second.getByRole('button', { name: 'It is me' }).click()
    await second.getByRole('button', { name: 'Go on' }).click()
    await second.getByText(/\d+ of 200/).first().waitFor({ timeout: 30_000 })
    await look(second, 'leavers-running')
    // The page looks again by itself until the run is over.
    await second.getByText('200 accounts were changed and read back.').waitFor({ timeout: 120_000 })
    const took = performance.now() - began
    await look(second, 'leavers-done')
    const csv = await second.request.get(`${world.url}${path}/report.csv`)
    expect((await csv.text()).trim().split('\r\n')).toHaveLength(201)
    await second.goto(`${world.url}${path}/report`)
    await look(second, 'leavers-report')
    expect(await second.locator('tbody tr').count()).toBe(200)
    const changed = await directory(world)
    expect([...changed].filter(([id, account]) => account !== before.get(id))).toHaveLength(200)
    console.info(`leavers run of 200 on the demo, first click to last account read back: ${(took / 1000).toFixed(1)} s`)
    expect(took).toBeLessThan(3 * MINUTES)

    await second.goto(world.url + path)
    await second.getByRole('button', { name: 'Undo this plan' }).click()
    await expect.poll(async () => (await world.services.plans.get(path.split('/')[3] ?? ''))?.state, { timeout: 120_000 }).toBe('undone')
    await expect.poll(async () => (await world.services.outbox.waiting()).running, { timeout: 120_000 }).toBe(0)
    expect(await directory(world)).toEqual(before)
  }, 400_000)
})

/** The whole directory, as text by account. */
async function directory({ services }: RoadWorld): Promise<Map<string, string>> {
  return new Map((await services.db.read('simulated_accounts').select('immutable_id', 'account')).map((row) => [row.immutable_id, row.account]))
}

async function become(browser: Browser, world: RoadWorld, key: string): Promise<Page> {
  const persona = world.demo.trust.personas.find((candidate) => candidate.key === key)
  const row = await world.services.db.read('source_people').where({ external_id: persona?.id ?? '' }).first('person_id')
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  await page.goto(`${world.url}/demo`)
  await page.locator(`button[name=persona][value="${row?.person_id}"]`).click()
  await page.waitForURL((url) => url.pathname !== '/demo')
  return page
}

async function look(page: Page, name: string): Promise<void> {
  await expectAccessible(page)
  if (!SHOTS) return
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await page.screenshot({ path: `${SHOTS}/${name}-${width}.png` })
  }
}
