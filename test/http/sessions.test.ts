import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onBothDatabases } from '../support/databases.ts'
import type { Browser } from './browser.ts'
import { DatabaseSessionStore } from '../../src/http/session-store.ts'
import { createSessions } from '../../src/http/sessions.ts'
import { START, startApp, type TestApp } from './test-app.ts'
import { testPages } from './test-pages.ts'

const PERSON = '01K00000000000000000000000'
const OTHER = '01K00000000000000000000001'
const MINUTE = 60_000
const COOKIE = 'assent-session'

onBothDatabases('sessions', (get) => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp(get().db, { pages: testPages([]), people: { [PERSON]: [], [OTHER]: [] }, crossSiteForms: ['/saml/acs'] })
  })
  afterAll(() => app.close())

  const rows = (personId: string) => get().db.read('sessions').where({ person_id: personId })
  const signIn = async (person = PERSON, extra: Record<string, string> = {}): Promise<Browser> => {
    const browser = app.browser()
    expect((await browser.submit('/sign-in', { person, ...extra })).location).toBe('/mine')
    return browser
  }
  const isIn = async (browser: Browser) => (await browser.get('/mine')).status === 200

  it('gives a new identifier at sign-in, so that a planted one is worth nothing', async () => {
    const browser = app.browser()
    await browser.submit('/notice', { title: 'x' }) // something to keep: a session from before sign-in
    const planted = browser.cookies.get(COOKIE)
    expect(planted).toBeDefined()
    await browser.submit('/sign-in', { person: PERSON })
    expect(browser.cookies.get(COOKIE)).not.toBe(planted)
    expect(await isIn(browser)).toBe(true)
    const attacker = app.browser()
    attacker.cookies.set(COOKIE, planted ?? '')
    expect(await isIn(attacker)).toBe(false)
  })

  it('takes no identifier that it did not give', async () => {
    const browser = app.browser()
    browser.cookies.set(COOKIE, encodeURIComponent(`s:${'A'.repeat(43)}.${'B'.repeat(43)}`))
    await browser.submit('/sign-in', { person: PERSON })
    expect(browser.cookies.get(COOKIE)).not.toContain('AAAA')
  })

  it('keeps the identifier as a hash only', async () => {
    const browser = await signIn()
    const id = /^s:([^.]+)\./.exec(decodeURIComponent(browser.cookies.get(COOKIE) ?? ''))?.[1] ?? ''
    expect(id).toHaveLength(43)
    const all = await get().db.read('sessions').select()
    expect(JSON.stringify(all)).not.toContain(id)
    expect(all.map((row) => row.id_hash)).toContain(createHash('sha256').update(id).digest('hex'))
  })

  it('ends at sign-out on the server', async () => {
    const browser = await signIn()
    const copy = app.browser()
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
    const answer = await browser.submit('/mine', {}, '/sign-out')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('clear-site-data')).toBe('"cache"')
    expect([await isIn(browser), await isIn(copy)]).toEqual([false, false])
    expect(browser.cookies.has('assent-browser')).toBe(false)
  })

  it('ends after 30 minutes without a request, and not while someone is busy', async () => {
    const browser = await signIn()
    for (let n = 0; n < 4; n += 1) {
      app.clock.advance(25 * MINUTE)
      expect(await isIn(browser)).toBe(true)
    }
    app.clock.advance(30 * MINUTE)
    expect(await isIn(browser)).toBe(false)
  })

  it('ends after 12 hours however busy', async () => {
    const browser = await signIn()
    for (let n = 0; n < 35; n += 1) {
      app.clock.advance(20 * MINUTE)
      expect(await isIn(browser)).toBe(true)
    }
    app.clock.advance(20 * MINUTE)
    expect(await isIn(browser)).toBe(false)
  })

  it('ends after 5 minutes on a tablet that is handed on, and after an hour at most', async () => {
    const idle = await signIn(PERSON, { shared: 'yes' })
    app.clock.advance(5 * MINUTE)
    expect(await isIn(idle)).toBe(false)
    const busy = await signIn(PERSON, { shared: 'yes' })
    for (let n = 0; n < 14; n += 1) {
      app.clock.advance(4 * MINUTE)
      expect(await isIn(busy)).toBe(true)
    }
    app.clock.advance(4 * MINUTE)
    expect(await isIn(busy)).toBe(false)
  })

  it('ends every session of one person, and of no one else', async () => {
    const [one, two, other] = [await signIn(), await signIn(), await signIn(OTHER)]
    expect(await app.sessions.endSessionsOf(PERSON)).toBeGreaterThanOrEqual(2)
    expect([await isIn(one), await isIn(two), await isIn(other)]).toEqual([false, false, true])
  })

  it('is not brought back by a request that was under way when it ended', async () => {
    const { ids, clock } = app
    const id = ids.random(32).toString('base64url')
    const limits = { idleMs: 30 * MINUTE, absoluteMs: 60 * MINUTE }
    const store = new DatabaseSessionStore(get().db, clock, { own: limits, shared: limits })
    const data = { personId: OTHER, cookie: { originalMaxAge: null } } as unknown as Parameters<typeof store.set>[1]
    const save = () => new Promise<void>((resolve, reject) => store.set(id, data, (error) => (error ? reject(error as Error) : resolve())))
    await save()
    await app.sessions.endSessionsOf(OTHER)
    await save()
    expect(await rows(OTHER)).toEqual([])
  })

  it('writes at most once a minute for someone who only looks', async () => {
    const browser = await signIn(OTHER)
    await isIn(browser) // takes the welcome message out
    const expiry = async () => Number((await rows(OTHER).first())?.expires_at)
    const first = await expiry()
    app.clock.advance(30_000)
    await isIn(browser)
    expect(await expiry()).toBe(first)
    app.clock.advance(30_000)
    await isIn(browser)
    expect(await expiry()).toBe(first + MINUTE)
  })

  it('ends with the person', async () => {
    const browser = app.browser()
    await browser.submit('/sign-in', { person: '01K0000000000000000000GONE' })
    expect((await browser.get('/mine')).location).toBe('/sign-in')
    expect(await rows('01K0000000000000000000GONE')).toEqual([])
  })

  it('removes what has expired', async () => {
    await signIn()
    app.clock.advance(13 * 60 * MINUTE)
    expect(await app.sessions.removeExpired()).toBeGreaterThan(0)
    expect(await get().db.read('sessions')).toEqual([])
    app.clock.set(START)
  })
})

describe('createSessions', () => {
  it('does not start with a short secret', async () => {
    const parts = { db: undefined as never, clock: { now: () => START }, ids: undefined as never, https: false }
    expect(() => createSessions({ ...parts, secrets: ['short'] })).toThrow('32 bytes')
    expect(() => createSessions({ ...parts, secrets: [] })).toThrow('32 bytes')
  })
})
