import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, hidden, hrefs, openSlots, signAs, work } from './signing-walk.ts'
import { must } from '../../support/must.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`new staff [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let starter: string
    let hr: Browser
    let hrId: string
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), now: '2026-08-20T08:30:00Z' })
      trust = await smallTrust(app)
      starter = await trust.add({ name: 'Nora New', role: 'teacher' })
      const id = hrId = await trust.add({ name: 'Hari Resources' })
      await app.services.roles.grant({ personId: id, role: 'hr', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
      hr = await app.as(id)
      const { store } = app.services.agreements
      const staff = must(await store.byKey('staff'))
      const own = must((await store.requirements()).find((one) => one.agreementId === staff.id))
      const { id: _id, ...values } = own
      await store.requirementStore.update(own.id, { ...values, opensAccount: true })
      const policy = app.services.ids.next()
      await app.db.sql('agreements').insert({ id: policy, key: 'policy-safeguarding', title: 'Safeguarding policy', band: 'staff', family: 'staff', owner: 'DSL', review_months: 12, created_at: app.clock.now() })
      await store.addVersion(policy, must(await store.current(staff.id)).version)
      const draft = { ...values, opensAccount: false, title: null, agreementId: policy, act: 'acknowledge' as const }
      await app.services.requirements.save(draft, null, 'system')
      await app.services.requirements.save({ ...draft, agreementId: '', act: 'train', title: 'Online safety basics', cadence: 'admission', dueSchoolDays: 10 }, null, 'system')
      await trust.issue()
    })
    afterAll(async () => app.close())

    it('I7: before day one by a link to a private address: policy, training, agreement in one list', async () => {
      const page = await hr.get('/office/starters')
      expect(page.text).toContain('Nora New')
      expect(page.text).toContain('Waits for the signature')
      expect((await hr.submit('/office/starters', { person: starter, email: 'not an address' })).location).toBe('/office/starters')
      await hr.submit('/office/starters', { person: starter, email: 'nora@private.example' })
      await work(app)
      const [mail] = await app.db.read('captured_mails').where({ recipient: 'nora@private.example' })
      const path = /https?:\/\/[^\s/]+(\/link\/\S+)/.exec(mail.body_text)?.[1] ?? ''
      const browser = app.browser()
      const opened = await browser.get(path)
      await browser.post(path, { _csrf: hidden(opened, '_csrf') })
      const list = await browser.get('/me')
      const order = [...list.text.matchAll(/class="task-title"[^>]*>([^<]+)</g)].map((match) => match[1])
      expect(order).toEqual(['Safeguarding policy', 'Online safety basics', expect.any(String)])
      expect(await count(app, 'mails', { recipient: 'nora@private.example' })).toBe(0)
    })

    it('I7: signing the agreement opens the account as a fact, though the training is open and due in 10 school days', async () => {
      expect(await app.services.issuing.gates.waiting(starter)).toHaveLength(1)
      const browser = await app.as(starter, 'link')
      const [training] = await app.services.issuing.trainings.of(starter)
      // Ten school days after Thursday 20 August; Monday 31 August is the summer bank holiday.
      expect(training).toMatchObject({ state: 'open', dueOn: '2026-09-04' })
      for (const slot of await openSlots(browser)) {
        const page = await browser.get(`/me/sign/${slot}`)
        if (!page.text.includes('Safeguarding policy') && (await app.db.read('signatories').where({ id: slot }).first('act')).act === 'sign') await signAs(browser, slot, 'Nora New')
      }
      expect(await app.services.issuing.gates.waiting(starter)).toEqual([])
      expect((await app.services.issuing.trainings.of(starter))[0]).toMatchObject({ state: 'open' })
    })

    it('a training wants a day that has been, and a certificate or its reference', async () => {
      const browser = await app.as(starter, 'link')
      const href = hrefs(await browser.get('/me')).find((one) => one.startsWith('/me/trainings/')) ?? ''
      const send = async (fields: Record<string, string>, file?: { name: string; bytes: string }) => {
        const form = new FormData()
        for (const [name, value] of Object.entries({ _csrf: hidden(await browser.get(href), '_csrf'), reference: '', ...fields })) form.append(name, value)
        if (file) form.append('file', new Blob([file.bytes]), file.name)
        return browser.send('POST', href, { body: form, headers: { 'sec-fetch-site': 'same-origin' } })
      }
      const day = { 'done-day': '18', 'done-month': '8', 'done-year': '2026' }
      await send(day)
      expect((await browser.get(href)).text).toContain('Add the certificate, or write its reference.')
      await send({ ...day, 'done-month': '12' }, { name: 'c.pdf', bytes: '%PDF-1.7' })
      expect((await browser.get(href)).text).toContain('That day lies ahead.')
      await send(day, { name: 'c.pdf', bytes: 'MZ not a pdf' })
      expect((await browser.get(href)).text).toContain('not a PDF, PNG or JPEG')
      expect((await send(day, { name: 'c.pdf', bytes: '%PDF-1.7 certificate' })).location).toBe('/me')
      const [training] = await app.services.issuing.trainings.of(starter)
      expect(training).toMatchObject({ state: 'complete', doneOn: '2026-08-18', fileName: 'c.pdf' })
      const other = await app.as(await trust.add({ name: 'Otto Other', role: 'teacher' }))
      expect((await other.get(href)).status).toBe(404)
      expect((await hr.get(`/requirements/trainings/${training?.id}/certificate`)).status).toBe(200)
    })

    it('I7: the private address is deleted the day after the first day', async () => {
      app.clock.set('2026-09-01T23:00:00Z')
      expect(await app.services.starters.forget()).toBe(1)
      expect(await count(app, 'starter_contacts')).toBe(0)
      hr = await app.as(hrId)
      expect((await hr.submit('/office/starters', { person: starter, email: 'nora@private.example' })).location).toBe('/office/starters')
      expect((await hr.get('/office/starters')).text).toContain('They have started')
    })
  })
}
