import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Router } from 'express'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { migrateUp } from '../../src/db/migrate.ts'
import { definePage } from '../../src/http/define-page.ts'
import { routeTable } from '../../src/http/mount-pages.ts'
import { redirect, view } from '../../src/http/page-result.ts'
import { makeDatabase } from '../support/databases.ts'
import { tokenIn } from './browser.ts'
import { startApp, type TestApp } from './test-app.ts'
import { testPages } from './test-pages.ts'

const PERSON = '01K00000000000000000000000'
const OFFICE = '01K00000000000000000000001'

describe('the composed web app', () => {
  let made: Awaited<ReturnType<typeof makeDatabase>>
  let app: TestApp
  let folder: string
  const effects: unknown[] = []

  beforeAll(async () => {
    made = await makeDatabase('sqlite', null)
    await migrateUp(made.db)
    folder = await mkdtemp(join(tmpdir(), 'assent-assets-'))
    await writeFile(join(folder, 'a.css'), 'body{}')
    await writeFile(join(folder, '.secret'), 'x')
    const api = Router()
    api.get('/things', (_req, res) => void res.json([]))
    app = await startApp(made.db, {
      pages: testPages(effects),
      people: { [PERSON]: [], [OFFICE]: ['office.board.view'] },
      assets: [{ url: '/assets', dir: folder }],
      machines: [{ path: '/api', router: api }],
      crossSiteForms: ['/saml/acs'],
    })
  })
  afterAll(async () => {
    await app.close()
    await made.drop()
    await rm(folder, { recursive: true })
  })
  beforeEach(() => {
    effects.length = 0
    app.outcomes.length = 0
    app.log.length = 0
  })

  const sessions = async () => Number((await made.db.read('sessions').count({ n: '*' }).first())?.n)

  describe('forms', () => {
    it('does what a form of ours asks, then shows its message once', async () => {
      const browser = app.browser()
      const answer = await browser.submit('/notice', { title: 'Hello', days: 'mon' })
      expect([answer.status, answer.location]).toEqual([303, '/notice'])
      expect(effects).toEqual([{ title: 'Hello', days: ['mon'] }])
      expect((await browser.get('/notice')).text).toContain('Written down.')
      expect((await browser.get('/notice')).text).not.toContain('Written down.')
      expect(app.outcomes).toEqual([{ page: 'notice', method: 'POST', event: 'notice.written', result: 'done', subject: null }])
    })

    it.each([
      ['without a token', {}],
      ['with an empty token', { _csrf: '' }],
      ['with a made-up token', { _csrf: 'AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ])('does nothing for a form %s', async (_what, fields) => {
      const browser = app.browser()
      await browser.get('/notice')
      const answer = await browser.post('/notice', { title: 'Hello', ...fields })
      expect(answer.status).toBe(403)
      expect(effects).toEqual([])
      expect(app.outcomes.map((outcome) => outcome.result)).toEqual(['refused'])
    })

    it('does nothing for a token of another browser', async () => {
      const [mine, theirs] = [app.browser(), app.browser()]
      const token = tokenIn(await theirs.get('/notice'))
      await mine.get('/notice')
      expect((await mine.post('/notice', { title: 'Hello', _csrf: token })).status).toBe(403)
      expect(effects).toEqual([])
    })

    it('does nothing for a token without the browser it was given to', async () => {
      const token = tokenIn(await app.browser().get('/notice'))
      expect((await app.browser().post('/notice', { title: 'Hello', _csrf: token })).status).toBe(403)
      expect(effects).toEqual([])
    })

    it('takes no token from before sign-in afterwards', async () => {
      const browser = app.browser()
      const old = tokenIn(await browser.get('/notice'))
      await browser.submit('/sign-in', { person: PERSON })
      expect((await browser.post('/notice', { title: 'Hello', _csrf: old })).status).toBe(403)
      expect((await browser.submit('/notice', { title: 'Hello' })).status).toBe(303)
    })

    it('takes no token of another session, even of the same person', async () => {
      const [mine, other, theirs] = [app.browser(), app.browser(), app.browser()]
      await mine.submit('/sign-in', { person: PERSON })
      await other.submit('/sign-in', { person: PERSON })
      await theirs.submit('/sign-in', { person: OFFICE })
      for (const browser of [other, theirs]) {
        expect((await mine.post('/notice', { title: 'Hello', _csrf: tokenIn(await browser.get('/notice')) })).status).toBe(403)
      }
      expect(effects).toEqual([])
    })

    it('has no form in the whole route table that does anything without a token', async () => {
      const office = app.browser()
      await office.submit('/sign-in', { person: OFFICE })
      const rows = routeTable(testPages([])).filter((row) => row.method === 'POST' && !['/saml/acs', '/ask'].includes(row.path))
      expect(rows.length).toBeGreaterThan(4)
      for (const browser of [app.browser(), office]) {
        for (const row of rows) {
          const answer = await browser.post(row.path, { title: 'Hello', person: PERSON, note: 'x' })
          expect([row.path, answer.status]).toEqual([row.path, 403])
        }
      }
      expect(effects).toEqual([])
    })

    it.each([
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'sec-fetch-site': 'same-site' }, 403],
      [{ 'sec-fetch-site': 'none' }, 303],
      [{ 'sec-fetch-site': 'same-origin' }, 303],
    ])('judges where a form comes from: %j is answered %i', async (headers, status) => {
      const browser = app.browser()
      const token = tokenIn(await browser.get('/notice'))
      expect((await browser.post('/notice', { title: 'Hello', _csrf: token }, headers)).status).toBe(status)
      expect(effects).toHaveLength(status === 303 ? 1 : 0)
    })

    it.each([['https://evil.example', 403], ['null', 303], ['own', 303], ['http://127.0.0.1:1', 303]])('judges an old browser by its Origin: %s is answered %i', async (origin, status) => {
      const browser = app.browser()
      const token = tokenIn(await browser.get('/notice'))
      const body = new URLSearchParams({ title: 'Hello', _csrf: token })
      const answer = await browser.send('POST', '/notice', { body, headers: { origin: origin === 'own' ? app.url : origin } })
      expect(answer.status).toBe(status)
    })

    it('lets only the listed form in from other sites', async () => {
      const cross = { 'sec-fetch-site': 'cross-site' }
      expect((await app.browser().post('/saml/acs', { answer: 'x' }, cross)).status).toBe(200)
      expect((await app.browser().post('/saml/acs/', { answer: 'x' }, cross)).status).toBe(403)
    })

    it('sends a refused form back with every message and the old input, but no secret', async () => {
      const browser = app.browser()
      const answer = await browser.submit('/notice?page=2', { title: 'Hi', password: 'short', days: ['mon', 'sun'] })
      expect([answer.status, answer.location]).toEqual([303, '/notice?page=2'])
      const shown = await browser.get('/notice?page=2')
      expect(shown.text).toContain('<a href="#title">Write a title of three letters or more</a>')
      expect(shown.text).toContain('<a href="#password">Use eight characters or more</a>')
      expect(shown.text).toContain('Choose Monday or Tuesday')
      expect(shown.text).toContain('name="title" value="Hi"')
      expect(shown.text).toContain('<b>mon</b>')
      expect(shown.text).not.toContain('short')
      expect(JSON.stringify(await made.db.read('sessions').select())).not.toContain('short')
      expect((await browser.get('/notice?page=2')).text).not.toContain('three letters')
      expect(effects).toEqual([])
      expect(app.outcomes.map((outcome) => outcome.result)).toEqual(['invalid'])
    })

    it('escapes what was typed', async () => {
      const browser = app.browser()
      await browser.submit('/notice', { title: '"><script>alert(1)</script>', days: 'sun' })
      expect((await browser.get('/notice')).text).toContain('&lt;script&gt;')
    })

    it.each(['role', 'constructor', 'toString'])('refuses a field nobody declared: %s', async (field) => {
      const browser = app.browser()
      expect((await browser.submit('/notice', { title: 'Hello', [field]: 'admin' })).status).toBe(303)
      expect((await browser.get('/notice')).text).toContain('holds something it should not')
      expect(effects).toEqual([])
    })

    it('drops a field called __proto__ without a trace', async () => {
      const browser = app.browser()
      await browser.submit('/notice', { title: 'Hello', ['__proto__']: 'admin' })
      expect(effects).toEqual([{ title: 'Hello', days: [] }])
      expect(Object.getPrototypeOf(effects[0])).toBe(Object.prototype)
    })

    it('refuses one field sent twice where one is meant', async () => {
      const browser = app.browser()
      await browser.submit('/notice', { title: ['Hello', 'Other'] })
      expect(effects).toEqual([])
    })

    it('answers a form without a page of its own with a plain page', async () => {
      const answer = await app.browser().post('/saml/acs', {})
      expect(answer.status).toBe(400)
      expect(answer.text).toContain('<title>message</title>')
    })

    it('takes JSON of a script with the token in a header, and nothing without it', async () => {
      const browser = app.browser()
      const token = tokenIn(await browser.get('/notice'))
      const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
      const body = JSON.stringify({ title: 'Hello' })
      expect((await browser.send('POST', '/notice', { body, headers })).status).toBe(403)
      expect((await browser.send('POST', '/notice', { body, headers: { ...headers, 'x-csrf-token': token } })).status).toBe(303)
      expect(effects).toEqual([{ title: 'Hello', days: [] }])
    })

    it('reads a file up to its limit', async () => {
      const browser = app.browser()
      const token = tokenIn(await browser.get('/notice'))
      const form = (bytes: number) => {
        const data = new FormData()
        data.append('_csrf', token)
        data.append('note', 'hello')
        data.append('roster', new Blob([new Uint8Array(bytes)]), '../../etc/Ýr.csv')
        return data
      }
      const sent = await browser.send('POST', '/file', { body: form(1_000) })
      expect(JSON.parse(sent.text)).toEqual({ note: 'hello', name: 'Ýr.csv', size: 1_000 })
      const large = await browser.send('POST', '/file', { body: form(1_000_001) })
      expect([large.status, large.location]).toEqual([303, '/file'])
    })

    it('limits a public form per address', async () => {
      const browser = app.browser()
      const token = tokenIn(await browser.get('/ask'))
      const statuses = []
      for (let n = 0; n < 4; n += 1) statuses.push((await browser.post('/ask', { _csrf: token })).status)
      expect(statuses).toEqual([303, 303, 303, 429])
    })

    it('does not let a forged header choose the address that is limited', async () => {
      const browser = app.browser()
      const token = tokenIn(await browser.get('/ask'))
      expect((await browser.post('/ask', { _csrf: token }, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(429)
    })
  })

  describe('permissions', () => {
    it('sends a stranger to sign-in, and refuses their form', async () => {
      const browser = app.browser()
      expect((await browser.get('/office')).location).toBe('/sign-in')
      expect((await browser.post('/office')).status).toBe(403)
    })

    it('shows a page to whom it is for, and asks more for the act than for the look', async () => {
      const [office, person] = [app.browser(), app.browser()]
      await office.submit('/sign-in', { person: OFFICE })
      await person.submit('/sign-in', { person: PERSON })
      app.outcomes.length = 0
      expect((await person.get('/office')).status).toBe(403)
      expect((await office.get('/office')).status).toBe(200)
      expect((await office.submit('/office')).status).toBe(403)
      expect(effects).toEqual([])
      expect(app.outcomes).toEqual([
        { page: 'board', method: 'GET', event: null, result: 'refused', subject: null },
        { page: 'board', method: 'POST', event: 'restriction.placed', result: 'refused', subject: null },
      ])
    })

    it('V3: logs a look at a record with whose it is', async () => {
      expect((await app.browser().get('/people/7')).text).toContain('person 7')
      expect(app.outcomes).toEqual([{ page: 'person', method: 'GET', event: null, result: 'viewed', subject: 'pupil-7' }])
    })

    it('V3: gives no look that cannot be logged', async () => {
      const other = await startApp(made.db, { pages: testPages([]), auditPage: async () => { throw new Error('disk full') } })
      const answer = await other.browser().get('/people/7')
      await other.close()
      expect(answer.status).toBe(500)
      expect(answer.text).not.toContain('person 7')
    })
  })

  describe('addresses', () => {
    it.each([['PUT', '/notice', 'GET, HEAD, POST'], ['DELETE', '/mine', 'GET, HEAD'], ['OPTIONS', '/mine', 'GET, HEAD'], ['GET', '/sign-out', 'POST'],
      ['POST', '/mine', 'GET, HEAD'], ['POST', '/healthz', 'GET, HEAD'], ['POST', '/assets/a.css', 'GET, HEAD']])(
      '%s %s is not offered', async (method, path, allow) => {
        const answer = await app.browser().send(method, path)
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
      })

    it('prefers the exact path to the parameter, and refuses what the parameter may not be', async () => {
      expect((await app.browser().get('/people/new')).text).toContain('a new person')
      expect((await app.browser().get('/people/x')).status).toBe(404)
      expect((await app.browser().get('/people/%ff')).status).toBe(400)
      expect((await app.browser().get('/notice?page=x')).status).toBe(400)
      expect((await app.browser().get('/Notice')).status).toBe(404)
    })

    it('stops the start when two pages answer one path or a permission does not exist', async () => {
      const page = (name: string, path: string, permission = 'public') =>
        definePage({ name, path, permission, params: z.strictObject({}), get: async () => redirect('/') })
      const start = (...pages: ReturnType<typeof page>[]) => startApp(made.db, { pages })
      await expect(start(page('a', '/x/:id'), page('b', '/x/:other/'))).rejects.toThrow('"b" and "a" both answer')
      await expect(start(page('a', '/x'), page('a', '/y'))).rejects.toThrow('two pages are called "a"')
      await expect(start(page('a', '/x', 'no.such.thing'))).rejects.toThrow('unknown permission "no.such.thing"')
      await expect(startApp(made.db, { pages: [page('a', '/x')], crossSiteForms: ['/y'] })).rejects.toThrow('exemption /y')
    })
  })

  describe('headers', () => {
    it('sends the whole set with every page, and nothing unsafe in it', async () => {
      const answer = await app.browser().get('/notice')
      const policy = answer.headers.get('content-security-policy') ?? ''
      expect(policy).toMatch(/^default-src 'none';/)
      expect(policy).not.toContain('unsafe')
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("base-uri 'none'")
      expect(policy).toContain("object-src 'none'")
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin', 'content-type': 'text/html; charset=utf-8',
      })
      expect(answer.headers.has('x-powered-by')).toBe(false)
      expect(answer.headers.has('strict-transport-security')).toBe(false)
    })

    it('has a nonce per request, the same in policy and page', async () => {
      const nonces = []
      for (let n = 0; n < 2; n += 1) {
        const answer = await app.browser().get('/notice')
        const nonce = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1]
        expect(answer.text).toContain(`nonce="${nonce}"`)
        nonces.push(nonce)
      }
      expect(nonces[0]).not.toBe(nonces[1])
    })

    it('sends them with errors too', async () => {
      const answer = await app.browser().get('/nowhere')
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.getSetCookie()).toEqual([])
    })

    it('lets assets be kept for long when marked, and answers their ETag', async () => {
      const browser = app.browser()
      const marked = await browser.get('/assets/a.css?v=1')
      expect(marked.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      const plain = await browser.get('/assets/a.css')
      expect(plain.headers.get('cache-control')).toBe('public, max-age=3600')
      const etag = plain.headers.get('etag') ?? ''
      expect((await browser.get('/assets/a.css', { 'if-none-match': etag, 'cache-control': 'max-age=0' })).status).toBe(304)
      expect(browser.cookies.size).toBe(0)
      const missing = await browser.get('/assets/.secret')
      expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, 'no-store'])
    })

    it('names a download so that it cannot write a header, and streams it', async () => {
      const answer = await app.browser().get('/file')
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename=/)
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
      expect(answer.text).toBe('a,b')
    })
  })

  describe('sessions of strangers', () => {
    it('stores nothing until there is something to keep', async () => {
      const before = await sessions()
      const browser = app.browser()
      await browser.get('/notice')
      await browser.get('/nowhere')
      expect(await sessions()).toBe(before)
      await browser.submit('/notice', { title: 'x' })
      expect(await sessions()).toBe(before + 1)
    })
  })

  describe('health', () => {
    it('answers without a session', async () => {
      const browser = app.browser()
      expect((await browser.get('/healthz')).text).toBe('{"status":"ok"}')
      expect((await browser.get('/readyz')).status).toBe(200)
      expect(browser.cookies.size).toBe(0)
    })

    it('is not ready when something is missing, and names it only', async () => {
      const other = await startApp(made.db, { pages: [], health: { problems: async () => ['database'] } })
      const answer = await other.browser().get('/readyz')
      await other.close()
      expect([answer.status, answer.text]).toEqual([503, '{"status":"not ready","problems":["database"]}'])
    })
  })

  describe('errors', () => {
    it.each([['missing', 404, '<title>404', 'could not find'], ['held', 409, '<title>message', 'Approve the run.']])('%s has its own page: %i', async (how, status, title, text) => {
      const answer = await app.browser().get(`/fail/${how}`)
      expect(answer.status).toBe(status)
      expect(answer.text).toContain(title)
      expect(answer.text).toContain(text)
    })

    it.each([['broken', 500], ['outside', 502], ['template', 500]])('V4: %s gives a reference and nothing else: %i', async (how, status) => {
      const answer = await app.browser().get(`/fail/${how}`)
      expect(answer.status).toBe(status)
      const reference = /Reference ([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(answer.text)?.[1]
      expect(reference).toBeDefined()
      expect(answer.text).not.toMatch(/Zoë|insert|10\.0\.0\.9|none\.njk|at .*:\d+/)
      const line = app.log.find((entry) => entry.includes(String(reference)))
      expect(line).toContain('"level":"error"')
      expect(line).not.toMatch(/Zoë|insert into/)
      expect(line).toMatch(/frames/)
    })

    it('answers machines with problem details', async () => {
      const answer = await app.browser().get('/api/nothing')
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(JSON.parse(answer.text)).toMatchObject({ type: 'about:blank', status: 404, title: 'We could not find that page.' })
      expect((await app.browser().get('/api/things')).text).toBe('[]')
      const script = await app.browser().get('/fail/held', { accept: 'application/json' })
      expect(JSON.parse(script.text)).toMatchObject({ status: 409, title: 'Forty people would lose access.', detail: 'run 7 Approve the run.' })
    })

    it('answers what it cannot read', async () => {
      const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
      expect((await app.browser().send('POST', '/notice', { body: '{', headers })).status).toBe(400)
      expect((await app.browser().send('POST', '/notice', { body: `"${'x'.repeat(600_000)}"`, headers })).status).toBe(413)
      // Small enough in bytes, and so many fields that looking at them would hold up everybody else.
      const fields = JSON.stringify(Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`k${n}`, 1])))
      expect((await app.browser().send('POST', '/notice', { body: fields, headers })).status).toBe(413)
    })

    it('V4: logs pages by name, never by address', async () => {
      await app.browser().get('/people/7?email=zoe@example.test', { 'user-agent': 'Peculiar/1.0' })
      const all = app.log.join('')
      expect(all).toContain('"page":"person"')
      expect(all).not.toMatch(/people\/7|zoe@|Peculiar|127\.0\.0\.1/)
    })
  })
})

