import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from '../../http/browser.ts'
import { CLIENT, startOidcIdp, type OidcIdp } from '../../support/oidc-idp.ts'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { whoIs } from './sso-world.ts'

const BASE = 'http://127.0.0.1:3000'

describe('signing in with OpenID Connect', () => {
  let app: TestApp
  let idp: OidcIdp
  beforeAll(async () => {
    idp = await startOidcIdp([`${BASE}/oidc/school/callback`, `${BASE}/oidc/other/callback`])
    app = await startTestApp({ now: new Date().toISOString(), config: { signIn: { allowedHosts: ['127.0.0.1'], providers: [] } } })
    const trust = await smallTrust(app)
    await trust.add({ name: 'Pupil One', role: 'pupil', year: '8', school: trust.high, email: 'pupil1' })
    await trust.add({ name: 'Teacher One', role: 'teacher', school: trust.high, email: 'teacher1' })
    const { providers, groupRoles } = app.services.signIn
    for (const name of ['school', 'other']) {
      await providers.add({ name, label: name, schoolId: null, kind: 'oidc', settings: { issuer: idp.issuer, clientId: CLIENT.id, scopes: ['profile', 'email'] }, clientSecret: CLIENT.secret }, 'system')
      await providers.change(name, (provider) => ({ ...provider, active: true, matching: { attribute: 'preferred_username', field: 'username' } }), 'system')
    }
    const school = await providers.store.named('school')
    await groupRoles.add({ providerId: school?.id ?? '', attribute: 'groups', value: 'office-staff', role: 'office', schoolId: null, until: null, fromFile: false }, 'system')
  })
  afterAll(async () => {
    await app.close()
    await idp.stop()
  })

  async function callback(browser: Browser, user: string, name = 'school'): Promise<URL> {
    const start = await browser.get(`/sign-in/${name}`)
    expect(start.status).toBe(303)
    return new URL(await idp.login(start.location ?? '', user))
  }
  const path = (url: URL, change: Record<string, string | null> = {}): string => {
    const query = new URLSearchParams(url.search)
    for (const [name, value] of Object.entries(change)) { if (value === null) query.delete(name); else query.set(name, value) }
    return `${url.pathname}?${query.toString()}`
  }
  const refusals = () => app.log.map((line) => JSON.parse(line) as { err?: { type?: string; code?: string } }).filter((line) => line.err?.type === 'SignInRefused').map((line) => line.err?.code)

  it('asks with PKCE, state and nonce, and lets pupils and staff in', async () => {
    const start = new URL((await app.browser().get('/sign-in/school')).location ?? '')
    for (const name of ['code_challenge', 'state', 'nonce']) expect(start.searchParams.get(name)?.length).toBeGreaterThan(40)
    expect(start.searchParams.get('code_challenge_method')).toBe('S256')
    const [pupil, teacher] = [app.browser(), app.browser()]
    expect((await pupil.get(path(await callback(pupil, 'pupil1')))).location).toBe('/me')
    expect(await whoIs(app, pupil)).toBe('Pupil One')
    expect((await teacher.get(path(await callback(teacher, 'teacher1')))).location).toBe('/office')
  })

  it('knows the same login again by issuer and subject', async () => {
    expect(await app.db.read('identities').select('subject_format', 'subject_value').orderBy('subject_value')).toEqual([
      { subject_format: idp.issuer, subject_value: 'pupil1' }, { subject_format: idp.issuer, subject_value: 'teacher1' },
    ])
  })

  it('refuses another state, another browser, another provider, a wrong issuer, and everything twice', async () => {
    const browser = app.browser()
    const url = await callback(browser, 'pupil1')
    expect((await browser.get(path(url, { state: 'x'.repeat(43) }))).status).toBe(403)
    expect((await app.browser().get(path(url))).status).toBe(403)
    expect((await browser.get(path(url).replace('/oidc/school/', '/oidc/other/'))).status).toBe(403)
    expect((await browser.get(path(url, { iss: 'https://evil.example' }))).status).toBe(403)
    expect((await browser.get(path(url))).status).toBe(303)
    expect((await browser.get(path(url))).status).toBe(403)
    expect(refusals().slice(-5)).toEqual(['school: request', 'school: no-attempt', 'other: no-attempt', 'school: token', 'school: used'])
  })

  it('refuses a code that the provider never gave, and says what it said when it said no', async () => {
    const browser = app.browser()
    const url = await callback(browser, 'pupil1')
    expect((await browser.get(path(url, { code: 'made-up' }))).status).toBe(403)
    expect((await browser.get(path(url, { code: null, error: 'access_denied' }))).text).toContain('did not let you in')
    expect(await whoIs(app, browser)).toBeNull()
  })

  it('ASVS 6.8.4: a fresh sign-in confirms who it is; a session that the provider had from before does not', async () => {
    const atProvider = new Browser('')
    const teacher = app.browser()
    const start = await teacher.get('/sign-in/school')
    await teacher.get(path(new URL(await idp.login(start.location ?? '', 'teacher1', atProvider))))
    const asked = new URL((await teacher.get('/confirm/school')).location ?? '')
    expect([asked.searchParams.get('prompt'), asked.searchParams.get('max_age')]).toEqual(['login', '0'])
    // A provider that ignores both: it answers from its session, and does not say when that began.
    asked.searchParams.delete('prompt')
    asked.searchParams.delete('max_age')
    const ignored = await teacher.get(path(new URL(await idp.login(asked.toString(), 'teacher1', atProvider))))
    expect([ignored.status, refusals().at(-1)]).toEqual([403, 'school: not-fresh'])
    await teacher.get('/confirm/school/done')
    expect((await teacher.get('/confirm/go-on')).location).toBe('/confirm')
    const again = await teacher.get('/confirm/school')
    const shown = await follow(atProvider, again.location ?? '')
    expect(shown).toContain('name="password"')
    expect((await teacher.get(path(new URL(await idp.login(again.location ?? '', 'teacher1', atProvider))))).location).toBe('/confirm/school/done')
    expect((await teacher.get('/confirm/school/done')).location).toBe('/confirm/go-on')
    expect((await teacher.get('/confirm/go-on')).location).toBe('/security')
  })

  it('somebody else who signs in there confirms nothing', async () => {
    const teacher = app.browser()
    await teacher.get(path(await callback(teacher, 'teacher1')))
    const asked = await teacher.get('/confirm/school')
    expect((await teacher.get(path(new URL(await idp.login(asked.location ?? '', 'pupil1'))))).text).toContain('another login')
    expect(await whoIs(app, teacher)).toBe('Teacher One')
  })

  /** The page of the provider that a browser comes to. */
  async function follow(browser: Browser, address: string): Promise<string> {
    let answer = await browser.get(address)
    for (let hops = 0; answer.location && hops < 6; hops += 1) answer = await browser.get(new URL(answer.location, idp.issuer).toString())
    return answer.text
  }

  it('asks no host that is not allowed', async () => {
    await app.services.signIn.providers.change('other', (provider) => (provider.kind === 'oidc' ? { ...provider, settings: { ...provider.settings, issuer: idp.issuer.replace('127.0.0.1', 'localhost') } } : provider), 'system')
    expect((await app.browser().get('/sign-in/other')).text).toContain('did not answer')
  })

  it('keeps the client’s secret out of the database and the log', async () => {
    expect(JSON.stringify(await app.db.read('identity_providers'))).not.toContain(CLIENT.secret)
    expect(app.log.join('\n')).not.toMatch(/client secret|pupil1/)
  })
})
