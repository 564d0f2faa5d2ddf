import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { must } from '../../support/must.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { checkFields, count, fillIn, hidden, hrefs, openSlots, readThrough } from './signing-walk.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`parental responsibility [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let child: string
    let sister: string
    let mother: string
    let father: string
    let office: Browser
    let officeId: string
    let admin: Browser

    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      child = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' })
      sister = await trust.add({ name: 'Hanna Kowalska', role: 'pupil', year: '5', group: '5B' })
      mother = await trust.add({ name: 'Maria Kowalska', email: 'maria@kowalski.example' })
      father = await trust.add({ name: 'Piotr Kowalski', email: 'piotr@kowalski.example' })
      // As OneRoster brings them: adults who may sign, and not a word on who may consent.
      for (const adult of [mother, father]) for (const one of [child, sister]) await trust.link(one, adult)
      await app.db.sql('guardian_links').update({ may_consent: 0, source_id: '01K0000000000000000NEROSTE' })
      const grant = async (name: string, role: 'office' | 'trust-admin', schoolId: string | null) => {
        const id = await trust.add({ name })
        await app.services.roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'system' })
        return id
      }
      officeId = await grant('Olive Office', 'office', trust.primary.id)
      office = await app.as(officeId)
      admin = await app.as(await grant('Petra Admin', 'trust-admin', null))
      const page = await admin.get('/consents/questions/new?like=images-website')
      await admin.post('/consents/questions/new', { _csrf: hidden(page, '_csrf'), like: hidden(page, 'like'), title: 'Photos', question: 'May we show photos?', hint: '', kind: 'images', 'signer-rule': 'guardian', bands: ['KS1', 'KS2'], school: '', position: '10', active: 'yes' })
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
    const state = (value: string, more: Record<string, string> = {}) => ({ value, basis: 'birth-certificate', 'said-by': 'The mother, on the admission form', 'stated-day': '1', 'stated-month': '9', 'stated-year': '2026', ...more })
    const answer = async (adult: string, about: string, yes: 'yes' | 'no') => {
      const browser = await app.as(adult)
      const page = await browser.get(`/me/choices/${about}`)
      return page.status !== 200 ? page.status : (await browser.post(`/me/choices/${about}`, { _csrf: hidden(page, '_csrf'), asked: hidden(page, 'asked'), 'choice-1': yes })).location
    }

    it('F1: in a school whose register is silent nobody is asked, and the office sees by school and year of whom nobody has said', async () => {
      expect((await (await app.as(mother)).get(`/me/choices/${child}`)).status).toBe(404)
      const page = await office.get('/office/responsibility')
      expect(page.status).toBe(200)
      expect(page.text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')).toMatch(/Larkmoor Primary School Year 4 1 2 1 Larkmoor Primary School Year 5 1 2 1/)
      expect(page.text).toContain(`/office/responsibility/${child}/${mother}`)
      expect((await office.get('/office/responsibility?year=5')).text).not.toContain('Zofia')
      expect((await office.get(`/office/responsibility?school=${trust.high.id}`)).status).toBe(404)
    })

    it('F1: a person records it with basis, who said so and the day; then that adult is asked, and it is in the log', async () => {
      const path = `/office/responsibility/${child}/${mother}`
      const wrong = await office.submit(path, state('yes', { 'stated-year': '2036' }))
      expect(wrong.location).toBe(path)
      expect((await office.get(path)).text).toContain('still to come')
      expect((await office.submit(path, { ...state('yes'), 'said-by': ' ' })).location).toBe(path)
      expect((await office.get(path)).text).toContain('Write who said so')
      expect((await office.submit(path, state('yes'))).location).toBe(path)
      const shown = (await office.get(path)).text
      expect(shown).toContain('Has parental responsibility')
      expect(shown).toContain('Said by The mother, on the admission form, Tuesday 1 September 2026')
      expect(shown).toContain('Recorded in the office by Olive Office')
      expect(await answer(mother, child, 'yes')).toBe(`/me/choices/${child}/kept`)
      expect(await stateOf(child)).toEqual(['yes'])
      const entry = await app.db.read('audit_entries').where({ event: 'responsibility.recorded', subject: `person:${child}` }).first()
      expect(entry?.actor).toBe(`person:${officeId}`)
      // The same again is no new statement.
      await office.submit(path, state('yes'))
      expect(await count(app, 'responsibility_statements', { pupil_id: child, guardian_id: mother })).toBe(1)
    })

    it('F1: no reading of a roster clears it: what the feed says of the link changes nothing while a statement stands', async () => {
      await app.db.sql('guardian_links').where({ pupil_id: child, guardian_id: mother }).update({ may_consent: 0, relationship: 'Parent', priority: 2, ended_at: null })
      expect(await app.services.people.guardiansOf([child]).then((links) => links.get(child)?.find((link) => link.guardianId === mother))).toMatchObject({ mayConsent: true, stated: 'yes' })
    })

    it('G5: two parents, both recorded: the "no" of one wins, and a statement of "no" ends what that adult may say yes to', async () => {
      await office.submit(`/office/responsibility/${child}/${father}`, state('delegated', { basis: 'written-delegation' }))
      expect(await answer(father, child, 'no')).toBe(`/me/choices/${child}/kept`)
      expect(await stateOf(child)).toEqual(['no'])
      expect(await answer(father, child, 'yes')).toBe(`/me/choices/${child}/kept`)
      expect(await stateOf(child)).toEqual(['yes'])
      await office.submit(`/office/responsibility/${child}/${father}`, state('no', { basis: 'court-order' }))
      expect(await answer(father, child, 'yes')).toBe(404)
      expect(await stateOf(child)).toEqual(['yes'])
      await office.submit(`/office/responsibility/${child}/${mother}`, state('no', { basis: 'court-order' }))
      // The mother's yes counts no more; nobody else has answered.
      expect(await stateOf(child)).toEqual(['not-answered'])
      expect(await app.db.read('responsibility_statements').where({ pupil_id: child, guardian_id: father }).orderBy('recorded_at').select('value', 'active')).toEqual([{ value: 'delegated', active: null }, { value: 'no', active: 1 }])
    })

    it('P7: a child of the family of the office is left to a colleague', async () => {
      const own = await trust.add({ name: 'Otto Office', role: 'pupil', year: '3' })
      await trust.link(own, officeId)
      const path = `/office/responsibility/${own}/${officeId}`
      expect((await office.get(path)).text).toContain('A child of your own family')
      expect((await office.post(path, { _csrf: hidden(await office.get('/office/responsibility'), '_csrf'), ...state('yes') })).status).toBe(403)
      await app.db.sql('guardian_links').where({ guardian_id: officeId }).del()
      await app.db.sql('affiliations').where({ person_id: own }).del()
    })

    const send = async (text: string, decision: 'look' | 'apply', skip = false) => {
      const form = new FormData()
      form.set('_csrf', hidden(await office.get('/office/responsibility'), '_csrf'))
      form.set('decision', decision)
      if (skip) form.set('skip', 'yes')
      form.set('file', new Blob([text]), 'list.csv')
      return office.send('POST', '/office/responsibility/import', { body: form, headers: { 'sec-fetch-site': 'same-origin' } })
    }

    it('F1: a list: looked at first, all or nothing, the same again changes nothing', async () => {
      const list = 'Username,Adult,Parental responsibility,Basis,Said by,Date\nhanna,maria@kowalski.example,yes,Mother by birth,Register of 2025,01/09/2026\nhanna,Piotr Kowalski,no,,,\nnobody,Piotr Kowalski,yes,,,\nhanna,Piotr Kowalski,perhaps,,,\n'
      await send(list, 'look')
      expect((await office.get('/office/responsibility')).text).toMatch(/Line 4: nobody is known by this username[\s\S]*Line 5: “parental responsibility” is none of yes, no, delegated/)
      await send(list, 'apply')
      expect(await count(app, 'responsibility_statements', { pupil_id: sister })).toBe(0)
      await send(list, 'apply', true)
      expect(await app.db.read('responsibility_statements').where({ pupil_id: sister, active: 1 }).orderBy('value').select('value', 'basis', 'said_by', 'route')).toEqual([
        { value: 'no', basis: 'other', said_by: 'List list.csv', route: 'import' }, { value: 'yes', basis: 'mother', said_by: 'Register of 2025', route: 'import' },
      ])
      await send(list, 'apply', true)
      expect(await count(app, 'responsibility_statements', { pupil_id: sister })).toBe(2)
      expect(await answer(mother, sister, 'yes')).toBe(`/me/choices/${sister}/kept`)
      expect((await send('Adult\nx\n', 'look')).location).toBe('/office/responsibility')
      expect((await office.get('/office/responsibility')).text).toContain('The file lacks “parental responsibility”')
    })

    it('F1: a school that a pupil has moved on from states nothing about the family, by list as little as by page', async () => {
      const moved = await trust.add({ name: 'Milo Mover', role: 'pupil', year: '6' })
      await trust.link(moved, father)
      const here = await app.db.read('affiliations').where({ person_id: moved }).first()
      await app.db.sql('affiliations').where({ id: here.id }).update({ end_date: '2026-09-02' })
      await app.db.sql('affiliations').insert({ ...here, id: app.services.ids.next(), school_id: trust.high.id, year_code: '7', start_date: '2026-09-03', end_date: null })
      expect((await office.get(`/office/responsibility/${moved}/${father}`)).status).toBe(404)
      await send('Username,Adult,Parental responsibility\nmilo,Piotr Kowalski,no\n', 'apply')
      expect((await office.get('/office/responsibility')).text).toContain('Line 2: nobody is known by this username')
      expect(await count(app, 'responsibility_statements', { pupil_id: moved })).toBe(0)
    })

    describe('by the adult, when signing', () => {
      let younger: string
      let aunt: string
      beforeAll(async () => {
        younger = await trust.add({ name: 'Jan Nowak', role: 'pupil', year: '4' })
        aunt = await trust.add({ name: 'Anna Nowak', email: 'anna@nowak.example' })
        await trust.link(younger, aunt)
        await app.db.sql('guardian_links').where({ pupil_id: younger }).update({ may_consent: 0, source_id: '01K0000000000000000NEROSTE' })
        await trust.issue()
      })

      it('F1: not asked unless the trust lets adults say it themselves', async () => {
        const browser = await app.as(aunt)
        const slot = must((await openSlots(browser))[0])
        expect((await browser.get(await readThrough(browser, slot))).status).toBe(200)
        expect((await browser.get(`/me/responsibility/${younger}`)).status).toBe(404)
        expect((await browser.get('/settings/families')).status).toBe(403)
        expect((await admin.submit('/settings/families', { declare: 'yes' })).location).toBe('/settings/families')
      })

      it('F1, S5: then once, before the answer; nothing is chosen beforehand, and signing goes on whatever is said', async () => {
        const browser = await app.as(aunt)
        const slot = must((await openSlots(browser))[0])
        const sign = await readThrough(browser, slot)
        const asked = must((await browser.get(sign)).location)
        expect(asked).toBe(`/me/responsibility/${younger}?to=${encodeURIComponent(sign)}`)
        const page = await browser.get(asked)
        expect(page.text).toContain('I have parental responsibility for Jan Nowak.')
        expect(page.text).not.toMatch(/ checked/)
        const later = await browser.submit(asked, { responsibility: 'later', to: sign }, `/me/responsibility/${younger}`)
        expect(later.location).toBe(sign)
        expect((await browser.get(sign)).text).not.toContain('May we show photos?')
        // Another day, another session: asked again, and now they say so.
        const next = await app.as(aunt, 'link')
        const again = must((await next.get(sign)).location)
        const elsewhere = await next.submit(again, { responsibility: 'yes', to: 'https://elsewhere.example' }, `/me/responsibility/${younger}`)
        expect([elsewhere.location, await count(app, 'responsibility_statements', { pupil_id: younger })]).toEqual([`/me/responsibility/${younger}`, 0])
        expect((await next.submit(again, { responsibility: 'yes', to: sign }, `/me/responsibility/${younger}`)).location).toBe(sign)
        const withQuestion = await next.get(sign)
        expect(withQuestion.status).toBe(200)
        expect(withQuestion.text).toContain('May we show photos?')
        await fillIn(next, sign, { answer: 'yes', signature: 'Anna Nowak', asked: hidden(withQuestion, 'asked'), 'choice-1': 'yes' })
        expect((await next.post(`/me/sign/${slot}/check`, await checkFields(next, slot))).location).toBe(`/me/sign/${slot}/done`)
        expect(await stateOf(younger)).toEqual(['yes'])
      })

      it('F1: kept as a declaration with its words and how sure we are; the office sees it, and can put another in its place', async () => {
        const row = await app.db.read('responsibility_statements').where({ pupil_id: younger }).first()
        expect(row).toMatchObject({ guardian_id: aunt, value: 'yes', route: 'declaration', basis: 'own-word', said_by: 'Anna Nowak', recorded_by: `person:${aunt}` })
        expect(JSON.parse(row?.evidence)).toEqual({ words: 'I have parental responsibility for Jan Nowak.', assurance: 'mailed-link' })
        expect(await count(app, 'audit_entries', { event: 'responsibility.declared', subject: `person:${younger}` })).toBe(1)
        const path = `/office/responsibility/${younger}/${aunt}`
        expect((await office.get(path)).text).toContain('Declared by the adult when signing')
        await office.submit(path, state('no'))
        expect(await answer(aunt, younger, 'yes')).toBe(404)
        // What the office has said is not undone by the adult's own word.
        expect((await (await app.as(aunt)).get(`/me/responsibility/${younger}`)).status).toBe(404)
        expect(hrefs(await (await app.as(aunt)).get('/me/choices'))).not.toContain(`/me/responsibility/${younger}?to=/me/choices`)
      })

      it('F1, F2: where the register says who may consent, or the adult is barred, their own word is not asked for', async () => {
        const boy = await trust.add({ name: 'Adam Nowak', role: 'pupil', year: '4' })
        await trust.link(boy, aunt)
        const [link] = (await app.services.people.childrenOf([aunt])).get(aunt)?.filter((one) => one.pupilId === boy) ?? []
        await app.db.sql('guardian_links').where({ id: must(link).id }).update({ may_consent: 0, source_id: '01K0000000000000000SPEAKS0' })
        const silent = async () => app.services.responsibility.mayDeclare({ ...must(link), mayConsent: false })
        expect(await silent()).toBe(true)
        expect(await app.services.responsibility.mayDeclare({ ...must(link), mayConsent: false, doNotContact: true })).toBe(false)
        // Barred between the page and the press, by a link looked at before.
        await app.db.sql('guardian_links').where({ id: must(link).id }).update({ do_not_contact: 1 })
        const said = await app.services.responsibility.declare({ ...must(link), mayConsent: false }, { pupilName: 'Adam Nowak', guardianName: 'Anna Nowak' }, 'yes', { actor: `person:${aunt}`, assurance: 'mailed-link' })
        expect([said, await count(app, 'responsibility_statements', { pupil_id: boy })]).toEqual([false, 0])
        await app.db.sql('guardian_links').where({ id: must(link).id }).update({ do_not_contact: 0 })
        // The same source says "yes" of another adult: its "no" here is a word.
        await trust.link(sister, aunt)
        await app.db.sql('guardian_links').where({ pupil_id: sister, guardian_id: aunt }).update({ source_id: '01K0000000000000000SPEAKS0' })
        app.clock.advance(120_000)
        expect(await silent()).toBe(false)
      })
    })
  })
}
