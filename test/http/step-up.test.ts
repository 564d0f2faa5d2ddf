import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { migrateUp } from '../../src/db/migrate.ts'
import { definePage } from '../../src/http/define-page.ts'
import { redirect, view } from '../../src/http/page-result.ts'
import { makeDatabase } from '../support/databases.ts'
import { tokenIn } from './browser.ts'
import { START, startApp, type TestApp } from './test-app.ts'

const OFFICE = '01K00000000000000000000001'
const WINDOW = 600_000

describe('a fresh proof', () => {
  let made: Awaited<ReturnType<typeof makeDatabase>>
  let app: TestApp
  const effects: unknown[] = []
  const pages = [
    definePage({
      name: 'come in', path: '/sign-in', permission: 'public', get: async () => view('pages/form.njk'),
      post: {
        body: z.strictObject({ proven: z.enum(['yes', 'no']) }), audit: 'session.begun',
        handle: async (ctx) => {
          await ctx.session.signIn(OFFICE, { via: 'persona', ...(ctx.body.proven === 'yes' ? { provenAt: ctx.now } : {}) })
          return redirect('/guarded')
        },
      },
    }),
    definePage({
      name: 'guarded', path: '/guarded', permission: 'office.board.view', get: async () => view('pages/form.njk'),
      post: {
        body: z.strictObject({ word: z.string().max(50_000), days: z.union([z.string(), z.array(z.string())]).optional() }), audit: 'thing.done', stepUp: true,
        handle: async (ctx) => { effects.push(ctx.body); return redirect('/guarded') },
      },
    }),
    definePage({ name: 'export', path: '/export', permission: 'office.board.view', stepUp: true, get: async () => view('pages/form.njk', { message: 'the list' }) }),
    definePage({
      name: 'file', path: '/file', permission: 'office.board.view', stepUp: true, get: async (ctx) => view('pages/form.njk', { message: JSON.stringify(ctx.values) }),
      post: {
        body: z.strictObject({ word: z.string(), secret: z.string() }), audit: 'file.sent', stepUp: true, secrets: ['secret'], upload: { field: 'file', maxBytes: 1000 },
        handle: async (ctx) => { effects.push([ctx.body, ctx.file?.bytes.toString()]); return redirect('/file') },
      },
    }),
    definePage({
      name: 'proof', path: '/proof', permission: 'signed-in', get: async (ctx) => view('pages/form.njk', { message: JSON.stringify(ctx.session.pending) }),
      post: { body: z.strictObject({}), audit: 'proof.given', handle: async (ctx) => { await ctx.session.prove(ctx.now); return redirect('/proof') } },
    }),
  ]
  beforeAll(async () => {
    made = await makeDatabase('sqlite', null)
    await migrateUp(made.db)
    app = await startApp(made.db, { pages, people: { [OFFICE]: ['office.board.view'] }, stepUp: { path: '/proof', windowMs: WINDOW }, config: { baseUrl: 'http://127.0.0.1:1', trustProxy: [], personPostLimit: { max: 8, windowMs: 60_000 } } })
  })
  beforeEach(() => { effects.length = 0; app.clock.set(app.clock.now() + 120_000) })
  afterAll(async () => { await app.close(); await made.drop() })
  const comeIn = async (proven: 'yes' | 'no') => {
    const browser = app.browser()
    await browser.submit('/sign-in', { proven })
    return browser
  }

  it('is needed where a page says so: the form waits whole, and nothing is done', async () => {
    const browser = await comeIn('no')
    expect((await browser.submit('/guarded', { word: 'yes', days: ['mon', 'tue'] }, '/guarded?a=1')).location).toBe('/proof')
    expect(effects).toEqual([])
    const kept = (await browser.get('/proof')).text.replaceAll('&quot;', '"')
    expect(kept).toContain('{"page":"guarded","path":"/guarded?a=1","method":"POST","fields":{"word":"yes","days":["mon","tue"]}}')
    await browser.submit('/proof')
    expect((await browser.submit('/guarded', { word: 'yes' }, '/guarded?a=1')).location).toBe('/guarded')
    expect(effects).toEqual([{ word: 'yes' }])
    expect((await browser.get('/proof')).text).toContain('null')
  })

  it('grows old: just within the window it counts, at its end no more', async () => {
    const browser = await comeIn('yes')
    app.clock.advance(WINDOW - 1)
    expect((await browser.get('/export')).text).toContain('the list')
    app.clock.advance(1)
    expect((await browser.get('/export')).location).toBe('/proof')
    expect((await browser.get('/guarded')).status).toBe(200)
  })

  it('a form without our token is refused before it could wait for anything', async () => {
    const browser = await comeIn('no')
    expect((await browser.post('/guarded', { word: 'from elsewhere' })).status).toBe(403)
    expect((await browser.get('/proof')).text).toContain('null')
  })

  it('a form too large to wait is refused in words', async () => {
    const browser = await comeIn('no')
    const answer = await browser.post('/guarded', { _csrf: tokenIn(await browser.get('/guarded')), word: 'x'.repeat(30_000) })
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('too large to wait')
  })

  it('a file cannot wait: the page of its form does, and nothing is done', async () => {
    const browser = await comeIn('yes')
    const token = tokenIn(await browser.get('/file'))
    app.clock.set(app.clock.now() + WINDOW)
    const sent = () => {
      const form = new FormData()
      for (const [name, value] of Object.entries({ _csrf: token, word: 'typed', secret: 'hush' })) form.append(name, value)
      form.append('file', new Blob(['content']), 'a.txt')
      return browser.send('POST', '/file', { body: form, headers: { 'sec-fetch-site': 'same-origin' } })
    }
    expect((await sent()).location).toBe('/proof')
    expect(effects).toEqual([])
    const kept = (await browser.get('/proof')).text.replaceAll('&quot;', '"')
    expect(kept).toContain('{"page":"file","path":"/file","method":"GET","fields":{}}')
    await browser.submit('/proof')
    expect((await sent()).location).toBe('/file')
    expect(effects).toEqual([[{ word: 'typed', secret: 'hush' }, 'content']])
  })

  it('one person sends only so many forms a minute, whatever the page; others are not held up by it', async () => {
    const browser = await comeIn('yes')
    const token = tokenIn(await browser.get('/guarded'))
    const statuses: number[] = []
    for (let n = 0; n < 10; n += 1) statuses.push((await browser.post('/guarded', { _csrf: token, word: String(n) })).status)
    expect(statuses).toEqual([303, 303, 303, 303, 303, 303, 303, 303, 429, 429])
    expect(effects).toHaveLength(8)
    app.clock.advance(60_000)
    expect((await browser.post('/guarded', { _csrf: token, word: 'later' })).status).toBe(303)
  })

  it('a page that asks for one stops the start where nothing takes it, and takes no file', async () => {
    const { db } = made
    await expect(startApp(db, { pages: pages.slice(0, 3) })).rejects.toThrow('"guarded" needs a proof, and there is no page that takes one')
    expect(() => definePage({
      name: 'x', path: '/x', permission: 'public', post: { body: z.strictObject({}), audit: 'x.y', stepUp: true, upload: { field: 'f', maxBytes: 1 }, handle: async () => redirect('/x') },
    })).toThrow('its GET has to ask for one as well')
    expect(START).toBeLessThan(app.clock.now())
  })
})
