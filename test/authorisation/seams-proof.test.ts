import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, tokenIn } from '../http/browser.ts'
import { startSsoWorld, type SsoWorld } from '../features/identity/sso-world.ts'
import { giveAccounts, readRoster, simulatedDirectory, withRole } from '../support/it-people.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { smallTrust } from '../support/small-trust.ts'
import { tinySchool } from '../support/tiny-roster.ts'
import { hidden } from '../features/signing/signing-walk.ts'

describe('ways round the fresh proof', () => {
  let world: SsoWorld
  let left: Browser
  const PROVIDER = '/settings/sign-in/providers/google'
  beforeAll(async () => {
    world = await startSsoWorld()
    const admin = await world.trust.add({ name: 'Ada Admin', role: 'support' })
    await world.app.services.roles.grant({ personId: admin, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
    // A session that somebody left open: signed in, and no proof for hours.
    left = await world.app.as(admin, 'saml', { proven: false })
  })
  afterAll(() => world.app.close())

  it('ASVS 7.5.3: a session left open makes nobody an administrator by a group of the provider', async () => {
    const rule = { decision: 'add', 'role-attribute': 'uid', value: 'pupil1', role: 'trust-safeguarding-lead', 'role-school': '' }
    expect((await left.submit(PROVIDER, rule, `${PROVIDER}/roles`)).location).toBe('/confirm')
    expect(await world.app.db.read('group_roles')).toEqual([])
  })

  it('ASVS 7.5.3: nor does it change whom a provider lets in', async () => {
    const settings = { label: 'Ours', school: '', attribute: 'uid', field: 'email', signed: 'both', active: 'on' }
    expect((await left.submit(PROVIDER, settings)).location).toBe('/confirm')
    expect((await world.app.services.signIn.providers.store.named('google'))?.label).toBe('School account google')
    expect((await left.submit(PROVIDER, {}, `${PROVIDER}/metadata/check`)).location).toBe('/confirm')
    expect((await left.get('/settings/sign-in/new')).location).toBe('/confirm')
    const token = tokenIn(await left.get(PROVIDER))
    const added = { _csrf: token, kind: 'oidc', name: 'mine', label: 'Mine', issuer: 'https://idp.example', client: 'x' }
    expect((await left.post('/settings/sign-in/new', added)).location).toBe('/confirm')
    expect(await world.app.services.signIn.providers.store.named('mine')).toBeNull()
  })

  it('ASVS 7.5.3: nor does it give an unknown login to an administrator', async () => {
    const stranger = world.app.browser()
    await world.signIn(stranger, { attributes: {} })
    const login = await world.app.db.read('identities').where({ state: 'unknown' }).first('id') as { id: string }
    const administrator = await world.trust.add({ name: 'Other Admin', role: 'support' })
    expect((await left.submit('/settings/sign-in/unknown', { login: login.id, decision: 'link', person: administrator })).location).toBe('/confirm')
    expect((await world.app.db.read('identities').where({ id: login.id }).first('person_id')).person_id).toBeNull()
  })

  it('P1: a group of the provider gives no role that is for one year; whoever is in it still comes in', async () => {
    const { app } = world
    const wanted = { attribute: 'uid', value: 'teacher1', schoolId: world.trust.high.id, until: null, fromFile: false, providerId: (await app.services.signIn.providers.store.named('google'))?.id ?? '' }
    for (const rule of [{ ...wanted, role: 'head-of-year' }, { ...wanted, role: 'class-teacher', schoolId: null }]) await expect(app.services.signIn.groupRoles.add(rule, 'os:test')).rejects.toThrow('needs')
    // One that was written before.
    await app.db.sql('group_roles').insert({ id: app.services.ids.next(), provider_id: wanted.providerId, attribute: 'uid', value: 'teacher1', role: 'head-of-year', school_id: wanted.schoolId, until: null, from_file: 0 })
    const teacher = app.browser()
    expect((await world.signIn(teacher, { attributes: { uid: ['teacher1'] } })).status).toBe(303)
    expect((await teacher.get('/me')).status).toBe(200)
    await app.db.sql('group_roles').delete()
  })
})

describe('one’s own family in a plan', () => {
  let app: TestApp
  beforeAll(async () => { app = await startTestApp({ now: '2026-11-02T10:00:00Z', config: { directories: [simulatedDirectory] } }) })
  afterAll(() => app.close())

  it('P7: nobody leaves their own child or themselves out of a plan', async () => {
    const admin = await withRole(app, 'it-admin', { name: 'Idris' })
    await readRoster(app, admin.browser, tinySchool(40))
    await giveAccounts(app, ['P1', 'P2'])
    await app.services.accounts.reconcile.observe('school', 'os:test')
    const idOf = async (username: string) => (await app.db.read('people').where({ username }).first('id') as { id: string }).id
    const [child, other] = [await idOf('p1'), await idOf('p2')]
    const school = (await app.services.schools.all())[0]?.id ?? ''
    const list = (await admin.browser.submit('/access/leavers', { school, list: 'u.p1\nu.p2', 'last-day': '2026-10-30' })).location ?? ''
    await admin.browser.submit(list, {}, `${list}/plan`)
    await app.services.worker.runUntilIdle()
    const plan = (await admin.browser.get(`${list}/plan`)).location ?? ''
    await app.db.sql('guardian_links').insert({
      id: app.services.ids.next(), pupil_id: child, guardian_id: admin.id, relationship: 'Father', may_sign: 1, may_consent: 1, do_not_contact: 0, priority: 1, source_id: null, ended_at: null, created_at: app.clock.now(),
    })
    const stateOf = async (subject: string) => (await app.db.read('plan_items').where({ subject }).first('state')).state
    await admin.browser.submit(plan, { people: child, do: 'leave' }, `${plan}/leave-out`)
    expect(await stateOf(child)).not.toBe('skipped')
    expect((await admin.browser.get(plan)).text).toContain('a colleague must decide')
    await admin.browser.submit(plan, { people: other, do: 'leave' }, `${plan}/leave-out`)
    expect(await stateOf(other)).toBe('skipped')
  })
})

describe('reception’s tablet, handed from one visitor to the next', () => {
  let app: TestApp
  beforeAll(async () => { app = await startTestApp() })
  afterAll(() => app.close())

  it('S2: who comes back to the form after another has signed signs for themself, and reads nothing of the other', async () => {
    const trust = await smallTrust(app)
    const office = (await withRole(app, 'office', { schoolId: trust.primary.id, name: 'Gwen' })).browser
    await office.submit('/visits', { schoolId: trust.primary.id }, '/visits/tablets')
    const tablet = app.browser()
    await tablet.submit('/visit', { typed: /type <strong class="code">([A-Z0-9 ]+)</.exec((await office.get('/visits')).text)?.[1] ?? '' })
    await tablet.submit('/visit', {}, '/visit/new')
    const comes = async (name: string, organisation: string) => {
      await tablet.submit('/visit/who', { name, organisation, host: '', kind: 'visitor' })
      await tablet.submit('/visit/wifi', { uses: 'yes' })
      const page = await tablet.get('/visit/read')
      return tablet.post('/visit/read', { _csrf: tokenIn(page), text: hidden(page, 'text'), answer: 'yes', signature: name, signatureDrawn: '' })
    }
    expect((await comes('First Visitor', 'Boilers Ltd')).location).toBe('/visit/done')
    // The second presses "back" instead of the button that ends the first one's turn.
    expect((await tablet.get('/visit/who')).text).not.toMatch(/First Visitor|Boilers/)
    expect((await comes('Second Visitor', '')).location).toBe('/visit/done')
    const names = (await app.db.read('visits').orderBy('id').select('name')).map(({ name }) => name as string)
    expect(names).toEqual(['First Visitor', 'Second Visitor'])
    expect(await app.db.read('signatures')).toHaveLength(2)
  })
})
