import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { verifyLog } from '../../src/features/audit/verify-log.ts'
import { expectAccessible } from '../support/browser.ts'
import type { RoadWorld } from './road-world.ts'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true }

/**
 * The main job as people do it: pupil, guardian and staff sign, the office looks, a roster arrives in which one pupil has left,
 * the plan is approved, the account is suspended, and all of it is undone.
 */
export async function walkTheRoad(browser: Browser, world: RoadWorld): Promise<void> {
  await pupilSigns(browser, world)
  await guardianSignsByMail(browser, world)
  await newTeacherSignsAndKeepsTheRecord(browser, world)
  await officeLooks(browser, world)
  await teacherAndGovernorLook(browser, world)
  await oneLeavesAndComesBack(browser, world)
  await theLedgerHoldsIt(world)
}

async function become(browser: Browser, world: RoadWorld, key: string, context: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const persona = world.demo.trust.personas.find((candidate) => candidate.key === key)
  if (!persona) throw new Error(`no persona ${key}`)
  const page = await (await browser.newContext({ acceptDownloads: true, ...context })).newPage()
  await page.goto(`${world.url}/demo`)
  await page.locator(`button[name=persona][value="${await personId(world, persona.id)}"]`).click()
  await page.waitForURL((url) => url.pathname !== '/demo')
  return page
}

async function personId({ services }: RoadWorld, externalId: string): Promise<string> {
  const row = await services.db.read('source_people').where({ external_id: externalId }).first('person_id')
  return row?.person_id ?? ''
}

/** Reads to the end, answers yes, signs, checks, signs now; ends on the page that says so. */
async function signFirst(page: Page, how: 'typed' | 'drawn', name: string): Promise<void> {
  await expectAccessible(page)
  if (await page.locator('a.task-title').count()) await page.locator('a.task-title').first().click()
  await readThrough(page)
  await answerYes(page, how, name)
  await expectAccessible(page)
}

/** One idea, question or text after another until the form comes. */
async function readThrough(page: Page): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    if (await page.getByRole('button', { name: /check what I have written|I am finished/i }).count()) return
    const on = page.locator('main').getByRole('link', { name: /^(I have read this|Let us start|Next|Go on|Start)/i })
    const next = await on.count() ? on.first() : page.locator('main ul a, main ol a, main .answers a').first()
    await next.click()
  }
  throw new Error(`the text never ended: ${page.url()}`)
}

async function answerYes(page: Page, how: 'typed' | 'drawn', name: string): Promise<void> {
  await expectAccessible(page)
  await page.locator('input[type=radio]').first().check()
  if (how === 'drawn') await draw(page)
  else if (await page.locator('input.sign-line').count()) await page.locator('input.sign-line').fill(name)
  await page.getByRole('button', { name: /check what I have written|I am finished/i }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: /sign now|send/i }).first().click()
  await page.waitForURL(/\/done$/)
}

async function draw(page: Page): Promise<void> {
  const box = await page.locator('canvas').boundingBox()
  if (!box) throw new Error('no canvas to draw on')
  await page.locator('canvas').scrollIntoViewIfNeeded()
  const { x, y, width, height } = await page.locator('canvas').boundingBox() ?? box
  await page.mouse.move(x + width * 0.2, y + height * 0.6)
  await page.mouse.down()
  for (let step = 1; step <= 12; step += 1) await page.mouse.move(x + width * (0.2 + step * 0.04), y + height * (0.6 - 0.2 * Math.sin(step)))
  await page.mouse.up()
}

async function signaturesOf({ services }: RoadWorld, personIdOf: string): Promise<{ id: string; method: string; seal_state: string }[]> {
  return services.db.read('signatures').where({ signer_id: personIdOf }).select('id', 'method', 'seal_state')
}

async function pupilSigns(browser: Browser, world: RoadWorld): Promise<void> {
  for (const [key, how] of [['pupil-y9', 'typed'], ['pupil-y4', 'drawn']] as const) {
    const page = await become(browser, world, key, key === 'pupil-y4' ? PHONE : {})
    await signFirst(page, how, 'My own name')
    const persona = world.demo.trust.personas.find((candidate) => candidate.key === key)
    expect((await signaturesOf(world, await personId(world, persona?.id ?? ''))).map(({ method }) => method)).toEqual([how])
    await page.context().close()
  }
}

