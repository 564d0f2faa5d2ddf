import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { onBothDatabases } from '../../support/databases.ts'
import { tokenIn, type Answer } from '../../http/browser.ts'
import { START } from '../../http/test-app.ts'
import { startIdentity, type IdentityApp } from './identity-app.ts'

const PARENT = '01K00000000000000000PARENT'
const OTHER = '01K000000000000000000THER0'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

onBothDatabases('personal links', (get) => {
  let app: IdentityApp
  beforeAll(async () => { app = await startIdentity(get().db) })
  afterAll(() => app.close())
  beforeEach(async () => {
    app.clock.set(START)
    await get().db.sql('personal_links').delete()
    await get().db.sql('sessions').delete()
    app.facts.set(PARENT, { name: 'Maria', affiliations: [], children: [{ pupilId: 'p1', doNotContact: false }] })
    app.facts.set(OTHER, { name: 'Other', affiliations: [], children: [] })
  })

  const issue = (person: string | null = PARENT) => app.links.issueLink({ personId: person, purpose: 'sign', route: 'mail', ttl: 14 * DAY })
  const rows = () => get().db.read('personal_links').orderBy('created_at')
  const withoutToken = (answer: Answer, token = '') =>
    [answer.status, answer.text.replace(/(nonce|value)="[^"]*"/g, '').replaceAll(token, '')]

  it('F4: keeps the token as a hash only, of 256 bits', async () => {
    const { token, path } = await issue()
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(path).toBe(`/link/${token}`)
    const stored = await rows()
    expect(stored.map((row) => row.token_hash)).toEqual([createHash('sha256').update(token).digest('hex')])
    expect(JSON.stringify(stored)).not.toContain(token)
  })

  it('F4: is not used up by scanners, however often they GET or HEAD it', async () => {
    const { path } = await issue()
    const before = await rows()
    for (let n = 0; n < 5; n += 1) {
      const scanner = app.browser({ 'user-agent': 'scanner' })
      expect((await scanner.get(path)).status).toBe(200)
      expect((await scanner.send('HEAD', path)).status).toBe(200)
    }
    // A scanner that presses buttons without the page's token gets nowhere either.
    expect((await app.browser().post(path)).status).toBe(403)
    expect(await rows()).toEqual(before)
    expect(await get().db.read('sessions')).toEqual([])
    expect((await app.browser().submit(path)).location).toBe('/me')
  })

  it('F4: lets in the person whose link it is, by POST', async () => {
    const { path } = await issue()
    const browser = app.browser()
    await browser.submit(path)
    expect((await browser.get('/me')).text).toContain(`person:${PARENT} signs`)
    expect(await rows()).toMatchObject([{ route: 'mail', purpose: 'sign', person_id: PARENT }])
    expect(Number((await rows())[0]?.opened_at)).toBe(START)
  })

  it('F4: is opened by exactly one of twenty browsers that press at once', async () => {
    const { path } = await issue()
    const browsers = Array.from({ length: 20 }, () => app.browser())
    const tokens = await Promise.all(browsers.map(async (browser) => tokenIn(await browser.get(path))))
    const answers = await Promise.all(browsers.map((browser, n) => browser.post(path, { _csrf: tokens[n] ?? '' })))
    expect(answers.filter((answer) => answer.status === 303)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 403)).toHaveLength(19)
    const inside = await Promise.all(browsers.map(async (browser) => (await browser.get('/me')).status))
    expect(inside.filter((status) => status === 200)).toHaveLength(1)
  })

  it('F4: takes a double click of one browser as one', async () => {
    const { path } = await issue()
    const browser = app.browser()
    const token = tokenIn(await browser.get(path))
    const answers = await Promise.all([browser.post(path, { _csrf: token }), browser.post(path, { _csrf: token })])
    expect(answers.map((answer) => answer.location)).toEqual(['/me', '/me'])
  })

  it('F4: lets the same browser come back within the session, and no longer', async () => {
    const { path } = await issue()
    const browser = app.browser()
    await browser.submit(path)
    for (let n = 0; n < 3; n += 1) {
      app.clock.advance(25 * MINUTE)
      expect((await browser.get(path)).text).toContain('Welcome back')
      expect((await browser.submit(path)).location).toBe('/me')
    }
    app.clock.advance(31 * MINUTE)
    expect((await browser.get('/me')).status).toBe(303)
    expect((await browser.get(path)).status).toBe(404)
    expect((await browser.submit(path)).status).toBe(404)
  })

  it('F4: cannot be opened again from a device where its person signed out', async () => {
    const { path } = await issue()
    const browser = app.browser()
    await browser.submit(path)
    await browser.submit('/me', {}, '/sign-out')
    expect((await browser.get('/me')).status).toBe(303)
    const again = await browser.get(path)
    expect([again.status, again.text.includes('another device')]).toEqual([403, true])
  })

  it('F4: refuses another browser after it was opened, with a plain page', async () => {
    const { path } = await issue()
    const [first, second] = [app.browser(), app.browser()]
    const early = tokenIn(await second.get(path))
    await first.submit(path)
    for (const answer of [await second.get(path), await second.post(path, { _csrf: early })]) {
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('This link was opened on another device')
      expect(answer.text).not.toContain('Maria')
    }
    expect((await second.get('/me')).status).toBe(303)
  })

  it('F3: has one link per person and purpose: a new one ends the earlier, and nobody else’s', async () => {
    const [old, others, administrator] = [await issue(), await issue(OTHER), await app.links.issueLink({ personId: PARENT, purpose: 'administrator', route: 'mail', ttl: DAY })]
    const fresh = await issue()
    expect((await app.browser().get(old.path)).status).toBe(404)
    for (const link of [others, administrator, fresh]) expect((await app.browser().get(link.path)).status).toBe(200)
  })

  it('F4: answers expired, revoked, unknown and malformed links alike, to GET and POST', async () => {
    const expired = await issue(OTHER)
    app.clock.advance(14 * DAY)
    const revoked = await issue()
    await app.links.endLinksOf(PARENT)
    const open = await issue()
    const unknown = `/link/${app.ids.random(32).toString('base64url')}`
    const paths = [expired.path, revoked.path, unknown, '/link/x', `/link/${'y'.repeat(500)}`]
    const seen = []
    for (const path of paths) {
      const browser = app.browser()
      const token = tokenIn(await browser.get(open.path))
      seen.push([withoutToken(await browser.get(path)), withoutToken(await browser.post(path, { _csrf: token }))])
    }
    expect(seen[0]?.[0]?.[0]).toBe(404)
    for (const answers of seen) expect(answers).toEqual(seen[0])
  })

  it('F2: ends the links of a person and what was opened with them at once', async () => {
    const { path } = await issue()
    const browser = app.browser()
    await browser.submit(path)
    expect(await app.links.endLinksOf(PARENT)).toBe(1)
    expect((await browser.get('/me')).status).toBe(303)
    expect((await browser.get(path)).status).toBe(404)
  })

  it('lets in by a signing link as the signatory only, whatever roles the person holds', async () => {
    await app.roles.grant({ personId: PARENT, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'os:test' })
    const signing = app.browser()
    await signing.submit((await issue()).path)
    expect((await signing.get('/office')).status).toBe(403)
    const administering = app.browser()
    const link = await app.links.issueLink({ personId: PARENT, purpose: 'administrator', route: 'mail', ttl: DAY })
    expect((await administering.submit(link.path)).location).toBe('/office')
    expect((await administering.get('/office')).text).toContain('manages')
  })

  it('V4: writes no token and no address into the log', async () => {
    const { path, token } = await issue()
    await app.browser().submit(path)
    await app.browser().get(`/link/${token}x`)
    expect(app.log.join('')).not.toContain(token)
  })

  it('removes what ended long ago', async () => {
    await issue()
    app.clock.advance(14 * DAY + 29 * DAY)
    expect(await app.links.removeExpired()).toBe(0)
    app.clock.advance(2 * DAY)
    expect(await app.links.removeExpired()).toBe(1)
  })
})

