import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, work } from '../signing/signing-walk.ts'
import { withoutTokens } from '../../support/without-tokens.ts'

const DAY = 86_400_000

/** Rows of a CSV answer; the apostrophe that keeps a spreadsheet from running a cell is taken off again. */
function rowsOf(text: string): Record<string, string>[] {
  expect(text.startsWith('\uFEFF')).toBe(true)
  const rows = parse(text.slice(1), { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, /^'[=+\-@\t\r＝＋－＠]/.test(value) ? value.slice(1) : value])))
}
const csvOf = async (browser: Browser, query = ''): Promise<string> => {
  const answer = await browser.get(`/office/board.csv${query}`)
  expect(answer.status).toBe(200)
  // `text()` of fetch drops the mark; the bytes are what a spreadsheet sees.
  return `\uFEFF${answer.text}`
}
/** Names in the list, as the page shows them. */
const namesOn = (text: string): string[] => [...text.matchAll(/role=rowheader[^>]*>(?:<a[^>]*>)?([^<]*)/g)].map((match) => match[1] ?? '')

describe('the board in the app', () => {
  let app: TestApp
  let trust: SmallTrust
  let all: Browser
  let officeA: Browser
  let officeB: Browser
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
    const add = async (name: string, rest: Parameters<SmallTrust['add']>[0] extends infer P ? Omit<P & object, 'name'> : never) => { ids[name] = await trust.add({ name, ...rest }) }
    await add('Anya Larch', { role: 'pupil', year: '4', group: '4K' })
    await add('Ben Larch', { role: 'pupil', year: '6', group: '6M' })
    await add('Cleo Rowan', { role: 'pupil', year: '4', group: '4K' })
    await add('Noor Aspen', { role: 'pupil', school: trust.high, year: '9', group: '9C' })
    await add('Tomas Teak', { role: 'teacher', email: 'teak@larkmoor.example' })
    await add('=HYPERLINK("http://x") +447700900123', { role: 'support', email: 'plus@larkmoor.example' })
    await add(`＠Full -O'Neil`, { role: 'support', email: 'oneil@larkmoor.example' })
    await add('Mother Larch', { email: 'larch@families.example' })
    await add('Aunt Larch', { email: 'aunt@families.example' })
    await add('Father Aspen', { email: 'aspen@families.example' })
    for (const child of ['Anya Larch', 'Ben Larch']) await trust.link(ids[child] ?? '', ids['Mother Larch'] ?? '')
    await trust.link(ids['Anya Larch'] ?? '', ids['Aunt Larch'] ?? '', { doNotContact: true })
    await trust.link(ids['Noor Aspen'] ?? '', ids['Father Aspen'] ?? '')
    await trust.issue()
    await work(app)
    const staff = async (name: string, role: string, schoolId: string | null) => {
      const id = await trust.add({ name })
      await app.services.roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'os:test' })
      return app.as(id)
    }
    all = await staff('Trust Admin', 'trust-admin', null)
    officeA = await staff('Office Larkmoor', 'office', trust.primary.id)
    officeB = await staff('Office Ashbeck', 'office', trust.high.id)
  })
  afterAll(async () => app.close())

  it('shows the trust administrator everyone, with figures that fit the list', async () => {
    const page = await all.get('/office/board')
    expect(page.status).toBe(200)
    expect(namesOn(page.text)).toHaveLength(7)
    expect(page.text).toContain('0 of 7 agreements are signed.')
    // Cleo has no guardian at all; her required guardian slot reaches nobody.
    expect(namesOn((await all.get('/office/board?status=unreachable')).text)).toEqual(['Rowan, Cleo'])
    expect(namesOn((await all.get('/office/board?year=4')).text)).toEqual(['Larch, Anya', 'Rowan, Cleo'])
    expect(namesOn((await all.get('/office/board?group=6M&status=open')).text)).toEqual(['Larch, Ben'])
    expect(namesOn((await all.get('/office/board?who=staff&sort=-name')).text)).toContain('Teak, Tomas')
    expect((await all.get('/office/board?sort=nonsense')).status).toBe(400)
  })

  it('every tile leads to a list of exactly as many', async () => {
    for (const browser of [all, officeA, officeB]) {
      const tiles = [...(await browser.get('/office/board')).text.matchAll(/<li class="tile[^>]*><a href="([^"]+)"><span class="tile-figure">(\d+)</g)]
      expect(tiles.length).toBeGreaterThanOrEqual(5)
      for (const [, href = '', figure] of tiles) expect({ href, listed: namesOn((await browser.get(href)).text).length }).toEqual({ href, listed: Number(figure) })
    }
  })

  it('the office of one school sees nothing of another: list, figures, filters, file', async () => {
    const page = await officeB.get('/office/board')
    expect(namesOn(page.text)).toEqual(['Aspen, Noor'])
    expect(page.text).toContain('0 of 1 agreements are signed at Ashbeck High School.')
    expect(page.text).not.toContain('Larkmoor')
    expect(withoutTokens(page.text)).not.toContain('4K')
    expect((await officeB.get(`/office/board?school=${trust.primary.id}`)).status).toBe(404)
    expect((await officeB.get(`/office/board.csv?school=${trust.primary.id}`)).status).toBe(404)
    expect(rowsOf(await csvOf(officeB)).map((row) => row['Surname'])).toEqual(['Aspen'])
    expect(namesOn((await officeA.get('/office/board')).text)).toHaveLength(6)
    expect((await (await app.as(ids['Tomas Teak'] ?? '')).get('/office/board')).status).toBe(403)
    expect((await app.browser().get('/office/board')).location).toBe('/sign-in')
  })

  it('V4: a name is searched for by POST and stands in no address', async () => {
    const found = await all.submit('/office/board', { name: 'larch', back: '/office/board?status=open&page=2' }, '/office/board/search')
    expect(found.location).toBe('/office/board?status=open&named=1')
    expect(namesOn((await all.get(found.location ?? '')).text)).toEqual(['Larch, Anya', 'Larch, Ben'])
    expect(namesOn((await all.get('/office/board')).text)).toHaveLength(7)
    expect(rowsOf(await csvOf(all, '?named=1')).map((row) => row['Forename'])).toEqual(['Anya', 'Ben'])
    expect((await all.submit('/office/board', { name: 'x', back: 'https://elsewhere.example/' }, '/office/board/search')).location).toBe('/office/board?named=1')
    expect(app.log.join('')).not.toContain('larch')
    await all.submit('/office/board', { name: '', back: '/office/board?named=1' }, '/office/board/search')
  })

  it('the file is read back to the letter, and no cell is a formula', async () => {
    const raw = await csvOf(all)
    const response = await fetch(`${app.url}/office/board.csv`, { headers: { cookie: [...all.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } })
    const bytes = Buffer.from(await response.arrayBuffer())
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(response.headers.get('content-disposition')).toBe('attachment; filename=who-has-signed-2026-09-07.csv')
    for (const cell of (parse(raw.slice(1)) as string[][]).flat()) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
    const rows = rowsOf(raw)
    expect(rows).toHaveLength(7)
    expect(rows.map((row) => `${row['Forename']} ${row['Surname']}`)).toEqual(expect.arrayContaining(['=HYPERLINK("http://x") +447700900123', `＠Full -O'Neil`]))
    expect(rows.find((row) => row['Forename'] === 'Cleo')).toMatchObject({ School: 'Larkmoor Primary School', Year: '4', 'Registration group': '4K', State: 'Cannot be reached', 'Asked on': '2026-09-07' })
  })

  it('HR may look and may not take the file away', async () => {
    const id = await trust.add({ name: 'Hari Human' })
    await app.services.roles.grant({ personId: id, role: 'hr', schoolId: null, groupName: null, until: null, grantedBy: 'os:test' })
    const hr = await app.as(id)
    const page = await hr.get('/office/board')
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('board.csv')
    expect((await hr.get('/office/board.csv')).status).toBe(403)
  })

  it('F2, F3: chasing writes one mail a person and day, to nobody marked "do not contact", and says whom no mail reaches', async () => {
    await app.db.sql('captured_mails').del()
    const chased = await officeA.submit('/office/board', {}, '/office/board/chase')
    expect(chased.location).toBe('/office/board')
    const told = (await officeA.get('/office/board')).text
    // Mother Larch for two children, the three members of staff; Cleo's family has no address and Cleo no e-mail.
    expect(told).toContain('4 people will get a mail in the next minutes. 1 agreement no mail can reach')
    await work(app)
    const mails = await app.db.read('captured_mails').select('recipient', 'subject', 'body_text') as { recipient: string; subject: string; body_text: string }[]
    expect(mails.map((mail) => mail.recipient).sort()).toEqual(['larch@families.example', 'oneil@larkmoor.example', 'plus@larkmoor.example', 'teak@larkmoor.example'])
    const mother = mails.find((mail) => mail.recipient === 'larch@families.example')
    expect(mother?.body_text).toContain('for Anya')
    expect(mother?.body_text).toContain('for Ben')
    expect(mother?.subject).toBe('Larkmoor Primary School: still to read and sign')
    expect(await count(app, 'audit_entries', { event: 'requests.chased' })).toBe(1)

    await officeA.submit('/office/board', {}, '/office/board/chase?year=4')
    expect((await officeA.get('/office/board')).text).toContain('Nobody gets a new mail. 1 person had one today already, or since the last school day.')
    await work(app)
    expect(await count(app, 'captured_mails')).toBe(4)
    expect((await all.submit('/office/board', {}, `/office/board/chase?school=01K6AGREEMENT0000000000KS2`)).status).toBe(303)
    expect((await officeB.submit('/office/board', {}, `/office/board/chase?school=${trust.primary.id}`)).status).toBe(404)
  })

  it('F2: who may not be contacted any more when the mail would go out gets none; who has signed meanwhile neither', async () => {
    app.clock.advance(DAY)
    await app.db.sql('captured_mails').del()
    officeB = await app.as((await app.db.read('people').where({ surname: 'Ashbeck' }).first('id'))?.id as string)
    await officeB.submit('/office/board', {}, '/office/board/chase')
    expect((await officeB.get('/office/board')).text).toContain('1 person will get a mail')
    await trust.doNotContact(ids['Noor Aspen'] ?? '', ids['Father Aspen'] ?? '')
    await work(app)
    expect(await count(app, 'captured_mails')).toBe(0)
  })
})
