import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { bytesOf, checkFields, count, fillIn, hidden, hrefs, openSlots, readThrough, signAs, work } from './signing-walk.ts'
import { must } from '../../support/must.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`consents [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let child: string
    let sister: string
    let mother: string
    let father: string
    let office: Browser
    let dsl: Browser
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      child = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' })
      sister = await trust.add({ name: 'Hanna Kowalska', role: 'pupil', year: '2', group: '2B' })
      mother = await trust.add({ name: 'Maria Kowalska', email: 'maria@kowalski.example' })
      father = await trust.add({ name: 'Piotr Kowalski', email: 'piotr@kowalski.example' })
      for (const adult of [mother, father]) for (const one of [child, sister]) await trust.link(one, adult)
      const grant = async (name: string, role: 'office' | 'dsl' | 'trust-admin', schoolId: string | null) => {
        const id = await trust.add({ name })
        await app.services.roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'system' })
        return app.as(id)
      }
      office = await grant('Olive Office', 'office', trust.primary.id)
      dsl = await grant('Dana Safe', 'dsl', trust.primary.id)
      const admin = await grant('Petra Admin', 'trust-admin', null)
      for (const key of ['images-website', 'images-social']) {
        const page = await admin.get(`/consents/questions/new?like=${key}`)
        const title = /id="title"[^>]*value="([^"]*)"/.exec(page.text)?.[1] ?? ''
        const sent = await admin.post('/consents/questions/new', { _csrf: hidden(page, '_csrf'), like: hidden(page, 'like'), title, question: `May we? (${key})`, hint: '', kind: 'images', 'signer-rule': 'guardian', bands: ['KS1', 'KS2'], school: '', position: '10', active: 'yes' })
        expect(sent.location).toBe('/consents/questions')
      }
      await trust.issue()
    })
    afterAll(async () => app.close())

    const stateOf = async (personId: string) => {
      for await (const lines of app.services.consentLists.lines({ schoolId: trust.primary.id })) {
        const line = lines.find((one) => one.personId === personId)
        if (line) return [...line.states.values()]
      }
      return []
    }
    const slotOf = async (browser: Browser, who: string) => {
      for (const slot of await openSlots(browser)) if ((await browser.get(`/me/sign/${slot}`)).text.includes(who)) return slot
      throw new Error(`No slot about ${who}`)
    }

    it('G5, S5: asked beside the agreement, nothing chosen beforehand, and in the evidence and the PDF of that signature', async () => {
      const browser = await app.as(mother, 'link')
      const slot = await slotOf(browser, 'Zofia')
      const sign = await readThrough(browser, slot)
      const page = await browser.get(sign)
      expect(page.text).toContain('May we? (images-website)')
      expect(page.text).not.toMatch(/type="radio"[^>]* checked/)
      await fillIn(browser, sign, { answer: 'yes', signature: 'Maria Kowalska', asked: hidden(page, 'asked'), 'choice-1': 'yes' })
      const check = await browser.get(`/me/sign/${slot}/check`)
      expect(check.text).toMatch(/Photos on the school website<\/dt>\s*<dd>Yes/)
      expect(check.text).toMatch(/Photos on social media<\/dt>\s*<dd>Not answered/)
      await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
      const row = await app.db.read('signatures').where({ signatory_id: slot }).first('id', 'evidence')
      expect(JSON.parse(row.evidence).choices).toEqual([{ key: 'images-website', title: 'Photos on the school website', question: 'May we? (images-website)', version: 1, answer: 'yes' }])
      expect(await app.db.read('consent_answers').where({ subject_id: child }).select('answer', 'signature_id', 'slot', 'active')).toEqual([{ answer: 'yes', signature_id: row.id, slot: 'guardian', active: 1 }])
      expect((await app.services.auditQueries.bySubject(`person:${child}`)).entries.map((entry) => entry.event)).toContain('consent.answered')
      expect(await stateOf(child)).toEqual(['yes', 'not-answered'])
      await work(app)
      const pdf = await bytesOf(app, browser, `/me/records/${row.id}`)
      expect(await app.services.verify.verify(pdf.bytes)).toMatchObject({ valid: true })
    })

    it('a no to the agreement says nothing about the choices, and they are kept all the same', async () => {
      const browser = await app.as(mother, 'link')
      const slot = await slotOf(browser, 'Hanna')
      const sign = await readThrough(browser, slot)
      const asked = hidden(await browser.get(sign), 'asked')
      await fillIn(browser, sign, { answer: 'no', asked, 'choice-1': 'no', 'choice-2': 'yes' })
      await browser.post(`/me/sign/${slot}/check`, { ...await checkFields(browser, slot), reason: '' })
      expect(await stateOf(sister)).toEqual(['no', 'yes'])
    })

    it('G5, S5: a young pupil is asked only what is theirs to answer, beside their own yes or no, and nothing is chosen beforehand', async () => {
      const admin = await app.as((await app.db.read('role_grants').where({ role: 'trust-admin' }).first('person_id'))?.person_id)
      const page = await admin.get('/consents/questions/new?like=work-published')
      const made = await admin.post('/consents/questions/new', { _csrf: hidden(page, '_csrf'), like: hidden(page, 'like'), title: 'My work', question: 'May we show your work?', hint: '', kind: 'publication', 'signer-rule': 'guardian-and-pupil', bands: ['KS2'], school: '', position: '20', active: 'yes' })
      expect(made.location).toBe('/consents/questions')
      const boy = await trust.add({ name: 'Staszek Kowalski', role: 'pupil', year: '4', group: '4B' })
      await trust.issue()
      const browser = await app.as(boy)
      const slot = must((await openSlots(browser))[0])
      const sign = await readThrough(browser, slot)
      const shown = await browser.get(sign)
      expect(shown.text).toContain('May we show your work?')
      expect(shown.text).not.toContain('May we? (images-website)')
      expect(shown.text).not.toMatch(/name="choice-1"[^>]* checked/)
      await fillIn(browser, sign, { answer: 'yes', signature: 'Staszek', asked: hidden(shown, 'asked'), 'choice-1': 'yes' })
      expect((await browser.get(`/me/sign/${slot}/check`)).text).toMatch(/My work<\/dt><dd>Yes/)
      expect((await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))).location).toBe(`/me/sign/${slot}/done`)
      const row = await app.db.read('consent_answers').where({ subject_id: boy, active: 1 }).first()
      expect(row).toMatchObject({ answer: 'yes', slot: 'pupil', signer_id: boy })
      // The guardian's yes is needed as well: the rule says both.
      expect((await stateOf(boy)).at(-1)).toBe('not-answered')
      await app.db.sql('affiliations').where({ person_id: boy }).del()
      await app.db.sql('consent_questions').where({ title: 'My work' }).update({ active: 0 })
    })

    it('G5: changed and taken back at any time on one\'s own page, with a receipt; a repeat does nothing twice', async () => {
      const browser = await app.as(mother, 'link')
      const receipts = () => count(app, 'captured_mails', { subject: `${trust.primary.name}: your choices` })
      await work(app)
      const before = await receipts()
      expect(hrefs(await browser.get('/me'))).toContain('/me/choices')
      const page = await browser.get(`/me/choices/${child}`)
      const fields = { _csrf: hidden(page, '_csrf'), asked: hidden(page, 'asked'), 'choice-1': 'yes', 'choice-2': 'yes' }
      expect((await browser.post(`/me/choices/${child}`, fields)).location).toBe(`/me/choices/${child}/kept`)
      await browser.post(`/me/choices/${child}`, fields)
      expect(await count(app, 'consent_answers', { subject_id: child })).toBe(2)
      expect((await browser.get(`/me/choices/${child}/kept`)).text).toContain('Your choices are kept')
      await work(app)
      expect(await receipts()).toBe(before + 1)
      expect(await stateOf(child)).toEqual(['yes', 'yes'])
      const list = await browser.get('/me/choices')
      const [withdraw = ''] = [...list.text.matchAll(/action="(\/me\/choices\/answers\/\w+\/withdraw)"/g)].map((match) => match[1] ?? '')
      await browser.post(withdraw, { _csrf: hidden(list, '_csrf') })
      expect((await stateOf(child)).filter((state) => state === 'not-answered')).toHaveLength(1)
      expect((await browser.get('/me/history')).text).toContain('Taken back')
    })

    it('G5, F5: the other parent says no: no wins, the office sees that they disagree, and no family page tells (D2)', async () => {
      const browser = await app.as(father, 'link')
      const page = await browser.get(`/me/choices/${child}`)
      expect(page.text).not.toContain('Maria')
      expect(page.text).not.toMatch(/type="radio"[^>]* checked/)
      await browser.post(`/me/choices/${child}`, { _csrf: hidden(page, '_csrf'), asked: hidden(page, 'asked'), 'choice-1': 'no', 'choice-2': 'no' })
      expect(await stateOf(child)).toEqual(['no', 'no'])
      const queue = await office.get('/office/queues?kind=disagree')
      expect(queue.text).toContain('Zofia Kowalska')
      const csv = await bytesOf(app, office, `/consents.csv?school=${trust.primary.id}`)
      expect(csv.bytes.toString()).toMatch(/Zofia Kowalska,4,4B,No,No\r\n/)
      for (const path of ['/me', '/me/choices', '/me/history']) expect((await (await app.as(mother, 'link')).get(path)).text).not.toMatch(/disagree|Piotr/)
    })

    it('F2: an adult who may not be contacted, or may not consent, is not asked, and a stranger finds nothing', async () => {
      const stranger = await trust.add({ name: 'Sam Other' })
      const aunt = await trust.add({ name: 'Ewa Kowalska' })
      await trust.link(child, aunt, { doNotContact: true })
      for (const id of [stranger, aunt]) {
        const browser = await app.as(id, 'link')
        expect((await browser.get(`/me/choices/${child}`)).status).toBe(404)
        expect((await browser.get('/me/choices')).text).not.toContain('Zofia')
      }
    })

    it('P6: a flag answers no silently; only those who may set it see it, and it needs a day to look again', async () => {
      const browser = await app.as(mother, 'link')
      const page = await browser.get(`/me/choices/${sister}`)
      await browser.post(`/me/choices/${sister}`, { _csrf: hidden(page, '_csrf'), asked: hidden(page, 'asked'), 'choice-1': 'yes', 'choice-2': 'yes' })
      expect(await stateOf(sister)).toEqual(['yes', 'yes'])
      const path = `/office/signing/${sister}`
      expect((await dsl.submit(path, { images: 'never' }, `${path}/protect`)).location).toBe(path)
      expect((await dsl.get(path)).text).toContain('Write when somebody looks at it again')
      await dsl.submit(path, { images: 'ask', contact: 'via-office', 'review-day': '1', 'review-month': '9', 'review-year': '2027' }, `${path}/protect`)
      expect(await stateOf(sister)).toEqual(['no', 'no'])
      expect((await office.get(path)).text).not.toContain('Protection')
      expect((await office.submit(path, { images: 'none' }, `${path}/protect`)).status).toBe(403)
      expect((await browser.get('/me/choices')).text).toMatch(/Yes/)
      expect((await office.get('/consents')).text).not.toMatch(/ask the DSL|protect/i)
      await app.services.reminders.remind(mother)
      expect((await app.db.read('captured_mails').select('body_text')).filter((mail) => /remind/i.test(mail.body_text) && mail.body_text.includes('Hanna'))).toEqual([])
    })

    it('a teacher sees the lists of their own groups only, and a signing link is not enough', async () => {
      const teacher = await trust.add({ name: 'Tess Teach', role: 'teacher' })
      await app.db.sql('group_memberships').insert({ person_id: teacher, school_id: trust.primary.id, group_key: 'g4b', name: '4B', registration: 1, start_date: null, end_date: null, end_is_session: 0, source_id: 'S' })
      const browser = await app.as(teacher)
      const page = await browser.get('/consents')
      expect(page.text).toContain('Zofia Kowalska')
      expect(page.text).not.toContain('Hanna Kowalska')
      expect(page.text).not.toContain('/office/responsibility')
      expect((await browser.get('/consents?group=2B')).status).toBe(404)
      expect((await (await app.as(teacher, 'link')).get('/consents')).status).toBe(403)
      expect((await (await app.as(mother)).get('/consents')).status).toBe(403)
    })

    it('new words that mean something else ask everybody anew', async () => {
      const [question] = await app.services.consentQuestions.all()
      const { id: _id, version: _version, countsFrom: _from, ...draft } = must(question)
      await app.services.consentCatalogue.change(must(question).id, { ...draft, question: 'May we, and the newspaper too?' }, true, 'system')
      expect((await stateOf(child))[0]).toBe('not-answered')
      const browser = await app.as(mother, 'link')
      expect((await browser.get(`/me/choices/${child}`)).text).toContain('and the newspaper too')
    })

    it('G4: on the 18th birthday guardians\' consents lapse, guardians are asked for nothing, and the student signs alone', async () => {
      const student = await trust.add({ name: 'Tariq Aziz', role: 'pupil', year: '11', group: '11A' })
      const guardian = await trust.add({ name: 'Leila Aziz', email: 'leila@aziz.example' })
      await trust.link(student, guardian)
      const [question] = await app.services.consentQuestions.all()
      const { id: _id, version: _version, countsFrom: _from, ...draft } = must(question)
      await app.services.consentCatalogue.change(must(question).id, { ...draft, bands: ['KS1', 'KS2', 'KS3-4'] }, false, 'system')
      await trust.issue()
      const adult = await app.as(guardian, 'link')
      const page = await adult.get(`/me/choices/${student}`)
      await adult.post(`/me/choices/${student}`, { _csrf: hidden(page, '_csrf'), asked: hidden(page, 'asked'), 'choice-1': 'yes' })
      expect((await stateOf(student))[0]).toBe('yes')
      const path = `/office/signing/${student}`
      await office.submit(path, { 'adult-day': '7', 'adult-month': '9', 'adult-year': '2026' }, `${path}/adult-from`)
      expect((await stateOf(student))[0]).toBe('not-answered')
      expect(await openSlots(adult)).toEqual([])
      expect((await adult.get(`/me/choices/${student}`)).status).toBe(404)
      const own = await app.as(student)
      const [slot = ''] = await openSlots(own)
      await signAs(own, slot, 'Tariq Aziz')
      expect(await app.db.read('requests').where({ person_id: student }).select('state')).toEqual([{ state: 'complete' }])
      const asked = await own.get(`/me/choices/${student}`)
      await own.post(`/me/choices/${student}`, { _csrf: hidden(asked, '_csrf'), asked: hidden(asked, 'asked'), 'choice-1': 'yes' })
      expect((await stateOf(student))[0]).toBe('yes')
    })
  })
}