async function guardianSignsByMail(browser: Browser, world: RoadWorld): Promise<void> {
  const { services, demo } = world
  const parent = demo.trust.personas.find((persona) => persona.key === 'parent')
  const id = await personId(world, parent?.id ?? '')
  const person = await services.people.person(id)
  const mail = async () => services.db.read('captured_mails').where({ recipient: person?.email ?? '' }).where('body_text', 'like', '%/link/%').orderBy('sent_at', 'desc').first()
  await expect.poll(async () => (await mail())?.body_text ?? '', { timeout: 60_000 }).toContain('/link/')
  const link = /https?:\/\/\S+\/link\/\S+/.exec((await mail()).body_text as string)?.[0] ?? ''

  // A mail scanner looks first; the link still works for its owner (F4).
  await fetch(link, { method: 'HEAD' })
  await fetch(link)
  const page = await (await browser.newContext(PHONE)).newPage()
  await page.goto(link)
  await expectAccessible(page)
  await page.locator('main form button').first().click()
  await page.waitForURL(/\/me$/)
  const children = (await services.people.childrenOf([id])).get(id) ?? []
  expect(children.length).toBeGreaterThan(1)
  const child = (await services.people.person(children[0]?.pupilId ?? ''))?.name ?? ''
  await page.locator('.person', { hasText: child }).locator('a.task-title').first().click()
  expect(await page.locator('main').innerText()).toContain(child)
  await readThrough(page)
  await answerYes(page, 'typed', person?.name ?? 'A parent')
  const [signature] = await services.db.read('signatures').where({ signer_id: id, subject_id: children[0]?.pupilId ?? '' })
  expect(JSON.parse(signature.evidence).assurance).toBe('mailed-link')

  // Another browser is refused; the page looks the same whoever asks.
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(link)
  expect(await stranger.locator('main form button').count()).toBeLessThanOrEqual(1)
  expect(await stranger.locator('main').innerText()).not.toContain(child)
  await stranger.context().close()
  await page.context().close()
}

async function newTeacherSignsAndKeepsTheRecord(browser: Browser, world: RoadWorld): Promise<void> {
  const { services } = world
  const page = await become(browser, world, 'new-teacher')
  await signFirst(page, 'typed', 'New Teacher')
  const persona = world.demo.trust.personas.find((candidate) => candidate.key === 'new-teacher')
  const [signature] = await signaturesOf(world, await personId(world, persona?.id ?? ''))
  await expect.poll(async () => (await services.signingStore.byId(signature?.id ?? ''))?.sealState, { timeout: 60_000 }).toBe('sealed')
  const answer = await page.request.get(`${world.url}/me/records/${signature?.id}`)
  expect(answer.headers()['content-type']).toBe('application/pdf')
  const bytes = await answer.body()
  expect(await services.verify.verify(bytes)).toMatchObject({ valid: true, status: 'current', reasons: [] })
  const broken = Buffer.from(bytes)
  broken[Math.floor(broken.length / 2)] = (broken[Math.floor(broken.length / 2)] ?? 0) ^ 1
  expect((await services.verify.verify(broken)).valid).toBe(false)
  await page.context().close()
}

async function officeLooks(browser: Browser, world: RoadWorld): Promise<void> {
  const page = await become(browser, world, 'office')
  await page.goto(`${world.url}/office/board`)
  await expectAccessible(page)
  const text = await page.locator('main').innerText()
  expect(text).toMatch(/signed/i)
  expect(text).toMatch(/not yet|outstanding/i)
  await page.getByRole('link', { name: /Download this list/ }).click()
  await confirmIt(page)
  const csv = await page.request.get(`${world.url}/office/board.csv`)
  expect(csv.headers()['content-type']).toMatch(/text\/csv/)
  expect((await csv.text()).split('\r\n').length).toBeGreaterThan(10)
  await page.context().close()
}

/** The class teacher sees one class, the governor figures and nobody's name. */
async function teacherAndGovernorLook(browser: Browser, world: RoadWorld): Promise<void> {
  const teacher = await become(browser, world, 'class-teacher')
  await teacher.waitForURL(/\/office\/board/)
  const id = await personId(world, world.demo.trust.personas.find(({ key }) => key === 'class-teacher')?.id ?? '')
  const groups = (await world.services.db.read('group_memberships').where({ person_id: id, registration: 1 }).select('name')).map((row) => row.name as string)
  expect(groups.length).toBeGreaterThan(0)
  const shown = await teacher.locator('table.table tbody tr').allInnerTexts()
  expect(shown.length).toBeGreaterThan(0)
  for (const row of shown) expect(groups.some((name) => row.includes(name))).toBe(true)
  await teacher.context().close()
  const governor = await become(browser, world, 'governor')
  await governor.waitForURL(/\/office\/figures/)
  await expectAccessible(governor)
  expect(await governor.locator('main').innerText()).toContain('How many have signed')
  await governor.context().close()
}

