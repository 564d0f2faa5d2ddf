import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, hrefs, openSlots, signAs, work } from './signing-walk.ts'

describe('public pages', () => {
  let app: TestApp
  let trust: SmallTrust
  let mother: string
  let father: string
  let child: string
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
    child = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4' })
    mother = await trust.add({ name: 'Maria Kowalska', email: 'Family@Kowalski.example' })
    father = await trust.add({ name: 'Piotr Kowalski', email: 'family@kowalski.example' })
    await trust.link(child, mother)
    await trust.link(child, father)
    await trust.issue()
    await app.db.sql('outbox').del()
  })
  afterAll(async () => app.close())

  const mails = async (): Promise<{ recipient: string; body_text: string; subject: string }[]> => app.db.read('captured_mails').orderBy('id')
  const ask = (email: string): Promise<Answer> => app.browser().submit('/ask', { email })

  it('F4: asking gives one and the same answer and does one and the same work, whoever is known', async () => {
    const known = await ask('FAMILY@kowalski.example ')
    const unknown = await ask('nobody@nowhere.example')
    expect([known.status, known.location]).toEqual([unknown.status, unknown.location])
    const same = async (answer: Answer) => (await app.browser().get(answer.location ?? '')).text.replace(/nonce-?="?[^">\s]+|value="[^"]*"/g, '')
    expect(await same(known)).toBe(await same(unknown))
    expect(await count(app, 'outbox', { kind: 'messages.ask-link' })).toBe(2)
  })

  it('V4: the job holds no address', async () => {
    for (const row of await app.db.read('outbox').select('payload', 'dedupe_key')) expect(JSON.stringify(row)).not.toMatch(/kowalski|nowhere|@/)
  })

  it('F3, F4: at a shared address each gets a link of their own, once, and it opens their own list', async () => {
    await ask('family@kowalski.example')
    await work(app)
    const sent = await mails()
    expect(sent.map(({ recipient }) => recipient.toLowerCase())).toEqual(['family@kowalski.example', 'family@kowalski.example'])
    const links = sent.map(({ body_text: text }) => /\/link\/[\w-]+/.exec(text)?.[0] ?? '')
    expect(new Set(links).size).toBe(2)
    const browser = app.browser()
    const opened = await browser.submit(links[0] ?? '')
    expect(opened.location).toBe('/me')
    expect(await openSlots(browser)).toHaveLength(1)
  })

  it('F4: asking again later sends the newest link; with nothing waiting the mail says so', async () => {
    app.clock.advance(20 * 60_000)
    const browser = await app.as(mother, 'link')
    const [slot = ''] = await openSlots(browser)
    await signAs(browser, slot, 'Maria Kowalska')
    const pupil = await app.as(child)
    await signAs(pupil, /\/me\/sign\/(\w+)/.exec((await pupil.get('/me')).text)?.[1] ?? '', 'Zofia')
    await app.db.sql('captured_mails').del()
    await ask('family@kowalski.example')
    await work(app)
    const asked = (await mails()).filter(({ subject }) => subject.includes('the link to your list'))
    expect(asked).toHaveLength(2)
    expect(asked[0]?.body_text).toContain('Nothing waits for you there now.')
  })

  it('F2: who is not to be contacted about their only child is sent nothing', async () => {
    app.clock.advance(20 * 60_000)
    await trust.doNotContact(child, mother)
    await trust.doNotContact(child, father)
    await app.db.sql('captured_mails').del()
    await ask('family@kowalski.example')
    await work(app)
    expect(await mails()).toEqual([])
  })

  it('a mistyped address is asked for again, and stays in the field', async () => {
    const browser = app.browser()
    expect((await browser.submit('/ask', { email: 'not an address' })).location).toBe('/ask')
    const again = await browser.get('/ask')
    expect(again.text).toContain('Write an e-mail address, such as name@example.org.')
    expect(again.text).toContain('value="not an address"')
  })

  it('the start page leads to the list or to the link, and the pages at the foot answer', async () => {
    const stranger = app.browser()
    const start = await stranger.get('/')
    expect(start.text).toContain('Fellside Learning Trust')
    expect(hrefs(start)).toEqual(expect.arrayContaining(['/ask', '/verify', '/sign-in', '/stored', '/help']))
    for (const path of ['/ask', '/ask/sent', '/sign-in', '/stored', '/help']) expect({ path, status: (await stranger.get(path)).status }).toEqual({ path, status: 200 })
    const teacher = await app.as(await trust.add({ name: 'Amara Okafor', role: 'teacher' }))
    expect(hrefs(await teacher.get('/'))).toContain('/me')
    expect((await teacher.get('/sign-in')).location).toBe('/me')
  })

  it('signing out is a form that works', async () => {
    const teacher = await app.as(await trust.add({ name: 'Amara Okafor', role: 'teacher' }))
    expect((await teacher.submit('/me', {}, '/sign-out')).location).toBe('/')
    expect((await teacher.get('/me')).location).toBe('/sign-in')
  })

  it('F4: one address may ask only so often', async () => {
    let last: Answer | null = null
    for (let n = 0; n < 31; n += 1) last = await ask(`somebody${n}@nowhere.example`)
    expect(last?.status).toBe(429)
  })
})
