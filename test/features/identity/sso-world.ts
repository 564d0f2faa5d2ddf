import { inflateRawSync } from 'node:zlib'
import { serviceAddresses, type ServiceAddresses } from '../../../src/adapters/identity/saml-strategy.ts'
import type { SamlProvider } from '../../../src/features/identity/identity-provider.ts'
import type { Answer, Browser } from '../../http/browser.ts'
import { rsaCertificate, type RsaIdentity } from '../../support/rsa-certificate.ts'
import { encode, rightStatement, signedResponse, type Statement } from '../../support/saml-idp.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp, type TestAppOptions } from '../../support/test-app.ts'

export const ISSUER = 'https://idp.example/metadata'

/** Assent with one school account provider whose key the test holds, a pupil and a teacher. */
export interface SsoWorld {
  app: TestApp
  trust: SmallTrust
  idp: RsaIdentity
  us(name?: string): ServiceAddresses
  pupil: string
  teacher: string
  /** Adds a SAML provider with the test's key. */
  provider(name: string, change?: (provider: SamlProvider) => SamlProvider): Promise<void>
  /** Starts a sign-in in this browser; the identifier of our request. */
  begin(browser: Browser, name?: string, to?: string): Promise<string>
  /** Starts a confirmation at the provider that let this browser's session in; the request as XML and its identifier. */
  beginConfirmation(browser: Browser): Promise<{ id: string; request: string }>
  /** A right statement for that request. */
  statement(requestId: string, change?: Partial<Statement>, name?: string): Statement
  /** What the provider's page would send. */
  post(browser: Browser, xml: string, name?: string): Promise<Answer>
  /** Begins, signs and posts. */
  signIn(browser: Browser, change?: Partial<Statement>, name?: string): Promise<Answer>
  /** Lines of the log that say why somebody was refused. */
  refusals(): string[]
}

export async function startSsoWorld(options: TestAppOptions = {}): Promise<SsoWorld> {
  // The library looks at this machine's own clock.
  const app = await startTestApp({ now: new Date().toISOString(), ...options })
  const trust = await smallTrust(app)
  const idp = rsaCertificate('idp')
  const pupil = await trust.add({ name: 'Pupil One', role: 'pupil', year: '8', school: trust.high, email: 'pupil1' })
  const teacher = await trust.add({ name: 'Teacher One', role: 'teacher', school: trust.high, email: 'teacher1' })
  const us = (name = 'google') => serviceAddresses(app.services.config.baseUrl, name)
  const world: SsoWorld = {
    app, trust, idp, us, pupil, teacher,
    async provider(name, change = (provider) => provider) {
      const { store } = app.services.signIn.providers
      await store.save(change({
        id: app.services.ids.next(), name, kind: 'saml', label: `School account ${name}`, schoolId: null, active: true, fromFile: false,
        matching: { attribute: 'uid', field: 'username' }, organisation: null, updatedAt: app.clock.now(),
        settings: { entityId: ISSUER, entryPoint: 'https://idp.example/sso', logoutPoint: 'https://idp.example/slo', certificates: [idp.certificate], signed: 'both', allowSha1: false, clockSkewMs: 90_000, encryption: true },
      }))
    },
    async begin(browser, name = 'google', to) {
      const answer = await browser.get(`/sign-in/${name}${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`)
      if (answer.status !== 303) throw new Error(`The sign-in did not begin: ${answer.status} ${answer.text.slice(0, 400)}`)
      return idOf(requestIn(answer))
    },
    async beginConfirmation(browser) {
      const answer = await browser.get('/confirm/school')
      if (answer.status !== 303) throw new Error(`The confirmation did not begin: ${answer.status} ${answer.text.slice(0, 400)}`)
      const request = requestIn(answer)
      return { id: idOf(request), request }
    },
    statement: (requestId, change = {}, name = 'google') => ({ ...rightStatement({ issuer: ISSUER, service: us(name), requestId, now: Date.now() }), ...change }),
    // As another site's form: without our own words, and with what a browser says of it.
    post: (browser, xml, name = 'google') => browser.post(`/saml/${name}/acs`, { SAMLResponse: encode(xml) }, { 'sec-fetch-site': 'cross-site', origin: 'https://idp.example' }),
    async signIn(browser, change = {}, name = 'google') {
      const requestId = await world.begin(browser, name)
      return world.post(browser, signedResponse(world.statement(requestId, change, name), idp), name)
    },
    refusals: () => app.log.map((line) => JSON.parse(line) as { msg?: string; err?: { type?: string; code?: string } })
      .filter((line) => line.err?.type === 'SignInRefused').map((line) => line.err?.code ?? ''),
  }
  await world.provider('google')
  return world
}

const requestIn = (answer: Answer): string => inflateRawSync(Buffer.from(new URL(answer.location ?? '').searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
const idOf = (request: string): string => / ID="([^"]+)"/.exec(request)?.[1] ?? ''

/** Who the browser is now: the name in the header of the page, or null. */
export async function whoIs(app: TestApp, browser: Browser): Promise<string | null> {
  const me = await browser.get('/me')
  return me.status === 200 ? await nameOf(app, me.text) : null
}

async function nameOf(app: TestApp, html: string): Promise<string | null> {
  for (const { preferred_forename: forename, surname } of await app.db.read('people').select('preferred_forename', 'surname')) {
    if (html.includes(`${forename} ${surname}`)) return `${forename} ${surname}`
  }
  return null
}
