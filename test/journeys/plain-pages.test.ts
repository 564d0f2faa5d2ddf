import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hidden, openSlots, readThrough } from '../features/signing/signing-walk.ts'
import type { Browser } from '../http/browser.ts'
import { withBrowser } from '../support/browser.ts'
import { must } from '../support/must.ts'
import { smallTrust, type SmallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { judgePlain, openWindow } from './journey-window.ts'

withBrowser('authoring and family pages without script, in Chromium at 320 and 1280', (chromium) => {
  let app: TestApp
  let trust: SmallTrust
  let writer: Browser
  let head: Browser
  let dpo: Browser
  let mother: Browser
  let child: string
  let motherId: string
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
    const holder = async (name: string, role: 'trust-admin' | 'headteacher' | 'dpo') => {
      const id = await trust.add({ name, role: 'teacher', email: `${role}@school.example` })
      await app.services.roles.grant({ personId: id, role, schoolId: null, groupName: null, until: null, grantedBy: 'os:test' })
      return app.as(id)
    }
    child = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' })
    motherId = await trust.add({ name: 'Maria Kowalska', email: 'maria@kowalski.example' })
    await trust.link(child, motherId)
    await app.db.sql('guardian_links').update({ may_consent: 0 })
    writer = await holder('Petra Admin', 'trust-admin')
    head = await holder('Hilary Ashton', 'headteacher')
    dpo = await holder('Dina Protect', 'dpo')
    const page = await writer.get('/consents/questions/new?like=images-website')
    await writer.post('/consents/questions/new', { _csrf: hidden(page, '_csrf'), like: hidden(page, 'like'), title: 'Photos', question: 'May we show photos?', hint: '', kind: 'images', 'signer-rule': 'guardian', bands: ['KS2'], school: '', position: '10', active: 'yes' })
    await trust.issue()
    mother = await app.as(motherId, 'link')
    const staff = must((await app.services.issuing.store.ofPeople([motherId]))[0] ?? (await app.services.issuing.store.ofPeople([child]))[0])
    const requirement = must((await app.services.agreements.store.requirements())[0])
    await app.services.issuing.trainings.insert([{ id: app.services.ids.next(), requirementId: requirement.id, personId: motherId, schoolId: staff.schoolId, occasion: '2026', dueOn: '2026-09-02', planId: app.services.ids.next() }])
    await app.db.sql('affiliations').insert({
      id: app.services.ids.next(), person_id: motherId, school_id: staff.schoolId, role: 'support', start_date: '2026-09-01', missing_runs: 0, created_at: 0, updated_at: 0,
    })
    await app.db.sql('requirements').where({ id: requirement.id }).update({ title: 'Online safety basics' })
  })
  afterAll(async () => app.close())

  const plain = (browser: Browser) => openWindow(chromium(), browser, app.url, { javaScriptEnabled: false })
  /** Goes there and judges what stands there. */
  const look = async (page: Page, name: string, path: string) => {
    expect((await page.goto(app.url + path))?.status(), path).toBe(200)
    await judgePlain(page, `plain-${name}`)
  }

  it('a new agreement: the empty form, the form with its mistakes, and its draft', async () => {
    const { context, page } = await plain(writer)
    await look(page, 'new', '/agreements/new')
    await page.getByRole('button', { name: 'Begin the draft' }).click()
    expect(await page.locator('.error-summary a').count()).toBeGreaterThan(1)
    await judgePlain(page, 'plain-new-mistakes')
    await page.getByLabel('Title').fill('Robots in lessons')
    await page.getByLabel('Years 3 to 6').check()
    await page.locator('input[name=signerRule]').first().check()
    await page.getByLabel('The sentence beside the button').fill('I have read this, and I will keep to it.')
    await page.getByRole('button', { name: 'Begin the draft' }).click()
    expect(await page.textContent('main')).toContain('Robots in lessons')
    await judgePlain(page, 'plain-new-draft')
    await context.close()
  })

  it('symbols: choosing one for a clause, and the text with symbols as its readers see it', async () => {
    const { context, page } = await plain(writer)
    await page.goto(`${app.url}/agreements/pupil-ks2`)
    await page.getByLabel('Major change').check()
    await page.getByLabel('What is new, in one sentence').fill('Another picture.')
    await page.getByRole('button', { name: 'Begin a draft' }).click()
    const text = 'text=en-GB/symbols'
    await look(page, 'symbol-draft', `/agreements/pupil-ks2/draft?${text}`)
    await look(page, 'symbol-clause', `/agreements/pupil-ks2/draft/clause/tell?${text}`)
    await page.locator('select[name=symbol]').selectOption('helper')
    await page.getByRole('button', { name: 'Save the clause' }).click()
    expect(await page.textContent('main')).toContain('The clause is saved.')
    await look(page, 'symbol-preview', `/agreements/pupil-ks2/preview?${text}`)
    expect(await page.locator('svg.symbol use[href$="#helper"]').count()).toBe(1)
    await context.close()
  })

  it('school parts: what each school fills in, a school filling it in, and who has', async () => {
    const { context, page } = await plain(writer)
    await look(page, 'part-plan', '/agreements/pupil-ks2/draft/school-part')
    await page.getByLabel('What it is').first().fill('Whom to ask')
    await page.getByLabel('Neutral words until a school writes its own').first().fill('any member of staff')
    await page.getByRole('button', { name: 'Save' }).click()
    await look(page, 'school-parts', '/agreements/school-parts')
    await page.getByRole('link', { name: 'Larkmoor Primary School' }).first().click()
    await judgePlain(page, 'plain-school-part')
    await page.getByLabel('Whom to ask').fill('Mrs Rees')
    await page.getByRole('button', { name: 'Save the school’s part' }).click()
    expect(await page.textContent('main')).toContain('Saved')
    await judgePlain(page, 'plain-school-part-saved')
    await context.close()
  })

  it('approving: the page, what is missing on it, and the record of the decision', async () => {
    await writer.submit('/agreements/pupil-ks2/draft', { to: 'review', step: 'review' }, '/agreements/pupil-ks2/draft/step')
    const sender = await plain(writer)
    await sender.page.goto(`${app.url}/agreements/pupil-ks2/draft`)
    const send = sender.page.getByRole('button', { name: 'Send to review' })
    if (await send.count()) await send.click()
    await sender.context.close()
    const { context, page } = await plain(head)
    await look(page, 'approve', '/agreements/pupil-ks2/draft/approve')
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await judgePlain(page, 'plain-approve-mistakes')
    await page.getByLabel('Which board or body').fill('Governing board')
    await page.getByLabel('Date of the decision').fill('2026-09-04')
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    expect(await page.textContent('main')).toContain('Approved by Hilary Ashton, Governing board')
    await judgePlain(page, 'plain-approved')
    await look(page, 'starters', '/agreements/starters')
    await context.close()
  })

  it('F1: parental responsibility in the office, its settings, and the adult’s own statement', async () => {
    const office = await plain(writer)
    await look(office.page, 'responsibility', '/office/responsibility')
    await look(office.page, 'responsibility-family', `/office/responsibility/${child}`)
    await look(office.page, 'responsibility-adult', `/office/responsibility/${child}/${motherId}`)
    await office.page.getByRole('button', { name: 'Keep it' }).click()
    expect(await office.page.locator('.error-summary a').count()).toBe(3)
    await judgePlain(office.page, 'plain-responsibility-mistakes')
    await look(office.page, 'families', '/settings/families')
    await office.page.getByLabel('Yes, their own word is enough').check()
    await office.page.getByRole('button', { name: 'Keep it' }).click()
    await office.context.close()

    const slot = must((await openSlots(mother))[0])
    const sign = await readThrough(mother, slot)
    const family = await plain(mother)
    await family.page.goto(app.url + sign)
    expect(await family.page.textContent('h1')).toContain('Parental responsibility for Zofia Kowalska')
    expect(await family.page.locator('input:checked').count()).toBe(0)
    await judgePlain(family.page, 'plain-declare')
    await family.page.getByRole('button', { name: 'Go on' }).click()
    await judgePlain(family.page, 'plain-declare-mistake')
    await family.page.getByLabel('I have parental responsibility for Zofia Kowalska.').check()
    await family.page.getByRole('button', { name: 'Go on' }).click()
    expect(await family.page.textContent('main')).toContain('May we show photos?')
    await family.context.close()
    const again = await plain(writer)
    await look(again.page, 'responsibility-declared', `/office/responsibility/${child}/${motherId}`)
    expect(await again.page.textContent('main')).toContain('Declared by the adult when signing')
    await again.context.close()
  })

  it('P4, I7: the DPO’s decision, and the trainings', async () => {
    const data = await plain(dpo)
    await look(data.page, 'birth-dates', '/settings/birth-dates')
    await data.context.close()
    const office = await plain(head)
    await look(office.page, 'trainings', '/office/trainings')
    await office.page.getByRole('link', { name: 'Maria Kowalska' }).click()
    await judgePlain(office.page, 'plain-training')
    await office.context.close()
  })
})
