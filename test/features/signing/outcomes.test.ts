import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { checkFields, count, fillIn, hidden, openSlots, readThrough, signAs, work } from './signing-walk.ts'
import { must } from '../../support/must.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`outcomes [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let officeId: string
    let office: Browser
    let dsl: Browser
    let elsewhere: Browser
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      const grant = async (name: string, role: 'office' | 'dsl', schoolId: string) => {
        const id = await trust.add({ name })
        await app.services.roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'system' })
        return id
      }
      officeId = await grant('Olive Office', 'office', trust.primary.id)
      office = await app.as(officeId)
      dsl = await app.as(await grant('Dana Safe', 'dsl', trust.primary.id))
      elsewhere = await app.as(await grant('Hugh High', 'office', trust.high.id))
    })
    afterAll(async () => app.close())

    async function newTeacher(name: string): Promise<{ id: string; browser: Browser; slot: string; request: string }> {
      const id = await trust.add({ name, role: 'teacher', email: `${name.split(' ')[0]?.toLowerCase()}@larkmoor.example` })
      await trust.issue()
      const browser = await app.as(id)
      const [slot = ''] = await openSlots(browser)
      return { id, browser, slot, request: (await app.db.read('signatories').where({ id: slot }).first('request_id')).request_id }
    }
    async function sayNo(browser: Browser, slot: string, reason: string, call = false): Promise<void> {
      await fillIn(browser, await readThrough(browser, slot), { answer: 'no' })
      await browser.post(`/me/sign/${slot}/check`, { ...await checkFields(browser, slot), reason, ...(call ? { call: 'yes' } : {}) })
    }
    const stateOf = async (request: string) => (await app.db.read('requests').where({ id: request }).first('state')).state

    it('S4: a no stands in the queue with its reason, is passed to the DSL, done with a remark, and asked again', async () => {
      const { id, browser, slot, request } = await newTeacher('Amara Okafor')
      await sayNo(browser, slot, 'Something happened with my telephone.')
      const queue = await office.get('/office/queues?kind=declined')
      expect(queue.text).toContain('Amara Okafor')
      expect(queue.text).toContain('Something happened with my telephone.')
      expect((await elsewhere.get('/office/queues?kind=declined')).text).not.toContain('Amara')
      const key = hidden(queue, 'key')
      expect((await elsewhere.submit('/office/queues', { kind: 'declined', key, remark: '' }, '/office/queues/done')).status).toBe(404)
      await office.submit('/office/queues?kind=declined', { kind: 'declined', key }, '/office/queues/pass')
      expect((await dsl.get('/office/queues?kind=declined')).text).toContain('Passed to the safeguarding lead')
      await dsl.submit('/office/queues?kind=declined', { kind: 'declined', key, remark: 'Spoke with her.' }, '/office/queues/done')
      expect((await office.get('/office/queues?kind=declined')).text).not.toContain('Amara Okafor')
      for (const path of ['/me', '/me/history', `/me/sign/${slot}/done`]) expect((await browser.get(path)).text).not.toContain('Spoke with her')
      const path = `/office/signing/${id}`
      await office.submit(path, { decline: key }, `${path}/ask-again`)
      expect(await stateOf(request)).toBe('open')
      await work(app)
      expect(await openSlots(browser)).toEqual([slot])
      await signAs(browser, slot, 'Amara Okafor')
      expect(await stateOf(request)).toBe('complete')
      const events = (await app.services.auditQueries.bySubject(`person:${id}`)).entries.map((entry) => entry.event)
      expect(events).toEqual(expect.arrayContaining(['signature.declined', 'decline.passed-to-dsl', 'queue.done', 'request.asked-again', 'signature.captured']))
    })

    it('S4: the reason is erased when its time is over; that there was a no stays', async () => {
      const { browser, slot } = await newTeacher('Erin Rase')
      await sayNo(browser, slot, 'For a while only.', true)
      expect((await office.get('/office/queues?kind=call')).text).toContain('Erin Rase')
      await app.services.declines.eraseOld(app.clock.now() + 366 * 86_400_000)
      expect((await app.db.read('declines').where({ signatory_id: slot }).first('reason', 'active'))).toMatchObject({ reason: null, active: 1 })
      expect((await browser.get('/me')).text).toContain('You said no')
    })

    it('I4: excused until a date stops chasing and is counted apart; the day after it is asked again', async () => {
      const { id, browser, request } = await newTeacher('Max Away')
      const path = `/office/signing/${id}`
      const past = await office.submit(path, { request, cause: 'away', 'until-day': '1', 'until-month': '9', 'until-year': '2025' }, `${path}/excuse`)
      expect(past.location).toBe(path)
      expect((await office.get(path)).text).toContain('must lie ahead')
      await office.submit(path, { request, cause: 'away', 'until-day': '11', 'until-month': '9', 'until-year': '2026' }, `${path}/excuse`)
      expect(await stateOf(request)).toBe('excused')
      expect(await openSlots(browser)).toEqual([])
      expect((await office.get('/office/queues?kind=excused')).text).toContain('Max Away')
      expect((await office.get('/office/board?status=excused')).text).toContain('Away, Max')
      await app.services.reminders.remind(id)
      expect(await count(app, 'mails', { person_id: id })).toBe(0)
      expect(await app.services.outcomes.endExcuses()).toBe(0)
      app.clock.set('2026-09-12T06:00:00Z')
      expect(await app.services.outcomes.endExcuses()).toBe(1)
      app.clock.set('2026-09-07T08:30:00Z')
      expect(await stateOf(request)).toBe('open')
      expect(await app.db.read('requests').where({ id: request }).first('excused_until', 'excused_cause')).toMatchObject({ excused_until: null, excused_cause: null })
    })

    it('S4: staff make a signature invalid with a reason; the record stays, says so, and it is asked for again', async () => {
      const { id, browser, slot, request } = await newTeacher('Ivo Wrong')
      await signAs(browser, slot, 'Ivo Wrong')
      await work(app)
      const signature = (await app.db.read('signatures').where({ signatory_id: slot }).first('id')).id as string
      const path = `/office/signing/${id}`
      await office.submit(path, { signature, reason: '' }, `${path}/invalidate`)
      expect((await office.get(path)).text).toContain('Write why it does not count.')
      expect((await elsewhere.submit('/office/queues', { signature, reason: 'x' }, `${path}/invalidate`)).status).toBe(404)
      await office.submit(path, { signature, reason: 'Signed for somebody else.' }, `${path}/invalidate`)
      expect(await app.db.read('signatures').where({ id: signature }).first('active', 'ended_kind')).toMatchObject({ active: null, ended_kind: 'invalidated' })
      expect(await stateOf(request)).toBe('open')
      expect((await browser.get('/me/history')).text).toContain('Made invalid by the school')
      const file = await app.services.sealing.file(signature)
      expect(await app.services.verify.verify(must(file).bytes)).toMatchObject({ status: 'withdrawn' })
      expect(await openSlots(browser)).toEqual([slot])
    })

    it('P7: a member of the office sees that a case of their own family exists, and can neither read nor settle it', async () => {
      const child = await trust.add({ name: 'Olga Office', role: 'pupil', year: '9', group: '9C' })
      await trust.link(child, officeId)
      await trust.issue()
      const own = await app.as(child)
      const [slot = ''] = await openSlots(own)
      await sayNo(own, slot, 'My secret reason.')
      const page = await office.get('/office/queues?kind=declined')
      expect(page.text).toContain('a colleague sees to it')
      expect(page.text).not.toContain('My secret reason.')
      const key = (await app.db.read('declines').where({ signatory_id: slot }).first('id')).id as string
      expect((await office.submit('/office/queues?kind=declined', { kind: 'declined', key, remark: '' }, '/office/queues/done')).status).toBe(403)
      const path = `/office/signing/${child}`
      expect((await office.get(path)).text).not.toContain('My secret reason.')
      expect((await office.submit(path, { decline: key }, `${path}/ask-again`)).status).toBe(403)
      expect((await dsl.get('/office/queues?kind=declined')).text).toContain('My secret reason.')
    })

    it('F5: where all who may sign are asked, each has their own slot; one no goes to the queue as a disagreement', async () => {
      const agreement = must(await app.services.agreements.store.byKey('pupil-ks2'))
      const before = must((await app.services.agreements.store.requirements()).find((one) => one.agreementId === agreement.id))
      const { id: _id, ...values } = before
      await app.services.agreements.store.requirementStore.update(before.id, { ...values, signers: 'all' })
      const child = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' })
      const [mother, father, uncle] = await Promise.all([trust.add({ name: 'Maria Kowalska', email: 'm@k.example' }), trust.add({ name: 'Piotr Kowalski', email: 'p@k.example' }), trust.add({ name: 'Adam Kowalski', email: 'a@k.example' })])
      for (const adult of [mother, father, uncle]) await trust.link(child, adult)
      await trust.issue()
      const request = (await app.db.read('requests').where({ person_id: child }).first('id')).id as string
      expect(await count(app, 'signatories', { request_id: request })).toBe(4)
      const own = await app.as(child)
      const [slotOfChild = ''] = await openSlots(own)
      if (slotOfChild === '') throw new Error('The pupil has no slot')
      await app.services.issuing.store.setSignatory(slotOfChild, 'signed')
      expect((await office.get('/office/board?status=waiting-guardian')).text).toContain('Kowalska, Zofia')
      const path = `/office/signing/${child}`
      await dsl.submit(path, { images: 'none', contact: 'via-office', 'review-day': '1', 'review-month': '9', 'review-year': '2027' }, `${path}/protect`)
      expect((await office.get('/office/queues?kind=unreachable')).text).toMatch(/Zofia Kowalska[\s\S]*contact goes through the office/)
      await dsl.submit(path, { images: 'none' }, `${path}/protect`)
      expect((await office.get('/office/queues?kind=unreachable')).text).not.toContain('Zofia Kowalska')
      const [hers, his] = [await app.as(mother, 'link'), await app.as(father, 'link')]
      const [slotOfHers = ''] = await openSlots(hers)
      const [slotOfHis = ''] = await openSlots(his)
      expect(slotOfHers).not.toBe(slotOfHis)
      expect((await his.get(`/me/sign/${slotOfHers}`)).status).toBe(404)
      await signAs(hers, slotOfHers, 'Maria Kowalska')
      await trust.doNotContact(child, uncle)
      const { dropBarredHolders } = await import('../../../src/features/issuing/holder-slots.ts')
      expect(await dropBarredHolders(app.db, app.services.issuing.store, app.clock)).toBe(1)
      await sayNo(his, slotOfHis, '')
      expect((await office.get('/office/queues?kind=disagree')).text).toContain('Zofia Kowalska')
      expect((await hers.get('/me')).text).not.toMatch(/Piotr|said no/i)
      await app.services.agreements.store.requirementStore.update(before.id, values)
    })
  })
}
