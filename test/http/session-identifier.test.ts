import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { definePage } from '../../src/http/define-page.ts'
import { redirect, view } from '../../src/http/page-result.ts'
import { onBothDatabases } from '../support/databases.ts'
import { startApp, type TestApp } from './test-app.ts'

onBothDatabases('the identifier of a session', (get) => {
  const PERSON = '01K00000000000000000000000'
  const COOKIE = 'assent-session'
  let app: TestApp
  const pages = [
    definePage({
      name: 'come in', path: '/sign-in', permission: 'public', get: async () => view('pages/form.njk'),
      post: { body: z.strictObject({}), audit: 'session.begun', handle: async (ctx) => { await ctx.session.signIn(PERSON, { via: 'saml' }); ctx.session.set('kept', 'here'); return redirect('/mine') } },
    }),
    definePage({
      name: 'mine', path: '/mine', permission: 'signed-in', get: async (ctx) => view('pages/form.njk', { message: `${String(ctx.session.get('kept'))} ${ctx.session.provenAt === null ? 'unproven' : 'proven'}` }),
      post: { body: z.strictObject({}), audit: 'thing.done', handle: async () => redirect('/mine') },
    }),
    definePage({
      name: 'proof', path: '/proof', permission: 'signed-in', get: async () => view('pages/form.njk'),
      post: {
        body: z.strictObject({ end: z.literal('yes').optional() }), audit: 'proof.given',
        handle: async (ctx) => {
          // Somebody ends this person's sessions while the proof is being looked at.
          if (ctx.body.end) await app.sessions.endSessionsOf(PERSON)
          await ctx.session.prove(ctx.now)
          return redirect('/mine')
        },
      },
    }),
  ]
  beforeAll(async () => { app = await startApp(get().db, { pages, people: { [PERSON]: [] } }) })
  afterAll(() => app.close())
  const comeIn = async () => {
    const browser = app.browser()
    await browser.submit('/sign-in')
    return browser
  }

  it('ASVS 7.2.4: is another one after a fresh proof; the one before opens nothing, and what the session holds goes on', async () => {
    const browser = await comeIn()
    const seen = browser.cookies.get(COOKIE) ?? ''
    expect((await browser.get('/mine')).text).toContain('here unproven')
    await browser.submit('/proof')
    expect(browser.cookies.get(COOKIE)).not.toBe(seen)
    expect((await browser.get('/mine')).text).toContain('here proven')
    const thief = app.browser()
    thief.cookies.set(COOKIE, seen)
    expect((await thief.get('/mine')).location).toBe('/sign-in')
    expect(await get().db.read('sessions').where({ person_id: PERSON })).toHaveLength(1)
  })

  it('a form that another tab holds is still ours after it', async () => {
    const browser = await comeIn()
    const token = /name="_csrf" value="([^"]+)"/.exec((await browser.get('/mine')).text)?.[1] ?? ''
    await browser.submit('/proof')
    expect((await browser.post('/mine', { _csrf: token })).status).toBe(303)
    const other = await comeIn()
    expect((await other.post('/mine', { _csrf: token })).status).toBe(403)
  })

  it('a proof makes no session live longer, and none again that was ended meanwhile', async () => {
    await app.sessions.endSessionsOf(PERSON)
    const browser = await comeIn()
    const row = async () => (await get().db.read('sessions').where({ person_id: PERSON }))[0]
    const began = Number((await row()).created_at)
    app.clock.advance(20 * 60_000)
    await browser.submit('/proof')
    expect(Number((await row()).created_at)).toBe(began)
    for (let minutes = 20; minutes < 12 * 60; minutes += 20) {
      expect((await browser.get('/mine')).status).toBe(200)
      app.clock.advance(20 * 60_000)
    }
    expect((await browser.get('/mine')).location).toBe('/sign-in')
    const ended = await comeIn()
    await ended.submit('/proof', { end: 'yes' })
    expect((await ended.get('/mine')).location).toBe('/sign-in')
    expect(await row()).toBeUndefined()
  })
})
