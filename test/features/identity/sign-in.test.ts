import { inject, afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedResponse } from '../../support/saml-idp.ts'
import { startSsoWorld, whoIs, type SsoWorld } from './sso-world.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`signing in with a school account [${kind}]`, () => {
    let world: SsoWorld
    beforeAll(async () => { world = await startSsoWorld({ kind, mariadbUrl: inject('mariadbUrl') }) })
    afterAll(() => world.app.close())

    it('lists the ways on the public page, beside the mailed link', async () => {
      const { text } = await world.app.browser().get('/sign-in')
      expect(text).toContain('href="/sign-in/google"')
      expect(text).toContain('Send me my link')
    })

    it('lets in whom the register names, once the provider has vouched, into a session of its own', async () => {
      const browser = world.app.browser()
      await browser.get('/ask')
      const before = new Map(browser.cookies)
      const answer = await world.signIn(browser, { nameId: 'opaque-1', attributes: { uid: ['pupil1'] } })
      expect(answer.status).toBe(303)
      expect(answer.location).toBe('/me')
      expect(browser.cookies.get('assent-session')).toBeDefined()
      expect(browser.cookies.get('assent-session')).not.toBe(before.get('assent-session'))
      expect(await whoIs(world.app, browser)).toBe('Pupil One')
    })

    it('P1 knows the same login again by provider, format and NameID, whatever else has changed', async () => {
      const browser = world.app.browser()
      expect((await world.signIn(browser, { nameId: 'opaque-1', attributes: { uid: ['renamed'], mail: ['new@school.example'] } })).location).toBe('/me')
      expect(await whoIs(world.app, browser)).toBe('Pupil One')
    })

    it('R6 lets nobody in by an e-mail address alone, and asks a person instead', async () => {
      const browser = world.app.browser()
      const email = 'head@school.example'
      await world.trust.add({ name: 'Head Teacher', role: 'teacher', email })
      const answer = await world.signIn(browser, { nameId: email, nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', attributes: { mail: [email] } })
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('We do not know you yet')
      expect(await whoIs(world.app, browser)).toBeNull()
      const { list } = await world.app.services.signIn.review.unknown(10)
      expect(list).toMatchObject([{ state: 'unknown', reason: 'no-attribute' }])
    })

    it('asks a person when two people of the register fit, or when somebody has another login here already', async () => {
      await world.trust.add({ name: 'Twin One', role: 'pupil', email: 'twin' })
      await world.trust.add({ name: 'Twin Two', role: 'pupil', email: 'twin' })
      expect((await world.signIn(world.app.browser(), { nameId: 'opaque-twin', attributes: { uid: ['twin'] } })).status).toBe(403)
      expect((await world.signIn(world.app.browser(), { nameId: 'recycled', attributes: { uid: ['pupil1'] } })).status).toBe(403)
      const { list } = await world.app.services.signIn.review.unknown(10)
      expect(list.map(({ reason }) => reason).sort()).toEqual(['no-attribute', 'second', 'several'])
    })

    it('stops when the register names somebody else than before, until a person has decided', async () => {
      const answer = await world.signIn(world.app.browser(), { nameId: 'opaque-1', attributes: { uid: ['teacher1'] } })
      expect(answer.status).toBe(403)
      const again = await world.signIn(world.app.browser(), { nameId: 'opaque-1', attributes: { uid: ['pupil1'] } })
      expect(again.status).toBe(403)
      const identity = (await world.app.services.signIn.review.unknown(10)).list.find(({ reason }) => reason === 'conflict')
      await world.app.services.signIn.review.link(identity?.id ?? '', world.pupil, `person:${world.teacher}`)
      expect((await world.signIn(world.app.browser(), { nameId: 'opaque-1', attributes: { uid: ['teacher1'] } })).location).toBe('/me')
    })

    it('does not let in who has left, unless something still waits for them', async () => {
      const left = await world.trust.add({ name: 'Gone Away', role: 'pupil', year: '8', school: world.trust.high, email: 'gone' })
      await world.app.db.sql('affiliations').where({ person_id: left }).update({ end_date: '2025-07-31' })
      const answer = await world.signIn(world.app.browser(), { nameId: 'opaque-gone', attributes: { uid: ['gone'] } })
      expect(answer.text).toContain('no longer opens these pages')
      await world.app.db.sql('affiliations').where({ person_id: left }).update({ end_date: null })
      await world.trust.issue()
      await world.app.db.sql('affiliations').where({ person_id: left }).update({ end_date: '2025-07-31' })
      expect((await world.signIn(world.app.browser(), { nameId: 'opaque-gone', attributes: { uid: ['gone'] } })).location).toBe('/me')
    })

    it('goes where somebody wanted to go, but never to another site', async () => {
      for (const [wanted, got] of [['/stored', '/stored'], ['https://evil.example/', '/me'], ['//evil.example', '/me'], ['/\\evil.example', '/me']] as const) {
        const browser = world.app.browser()
        const requestId = await world.begin(browser, 'google', wanted)
        const answer = await world.post(browser, signedResponse(world.statement(requestId, { nameId: 'opaque-teacher', attributes: { uid: ['teacher1'] } }), world.idp))
        expect(answer.location).toBe(got)
      }
    })

    it('gives and takes roles as the groups of the moment say, and only in such a session', async () => {
      const provider = await world.app.services.signIn.providers.store.named('google')
      const rule = { providerId: provider?.id ?? '', attribute: 'groups', schoolId: null, until: null, fromFile: false }
      await world.app.services.signIn.groupRoles.add({ ...rule, value: 'office-staff', role: 'office' }, 'system')
      await expect(world.app.services.signIn.groupRoles.add({ ...rule, value: 'admins', role: 'trust-admin' }, 'system')).rejects.toThrow('never follows from a group')
      const browser = world.app.browser()
      const staff = { nameId: 'opaque-teacher', attributes: { uid: ['teacher1'], groups: ['staff', 'office-staff'] } }
      expect((await world.signIn(browser, staff)).location).toBe('/office')
      expect((await browser.get('/office/board')).status).toBe(200)
      const byPasskey = await world.app.as(world.teacher, 'administrator-link')
      expect((await byPasskey.get('/office/board')).status).toBe(403)
      const later = world.app.browser()
      expect((await world.signIn(later, { ...staff, attributes: { uid: ['teacher1'], groups: ['staff'] } })).location).toBe('/me')
      // A role that is taken ends the sessions that had it.
      expect((await browser.get('/office/board')).location).toBe('/sign-in')
      const events = await world.app.db.read('role_grants').where({ person_id: world.teacher })
      expect(events).toEqual([])
    })

    it('gives nobody who has left a role, whatever groups they are still in', async () => {
      const left = await world.trust.add({ name: 'Former Clerk', role: 'support', school: world.trust.high, email: 'clerk' })
      const clerk = { nameId: 'opaque-clerk', attributes: { uid: ['clerk'], groups: ['office-staff'] } }
      expect((await world.signIn(world.app.browser(), clerk)).location).toBe('/office')
      await world.app.db.sql('affiliations').where({ person_id: left }).update({ end_date: '2025-07-31' })
      expect((await world.signIn(world.app.browser(), clerk)).text).toContain('no longer opens these pages')
      expect(await world.app.db.read('role_grants').where({ person_id: left })).toEqual([])
    })

    it('shows what a test of the connection brought, and signs nobody in', async () => {
      const admin = await world.trust.add({ name: 'Ada Admin', role: 'support' })
      await world.app.services.roles.grant({ personId: admin, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
      const browser = await world.app.as(admin)
      const location = (await browser.get('/settings/sign-in/providers/google/test/start')).location ?? ''
      expect(location).toContain('https://idp.example/sso')
      const [row] = await world.app.db.read('sign_in_attempts').where({ purpose: 'test' })
      const answer = await world.post(browser, signedResponse(world.statement(row.request_id, { nameId: 'fresh', attributes: { uid: ['teacher1'] } }), world.idp))
      expect(answer.location).toBe('/settings/sign-in/providers/google/test')
      expect(await world.app.db.read('identities').where({ subject_value: 'fresh' })).toEqual([])
      const page = await browser.get('/settings/sign-in/providers/google/test')
      expect(page.text).toContain('teacher1')
      expect(page.text).toContain('another login')
      world.app.clock.advance(21 * 60_000)
      expect((await browser.get('/settings/sign-in/providers/google/test')).text).toContain('Nothing has arrived yet')
      await world.app.services.signIn.tidy()
      expect(await world.app.db.read('sign_in_attempts').where({ purpose: 'test' })).toEqual([])
    })

    it('writes who came in, by which way, into the audit log, and no name of theirs', async () => {
      const entries = (await world.app.db.read('audit_payloads')).map((row) => JSON.stringify(row))
      expect(entries.some((entry) => entry.includes('saml'))).toBe(true)
      expect(world.app.log.join('\n')).not.toMatch(/opaque-1|pupil1|Pupil One|head@school/)
    })
  })
}
