import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { SUGGESTED_QUESTIONS } from '../../../src/features/agreements/consent-question.ts'
import type { Browser } from '../../http/browser.ts'
import { must } from '../../support/must.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { checkFields, fillIn, hidden, openSlots, readThrough, work } from './signing-walk.ts'

const website = must(SUGGESTED_QUESTIONS.find((one) => one.key === 'images-website'))
const WELSH = must(website.welsh)
const valueOf = (text: string, id: string): string => must(new RegExp(`id="${id}"[^>]*value="([^"]*)"`).exec(text)?.[1])

for (const kind of ['sqlite', 'mariadb'] as const) describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`consent questions in Welsh [${kind}] (G5, G6)`, () => {
  let app: TestApp
  let trust: SmallTrust
  let child: string
  let mother: string
  let father: string
  let admin: Browser
  let question: string
  beforeAll(async () => {
    app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), config: { languages: { welsh: true } } })
    trust = await smallTrust(app)
    child = await trust.add({ name: 'Carys Pugh', role: 'pupil', year: '4' })
    mother = await trust.add({ name: 'Elen Pugh', email: 'elen@pugh.example' })
    father = await trust.add({ name: 'Tom Pugh', email: 'tom@pugh.example' })
    for (const adult of [mother, father]) await trust.link(child, adult)
    const id = await trust.add({ name: 'Petra Admin' })
    await app.services.roles.grant({ personId: id, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
    admin = await app.as(id)
    await trust.issue()
  })
  afterAll(() => app.close())

  const inWelsh = async (personId: string): Promise<Browser> => {
    const browser = await app.as(personId, 'link')
    browser.cookies.set('assent-language', 'cy')
    return browser
  }
  const fieldsOf = (text: string) => ({
    title: 'Photos on the school website', question: website.question, hint: website.hint, kind: 'images', 'signer-rule': 'guardian', bands: ['KS2'], school: '', position: '10', active: 'yes',
    'title-cy': valueOf(text, 'title-cy'), 'question-cy': WELSH.question, 'hint-cy': WELSH.hint,
  })

  it('the form begins with the Welsh of a suggestion, and asks for all of it or none', async () => {
    const path = '/consents/questions/new'
    const page = await admin.get(`${path}?like=images-website`)
    expect(valueOf(page.text, 'title-cy')).toBe(WELSH.title)
    expect(page.text).toMatch(/<textarea[^>]*id="question-cy"[^>]* lang="cy"[^>]*>A gawn ni/)
    const [_csrf, like] = [hidden(page, '_csrf'), hidden(page, 'like')]
    for (const [change, text] of [[{ 'title-cy': '' }, 'Write the short name in Welsh too'], [{ 'question-cy': ' ' }, 'Write the question in Welsh too'], [{ 'hint-cy': '' }, 'Write in Welsh too what it means']] as const) {
      const back = await admin.post(path, { ...fieldsOf(page.text), ...change, _csrf, like })
      expect(back.location).toBe(path)
      const again = await admin.get(path)
      expect(again.text).toContain(text)
      expect(hidden(again, 'like')).toBe('images-website')
    }
    await admin.post(path, { ...fieldsOf(page.text), hint: '', _csrf, like })
    expect((await admin.get(path)).text).toContain('Write in English too what it means')
    expect((await admin.post(path, { ...fieldsOf(page.text), _csrf, like })).location).toBe('/consents/questions')
    question = must((await app.services.consentQuestions.all())[0]).id
    expect(await app.services.consentQuestions.get(question)).toMatchObject({ key: 'images-website', welsh: WELSH })
  })

  const mailsTo = (recipient: string): Promise<{ subject: string; body_text: string }[]> => app.db.read('captured_mails').where({ recipient })

  it('S1: each parent reads and answers their own words; answer, signature and receipt keep those that were shown', async () => {
    const browser = await inWelsh(mother)
    const slot = must((await openSlots(browser))[0])
    const sign = await readThrough(browser, slot)
    const page = await browser.get(sign)
    expect(page.text).toMatch(new RegExp(`<legend lang="cy"[^>]*>${WELSH.question.slice(0, 30)}`))
    expect(page.text).not.toContain('prospectus')
    await fillIn(browser, sign, { answer: 'yes', signature: 'Elen Pugh', asked: hidden(page, 'asked'), 'choice-1': 'yes' })
    // Read in Welsh, and checked after a change of language: the words stay those that were answered.
    browser.cookies.set('assent-language', 'en-GB')
    expect((await browser.get(`/me/sign/${slot}/check`)).text).toContain(`<dt lang="cy">${WELSH.title}</dt>`)
    await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
    const row = await app.db.read('signatures').where({ signatory_id: slot }).first('evidence')
    expect(JSON.parse(row.evidence).choices).toEqual([{ key: 'images-website', title: WELSH.title, question: WELSH.question, version: 1, answer: 'yes', language: 'cy' }])
    const kept = JSON.parse((await app.db.read('consent_answers').where({ subject_id: child, signer_id: mother }).first('evidence')).evidence)
    expect(kept).toMatchObject({ language: 'cy', question: WELSH.question, hint: WELSH.hint })

    await work(app)
    expect(must((await mailsTo('elen@pugh.example')).find((mail) => mail.body_text.includes(WELSH.question))).subject).not.toContain('choices')

    const other = await app.as(father, 'link')
    const english = await other.get(`/me/choices/${child}`)
    expect(english.text).toContain(website.question)
    await other.post(`/me/choices/${child}`, { _csrf: hidden(english, '_csrf'), asked: hidden(english, 'asked'), 'choice-1': 'no' })
    expect(JSON.parse((await app.db.read('consent_answers').where({ signer_id: father }).first('evidence')).evidence)).toMatchObject({ language: 'en-GB', question: website.question })
  })

  it('one’s own list and the mail about it are in the reader’s language', async () => {
    const browser = await inWelsh(mother)
    const answer = async (choice: string) => {
      const page = await browser.get(`/me/choices/${child}`)
      await browser.post(`/me/choices/${child}`, { _csrf: hidden(page, '_csrf'), asked: hidden(page, 'asked'), 'choice-1': choice })
      await work(app)
    }
    // Welsh was chosen in this browser alone: the mail is in English, and names what was answered as it was read.
    await answer('no')
    expect((await mailsTo('elen@pugh.example')).map((mail) => mail.body_text)).toContainEqual(expect.stringContaining(`${WELSH.title} (Carys): No`))
    await app.services.peopleStore.chooseLanguage(mother, 'cy')
    await answer('yes')
    await answer('no')
    expect((await browser.get(`/me/choices/${child}/kept`)).text).toContain(`<dt lang="cy">${WELSH.title}</dt>`)
    expect((await browser.get('/me/choices')).text).toContain(WELSH.title)
    expect((await mailsTo('elen@pugh.example')).map((mail) => mail.body_text)).toContainEqual(expect.stringContaining(`${WELSH.title} (Carys): Na`))
    expect((await browser.get('/me/history')).text).toContain(`<span lang="cy">${WELSH.title}</span>, ar gyfer Carys`)
  })

  it('new Welsh words are a new version: what was shown before is not taken for them, and answers still count', async () => {
    const browser = await inWelsh(mother)
    const before = await browser.get(`/me/choices/${child}`)
    const page = await admin.get(`/consents/questions/${question}`)
    await admin.post(`/consents/questions/${question}`, { ...fieldsOf(page.text), 'hint-cy': 'Gall pawb weld y rhain.', _csrf: hidden(page, '_csrf') })
    expect(await app.services.consentQuestions.get(question)).toMatchObject({ version: 2, countsFrom: 1, welsh: { hint: 'Gall pawb weld y rhain.' } })
    const sent = await browser.post(`/me/choices/${child}`, { _csrf: hidden(before, '_csrf'), asked: hidden(before, 'asked'), 'choice-1': 'yes' })
    expect(sent.location).toBe(`/me/choices/${child}`)
    expect(await app.db.read('consent_answers').where({ signer_id: mother, active: 1 }).select('answer')).toEqual([{ answer: 'no' }])
  })

  it('S1: an answer to words that changed before it was sent is shown as none, said to be so, and never kept', async () => {
    const sister = await trust.add({ name: 'Nia Pugh', role: 'pupil', year: '4' })
    await trust.link(sister, father)
    await trust.issue()
    const browser = await app.as(father, 'link')
    const slot = must((await Promise.all((await openSlots(browser)).map(async (one) => ((await browser.get(`/me/sign/${one}`)).text.includes('Nia') ? one : null)))).find((one) => one !== null))
    const sign = await readThrough(browser, slot)
    await fillIn(browser, sign, { answer: 'yes', signature: 'Tom Pugh', asked: hidden(await browser.get(sign), 'asked'), 'choice-1': 'no' })
    expect((await browser.get(`/me/sign/${slot}/check`)).text).toMatch(/Photos on the school website<\/dt>\s*<dd>No</)
    const page = await admin.get(`/consents/questions/${question}`)
    await admin.post(`/consents/questions/${question}`, { ...fieldsOf(page.text), 'hint-cy': 'Gall pawb eu gweld.', _csrf: hidden(page, '_csrf') })
    expect((await browser.get(`/me/sign/${slot}/check`)).text).toMatch(/Photos on the school website<\/dt>\s*<dd>Not answered/)
    const sent = await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
    expect(sent.location).toBe(`/me/sign/${slot}/check`)
    expect((await browser.get(`/me/sign/${slot}/check`)).text).toContain('A question has changed while you were reading')
    expect((await browser.get(sign)).text).not.toMatch(/name="choice-1"[^>]* checked/)
    expect((await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))).location).toBe(`/me/sign/${slot}/done`)
    expect(await app.db.read('consent_answers').where({ subject_id: sister })).toEqual([])
  })

  it('English that means something else does not leave its old Welsh beside it', async () => {
    const page = await admin.get(`/consents/questions/${question}`)
    const changed = { ...fieldsOf(page.text), 'hint-cy': 'Gall pawb eu gweld.', question: 'May we show films of your home?', again: 'yes', _csrf: hidden(page, '_csrf') }
    expect((await admin.post(`/consents/questions/${question}`, changed)).location).toBe(`/consents/questions/${question}`)
    expect((await admin.get(`/consents/questions/${question}`)).text).toContain('The English means something else now')
    await admin.post(`/consents/questions/${question}`, { ...changed, 'question-cy': '', 'title-cy': '', 'hint-cy': '' })
    expect(await app.services.consentQuestions.get(question)).toMatchObject({ question: changed.question, welsh: null })
  })
})

