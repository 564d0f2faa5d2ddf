import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clausesOf, writeClauses } from '../../../src/features/agreements/clauses.ts'
import { type AgreementText, editDraft } from '../../../src/features/agreements/agreement.ts'
import type { GrantedRole } from '../../../src/features/identity/permissions.ts'
import { type Browser, tokenIn } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { checkFields, fillIn, hidden, hrefs, openSlots, readThrough, signAs } from '../signing/signing-walk.ts'

describe('writing texts', () => {
  let app: TestApp
  let trust: SmallTrust
  let lead: Browser
  let head: Browser
  let schoolHead: Browser
  let office: Browser
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
    const person = async (name: string, role: GrantedRole, schoolId: string | null) => {
      const id = await trust.add({ name, role: 'teacher', email: `${name.split(' ')[0]?.toLowerCase()}@school.example` })
      await app.services.roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'os:test' })
      return app.as(id)
    }
    lead = await person('Ruth Lead', 'trust-safeguarding-lead', null)
    head = await person('Hilary Head', 'headteacher', null)
    schoolHead = await person('Sam Local', 'headteacher', trust.primary.id)
    office = await person('Olive Office', 'office', trust.primary.id)
  })
  afterAll(async () => app.close())

  /** Sends a form of `page` to `to`. */
  const post = (browser: Browser, page: string, to: string, fields: Record<string, string | string[]>) => browser.submit(page, fields, to)
  const begin = (browser: Browser, key: string) => post(browser, `/agreements/${key}`, `/agreements/${key}/begin`, { change: 'minor', changeNote: 'Clearer words.' })
  const clause = { heading: 'Phones', line: '', symbol: '', key: '', after: '', go: 'save' }

  it('every page answers those who may see it', async () => {
    expect((await begin(lead, 'pupil-ks2')).location).toBe('/agreements/pupil-ks2/draft')
    const draft = '/agreements/pupil-ks2/draft'
    for (const path of ['/agreements', '/agreements/new', '/agreements/pupil-ks2', draft, `${draft}/clause/tell`, `${draft}/clause/new`, `${draft}/words`, `${draft}/texts`, `${draft}/questions`, `${draft}/school-part`,
      '/agreements/pupil-ks2/preview', '/agreements/pupil-ks2/preview?text=en-GB/symbols&as=guardian', '/agreements/pupil-ks2/changes', '/agreements/school-parts']) {
      expect({ path, status: (await lead.get(path)).status }).toEqual({ path, status: 200 })
    }
    for (const path of ['/agreements/none', `${draft}/clause/none`, '/agreements/pupil-ks2/preview?text=xx/standard', '/agreements/pupil-ks2/preview?version=99']) expect({ path, status: (await lead.get(path)).status }).toEqual({ path, status: 404 })
    expect((await head.get('/agreements/starters')).status).toBe(200)
    expect((await office.get('/agreements')).status).toBe(200)
  })

  it('texts of the trust are for those who look after them everywhere; the office and a school’s head only read', async () => {
    for (const browser of [office, schoolHead]) {
      expect((await browser.get('/agreements/pupil-ks2/draft')).status).toBe(200)
      expect((await browser.get('/agreements/pupil-ks2/draft/clause/tell')).status).toBe(403)
      expect((await post(browser, '/agreements', '/agreements/pupil-ks2/draft/step', { act: 'discard' })).status).toBe(403)
      expect((await post(browser, '/agreements', '/agreements/pupil-ks2/draft/publish', {})).status).toBe(403)
    }
    // The lead drafts and publishes, and does not approve.
    expect((await lead.get('/agreements/starters')).status).toBe(403)
    expect((await post(lead, '/agreements', '/agreements/pupil-ks2/draft/approve', { by: 'Me', board: 'None', on: '2026-09-01' })).status).toBe(403)
    const stranger = app.browser()
    expect((await stranger.get('/agreements')).location).toBe('/sign-in')
  })

  it('a school’s head writes an agreement of the school’s own, and no other school sees it', async () => {
    const typed = { title: 'Robots club', place: trust.primary.id, band: 'KS2', signerRule: 'pupil-and-guardian', owner: '', months: '12', statement: 'I will keep to it.' }
    expect((await post(schoolHead, '/agreements/new', '/agreements/new', { ...typed, place: 'trust' })).status).toBe(403)
    expect((await post(schoolHead, '/agreements/new', '/agreements/new', { ...typed, place: trust.high.id })).status).toBe(403)
    const wrong = await post(schoolHead, '/agreements/new', '/agreements/new', { ...typed, band: 'staff' })
    expect((await schoolHead.get(wrong.location ?? '')).text).toContain('Adults sign for themselves.')
    expect((await post(schoolHead, '/agreements/new', '/agreements/new', typed)).location).toBe('/agreements/robots-club/draft')
    const draft = '/agreements/robots-club/draft'
    await post(schoolHead, `${draft}/clause/new`, `${draft}/clause/new?text=en-GB/standard`, { ...clause, heading: 'Robots are shared', markdown: 'I let others have a turn.' })
    expect((await schoolHead.get(draft)).text).toContain('Robots are shared')
    const stranger = await trust.add({ name: 'Hugo High', role: 'teacher', school: trust.high, email: 'hugo@school.example' })
    await app.services.roles.grant({ personId: stranger, role: 'headteacher', schoolId: trust.high.id, groupName: null, until: null, grantedBy: 'os:test' })
    expect((await (await app.as(stranger)).get('/agreements/robots-club')).status).toBe(404)
    await post(schoolHead, draft, `${draft}/step`, { act: 'submit' })
    const bad = await post(schoolHead, `${draft}/approve`, `${draft}/approve`, { by: '', board: 'Governors', on: '1 September' })
    const shown = await schoolHead.get(bad.location ?? '')
    expect(shown.text).toContain('Write who approved it.')
    expect(shown.text).toContain('such as 2026-09-14')
    await post(schoolHead, `${draft}/approve`, `${draft}/approve`, { by: 'Sam Local', board: 'Governors', on: '2026-09-01' })
    expect((await post(schoolHead, draft, `${draft}/publish`, {})).location).toBe('/agreements/robots-club')
    expect((await schoolHead.get('/agreements/robots-club')).text).toContain('Sam Local, Governors')
  })

  it('the preview by button shows what is typed and saves nothing; what is typed never becomes markup of its own', async () => {
    const page = '/agreements/pupil-ks2/draft/clause/tell?text=en-GB/standard'
    const before = await lead.get(page)
    const typed = { ...clause, markdown: '**Bold** <script>alert(1)</script> at {{school.name}}', seen: hidden(before, 'seen') }
    const shown = await lead.post(page, { _csrf: tokenIn(before), ...typed, go: 'preview' })
    expect(shown.status).toBe(200)
    expect(shown.text).toContain('<strong>Bold</strong> &lt;script&gt;alert(1)&lt;/script&gt; at Ashbeck High School')
    expect(shown.text).toContain('Nothing is saved yet.')
    const live = await lead.post('/agreements/pupil-ks2/draft/clause/tell/preview?text=en-GB/standard', { _csrf: tokenIn(before), ...typed })
    expect(JSON.parse(live.text)).toMatchObject({ title: 'Phones', html: expect.stringContaining('&lt;script&gt;'), symbol: 'tell' })
    expect(hidden(await lead.get(page), 'seen')).toBe(typed.seen)
  })

  it('two people on one clause: the second sees both texts, and saves again over what they have seen', async () => {
    const page = '/agreements/pupil-ks2/draft/clause/tell?text=en-GB/standard'
    const [mine, theirs] = [await lead.get(page), await head.get(page)]
    const save = (browser: Browser, seenOn: typeof mine, markdown: string) => browser.post(page, { _csrf: tokenIn(seenOn), ...clause, markdown, seen: hidden(seenOn, 'seen') })
    expect((await save(head, theirs, 'Tell a teacher.')).location).toBe('/agreements/pupil-ks2/draft?text=en-GB/standard#clauses')
    const late = await save(lead, mine, 'Tell any adult.')
    expect(late.status).toBe(409)
    expect(late.text).toContain('Tell a teacher.')
    expect(late.text).toMatch(/<textarea[^>]*>Tell any adult\.<\/textarea>/)
    expect((await save(lead, late, 'Tell any adult or teacher.')).status).toBe(303)
    expect((await lead.get(page)).text).toContain('Tell any adult or teacher.')
  })

  it('G2, G5: what stops a draft and what should be looked at stands on its page, with the way to mend it', async () => {
    const path = '/agreements/pupil-ks2/draft'
    const page = `${path}/clause/balance?text=en-GB/standard`
    const seen = hidden(await lead.get(page), 'seen')
    await post(lead, page, page, { ...clause, markdown: 'Ask [insert name]. I consent to being monitored.', seen })
    const draft = await lead.get(path)
    expect(draft.text).toContain('&quot;[insert name]&quot; still waits for words')
    expect(draft.text).toContain('reads as if people consent')
    expect(draft.text).toContain('biometrics is out of scope')
    expect(hrefs(draft)).toContain(page)
    expect(draft.text).not.toContain('>Send to review<')
    const refused = await post(lead, path, `${path}/step`, { act: 'submit' })
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('[insert name]')
  })

  it('a clause is moved, added and taken out; somebody else’s order is not overwritten', async () => {
    const path = '/agreements/pupil-ks2/draft'
    const order = async () => [...(await lead.get(path)).text.matchAll(/draft\/clause\/([a-z-]+)\?text/g)].map((match) => match[1]).filter((id) => id !== 'new')
    const seen = hidden(await lead.get(path), 'seen')
    await post(lead, path, `${path}/order`, { clause: 'take-care', act: 'up', seen })
    const moved = [...new Set(await order())]
    expect(moved.indexOf('take-care')).toBe(moved.indexOf('own-login') - 1)
    const late = await post(head, path, `${path}/order`, { clause: 'be-kind', act: 'remove', seen })
    expect((await head.get(late.location ?? '')).text).toContain('Nothing was changed.')
    await post(lead, path, `${path}/order`, { clause: 'balance', act: 'remove', seen: hidden(await lead.get(path), 'seen') })
    const version = (await app.services.texts.drafts.openVersion((await app.services.agreements.store.byKey('pupil-ks2'))?.id ?? ''))?.version
    // Every text follows.
    expect(version?.texts.map((text) => clausesOf(text.markdown).map(({ id }) => id).slice(0, 3))).toEqual(Array.from({ length: 3 }, () => ['ask-first', 'take-care', 'own-login']))
    expect(version?.texts.some((text) => text.markdown.includes('{#balance}'))).toBe(false)
    await post(lead, path, `${path}/step`, { act: 'discard' })
  })

  it('G6: a translation is shown right to left with who made it, English one link away, and signed as shown', async () => {
    const pupil = await trust.add({ name: 'Yusuf Hassan', role: 'pupil', year: '8', school: trust.high })
    const mother = await trust.add({ name: 'Amal Hassan', email: 'amal@family.example' })
    await trust.link(pupil, mother)
    await trust.issue()
    const current = await app.services.agreements.store.current((await app.services.agreements.store.byKey('pupil-ks3-4'))?.id ?? '')
    const [english] = current?.version.texts ?? []
    if (!english) throw new Error('no text')
    const translated = (language: string, word: string): AgreementText => ({
      ...english, language, title: word, markdown: writeClauses(word, clausesOf(english.markdown).map((one) => ({ ...one, heading: word, markdown: word }))), questions: [],
      statements: { pupil: word, guardian: word }, clauses: {}, translation: { translatedBy: 'T. Jones', checkedBy: 'C. Rees', checkedOn: '2026-09-01' },
    })
    await app.services.agreements.publishNext({
      key: 'pupil-ks3-4', change: 'minor', changeNote: 'Two test translations.', texts: [...current?.version.texts ?? [], translated('ar', 'اختبار'), translated('cy', 'prawf')], actor: 'system', approval: { by: 'A', board: 'B', on: '2026-09-01' },
    })
    const own = await app.as(pupil)
    const [slot = ''] = await openSlots(own)
    const first = await own.get(`/me/sign/${slot}`)
    expect(first.text).toContain('>Cymraeg, testun llawn</a>')
    const arabic = await own.get(hrefs(first).find((href) => href.includes('lang=ar')) ?? '')
    expect(arabic.text).toMatch(/<article class="sheet" lang="ar" dir="rtl"/)
    expect(arabic.text).toContain('Translated by T. Jones, checked by C. Rees on 1 September 2026')
    expect(hrefs(arabic)).toContain(`/me/sign/${slot}?lang=en-GB&as=standard`)
    const sign = hrefs(arabic).find((href) => href.includes('/sign?')) ?? ''
    expect((await own.get(sign)).text).toContain('اختبار')
    await fillIn(own, sign, { answer: 'yes', signature: 'Yusuf Hassan' })
    expect((await own.post(`/me/sign/${slot}/check`, await checkFields(own, slot))).location).toBe(`/me/sign/${slot}/done`)
    const row = await app.db.read('signatures').where({ signatory_id: slot }).first('evidence', 'rendition_hash')
    expect(JSON.parse(row.evidence)).toMatchObject({ language: 'ar', variant: 'standard', statement: 'اختبار' })
    await app.services.worker.runUntilIdle()
    expect(await app.db.read('signatures').where({ signatory_id: slot }).first('seal_state')).toEqual({ seal_state: 'sealed' })
    // The other signer chooses for themselves.
    const family = await app.as(mother, 'link')
    const [second = ''] = await openSlots(family)
    const welsh = await family.get(`/me/sign/${second}?lang=cy&as=standard`)
    expect(welsh.text).toMatch(/<article class="sheet" lang="cy" dir="ltr"/)
    // A language that is not there: the English text, not an error.
    expect((await family.get(`/me/sign/${second}?lang=tlh`)).text).toContain('lang="en-GB" dir="ltr" aria-label="The agreement"')
  })

  it('G2: a school’s office fills in its own school’s part and no other’s', async () => {
    await begin(lead, 'guardian')
    const plan = '/agreements/guardian/draft/school-part'
    const none = ['', '']
    await post(lead, plan, plan, { label: ['Who to ask', ...none], neutral: ['the school office', ...none], must: ['0'], seen: hidden(await lead.get(plan), 'seen') })
    const path = (id: string) => `/agreements/guardian/school-part/${id}`
    expect((await office.get('/agreements/school-parts')).text).toContain('To be filled in')
    expect((await office.get(path(trust.high.id))).status).toBe(404)
    const own = path(trust.primary.id)
    const saved = await post(office, own, own, { revision: '0', field: 'Mrs Hughes' })
    expect(saved.location).toBe(own)
    expect((await office.get(own)).text).toContain('value="Mrs Hughes"')
    const late = await post(office, own, own, { revision: '0', field: 'Mr Late' })
    const both = await office.get(late.location ?? '')
    expect(both.text).toContain('&quot;Mrs Hughes&quot;')
    expect(both.text).toContain('value="Mr Late"')
    expect((await office.get('/agreements/school-parts')).text).toContain('Filled in')
    expect((await lead.get('/agreements/guardian/draft')).text).toContain('Ashbeck High School')
    await post(lead, '/agreements/guardian/draft', '/agreements/guardian/draft/step', { act: 'discard' })
  })

  it('G2, I2: a school changes its words: who reads them is told, who half signed goes on with the words they began with', async () => {
    const family = async (name: string) => {
      const pupil = await trust.add({ name, role: 'pupil', year: '9', school: trust.high })
      const adult = await trust.add({ name: `Parent of ${name.split(' ')[0]}`, email: `${name.split(' ')[0]?.toLowerCase()}@family.example` })
      await trust.link(pupil, adult)
      await trust.issue()
      const [own, adults] = [await app.as(pupil), await app.as(adult, 'link')]
      return { own, adults, slot: (await openSlots(own))[0] ?? '', second: (await openSlots(adults))[0] ?? '' }
    }
    const key = 'pupil-ks3-4'
    const agreementId = (await app.services.agreements.store.byKey(key))?.id ?? ''
    const { authoring, parts } = app.services.texts
    await begin(lead, key)
    const plan = { fields: [{ key: 'ask', label: 'Whom to ask', neutral: 'any teacher', required: false }], clauses: [] }
    await authoring.edit(key, {
      what: 'field', seen: null, part: () => null,
      apply: (version) => editDraft(version, { schoolPart: plan, texts: version.texts.map((text) => ({ ...text, markdown: text.markdown.replace(/(\{#[a-z-]+\}\n)/, '$1\nAsk {{field.ask}} first.\n') })) }),
    }, 'os:test')
    await authoring.submit(key, 'os:test')
    await authoring.approve(key, { by: 'A', board: 'B', on: '2026-09-01' }, 'os:test')
    await authoring.publish(key, 'os:test')
    const fill = (words: string, seen: number) => parts.fill({ agreementId, schoolId: trust.high.id, seen, plan, part: { fields: { ask: words }, clauses: {} }, actor: 'os:test' })
    const [begun, reading] = [await family('Ada Begun'), await family('Bob Reading')]
    expect((await begun.own.get(`/me/sign/${begun.slot}`)).text).toContain('Ask any teacher first.')
    await signAs(begun.own, begun.slot, 'Ada Begun')
    const open = await readThrough(reading.own, reading.slot)
    app.clock.advance(60_000)
    await fill('Ms Reed', 0)
    expect((await begun.adults.get(`/me/sign/${begun.second}`)).text).toContain('Ask any teacher first.')
    const changed = await reading.own.get(open)
    expect(changed.location).toMatch(/\/changed\?text=/)
    expect((await reading.own.get(changed.location ?? '')).text).toContain('Ask Ms Reed first.')
    await signAs(begun.adults, begun.second, 'Parent of Ada')
    await signAs(reading.own, reading.slot, 'Bob Reading')
    const shown = async (slot: string) => (await app.services.agreements.store.rendition((await app.db.read('signatures').where({ signatory_id: slot }).first('rendition_hash')).rendition_hash))?.rendition.markdown
    expect(await shown(begun.second)).toContain('Ask any teacher first.')
    expect(await shown(reading.slot)).toContain('Ask Ms Reed first.')
  })

  it('anybody reads what is in force in a school, for the pupils it has; no draft, no person, nothing of another school', async () => {
    const reader = app.browser()
    expect(hrefs(await reader.get('/agreements-in-force'))).toContain('/agreements-in-force/100001')
    await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4' })
    const list = await reader.get('/agreements-in-force/100001')
    expect(hrefs(list)).toContain('/agreements-in-force/100001/pupil-ks2')
    expect(hrefs(list)).not.toContain('/agreements-in-force/100001/student-ks5')
    const text = await reader.get('/agreements-in-force/100001/pupil-ks2?text=en-GB/symbols')
    expect(text.text).toContain('Larkmoor Primary School')
    expect(text.text).toContain('#tell"')
    expect(text.text).not.toMatch(/Kowalsk|Ruth Lead/)
    for (const path of ['/agreements-in-force/100001/student-ks5', '/agreements-in-force/999999', '/agreements-in-force/100001/none', '/agreements-in-force/100001/pupil-ks2?text=cy/standard']) expect({ path, status: (await reader.get(path)).status }).toEqual({ path, status: 404 })
  })
})
