import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { bytesOf, checkFields, count, fillIn, hrefs, openSlots, readThrough, signAs, work } from './signing-walk.ts'

describe('families', () => {
  let app: TestApp
  let trust: SmallTrust
  let children: { zofia: string; jan: string; hanna: string }
  let mother: string
  let father: string
  let slots: Record<'zofia' | 'jan' | 'hanna', string>
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
    children = {
      zofia: await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' }),
      jan: await trust.add({ name: 'Jan Kowalski', role: 'pupil', year: '8', group: '8K', school: trust.high }),
      hanna: await trust.add({ name: 'Hanna Kowalska', role: 'pupil', year: 'R', group: 'Owls' }),
    }
    mother = await trust.add({ name: 'Maria Kowalska', email: 'family@kowalski.example' })
    father = await trust.add({ name: 'Piotr Kowalski', email: 'family@kowalski.example' })
    for (const child of Object.values(children)) {
      await trust.link(child, mother)
      await trust.link(child, father)
    }
    await trust.issue()
    const rows = await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where('s.slot', 'guardian').select('s.id', 'r.person_id')
    const of = (child: string) => rows.find((row) => row.person_id === child)?.id as string
    slots = { zofia: of(children.zofia), jan: of(children.jan), hanna: of(children.hanna) }
  })
  afterAll(async () => app.close())

  it('F3: three children of two schools stand on one list, each with class and school, and no other adult', async () => {
    const browser = await app.as(mother, 'link')
    expect((await browser.get('/f')).location).toBe('/me')
    const list = await browser.get('/me')
    for (const words of ['Zofia Kowalska', 'Year 4, class 4B, Larkmoor Primary School', 'Jan Kowalski', 'Year 8, class 8K, Ashbeck High School', 'Hanna Kowalska', 'Reception, class Owls']) expect(list.text).toContain(words)
    expect(list.text).not.toContain('Piotr')
    expect(list.text).not.toContain('kowalski.example')
    expect(new Set(await openSlots(browser))).toEqual(new Set(Object.values(slots)))
  })

  it('F3, S1: the page names child, class, school and what is kept, and nothing about other adults', async () => {
    const browser = await app.as(mother, 'link')
    const page = await browser.get(`/me/sign/${slots.jan}`)
    for (const words of ['Jan Kowalski', 'Year 8, class 8K', 'Ashbeck High School', 'What we keep when you answer, and who sees it', 'Parent or carer of Jan Kowalski']) expect(page.text).toContain(words)
    expect(page.text).not.toContain('Piotr')
    expect(page.text).not.toContain('Zofia')
  })

  it('S2: two children in two tabs of one browser do not mix', async () => {
    const browser = await app.as(mother, 'link')
    const zofia = await readThrough(browser, slots.zofia)
    const hanna = await readThrough(browser, slots.hanna)
    await fillIn(browser, zofia, { answer: 'yes', signature: 'Maria for Zofia' })
    await fillIn(browser, hanna, { answer: 'no' })
    const first = await browser.get(`/me/sign/${slots.zofia}/check`)
    expect(first.text).toContain('Maria for Zofia')
    expect(first.text).not.toContain('Hanna')
    const second = await browser.get(`/me/sign/${slots.hanna}/check`)
    expect(second.text).toContain('You do not agree')
    expect(second.text).not.toContain('Maria for Zofia')
    const fields = await checkFields(browser, slots.zofia)
    // The form of one child sent to the other's address does nothing.
    await browser.post(`/me/sign/${slots.hanna}/check`, fields)
    expect(await count(app, 'signatures')).toBe(0)
    expect(await app.db.read('signatories').where({ id: slots.hanna }).first('state')).toMatchObject({ state: 'open' })
    await browser.post(`/me/sign/${slots.zofia}/check`, fields)
    const row = await app.db.read('signatures').where({ signatory_id: slots.zofia }).first('evidence', 'subject_id')
    expect(row.subject_id).toBe(children.zofia)
    expect(JSON.parse(row.evidence)).toMatchObject({ subjectName: 'Zofia Kowalska', typed: 'Maria for Zofia', signerName: 'Maria Kowalska' })
    expect((await browser.get(`/me/sign/${slots.zofia}/done`)).text).toContain('Go on to')
  })

  it('F3: by a mailed link to a shared address the evidence says so; after the school’s sign-in it does not', async () => {
    const row = await app.db.read('signatures').where({ signatory_id: slots.zofia }).first('evidence')
    expect(JSON.parse(row.evidence)).toMatchObject({ assurance: 'shared-address-link' })
    const alone = await trust.add({ name: 'Noor Haddad', role: 'governor', email: 'noor@governors.example' })
    const staff = await trust.add({ name: 'Idris Bello', role: 'support', email: 'idris@larkmoor.example' })
    await trust.issue()
    for (const [person, via, assurance] of [[alone, 'link', 'mailed-link'], [staff, 'saml', 'session']] as const) {
      const browser = await app.as(person, via)
      const [slot = ''] = await openSlots(browser)
      await signAs(browser, slot, 'Signed Here')
      expect(JSON.parse((await app.db.read('signatures').where({ signatory_id: slot }).first('evidence')).evidence)).toMatchObject({ assurance })
    }
  })

  it('G4: for Year 7 to 11 the parent reads and presses; no signature is asked', async () => {
    const browser = await app.as(mother, 'link')
    const sign = await readThrough(browser, slots.jan)
    expect((await browser.get(sign)).text).not.toContain('data-signature')
    await fillIn(browser, sign, { answer: 'yes' })
    await browser.post(`/me/sign/${slots.jan}/check`, await checkFields(browser, slots.jan))
    expect(await app.db.read('signatures').where({ signatory_id: slots.jan }).first('method')).toMatchObject({ method: 'clicked' })
    expect((await browser.get(`/me/sign/${slots.jan}/done`)).text).toContain('We have kept that you have read it for Jan')
  })

  it('D2: a record belongs to its signer alone; the other parent, the child and strangers find nothing', async () => {
    await work(app)
    const signature = await app.db.read('signatures').where({ signatory_id: slots.zofia }).first('id')
    const path = `/me/records/${signature.id}`
    const own = await bytesOf(app, await app.as(mother, 'link'), path)
    expect(await app.services.verify.verify(own.bytes)).toMatchObject({ valid: true, status: 'current' })
    const saved = await bytesOf(app, await app.as(mother, 'link'), `${path}?save=1`)
    expect(saved.disposition).toMatch(/^attachment; filename="?agreement-[0-9A-Z]{26}\.pdf"?$/)
    for (const other of [father, children.zofia, children.jan]) {
      const browser = await app.as(other)
      expect((await browser.get(path)).status).toBe(404)
      expect((await browser.get(`${path}/withdraw`)).status).toBe(404)
      expect((await browser.submit('/test/sign-in', {}, `${path}/withdraw`)).status).toBe(404)
    }
    expect((await app.browser().get(path)).location).toBe('/sign-in')
    expect(await app.db.read('signatures').where({ id: signature.id }).first('active')).toMatchObject({ active: 1 })
  })

  it('D2, F5: what one parent answered shows the other only that nothing is left to do', async () => {
    const browser = await app.as(father, 'link')
    const list = await browser.get('/me')
    expect(list.text).toContain('The school has an answer.')
    expect(list.text).not.toContain('Maria')
    expect(hrefs(list).some((href) => href.startsWith('/me/records/'))).toBe(false)
    const page = await browser.get(`/me/sign/${slots.zofia}`)
    expect(page.location).toBe(`/me/sign/${slots.zofia}/done`)
    const done = await browser.get(page.location ?? '')
    expect(done.text).toContain('You do not need to do anything.')
    expect(done.text).not.toContain('Maria')
  })

  it('F2: a link that is ended in the middle of signing ends everything about that child at once, and nothing about the others', async () => {
    const browser = await app.as(mother, 'link')
    const sign = await readThrough(browser, slots.hanna)
    await fillIn(browser, sign, { answer: 'yes', signature: 'Maria Kowalska' })
    const fields = await checkFields(browser, slots.hanna)
    const zofias = await app.db.read('signatures').where({ signatory_id: slots.zofia }).first('id')
    await trust.doNotContact(children.hanna, mother)
    await trust.doNotContact(children.zofia, mother)
    const base = `/me/sign/${slots.hanna}`
    for (const path of [base, sign, `${base}/check`, `${base}/done`, `${base}/changed?text=${fields['text']}`, `/me/records/${zofias.id}`]) {
      expect({ path, status: (await browser.get(path)).status }).toEqual({ path, status: 404 })
    }
    expect((await browser.post(`${base}/check`, fields)).status).toBe(404)
    expect((await browser.post(sign, { _csrf: fields['_csrf'] ?? '', text: fields['text'] ?? '', answer: 'yes', signature: 'x' })).status).toBe(404)
    expect((await browser.post(`${base}/again`, { _csrf: fields['_csrf'] ?? '' })).status).toBe(404)
    expect(await count(app, 'signatures', { signatory_id: slots.hanna })).toBe(0)
    const list = await browser.get('/me')
    expect(list.text).toContain('Jan')
    for (const name of ['Hanna', 'Zofia', 'Larkmoor']) expect(list.text).not.toContain(name)
    const page = await app.services.signingQueries.page(slots.hanna, father)
    if (page) expect(await app.services.signingQueries.recheck({ ...page, link: page.link }, mother)).toBe('not-yours')
  })

  it('S3: somebody else’s slot answers like one that does not exist, on every page and form', async () => {
    const stranger = await trust.add({ name: 'Owen Price', role: 'teacher' })
    await trust.issue()
    const browser = await app.as(stranger)
    const text = 'a'.repeat(64)
    for (const slot of [slots.jan, '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'nonsense']) {
      for (const path of ['', '/sign', `/sign?text=${text}`, '/check', '/done', `/changed?text=${text}`]) {
        expect({ path, status: (await browser.get(`/me/sign/${slot}${path}`)).status }).toEqual({ path, status: 404 })
      }
      for (const [path, fields] of [['/sign', { text, answer: 'yes' }], ['/check', { text, formKey: 'k'.repeat(32), shown: 'x' }], ['/again', {}]] as const) {
        expect((await browser.submit('/test/sign-in', fields, `/me/sign/${slot}${path}`)).status).toBe(404)
      }
    }
    expect((await app.browser().get('/me')).location).toBe('/sign-in')
  })

  it('F1: an adult who may not sign for a child is not asked', async () => {
    const aunt = await trust.add({ name: 'Ewa Nowak', email: 'ewa@nowak.example' })
    await trust.link(children.hanna, aunt, { maySign: false })
    const browser = await app.as(aunt, 'link')
    expect(await openSlots(browser)).toEqual([])
    expect((await browser.get(`/me/sign/${slots.hanna}`)).status).toBe(404)
  })

  it('V4: no name and no address of a person is in the log lines or in an address', () => {
    const log = app.log.join('\n')
    expect(log.length).toBeGreaterThan(1000)
    for (const word of ['Kowalsk', 'Maria', 'Zofia', 'kowalski.example', 'Idris']) expect(log).not.toContain(word)
  })
})