describe('the app behind https', () => {
  it('uses __Host- cookies and HSTS, and believes only its own proxy', async () => {
    const made = await makeDatabase('sqlite', null)
    await migrateUp(made.db)
    const page = definePage({
      name: 'in', path: '/in', permission: 'public', get: async () => view('pages/form.njk'),
      post: { body: z.strictObject({}), audit: 'session.begun', handle: async (ctx) => { await ctx.session.signIn(PERSON, { via: 'saml' }); return redirect('/in') } },
    })
    const start = (trustProxy: string[]) => startApp(made.db, {
      pages: [page], people: { [PERSON]: [] }, session: { https: true }, config: { baseUrl: 'https://assent.example', trustProxy },
    })
    const app = await start(['loopback'])
    const browser = app.browser({ 'x-forwarded-proto': 'https' })
    const shown = await browser.get('/in')
    expect(shown.headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
    const answer = await browser.post('/in', { _csrf: tokenIn(shown) })
    const cookies = [...shown.headers.getSetCookie(), ...answer.headers.getSetCookie()]
    expect([...browser.cookies.keys()].sort()).toEqual(['__Host-assent', '__Host-assent-browser'])
    for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    await app.close()

    const stranger = await start([])
    const forged = stranger.browser({ 'x-forwarded-proto': 'https' })
    await forged.submit('/in')
    expect([...forged.cookies.keys()]).toEqual(['__Host-assent-browser'])
    expect(stranger.log.filter((line) => line.includes('name the proxy in trustProxy'))).toHaveLength(1)
    await stranger.close()
    await made.drop()
  })
})
