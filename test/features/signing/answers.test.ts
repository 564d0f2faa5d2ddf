import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { checkFields, count, fillIn, hidden, hrefs, openSlots, readThrough, signAs } from './signing-walk.ts'

const DRAWN = JSON.stringify([[{ x: 100, y: 200 }, { x: 300, y: 120 }, { x: 520, y: 260 }, { x: 800, y: 140 }]])
const DOT = JSON.stringify([[{ x: 500, y: 200 }]])

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`answers [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
    })
    afterAll(async () => app.close())

    async function newTeacher(name = 'Amara Okafor'): Promise<{ id: string; browser: Browser; slot: string }> {
      const id = await trust.add({ name, role: 'teacher' })
      await trust.issue()
      const browser = await app.as(id)
      const [slot = ''] = await openSlots(browser)
      return { id, browser, slot }
    }

    it('S2: twenty presses at once make one signature, and every press sees it kept', async () => {
      const { browser, slot } = await newTeacher()
      await fillIn(browser, await readThrough(browser, slot), { answer: 'yes', signature: 'Amara Okafor' })
      const fields = await checkFields(browser, slot)
      const answers = await Promise.all(Array.from({ length: 20 }, () => browser.post(`/me/sign/${slot}/check`, fields)))
      expect(answers.map(({ status, location }) => `${status} ${location}`)).toEqual(Array(20).fill(`303 /me/sign/${slot}/done`))
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(1)
      const pages = await Promise.all(answers.map(() => browser.get(`/me/sign/${slot}/done`)))
      expect(new Set(pages.map((page) => hrefs(page).find((href) => href.startsWith('/me/records/')))).size).toBe(1)
      expect(await count(app, 'outbox', { kind: 'signing.seal' })).toBe(await count(app, 'signatures'))
    })

    it('S2: the same form sent again later, and the back button after signing, lead to the first answer', async () => {
      const { browser, slot } = await newTeacher()
      const sign = await readThrough(browser, slot)
      await fillIn(browser, sign, { answer: 'yes', signature: 'Amara Okafor' })
      const fields = await checkFields(browser, slot)
      await browser.post(`/me/sign/${slot}/check`, fields)
      for (const again of [await browser.post(`/me/sign/${slot}/check`, fields), await browser.get(`/me/sign/${slot}/check`), await browser.get(sign), await browser.get(`/me/sign/${slot}`)]) {
        expect(again.location).toBe(`/me/sign/${slot}/done`)
      }
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(1)
    })

    it('S2: what was filled in is still there on the way back, and can be changed until it is sent', async () => {
      const { browser, slot } = await newTeacher()
      const sign = await readThrough(browser, slot)
      await fillIn(browser, sign, { answer: 'yes', signature: 'Amara' })
      const back = await browser.get(sign)
      expect(back.text).toContain('value="Amara"')
      expect(back.text).toMatch(/value="yes" checked/)
      await fillIn(browser, sign, { answer: 'yes', signature: 'Amara Okafor' })
      await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
      const row = await app.db.read('signatures').where({ signatory_id: slot }).first('evidence')
      expect(JSON.parse(row.evidence)).toMatchObject({ typed: 'Amara Okafor', slot: 'self', act: 'sign' })
    })

    it('S1, S2: an answer changed in a second window is shown again before it is signed', async () => {
      const { browser, slot } = await newTeacher()
      const sign = await readThrough(browser, slot)
      await fillIn(browser, sign, { answer: 'yes', signature: 'First Window' })
      const first = await checkFields(browser, slot)
      await fillIn(browser, sign, { answer: 'yes', signature: 'Second Window' })
      const sent = await browser.post(`/me/sign/${slot}/check`, first)
      expect(sent.location).toBe(`/me/sign/${slot}/check`)
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
      const shown = await browser.get(`/me/sign/${slot}/check`)
      expect(shown.text).toContain('changed in another window')
      expect(shown.text).toContain('Second Window')
    })

    it('S5: nothing is ticked beforehand, and an empty form says what is missing and loses nothing', async () => {
      const { browser, slot } = await newTeacher()
      const sign = await readThrough(browser, slot)
      expect((await browser.get(sign)).text).not.toMatch(/\schecked/)
      const sent = await fillIn(browser, sign, { signature: 'Amara Okafor' })
      expect(sent.location).toBe(sign)
      const again = await browser.get(sign)
      expect(again.text).toContain('Choose yes or no.')
      expect(again.text).toContain('value="Amara Okafor"')
      expect((await fillIn(browser, sign, { answer: 'yes' })).location).toBe(sign)
      expect((await browser.get(sign)).text).toContain('Write your name. It is your signature.')
    })

    it('S2: a drawing of one dot is refused with a reason; a drawn signature is kept as strokes', async () => {
      const { browser, slot } = await newTeacher()
      const sign = await readThrough(browser, slot)
      expect((await fillIn(browser, sign, { answer: 'yes', signatureDrawn: DOT })).location).toBe(sign)
      expect((await browser.get(sign)).text).toContain('That looks like a dot.')
      expect((await browser.get(`/me/sign/${slot}/check`)).location).toBe(sign)
      await fillIn(browser, sign, { answer: 'yes', signatureDrawn: DRAWN })
      const check = await browser.get(`/me/sign/${slot}/check`)
      expect(check.text).toContain('class="drawn"')
      await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
      const row = await app.db.read('signatures').where({ signatory_id: slot }).first('method', 'evidence')
      expect(row.method).toBe('drawn')
      expect(JSON.parse(row.evidence).drawn).toEqual(JSON.parse(DRAWN))
    })

    it('S2: without the school’s text hash, form key or with a field too many nothing is signed', async () => {
      const { browser, slot } = await newTeacher()
      expect((await browser.get(`/me/sign/${slot}/sign`)).location).toBe(`/me/sign/${slot}`)
      expect((await browser.get(`/me/sign/${slot}/check`)).location).toBe(`/me/sign/${slot}`)
      await fillIn(browser, await readThrough(browser, slot), { answer: 'yes', signature: 'Amara Okafor' })
      const fields = await checkFields(browser, slot)
      const { formKey: _, ...noKey } = fields
      for (const wrong of [noKey, { ...fields, formKey: 'short' }, { ...fields, text: 'nonsense' }, { ...fields, signerId: 'somebody' }]) await browser.post(`/me/sign/${slot}/check`, wrong)
      expect((await browser.post(`/me/sign/${slot}/check`, { ...fields, _csrf: 'wrong' })).status).toBe(403)
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
      expect((await browser.post(`/me/sign/${slot}/check`, fields)).location).toBe(`/me/sign/${slot}/done`)
    })

    it('I4: a request closed meanwhile says so plainly and takes no signature', async () => {
      const { browser, slot } = await newTeacher()
      await fillIn(browser, await readThrough(browser, slot), { answer: 'yes', signature: 'Amara Okafor' })
      const fields = await checkFields(browser, slot)
      const { request_id: request } = await app.db.read('signatories').where({ id: slot }).first('request_id')
      await app.db.sql('requests').where({ id: request }).update({ state: 'cancelled' })
      expect((await browser.post(`/me/sign/${slot}/check`, fields)).location).toBe(`/me/sign/${slot}/done`)
      const page = await browser.get(`/me/sign/${slot}/done`)
      expect(page.status).toBe(200)
      expect(page.text).toContain('There is nothing left to do here')
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
      expect(await openSlots(browser)).toEqual([])
    })

    it('S4: a no is kept, its reason apart from the log, asks for a call, and can be reconsidered', async () => {
      const { id, browser, slot } = await newTeacher()
      await fillIn(browser, await readThrough(browser, slot), { answer: 'no' })
      const check = await browser.get(`/me/sign/${slot}/check`)
      expect(check.text).toContain('Please call me')
      expect(check.text).not.toMatch(/\schecked/)
      const fields = { ...await checkFields(browser, slot), reason: 'I have a question about my own telephone.', call: 'yes' }
      const answers = await Promise.all([1, 2, 3].map(() => browser.post(`/me/sign/${slot}/check`, fields)))
      expect(answers.map(({ location }) => location)).toEqual(Array(3).fill(`/me/sign/${slot}/done`))
      const page = await browser.get(`/me/sign/${slot}/done`)
      expect(page.text).toContain('that is your decision')
      expect(await app.db.read('signatories').where({ id: slot }).first('state')).toMatchObject({ state: 'declined' })
      const { request_id: request } = await app.db.read('signatories').where({ id: slot }).first('request_id')
      expect(await app.db.read('requests').where({ id: request }).first('state')).toMatchObject({ state: 'declined' })
      const declined = (await app.services.auditQueries.bySubject(`person:${id}`)).entries.filter((entry) => entry.event === 'signature.declined')
      expect(declined.map(({ payload }) => payload)).toEqual([expect.objectContaining({ withReason: true, wantsCall: true, signer: id })])
      expect(JSON.stringify(declined)).not.toContain('telephone')
      expect(await app.db.read('declines').where({ signatory_id: slot }).select('reason', 'active')).toEqual([{ reason: 'I have a question about my own telephone.', active: 1 }])
      const list = await browser.get('/me')
      expect(list.text).toContain('You said no')
      await browser.post(`/me/sign/${slot}/again`, { _csrf: hidden(page, '_csrf') })
      expect(await openSlots(browser)).toEqual([slot])
      await signAs(browser, slot, 'Amara Okafor')
      expect(await app.db.read('requests').where({ id: request }).first('state')).toMatchObject({ state: 'complete' })
      const events = (await app.services.auditQueries.bySubject(`person:${id}`)).entries.map((entry) => entry.event)
      expect(events).toEqual(expect.arrayContaining(['signature.declined', 'decline.taken-back', 'signature.captured']))
    })

    it('S4: a no to an optional question of an open request declines only that slot', async () => {
      const pupil = await trust.add({ name: 'Ivo Stone', role: 'pupil', year: '1', group: '1A' })
      await trust.issue()
      const browser = await app.as(pupil)
      const [slot = ''] = await openSlots(browser)
      await fillIn(browser, await readThrough(browser, slot), { answer: 'no' })
      await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
      const row = await app.db.read('signatories').where({ id: slot }).first('state', 'request_id', 'required')
      expect({ state: row.state, required: Boolean(row.required) }).toEqual({ state: 'declined', required: false })
      expect(await app.db.read('requests').where({ id: row.request_id }).first('state')).toMatchObject({ state: 'open' })
      expect((await browser.get(`/me/sign/${slot}/done`)).text).toContain('You said no. That is all right.')
    })
  })
}
