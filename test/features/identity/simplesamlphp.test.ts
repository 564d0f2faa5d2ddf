import { afterAll, beforeAll, expect, it } from 'vitest'
import { serviceAddresses } from '../../../src/adapters/identity/saml-strategy.ts'
import type { MatchField } from '../../../src/features/identity/identity-provider.ts'
import { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startSimpleSaml, withSimpleSaml, type Personality, type SimpleSaml } from '../../support/simplesamlphp.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { whoIs } from './sso-world.ts'

interface Kind { signed: 'assertion' | 'response' | 'both'; matching: { attribute: string; field: MatchField } | null; organisation: { attribute: string; values: string[] } | null }

/** What each kind of provider signs, by what its people are found, and whose they are. */
const KINDS: Record<Personality, Kind> = {
  google: { signed: 'response', matching: { attribute: 'uid', field: 'username' }, organisation: null },
  entra: { signed: 'assertion', matching: { attribute: 'http://schemas.microsoft.com/identity/claims/objectidentifier', field: 'directory-id' }, organisation: null },
  'rm-unify': { signed: 'both', matching: { attribute: 'identity_guid', field: 'directory-id' }, organisation: { attribute: 'organisation_code', values: ['100002'] } },
  shibboleth: { signed: 'both', matching: null, organisation: null },
  encrypted: { signed: 'both', matching: { attribute: 'uid', field: 'username' }, organisation: null },
}
const PEOPLE = [['pupil1', 'Pupil One'], ['teacher1', 'Teacher One']] as const

