import { get } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { fillIn, openSlots, readThrough } from './signing-walk.ts'

/** Bytes over the wire of a first view to a browser, which takes gzip, fonts not counted; the headers come on top. */
const LIMIT = 60_000
let app: TestApp
let pages: Record<string, string[]>
let cookies: Map<string, string>[]

beforeAll(async () => {
  app = await startTestApp()
  const trust = await smallTrust(app)
  const people = [await trust.add({ name: 'Ama Serwaa', role: 'pupil', year: '4' }), await trust.add({ name: 'Bryn Hughes', role: 'pupil', year: '9', school: trust.high }), await trust.add({ name: 'Noor Aziz', role: 'teacher' })]
  await trust.issue()
  pages = {}
  cookies = []
  for (const [at, person] of people.entries()) {
    const browser = await app.as(person)
    const [slot = ''] = await openSlots(browser)
    const sign = await readThrough(browser, slot)
    await fillIn(browser, sign, { answer: 'yes', signature: 'A. Name' })
    pages[String(at)] = ['/me', `/me/sign/${slot}`, sign, `/me/sign/${slot}/check`]
    cookies.push(browser.cookies)
  }
}, 60_000)
afterAll(() => app.close())

/** Everything a browser fetches for a page before anybody clicks: the page, what it names, and what its style sheets name. */
async function firstView(path: string, jar: Map<string, string>): Promise<{ bytes: number; fonts: number; outside: string[] }> {
  const seen = new Set<string>()
  const found = { bytes: 0, fonts: 0, outside: [] as string[] }
  const load = async (address: string, base: string): Promise<void> => {
    const url = new URL(address, base)
    if (url.protocol === 'data:' || seen.has(url.href)) return
    seen.add(url.href)
    if (url.origin !== app.url) return void found.outside.push(url.href)
    const { status, type, zipped, body } = await sent(url, [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    expect([url.pathname, status]).toEqual([url.pathname, 200])
    if (/font|woff/.test(type)) return void (found.fonts += body.length)
    found.bytes += body.length
    const text = (zipped ? gunzipSync(body) : body).toString('utf8')
    if (type.includes('html')) {
      for (const [, one] of text.matchAll(/<(?:link(?=[^>]*rel="(?:stylesheet|icon|preload|modulepreload)")|script|img|source|iframe|video|audio|object|use)\b[^>]*?\s(?:href|src|data|srcset)="([^"#]+)"/g)) if (one) await load(one.replaceAll('&amp;', '&'), url.href)
    }
    if (type.includes('css')) for (const [, one] of text.matchAll(/(?:@import\s+|url\()["']?([^"')\s]+)/g)) if (one) await load(one, url.href)
    if (type.includes('javascript')) for (const [, one] of text.matchAll(/(?:from|import)\s*\(?["']([./][^"']+)["']/g)) if (one) await load(one, url.href)
  }
  await load(path, app.url)
  return found
}

/** The answer as it goes over the wire, still compressed where it is. */
function sent(url: URL, cookie: string): Promise<{ status: number | undefined; type: string; zipped: boolean; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { cookie, 'accept-encoding': 'gzip' } }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('end', () => resolve({ status: answer.statusCode, type: answer.headers['content-type'] ?? '', zipped: answer.headers['content-encoding'] === 'gzip', body: Buffer.concat(parts) }))
    }).once('error', reject)
  })
}

describe('the weight of the pages of signing', () => {
  it('pages, which hold secrets of forms, are not compressed; style and script are', async () => {
    const cookie = [...cookies[2] ?? []].map(([name, value]) => `${name}=${value}`).join('; ')
    expect((await sent(new URL('/me', app.url), cookie)).zipped).toBe(false)
    expect((await sent(new URL('/assets/assent.css', app.url), cookie)).zipped).toBe(true)
  })

  it.each([['a pupil of Year 4', 0], ['a pupil of Year 9', 1], ['a teacher', 2]])('for %s a first view is under 60 kB without fonts, and asks nobody else', async (_, at) => {
    for (const path of pages[String(at)] ?? []) {
      const { bytes, outside } = await firstView(path, cookies[at] ?? new Map())
      expect(outside).toEqual([])
      expect([path, bytes < LIMIT ? 'light' : `${bytes} bytes`]).toEqual([path, 'light'])
    }
  })
})