async function oneLeavesAndComesBack(browser: Browser, world: RoadWorld): Promise<void> {
  const { services, demo } = world
  const leaverId = demo.leaverId
  const before = await world.accountOf(leaverId)
  expect(before.enabled).toBe(true)

  const page = await become(browser, world, 'it-admin')
  await page.goto(`${world.url}/rosters`)
  await expectAccessible(page)
  const sample = page.locator('form').filter({ has: page.locator('[value="one-left"]') })
  await sample.getByRole('button', { name: /apply/i }).click()
  await page.waitForURL(/\/rosters\/runs\//)
  await expect.poll(async () => (await services.roster.runs.list(1))[0]?.state, { timeout: 60_000 }).toBe('held')
  await page.reload()
  await expectAccessible(page)
  const held = await page.locator('main').innerText()
  expect(held).toMatch(/has left|have left|left/i)
  expect(held).toMatch(/first run that would take access away/)
  // Nothing happened yet.
  expect((await world.accountOf(leaverId)).enabled).toBe(true)
  if (await page.locator('#count').count()) await page.locator('#count').fill('1')
  await page.getByRole('button', { name: 'Approve what is held' }).click()
  await expect.poll(async () => (await services.roster.runs.list(1))[0]?.state, { timeout: 60_000 }).toBe('applied')

  await page.goto(`${world.url}/access`)
  await expectAccessible(page)
  await page.getByRole('button', { name: /look for leavers/i }).click()
  const planOf = async () => (await services.plans.list('access', 1))[0]
  // The approval of the roster has asked for a look of its own; the newest plan counts.
  await expect.poll(async () => {
    const { ready, running, later } = await services.outbox.waiting()
    return ready + running + later
  }, { timeout: 60_000 }).toBe(0)
  expect((await planOf())?.state).toMatch(/held|planned/)
  await page.goto(`${world.url}/access/plans/${(await planOf())?.id}`)
  await expectAccessible(page)
  expect(await page.locator('main').innerText()).toContain(before.username)
  const planId = (await planOf())?.id ?? ''
  if (await page.locator('#count').count()) await page.locator('#count').fill(String((await planOf())?.brake.count))
  await page.getByRole('button', { name: /approve/i }).first().click()
  await confirmIt(page)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.waitForURL(/\/access\/plans\//)
  await page.waitForLoadState()
  expect(await page.locator('.field-error, .error-summary').allInnerTexts()).toEqual([])
  await expect.poll(() => stateOf(world, planId), { timeout: 60_000 }).toBe('applied')
  expect((await world.accountOf(leaverId)).enabled).toBe(false)

  await page.goto(`${world.url}/access/plans/${planId}`)
  await expectAccessible(page)
  await page.getByRole('button', { name: /undo/i }).first().click()
  await expect.poll(() => stateOf(world, planId), { timeout: 60_000 }).toBe('undone')
  await expect.poll(async () => world.accountOf(leaverId), { timeout: 60_000 }).toEqual(before)
  await page.context().close()
}

/** The demo's stand-in for a passkey, before approvals and exports. */
async function confirmIt(page: Page): Promise<void> {
  await page.waitForURL(/\/confirm$/)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'It is me' }).click()
  await page.waitForURL(/\/confirm\/go-on$/)
}

/** A plan's state; while it is not settled, with what its jobs say. */
async function stateOf({ services }: RoadWorld, planId: string): Promise<string> {
  const state = (await services.plans.get(planId))?.state ?? 'unknown'
  if (state === 'applied' || state === 'undone') return state
  const jobs = await services.db.read('outbox').where('dedupe_key', 'like', `%${planId}%`).select('kind', 'state', 'attempts', 'last_error')
  const held = (await services.plans.get(planId))?.brake.held.map(({ text }) => text) ?? []
  return JSON.stringify({ state, held, jobs })
}

async function theLedgerHoldsIt({ services }: RoadWorld): Promise<void> {
  await services.worker.stop()
  await services.sequencer.sequence()
  const verdict = await verifyLog(services.db, { publicKeys: [services.auditKey.publicKeyPem], now: services.clock.now() })
  expect(verdict).toMatchObject({ valid: true, firstBad: null })
  const events = new Set((await services.db.read('audit_entries').distinct('event')).map((row) => row.event))
  for (const event of ['roster.applied', 'roster.approved', 'requests.issued', 'signature.captured', 'record.sealed', 'access.approved', 'access.undone', 'agreement.published', 'role.granted', 'link.opened']) {
    expect(events, event).toContain(event)
  }
}
