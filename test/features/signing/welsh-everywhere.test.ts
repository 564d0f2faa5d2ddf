import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Browser, tokenIn } from '../../http/browser.ts'
import { englishOn } from '../../support/english-words.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { answerAs, join, pressName, readInClass, startSession } from '../classes/class-walk.ts'
import { startSsoWorld } from '../identity/sso-world.ts'
import { checkFields, fillIn, hidden, hrefs, openSlots, readThrough, work } from './signing-walk.ts'

const config = { languages: { welsh: true } }

/** Welsh was chosen in this browser. */
function inWelsh(browser: Browser): Browser {
  browser.cookies.set('assent-language', 'cy')
  return browser
}

/** The page is Welsh, and what is not is marked. */
function expectWelsh(where: string, page: Answer, status = 200): Answer {
  expect({ where, status: page.status, lang: /<html lang="([^"]*)"/.exec(page.text)?.[1], english: englishOn(page.text) }).toEqual({ where, status, lang: 'cy', english: [] })
  return page
}

describe('no English on Welsh pages (G6)', () => {
  let app: TestApp
  let trust: SmallTrust
  let mother: string
  let teacher: Browser
  let office: Browser
  beforeAll(async () => {
    app = await startTestApp({ config })
    trust = await smallTrust(app)
    const child = await trust.add({ name: 'Carys Pugh', role: 'pupil', year: '4', group: '4B' })
    mother = await trust.add({ name: 'Elen Pugh' })
    const teacherId = await trust.add({ name: 'Tess Marlow', role: 'teacher' })
    const officeId = await trust.add({ name: 'Gwen Hughes', role: 'support' })
    await trust.link(child, mother)
    await app.services.roles.grant({ personId: teacherId, role: 'class-teacher', schoolId: trust.primary.id, groupName: '4B', until: null, grantedBy: 'system' })
    await app.services.roles.grant({ personId: officeId, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
    await trust.issue()
    teacher = await app.as(teacherId)
    office = await app.as(officeId)
  }, 60_000)
  afterAll(() => app.close())

  it('finds English, and only what is read as Welsh', () => {
    expect(englishOn('<html lang="cy"><body><img alt="A picture for you"><p>Diolch<br></p><p lang="en-GB">Read the <b>text</b></p><p>Version 2</p></body></html>')).toEqual(['A picture for you', 'Version 2'])
  })

  it('what anybody may read', async () => {
    const browser = inWelsh(app.browser())
    for (const path of ['/', '/ask', '/ask/sent', '/sign-in', '/stored', '/help', '/verify', '/verify/trust', `/verify/${'0'.repeat(26)}`, '/letter', '/class', '/visit', '/agreements-in-force', '/agreements-in-force/100001']) expectWelsh(path, await browser.get(path))
    const texts = hrefs(await browser.get('/agreements-in-force/100001')).filter((href) => href.startsWith('/agreements-in-force/100001/'))
    expect(texts.length).toBeGreaterThan(2)
    for (const path of texts) {
      const text = expectWelsh(path, await browser.get(path))
      const english = expectWelsh(path, await browser.get(`${path}?text=en-GB/standard`))
      // The version is named in the reader's language beside either.
      for (const page of [text, english]) expect(page.text).toMatch(/<p class="hint">Fersiwn 1, cyhoeddwyd \d+ \p{L}+ 20\d\d/u)
    }
  })

  it('refusals: no such page, not allowed, expired, from elsewhere, too often, too large, wrong', async () => {
    const parent = inWelsh(await app.as(mother, 'link'))
    expectWelsh('404', await parent.get('/nowhere'), 404)
    expectWelsh('403', await parent.get('/office/board'), 403)
    expectWelsh('expired form', await parent.post('/ask', { email: 'a@b.example' }), 403)
    expectWelsh('a form of another site', await parent.post('/ask', { email: 'a@b.example' }, { 'sec-fetch-site': 'cross-site' }), 403)
    expectWelsh('wrong method', await parent.send('PUT', '/ask', { headers: { 'sec-fetch-site': 'same-origin' } }), 405)
    expectWelsh('too large', await parent.post('/ask', { email: 'x'.repeat(600_000) }), 413)
    expectWelsh('an address with a wrong question', await parent.get(`/me/sign/${(await openSlots(parent))[0] ?? ''}?text=x`), 400)
    const stranger = inWelsh(app.browser())
    expectWelsh('signed out meanwhile', await stranger.post('/me/together/sign', {}), 403)
    for (let n = 0; n < 30; n += 1) await stranger.get('/verify/X')
    expectWelsh('too often', await stranger.get('/verify/X'), 429)
  })

  it('messages beside a field, those of a schema that says nothing too', async () => {
    const browser = inWelsh(app.browser())
    for (const [path, fields] of [['/ask', { email: 'no address' }], ['/ask', { email: 'x'.repeat(300) }], ['/letter', { code: 'ACD 346 EFG 779' }], ['/letter', { code: 'x'.repeat(100) }], ['/class', { typed: 'x' }], ['/class', { typed: 'x'.repeat(50) }], ['/visit', { typed: 'x' }], ['/ask', { email: 'a@b.example', more: 'x' }]] as const) {
      await browser.submit(path, fields)
      const page = expectWelsh(`${path} ${JSON.stringify(fields)}`, await browser.get(path))
      expect(page.text).toContain('Mae un peth angen sylw')
    }
    const upload = async (bytes: Buffer<ArrayBuffer>): Promise<Answer> => {
      const form = new FormData()
      form.append('_csrf', tokenIn(await browser.get('/verify')))
      form.append('file', new Blob([bytes]), 'x.pdf')
      return browser.send('POST', '/verify', { body: form, headers: { 'sec-fetch-site': 'same-origin' } })
    }
    expect((await upload(Buffer.alloc(10_000_001, 'x'))).status).toBe(303)
    expect(expectWelsh('upload too large', await browser.get('/verify')).text).toContain('Mae’r ffeil yn fwy na 10 MB. Dewiswch un lai.')
    expect(expectWelsh('no PDF', await upload(Buffer.from('hello'))).text).toContain('Nid PDF yw’r ffeil.')
    expect(expectWelsh('a broken PDF', await upload(Buffer.from('%PDF-1.7\n/ByteRange x'))).text).toMatch(/Nid yw’r ffeil yn un o’n cofnodion cyflawn ni: <span lang="en-GB">[^<]+<\/span>\./)
  })

  it('a parent from the list to the record, reading the English text', async () => {
    const browser = inWelsh(await app.as(mother, 'link'))
    expectWelsh('list', await browser.get('/me'))
    const [slot = ''] = await openSlots(browser)
    const reading = expectWelsh('reading', await browser.get(`/me/sign/${slot}`))
    expect(reading.text).toMatch(/<p class="sheet-foot" lang="cy" dir="ltr">Fersiwn 1, /)
    const toEnglish = /<a href="([^"]+)" lang="en-GB">English, full text/.exec(reading.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const english = expectWelsh('reading in English', await browser.get(toEnglish))
    expect(english.text).toMatch(/<p class="sheet-foot" lang="en-GB" dir="ltr">Version 1, /)
    const sign = hrefs(english).find((href) => href.startsWith(`/me/sign/${slot}/sign?`)) ?? ''
    await fillIn(browser, sign, {})
    expectWelsh('sign, refused', await browser.get(sign))
    await fillIn(browser, sign, { answer: 'yes', signature: 'x'.repeat(300) })
    expectWelsh('sign, a name too long', await browser.get(sign))
    await fillIn(browser, sign, { answer: 'yes', signature: 'Elen Pugh' })
    const check = expectWelsh('check', await browser.get(`/me/sign/${slot}/check`))
    // The text is named in its own language, its version in the reader's.
    expect(check.text).toMatch(/<span lang="en-GB">[^<]+<\/span>\. Fersiwn 1, cyhoeddwyd/)
    await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
    const done = expectWelsh('done', await browser.get(`/me/sign/${slot}/done`))
    const record = hrefs(done).find((href) => /^\/me\/records\/\w+$/.test(href)) ?? ''
    expectWelsh('record under way', await browser.get(record))
    for (const path of [`${record}/withdraw`, '/me/history', record.replace('/records/', '/history/') + '/text', '/me/choices', `/me/sign/${slot}/changed?text=${'0'.repeat(64)}`]) {
      const page = await browser.get(path)
      if (page.status !== 303) expectWelsh(path, page)
    }
    await work(app)
    const form = new FormData()
    form.append('_csrf', tokenIn(await browser.get('/verify')))
    const row = await app.db.read('signatures').where({ signer_id: mother }).first() as { id: string }
    form.append('file', new Blob([new Uint8Array((await app.services.sealing.file(row.id))?.bytes ?? [])]), 'x.pdf')
    const verdict = expectWelsh('verified', await browser.send('POST', '/verify', { body: form, headers: { 'sec-fetch-site': 'same-origin' } }))
    expect(verdict.text).toMatch(/, fersiwn 1</)
    expect((await browser.submit(`${record}/withdraw`)).location).toBe('/me')
    expect(expectWelsh('taken back', await browser.get('/me')).text).toContain('Mae eich llofnod wedi’i dynnu’n ôl.')
  })

  it('a pupil in a class session, and where it ends', async () => {
    const { id, code } = await startSession(teacher, { schoolId: trust.primary.id, kind: 'group', name: '4B' })
    const device = inWelsh(app.browser())
    expectWelsh('door', await device.get(`/class/${code}`))
    expectWelsh('names', await join(device, code))
    const slot = await pressName(device, code, 'Carys')
    expectWelsh('is it you', await device.get(`/class/${code}/${slot}`))
    expectWelsh('reading', await device.get(`/class/${code}/${slot}/read`))
    const sign = await readInClass(device, code, slot)
    const shown = expectWelsh('answer', await device.get(sign))
    await device.post(sign, { _csrf: hidden(shown, '_csrf'), text: hidden(shown, 'text'), formKey: hidden(shown, 'formKey'), signature: '', signatureDrawn: '' })
    expectWelsh('answer, refused', await device.get(sign))
    const { sent } = await answerAs(device, code, 'Carys')
    expectWelsh('sent', await device.get(sent.location ?? ''))
    expectWelsh('names, all had a turn', await device.get(`/class/${code}`))
    await teacher.submit(`/class/sessions/${id}`, {}, `/class/sessions/${id}/end`)
    expectWelsh('no such code any more', await device.get(`/class/${code}`), 404)
    expectWelsh('over', await device.get(`/class/${code}/${slot}`), 404)
  })

  it('a visitor at reception', async () => {
    await office.submit('/visits', { schoolId: trust.primary.id }, '/visits/tablets')
    const code = /type <strong class="code">([A-Z0-9 ]+)</.exec((await office.get('/visits')).text)?.[1] ?? ''
    const tablet = inWelsh(app.browser())
    await tablet.submit('/visit', { typed: code })
    expectWelsh('welcome', await tablet.get('/visit'))
    await tablet.submit('/visit', {}, '/visit/new')
    await tablet.submit('/visit/who', { name: '', kind: '' })
    expect(expectWelsh('who, refused', await tablet.get('/visit/who')).text).toContain('Dewiswch pam rydych yma.')
    await tablet.submit('/visit/who', { name: 'Bo Plymer', kind: 'contractor' })
    await tablet.submit('/visit/wifi', {})
    expectWelsh('wifi, refused', await tablet.get('/visit/wifi'))
    await tablet.submit('/visit/wifi', { uses: 'yes' })
    const page = expectWelsh('read', await tablet.get('/visit/read'))
    const fields = { _csrf: tokenIn(page), text: hidden(page, 'text'), answer: 'yes', signature: '', signatureDrawn: '' }
    await tablet.post('/visit/read', fields)
    expectWelsh('read, refused', await tablet.get('/visit/read'))
    await tablet.post('/visit/read', { ...fields, signature: 'Bo Plymer' })
    expectWelsh('done', await tablet.get('/visit/done'))
  })

  it('a letter is in the language its reader chose, and offers Welsh to who never did', async () => {
    const other = await trust.add({ name: 'Owain Pugh' })
    await trust.link((await app.db.read('people').where({ preferred_forename: 'Carys' }).first() as { id: string }).id, other)
    await trust.issue()
    const letter = async (): Promise<string> => /<article class="slip"[\s\S]*<\/article>/.exec((await office.submit('/letters', { people: other, group: '' }, '/letters/print')).text)?.[0] ?? ''
    const english = await letter()
    expect(english).toMatch(/lang="en-GB"[\s\S]*Dear Owain Pugh[\s\S]*<p lang="cy">Gallwch ddarllen/)
    await app.services.peopleStore.chooseLanguage(other, 'cy')
    const welsh = await letter()
    expect(welsh).toContain('Annwyl Owain Pugh')
    expect(welsh).not.toContain('Gallwch ddarllen')
    expect(englishOn(welsh)).toEqual([])
  })

  it('a parent who says no to the English text, and one who is not asked any more', async () => {
    const { id } = await app.db.read('people').where({ preferred_forename: 'Owain' }).first() as { id: string }
    const browser = inWelsh(await app.as(id, 'link'))
    const [slot = ''] = await openSlots(browser)
    const sign = await readThrough(browser, slot)
    await fillIn(browser, sign, { answer: 'no' })
    expectWelsh('check of a no', await browser.get(`/me/sign/${slot}/check`))
    await browser.post(`/me/sign/${slot}/check`, { ...await checkFields(browser, slot), reason: 'x'.repeat(2001) })
    expect(expectWelsh('check, a reason too long', await browser.get(`/me/sign/${slot}/check`)).text).toContain('Defnyddiwch 2,000 o nodau ar y mwyaf.')
    await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
    expect(expectWelsh('declined', await browser.get(`/me/sign/${slot}/done`)).text).toMatch(/“<span lang="cy">[^<]+<\/span>” ar gyfer Carys Pugh/)
    expectWelsh('list', await browser.get('/me'))
    const { request_id: request } = await app.db.read('signatories').where({ id: slot }).first('request_id') as { request_id: string }
    await app.db.sql('signatories').where({ id: slot }).update({ state: 'open' })
    await app.db.sql('requests').where({ id: request }).update({ state: 'excused' })
    expectWelsh('closed', await browser.get(`/me/sign/${slot}/done`))
  })
})

describe('sign-in refusals in Welsh (G6)', () => {
  it('what the school’s sign-in leads back to when it lets nobody in', async () => {
    const world = await startSsoWorld({ config })
    const refused = async (change: object) => world.signIn(inWelsh(world.app.browser()), change)
    expect(expectWelsh('unknown', await refused({ nameId: 'opaque-9', attributes: { uid: ['nobody'] } }), 403).text).toContain('Nid ydym yn eich adnabod eto.')
    expectWelsh('not believed', await refused({ audience: 'https://other.example' }), 403)
    expectWelsh('did not begin here', await world.post(inWelsh(world.app.browser()), '<x/>'), 403)
    await world.app.close()
  })
})
