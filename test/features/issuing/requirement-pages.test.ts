import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { hrefs } from '../signing/signing-walk.ts'
import { must } from '../../support/must.ts'

const POLICY = {
  act: 'acknowledge', title: '', band: 'staff', role: 'teacher', school: '', group: '', 'signer-rule': 'self', signers: 'any', cadence: 'admission', 'every-months': '', compulsory: 'yes',
  due: '5', grace: '3', 'if-unsigned': 'remind',
}

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`requirement pages [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let admin: Browser
    let head: Browser
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      const { roles } = app.services
      const grant = async (name: string, role: 'trust-admin' | 'headteacher' | 'office', schoolId: string | null) => {
        const id = await trust.add({ name })
        await roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'system' })
        return app.as(id)
      }
      admin = await grant('Petra Admin', 'trust-admin', null)
      head = await grant('Hal Head', 'headteacher', trust.primary.id)
      for (const [name, school] of [['Amara Okafor', trust.primary], ['Ben Lowe', trust.high], ['Cleo Marsh', trust.high]] as const) await trust.add({ name, role: 'teacher', school })
      await trust.add({ name: 'Sue Port', role: 'support', school: trust.high })
      for (const year of ['4', '4', '5']) await trust.add({ name: `Pupil ${year}`, role: 'pupil', year, group: `${year}B` })
    })
    afterAll(async () => app.close())

    const staffAgreement = async () => (await app.services.agreements.store.byKey('staff'))?.id ?? ''
    const policy = async () => {
      const id = app.services.ids.next()
      await app.db.sql('agreements').insert({ id, key: `policy-${id.toLowerCase()}`, title: 'Safeguarding policy', band: 'staff', family: 'staff', owner: 'DSL', review_months: 12, created_at: app.clock.now() })
      const current = await app.services.agreements.store.current(await staffAgreement())
      await app.services.agreements.store.addVersion(id, must(current).version)
      return id
    }

    it('preview: how many it would ask, by school and year, are the numbers of issue --plan', async () => {
      const agreement = await policy()
      const before = await app.services.issuing.issue({ actor: 'system', planOnly: true })
      const sent = await admin.submit('/requirements/new', { ...POLICY, agreement })
      expect(sent.location).toBe('/requirements/preview')
      const shown = await admin.get('/requirements/preview')
      const preview = await app.services.issuing.preview({ ...(await kept(agreement)) })
      expect(preview).toMatchObject({ total: 3, covered: 0, rows: expect.arrayContaining([{ schoolId: trust.high.id, yearCode: null, count: 2 }, { schoolId: trust.primary.id, yearCode: null, count: 1 }]) })
      expect(shown.text).toMatch(/tile-figure">3<\/span> <span class="tile-text">would be asked/)
      expect((await app.services.agreements.store.requirements()).filter((one) => one.agreementId === agreement)).toEqual([])
      const saved = await admin.submit('/requirements/preview')
      expect(saved.location).toMatch(/^\/requirements\/[0-9A-Z]{26}$/)
      const after = await app.services.issuing.issue({ actor: 'system', planOnly: true })
      expect(after.created - before.created).toBe(preview.total)
      expect((await app.services.issuing.issue({ actor: 'system', planOnly: false })).created).toBe(after.created)
      const requests = await app.db.read('requests').where({ agreement_id: agreement })
      expect(requests.map(({ due_on, grace_until, topic }) => ({ due_on, grace_until, topic: topic.startsWith('policy-') }))).toEqual(Array(3).fill({ due_on: '2026-09-14', grace_until: '2026-09-17', topic: true }))
      const [entry] = await app.db.read('audit_entries').where({ event: 'requirement.added' })
      expect(entry).toBeDefined()
    })

    async function kept(agreementId: string) {
      return {
        id: 'draft', agreementId, title: null, schoolId: null, band: 'staff', role: 'teacher', groupName: null, act: 'acknowledge', signerRule: 'self', signers: 'any', cadence: 'admission',
        everyMonths: null, compulsory: true, dueSchoolDays: 5, graceSchoolDays: 3, ifUnsigned: 'remind', topic: 'draft', opensAccount: false,
      } as const
    }

    it('the same for the same people is refused, and a mistake is told beside its field', async () => {
      const agreement = await staffAgreement()
      await admin.submit('/requirements/new', { ...POLICY, agreement, role: '', act: 'sign' })
      expect((await admin.submit('/requirements/preview')).location).toBe('/requirements/new')
      expect((await admin.get('/requirements/new')).text).toContain('asked for the same already')
      expect((await admin.submit('/requirements/new', { ...POLICY, agreement, band: 'KS2', role: '', act: 'sign', 'signer-rule': 'pupil-and-guardian' })).location).toBe('/requirements/new')
      expect((await admin.get('/requirements/new')).text).toContain('The text has no words for the pupil and a parent or carer')
      const wrong = await admin.submit('/requirements/new', { ...POLICY, agreement: '', band: 'KS2', cadence: 'every-months', signers: 'all' })
      expect(wrong.location).toBe('/requirements/new')
      const page = await admin.get('/requirements/new')
      for (const text of ['Choose the agreement.', 'Write after how many months.', 'Nobody but the person signs here', 'This role does not belong']) expect(page.text).toContain(text)
    })

    it('a training: date and certificate are asked of adults; with another school head it stays within the school', async () => {
      const trained = { ...POLICY, act: 'train', agreement: '', title: 'Online safety basics', role: '', cadence: 'every-months', 'every-months': '24' }
      expect((await head.submit('/requirements/new', trained)).location).toBe('/requirements/new')
      expect((await head.get('/requirements/new')).text).toContain('Choose your school.')
      expect((await head.submit('/requirements/new', { ...trained, school: trust.high.id })).status).toBe(404)
      expect((await head.submit('/requirements/new', { ...trained, school: trust.primary.id })).location).toBe('/requirements/preview')
      const saved = await head.submit('/requirements/preview')
      await app.services.issuing.issue({ actor: 'system', planOnly: false })
      const id = /\w{26}$/.exec(saved.location ?? '')?.[0] ?? ''
      expect((await app.services.issuing.trainings.ofRequirement(id)).map((training) => training.title)).toEqual(['Online safety basics'])
      expect((await app.services.issuing.issue({ actor: 'system', planOnly: false })).created).toBe(0)
      expect(hrefs(await head.get('/requirements')).some((href) => href === `/requirements/${id}`)).toBe(true)
    })

    it('a head changes their own requirement, never the trust\'s; ending asks nobody new', async () => {
      const all = await app.services.agreements.store.requirements()
      const trusts = must(all.find((one) => one.schoolId === null && one.band === 'KS2'))
      expect((await head.get(`/requirements/${trusts.id}/edit`)).status).toBe(404)
      const own = must(all.find((one) => one.schoolId === trust.primary.id))
      expect((await head.submit(`/requirements/${own.id}`, {}, `/requirements/${own.id}/end`)).status).toBe(303)
      expect((await app.services.agreements.store.requirements()).some((one) => one.id === own.id)).toBe(false)
    })

    it('who may only look sees no way to change', async () => {
      const id = await trust.add({ name: 'Olive Office' })
      await app.services.roles.grant({ personId: id, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
      const office = await app.as(id)
      const page = await office.get('/requirements')
      expect(page.status).toBe(200)
      expect(hrefs(page)).not.toContain('/requirements/new')
      expect((await office.get('/requirements/new')).status).toBe(403)
    })
  })
}
