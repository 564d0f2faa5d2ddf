import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { must } from '../../support/must.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, hidden } from '../signing/signing-walk.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`trainings on the office's board [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let hr: Browser
    let first: string
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      const people = [await trust.add({ name: 'Nora New', role: 'teacher' }), await trust.add({ name: 'Osian Old', role: 'teacher' }), await trust.add({ name: 'Hana High', role: 'teacher', school: trust.high })]
      const { store } = app.services.agreements
      const staff = must(await store.byKey('staff'))
      const { id: _id, ...own } = must((await store.requirements()).find((one) => one.agreementId === staff.id))
      await app.services.requirements.save({ ...own, agreementId: '', act: 'train', title: 'Online safety basics', cadence: 'admission', dueSchoolDays: 10, opensAccount: false }, null, 'system')
      const requirement = must((await store.requirements()).find((one) => one.act === 'train'))
      const ids = people.map(() => app.services.ids.next())
      await app.services.issuing.trainings.insert(ids.map((id, n) => ({
        id, requirementId: requirement.id, personId: must(people[n]), schoolId: n === 2 ? trust.high.id : trust.primary.id, occasion: '2026/27', dueOn: n === 0 ? '2026-09-03' : '2026-09-30', planId: app.services.ids.next(),
      })))
      first = must(ids[0])
      const id = await trust.add({ name: 'Hari Resources' })
      await app.services.roles.grant({ personId: id, role: 'hr', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
      hr = await app.as(id)
    })
    afterAll(async () => app.close())

    const plain = (text: string) => text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

    it('I7: tells who has not completed what, what is overdue first, and nobody of another school', async () => {
      const board = await hr.get('/office/board')
      expect(board.text).toContain('href="/office/trainings"')
      const page = plain((await hr.get('/office/trainings')).text)
      expect(page).toMatch(/Online safety basics 2 0 2 1/)
      expect(page).toMatch(/Nora New .*Overdue .*Osian Old .*Not yet .*Due Wednesday 30 September 2026/)
      expect(page).not.toContain('Hana High')
      expect((await hr.get(`/office/trainings?school=${trust.high.id}`)).status).toBe(404)
      expect(plain((await hr.get('/office/trainings?state=complete')).text)).not.toContain('Nora New')
    })

    it('I7: the office enters the day and the certificate for somebody; it is kept, logged as theirs to have done, and can be opened', async () => {
      const path = `/office/trainings/${first}`
      const send = async (fields: Record<string, string>, file?: string) => {
        const form = new FormData()
        form.set('_csrf', hidden(await hr.get(path), '_csrf'))
        for (const [name, value] of Object.entries({ 'done-day': '', 'done-month': '', 'done-year': '', reference: '', ...fields })) form.set(name, value)
        if (file !== undefined) form.set('file', new Blob([file]), 'certificate.pdf')
        return hr.send('POST', path, { body: form, headers: { 'sec-fetch-site': 'same-origin' } })
      }
      const day = { 'done-day': '2', 'done-month': '9', 'done-year': '2026' }
      await send({})
      expect((await hr.get(path)).text).toContain('Write the day on which it was completed')
      await send({ ...day, 'done-year': '2027' }, '%PDF-1.7 x')
      expect((await hr.get(path)).text).toContain('That day lies ahead.')
      await send(day)
      expect((await hr.get(path)).text).toContain('Add the certificate, or write its reference.')
      expect((await send(day, '%PDF-1.7 certificate')).location).toBe('/office/trainings')
      expect(plain((await hr.get('/office/trainings?state=complete')).text)).toMatch(/Nora New .*Completed Wednesday 2 September 2026 Certificate/)
      expect((await hr.get(`/requirements/trainings/${first}/certificate`)).status).toBe(200)
      expect(await count(app, 'audit_entries', { event: 'training.completed' })).toBe(1)
      expect(plain((await hr.get('/office/trainings')).text)).toMatch(/Online safety basics 2 1 1 0/)
    })
  })
}
