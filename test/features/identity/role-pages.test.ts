import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { textOf } from '../../support/it-people.ts'
import { type SmallTrust, smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const DAY = 86_400_000

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`roles [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let admin: string
    let browser: Browser
    const give = (personId: string, role: string, schoolId: string | null, more: { groupName?: string; yearCode?: string; until?: number } = {}) =>
      app.services.roles.grant({ personId, role, schoolId, groupName: more.groupName ?? null, yearCode: more.yearCode ?? null, until: more.until ?? null, grantedBy: 'os:test' })
    const held = async (personId: string) => (await app.services.roleStore.grantsOf(personId, app.clock.now())).map(({ role, schoolId, yearCode, groupName, until }) => [role, schoolId, yearCode, groupName, until])
    const events = async (event: string) => app.db.read('audit_entries').where({ event }).orderBy('id').select('actor', 'subject')

    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      admin = await trust.add({ name: 'Anna Admin', role: 'support', email: 'anna@larkmoor.example' })
      await give(admin, 'trust-admin', null)
      browser = await app.as(admin)
    })
    afterAll(() => app?.close())

    it('V4: people are found by name, and the name stands in no address', async () => {
      const office = await trust.add({ name: 'Olga Office', role: 'support', email: 'olga@larkmoor.example' })
      const answer = await browser.submit('/settings/roles', { name: 'off olga', back: '/settings/roles' }, '/settings/roles/search')
      expect(answer.location).toBe('/settings/roles?named=1')
      const page = await browser.get('/settings/roles?named=1')
      expect(page.text).toContain(`href="/settings/roles/people/${office}"`)
      expect(textOf(page.text)).toContain('Anna Admin : Trust administrator')
    })

    it('a role is given with school, year and last day, and taken; both are in the log with who did it', async () => {
      const head = await trust.add({ name: 'Hedda Year', role: 'teacher', email: 'hedda@larkmoor.example' })
      await trust.add({ name: 'Cleo Rowan', role: 'pupil', year: '4', group: '4K' })
      const path = `/settings/roles/people/${head}`
      const signedIn = await app.as(head)
      expect((await browser.submit(path, { role: 'head-of-year', school: trust.primary.id, year: '4', 'until-day': '31', 'until-month': '8', 'until-year': '2027' })).location).toBe(path)
      expect(await held(head)).toEqual([['head-of-year', trust.primary.id, '4', null, Date.parse('2027-09-01T00:00:00Z')]])
      expect((await signedIn.get('/me')).location).toBe('/sign-in')
      const page = await browser.get('/settings/roles?role=head-of-year')
      expect(textOf(page.text)).toContain('Larkmoor Primary School, Year 4, until 1 September 2027')
      const again = await app.as(head)
      expect((await again.get('/office/board')).status).toBe(200)
      const grant = /name="grant" value="([0-9A-Z]{26})"/.exec(page.text)?.[1] ?? ''
      expect((await browser.submit('/settings/roles', { grant }, '/settings/roles/take')).location).toBe('/settings/roles')
      expect(await held(head)).toEqual([])
      expect((await again.get('/office/board')).location).toBe('/sign-in')
      expect(await events('role.taken-away')).toEqual([{ actor: `person:${admin}`, subject: `person:${head}` }])
    })

    it.each([
      [{ role: 'head-of-year', school: 'primary' }, 'This role is for a year or group of a school'],
      [{ role: 'head-of-year', school: 'primary', year: '12' }, 'nobody in that year or group at this school'],
      [{ role: 'class-teacher', school: 'primary', group: '9Z' }, 'nobody in that year or group at this school'],
      [{ role: 'dsl', school: 'primary', year: '4' }, 'This role is for a whole school or the trust'],
      [{ role: 'external-it', school: 'trust' }, 'never given without an end'],
      [{ role: 'office', school: 'primary', 'until-day': '31', 'until-month': '2', 'until-year': '2027' }, 'Write the last day of the role'],
      [{ role: 'office', school: 'primary', 'until-day': '1', 'until-month': '1', 'until-year': '2020' }, 'end of the role lies in the past'],
      [{ role: 'king', school: 'primary' }, 'Choose a role'],
      [{ role: 'dsl', school: '' }, 'Choose where the role holds'],
    ])('refuses %j with a reason beside the form', async (fields, words) => {
      const person = await trust.add({ name: 'Sam Some', role: 'teacher' })
      const path = `/settings/roles/people/${person}`
      const sent = Object.fromEntries(Object.entries(fields as Record<string, string>).map(([name, value]) => [name, value === 'primary' ? trust.primary.id : value]))
      expect((await browser.submit(path, sent)).location).toBe(path)
      expect(textOf((await browser.get(path)).text)).toContain(words)
      expect(await held(person)).toEqual([])
    })

    it('the last administrator of the trust keeps the role, also when two take each other’s at once', async () => {
      const [only] = await app.services.roleStore.grantsOf(admin, app.clock.now())
      await browser.submit('/settings/roles', { grant: only?.id ?? '' }, '/settings/roles/take')
      expect(textOf((await browser.get('/settings/roles')).text)).toContain('This is the last administrator of the trust')
      const second = await trust.add({ name: 'Bea Second', role: 'support' })
      const other = await give(second, 'trust-admin', null)
      // One who will end by herself does not count as one who stays.
      const passing = await give(await trust.add({ name: 'Una Until' }), 'trust-admin', null, { until: app.clock.now() + DAY })
      const taken = await Promise.allSettled([app.services.roles.takeAway(only?.id ?? '', 'os:test'), app.services.roles.takeAway(other.id, 'os:test')])
      expect(taken.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await app.services.roles.takeAway(passing.id, 'os:test')
      const left = (await app.services.roleStore.holdersOf('trust-admin', app.clock.now())).map(({ personId }) => personId)
      expect(left).toHaveLength(1)
      if (left[0] !== admin) await give(admin, 'trust-admin', null)
      browser = await app.as(admin)
    })

    it('A5: nobody joins the safeguarding circle in silence, least of all by their own hand', async () => {
      const dsl = await trust.add({ name: 'Dora Safe', role: 'support', email: 'dora@larkmoor.example' })
      const highDsl = await trust.add({ name: 'Hugo High', role: 'support', school: trust.high, email: 'hugo@ashbeck.example' })
      await give(dsl, 'dsl', trust.primary.id)
      await give(highDsl, 'dsl', trust.high.id)
      await browser.submit(`/settings/roles/people/${admin}`, { role: 'dsl', school: trust.primary.id })
      await app.services.worker.runUntilIdle()
      const mails = await app.db.read('captured_mails').where('subject', 'like', '%safeguarding circle%').select('recipient', 'body_text')
      expect(mails.map(({ recipient }) => recipient as string)).toEqual(['dora@larkmoor.example'])
      expect(mails[0]?.body_text).toContain('Anna Admin was given a role')
      expect(mails[0]?.body_text).toContain('Given by: themselves')
      expect((await browser.get('/settings/roles')).location).toBe('/sign-in')
      browser = await app.as(admin)
    })

    it('an administrator of one school sees and decides about that school only', async () => {
      const local = await trust.add({ name: 'Lola Local', role: 'support' })
      await give(local, 'trust-admin', trust.primary.id)
      const theirs = await app.as(local)
      const page = textOf((await theirs.get('/settings/roles')).text)
      expect(page).toContain('Dora Safe')
      expect(page).not.toContain('Hugo High')
      expect(page).not.toContain('The whole trust')
      await theirs.submit('/settings/roles', { name: 'hugo', back: '/settings/roles' }, '/settings/roles/search')
      expect(textOf((await theirs.get('/settings/roles?named=1')).text)).toContain('Nobody of that name')
      const teacher = await trust.add({ name: 'Tess Teacher', role: 'teacher' })
      for (const school of ['trust', trust.high.id]) expect((await theirs.submit(`/settings/roles/people/${teacher}`, { role: 'office', school })).status).toBe(404)
      expect((await theirs.submit(`/settings/roles/people/${teacher}`, { role: 'office', school: trust.primary.id })).status).toBe(303)
      expect(await held(teacher)).toEqual([['office', trust.primary.id, null, null, null]])
    })

    it('ASVS 7.4.2: who is suspended has no role while it lasts', async () => {
      const staff = await trust.add({ name: 'Sue Spended', role: 'support' })
      await give(staff, 'it-admin', null)
      const open = await app.as(staff)
      const id = await app.services.accounts.access.place({ personId: staff, cause: 'misuse', level: 'suspended', reason: 'Told in the test.', actor: 'os:test', advice: 'taken' })
      expect((await open.get('/access')).status).toBe(403)
      await app.services.accounts.access.releaseById(id, 'os:test')
      expect((await open.get('/access')).status).toBe(200)
    })

    it('ASVS 7.4.5: an administrator ends somebody’s sessions; 7.4.2: who has left has no role, whatever was given', async () => {
      const it = await trust.add({ name: 'Ivo Tech', role: 'support' })
      await give(it, 'it-admin', null)
      const open = await app.as(it)
      expect((await open.get('/access')).status).toBe(200)
      await browser.submit(`/settings/roles/people/${it}`, {}, `/settings/roles/people/${it}/sessions`)
      expect((await open.get('/access')).location).toBe('/sign-in')
      const again = await app.as(it)
      await app.db.sql('affiliations').where({ person_id: it }).update({ end_date: '2026-09-06' })
      expect((await again.get('/access')).status).toBe(403)
    })
  })
}