describe('where the trust offers English alone (G6)', () => {
  it('nobody reads Welsh, the form does not ask for it, and what was written before stays while it means the same', async () => {
    const app = await startTestApp({})
    const trust = await smallTrust(app)
    const [child, mother, id] = [await trust.add({ name: 'Carys Pugh', role: 'pupil', year: '4' }), await trust.add({ name: 'Elen Pugh' }), await trust.add({ name: 'Petra Admin' })]
    await trust.link(child, mother)
    await app.services.roles.grant({ personId: id, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
    const question = await app.services.consentCatalogue.add({ ...website, schoolId: null, bands: ['KS2'], signerRule: 'guardian', position: 1, active: true }, 'system')
    expect((await app.services.consents.about(child, mother, 'cy'))?.questions[0]?.said).toMatchObject({ language: 'en-GB', question: website.question })
    const admin = await app.as(id)
    const page = await admin.get(`/consents/questions/${question}`)
    expect(page.text).not.toContain('title-cy')
    const change = {
      _csrf: hidden(page, '_csrf'), title: 'Photos on the website', question: website.question, hint: website.hint, kind: 'images', 'signer-rule': 'guardian', bands: ['KS2'], school: '', position: '1', active: 'yes',
    }
    await admin.post(`/consents/questions/${question}`, change)
    expect(await app.services.consentQuestions.get(question)).toMatchObject({ title: 'Photos on the website', welsh: WELSH, version: 2 })
    await admin.post(`/consents/questions/${question}`, { ...change, question: 'May we show films of your home?', again: 'yes' })
    expect(await app.services.consentQuestions.get(question)).toMatchObject({ welsh: null, version: 3, countsFrom: 3 })
    await app.close()
  })
})