withSimpleSaml('signing in through SimpleSAMLphp', () => {
  let app: TestApp
  let idp: SimpleSaml
  let trust: SmallTrust
  const ids = new Map<string, string>()
  beforeAll(async () => {
    idp = await startSimpleSaml()
    app = await startTestApp({ now: new Date().toISOString() })
    trust = await smallTrust(app)
    const { services } = app
    for (const [at, [username, name]] of PEOPLE.entries()) {
      const id = await trust.add({ name, role: at === 0 ? 'pupil' : 'teacher', school: trust.high, email: username, ...(at === 0 ? { year: '8' } : {}) })
      ids.set(username, id)
      await app.db.sql('accounts').insert({
        id: services.ids.next(), directory_id: services.ids.next(), immutable_id: `6f1b1c1e-0000-4000-8000-00000000000${at + 1}`, person_id: id, username, observed: '{}', observed_at: app.clock.now(),
      })
    }
    const xml = await idp.metadata()
    for (const [name, kind] of Object.entries(KINDS) as [Personality, Kind][]) {
      await services.signIn.providers.add({ name, label: name, schoolId: null, kind: 'saml', metadata: await services.signIn.providers.readMetadata(xml) }, 'system')
      await services.signIn.providers.change(name, (provider) => {
        if (provider.kind !== 'saml') return provider
        return { ...provider, active: true, matching: kind.matching, organisation: kind.organisation, settings: { ...provider.settings, signed: kind.signed } }
      }, 'system')
      // What the provider knows of us is what our own metadata says.
      const certificate = /X509Certificate>([^<]+)</.exec((await app.browser().get(`/saml/${name}/metadata`)).text)?.[1]
      idp.know(serviceAddresses(services.config.baseUrl, name), name, name === 'encrypted' ? certificate : undefined)
    }
  }, 60_000)
  afterAll(async () => {
    await app.close()
    await idp.stop()
  })

  async function signIn(name: string, user: 'pupil1' | 'teacher1', browser = app.browser()) {
    const start = await browser.get(`/sign-in/${name}`)
    const { action, ...fields } = await idp.login(start.location ?? '', user, new Browser(''))
    expect(action).toBe(serviceAddresses(app.services.config.baseUrl, name).consumer)
    return { browser, answer: await browser.post(`/saml/${name}/acs`, fields, { 'sec-fetch-site': 'cross-site' }) }
  }

  it.each((['google', 'entra', 'rm-unify', 'encrypted'] as const).flatMap((name) => PEOPLE.map(([user, who]) => ({ name, user, who }))))('$name lets $user in', async ({ name, user, who }) => {
    const { browser, answer } = await signIn(name, user)
    expect(answer.location).toBe('/me')
    expect(await whoIs(app, browser)).toBe(who)
  })

  it.each(PEOPLE)('shibboleth releases an opaque id only: %s waits for somebody to link them, and gets in from then on', async (user, who) => {
    expect((await signIn('shibboleth', user)).answer.text).toContain('We do not know you yet')
    const { review } = app.services.signIn
    const [identity] = (await review.unknown(5)).list
    expect(identity?.subject.value).not.toContain(user)
    await review.link(identity?.id ?? '', ids.get(user) ?? '', 'system')
    const { browser } = await signIn('shibboleth', user)
    expect(await whoIs(app, browser)).toBe(who)
  })

  it('what it encrypts nobody on the way can read; after a change of our key the one before opens as well, and no third', async () => {
    const start = async () => {
      const browser = app.browser()
      const { SAMLResponse } = await idp.login((await browser.get('/sign-in/encrypted')).location ?? '', 'teacher1', new Browser(''))
      return { xml: Buffer.from(SAMLResponse, 'base64').toString(), answer: await browser.post('/saml/encrypted/acs', { SAMLResponse }, { 'sec-fetch-site': 'cross-site' }) }
    }
    const { xml } = await start()
    expect(xml).toContain('EncryptedAssertion')
    expect(xml).not.toMatch(/teacher1|office-staff|<saml:Subject/)
    await app.services.signIn.encryption.rotate()
    expect((await start()).answer.status).toBe(303)
    await app.services.signIn.encryption.rotate()
    expect((await start()).answer.status).toBe(403)
    expect(app.log.at(-1) ?? '').not.toContain('teacher1')
  })

  it('AES-CBC, which this version chooses by itself, is refused before any key is used', async () => {
    const atProvider = new Browser('')
    atProvider.cookies.set('test-cbc', '1')
    const browser = app.browser()
    const { SAMLResponse } = await idp.login((await browser.get('/sign-in/encrypted')).location ?? '', 'teacher1', atProvider)
    expect(Buffer.from(SAMLResponse, 'base64').toString()).toContain('aes128-cbc')
    expect((await browser.post('/saml/encrypted/acs', { SAMLResponse }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(app.log.join('\n')).toContain('encrypted: algorithm')
  })

  it('ASVS 6.8.4: asks again for the password although the provider has a session, and that confirms who it is', async () => {
    const idpBrowser = new Browser('')
    const browser = app.browser()
    const { action: _, ...fields } = await idp.login((await browser.get('/sign-in/entra')).location ?? '', 'teacher1', idpBrowser)
    await browser.post('/saml/entra/acs', fields, { 'sec-fetch-site': 'cross-site' })
    // Without the question its session answers at once.
    let plain = await idpBrowser.get((await app.browser().get('/sign-in/entra')).location ?? '')
    for (let hops = 0; plain.location && hops < 6; hops += 1) plain = await idpBrowser.get(plain.location)
    expect(plain.text).toContain('name="SAMLResponse"')
    const asked = (await browser.get('/confirm/school')).location ?? ''
    let shown = await idpBrowser.get(asked)
    for (let hops = 0; shown.location && hops < 6; hops += 1) shown = await idpBrowser.get(shown.location)
    expect(shown.text).toContain('name="password"')
    expect(shown.text).not.toContain('SAMLResponse')
    const { action, ...fresh } = await idp.login(asked, 'teacher1', idpBrowser)
    expect(action).toContain('/saml/entra/acs')
    expect((await browser.post('/saml/entra/acs', fresh, { 'sec-fetch-site': 'cross-site' })).location).toBe('/confirm/school/done')
    expect((await browser.get('/confirm/school/done')).location).toBe('/confirm/go-on')
    expect((await browser.get('/confirm/go-on')).location).toBe('/security')
    expect(await whoIs(app, browser)).toBe('Teacher One')
  })

  it('refuses one provider’s answer at another, although both are served by one key', async () => {
    const browser = app.browser()
    const start = await browser.get('/sign-in/google')
    await browser.get('/sign-in/entra')
    const { SAMLResponse } = await idp.login(start.location ?? '', 'pupil1')
    const answer = await browser.post('/saml/entra/acs', { SAMLResponse }, { 'sec-fetch-site': 'cross-site' })
    expect(answer.status).toBe(403)
  })

  it('refuses what a provider signs less than it is trusted for', async () => {
    await app.services.signIn.providers.change('google', (provider) => (provider.kind === 'saml' ? { ...provider, settings: { ...provider.settings, signed: 'both' } } : provider), 'system')
    expect((await signIn('google', 'pupil1')).answer.status).toBe(403)
    await app.services.signIn.providers.change('google', (provider) => (provider.kind === 'saml' ? { ...provider, settings: { ...provider.settings, signed: 'response' } } : provider), 'system')
  })

  it('ends the session that a signed sign-out means, and no other', async () => {
    const idpBrowser = new Browser('')
    const mine = app.browser()
    const { action, ...fields } = await idp.login((await mine.get('/sign-in/rm-unify')).location ?? '', 'pupil1', idpBrowser)
    expect(action).toContain('/saml/rm-unify/acs')
    await mine.post('/saml/rm-unify/acs', fields, { 'sec-fetch-site': 'cross-site' })
    const other = (await signIn('google', 'pupil1')).browser
    expect(await whoIs(app, mine)).toBe('Pupil One')
    let answer = await idpBrowser.get(`${idp.url}saml2/idp/SingleLogoutService.php?ReturnTo=${encodeURIComponent(idp.url)}`)
    for (let hops = 0; answer.location && !answer.location.includes('/saml/rm-unify/logout') && hops < 8; hops += 1) answer = await idpBrowser.get(answer.location)
    const url = new URL(answer.location ?? /href="([^"]*\/saml\/rm-unify\/logout[^"]*)"/.exec(answer.text)?.[1]?.replaceAll('&amp;', '&') ?? 'http://nowhere.example')
    expect(url.pathname).toBe('/saml/rm-unify/logout')
    // Without its signature, or with another request under it, nothing ends.
    const unsigned = `${url.pathname}?SAMLRequest=${encodeURIComponent(url.searchParams.get('SAMLRequest') ?? '')}`
    expect((await app.browser().get(unsigned)).status).toBe(403)
    expect((await app.browser().get(`${url.pathname}${url.search.replace('SAMLRequest=', 'SAMLRequest=A')}`)).status).toBe(403)
    expect(await whoIs(app, mine)).toBe('Pupil One')
    const done = await app.browser().get(url.pathname + url.search)
    expect(done.status).toBe(303)
    expect(done.location).toContain('SAMLResponse=')
    expect(await whoIs(app, mine)).toBeNull()
    expect(await whoIs(app, other)).toBe('Pupil One')
  })
})