onBothDatabases('the first administrator', (get) => {
  let app: IdentityApp
  beforeAll(async () => { app = await startIdentity(get().db) })
  afterAll(() => app.close())
  beforeEach(async () => {
    app.clock.set(START)
    for (const table of ['personal_links', 'role_grants', 'sessions']) await get().db.sql(table).delete()
    app.administrators.length = 0
    app.acts.length = 0
  })
  const form = { name: 'Ada Example', email: 'ada@school.example' }

  it('is made by the one-time link, signed in, and named in the log', async () => {
    const link = await app.setup.ifNeeded()
    expect(link?.path).toMatch(/^\/setup\/[\w-]{43}$/)
    const browser = app.browser()
    expect((await browser.submit(link?.path ?? '', form)).location).toBe('/office')
    expect((await browser.get('/office')).text).toContain('manages')
    expect(app.administrators).toEqual([form])
    expect(app.acts).toMatchObject([{ event: 'role.granted', payload: { role: 'trust-admin', school: null } }])
    expect(await app.setup.ifNeeded()).toBeNull()
  })

  it('is asked again, with what was typed, when the form is not right', async () => {
    const { path } = await app.setup.issue()
    const browser = app.browser()
    expect((await browser.submit(path, { name: 'Ada', email: 'ada' })).location).toBe(path)
    const shown = await browser.get(path)
    expect(shown.text).toContain('Write your work e-mail address')
    expect((await browser.submit(path, form)).location).toBe('/office')
  })

  it('is one person, however many press at once', async () => {
    const { path } = await app.setup.issue()
    const browsers = Array.from({ length: 20 }, () => app.browser())
    const tokens = await Promise.all(browsers.map(async (browser) => tokenIn(await browser.get(path))))
    const answers = await Promise.all(browsers.map((browser, n) => browser.post(path, { ...form, _csrf: tokens[n] ?? '' })))
    expect(answers.filter((answer) => answer.status === 303)).toHaveLength(1)
    expect(await get().db.read('role_grants')).toHaveLength(1)
  })

  it('changes nothing by GET, ends after 24 hours, and ends when a newer link is made', async () => {
    const old = await app.setup.issue()
    expect((await app.browser().get(old.path)).status).toBe(200)
    const fresh = await app.setup.issue()
    expect((await app.browser().get(old.path)).status).toBe(404)
    expect((await app.browser().get(fresh.path)).status).toBe(200)
    app.clock.advance(DAY)
    expect((await app.browser().get(fresh.path)).status).toBe(404)
    expect(await get().db.read('role_grants')).toEqual([])
  })

  it('keeps the link usable when making the person fails', async () => {
    let fails = true
    const people = { addAdministrator: async () => { if (fails) throw new Error('no'); return PARENT } }
    const other = await startIdentity(get().db, { people })
    other.facts.set(PARENT, { name: 'Ada', affiliations: [], children: [] })
    const { path } = await other.setup.issue()
    const browser = other.browser()
    expect((await browser.submit(path, form)).status).toBe(500)
    expect(await get().db.read('role_grants')).toEqual([])
    fails = false
    expect((await browser.submit(path, form)).location).toBe('/office')
    await other.close()
  })

  it('is not made through the page of personal links, nor is a person let in through this one', async () => {
    const [setup, personal] = [await app.setup.issue(), await app.links.issueLink({ personId: PARENT, purpose: 'sign', route: 'mail', ttl: DAY })]
    const browser = app.browser()
    const token = tokenIn(await browser.get(setup.path))
    expect((await browser.post(`/link/${setup.token}`, { _csrf: token })).status).toBe(404)
    expect((await browser.post(`/setup/${personal.token}`, { ...form, _csrf: token })).status).toBe(404)
    // Neither was used up by it.
    expect((await get().db.read('personal_links').whereNotNull('opened_at'))).toEqual([])
  })
})
