import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linksIn, mailboxPages } from '../../../src/features/messages/mailbox-routes.ts'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { hrefs, work } from '../signing/signing-walk.ts'

describe('the mailbox of the demo', () => {
  let app: TestApp
  let teacher: string
  beforeAll(async () => {
    app = await startTestApp({ config: { demo: true } })
    const trust = await smallTrust(app)
    teacher = await trust.add({ name: 'Amara Okafor', role: 'teacher', email: 'amara@larkmoor.example' })
    await trust.add({ name: 'Idris Bello', role: 'teacher', email: 'idris@larkmoor.example' })
    await trust.issue()
    await work(app)
  })
  afterAll(async () => app.close())

  it('lists every mail, and to somebody signed in their own', async () => {
    const page = await app.browser().get('/demo/mail')
    expect(page.status).toBe(200)
    expect(page.text).toContain('amara@larkmoor.example')
    expect(page.text).toContain('idris@larkmoor.example')
    const mine = await (await app.as(teacher)).get('/demo/mail?whose=me')
    expect(mine.text).toContain('To amara@larkmoor.example')
    expect(mine.text).not.toContain('To idris@larkmoor.example')
  })

  it('the links of a mail lead into the app and work', async () => {
    const stranger = app.browser()
    const [mail = ''] = hrefs(await (await app.as(teacher)).get('/demo/mail?whose=me')).filter((href) => /^\/demo\/mail\/\w{26}$/.test(href))
    const shown = await stranger.get(mail)
    expect(shown.text).toContain('Dear Amara Okafor')
    const link = hrefs(shown).find((href) => href.startsWith('/link/')) ?? ''
    expect((await stranger.submit(link)).location).toBe('/me')
    expect((await stranger.get('/me')).text).toContain('Amara')
    expect((await stranger.get('/demo/mail/01K6ZZZZZZZZZZZZZZZZZZZZZZ')).status).toBe(404)
  })

  it('shows the mail\'s own HTML fenced in: no script, no form, nothing fetched', async () => {
    const id = app.services.ids.next()
    await app.db.sql('captured_mails').insert({ id, recipient: 'x@x.example', subject: '<b>bold</b>', body_text: '<script>alert(1)</script>', body_html: '<p onclick="x()">Hello</p><script>alert(1)</script>', sent_at: app.clock.now() })
    const raw = await app.browser().get(`/demo/mail/${id}/html`)
    expect(raw.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none';/)
    expect(raw.headers.get('content-security-policy')).not.toContain('script-src')
    expect(raw.headers.get('content-security-policy')).not.toContain('allow-scripts')
    expect(raw.headers.get('content-disposition')).toMatch(/^inline/)
    const shown = (await app.browser().get(`/demo/mail/${id}`)).text
    expect(shown).not.toContain('<script>alert(1)')
    expect(shown).not.toContain('<b>bold</b>')
  })

  it('links elsewhere are left out; each of ours stands once', () => {
    expect(linksIn('See http://127.0.0.1:3000/link/abc. Or https://evil.example/link/x, http://127.0.0.1:3000/link/abc http://127.0.0.1:3000/ask, http://127.0.0.1:3000/ and http://127.0.0.1:3000/agreements-in-force', 'http://127.0.0.1:3000'))
      .toEqual([{ text: 'Open the personal link', href: '/link/abc' }, { text: 'Ask for a new link', href: '/ask' }, { text: 'Open the front page', href: '/' }, { text: 'Read the agreements in force', href: '/agreements-in-force' }])
    expect(linksIn('http://127.0.0.1:3000.evil.example/link/x', 'http://127.0.0.1:3000')).toEqual([])
  })

  it.each([false, undefined, 'true', 1])('is not there where the configuration says demo = %j', async (demo) => {
    expect(mailboxPages({ ...app.services, config: { ...app.services.config, demo: demo as boolean } })).toEqual([])
  })

  it('answers 404 in a real trust', async () => {
    const real = await startTestApp()
    expect((await real.browser().get('/demo/mail')).status).toBe(404)
    await real.close()
  })
})
