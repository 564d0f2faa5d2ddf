import { IdentityDoubted, type ProvenIdentity } from '../../adapters/identity/proven-identity.ts'
import type { OidcClient } from '../../adapters/identity/oidc.ts'
import { logoutAnswerUrl, readLogout } from '../../adapters/identity/saml-logout.ts'
import { serviceAddresses, type ServiceAddresses } from '../../adapters/identity/saml-strategy.ts'
import type { SamlWorkerClient } from '../../adapters/identity/saml-worker-client.ts'
import { samlSignInUrl, serviceMetadata } from '../../adapters/identity/service-provider.ts'
import { decodeMessage, guardXml, MESSAGE_LIMITS } from '../../adapters/identity/xml-guard.ts'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import { NotFound } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import type { AdmitIdentity } from './admit-identity.ts'
import { identityKey, isEndedBy, sessionRef } from './identity.ts'
import { oidcTrust, samlTrust, type IdentityProvider, type OidcProvider, type SamlProvider } from './identity-provider.ts'
import type { EncryptionKeys } from './encryption-keys.ts'
import type { IdentityStore } from './identity-store.ts'
import { hashToken } from './personal-link.ts'
import type { AuditPort } from './ports.ts'
import type { ProviderStore } from './provider-store.ts'
import type { SignInAttempt, SignInAttempts } from './sign-in-attempt.ts'
import { SignInRefused, type SignInProblem } from './sign-in-refusal.ts'

export interface SignInParts {
  clock: Clock
  ids: Ids
  logger: Logger
  audit: AuditPort
  db: { transaction<T>(work: () => Promise<T>): Promise<T> }
  providers: ProviderStore
  attempts: SignInAttempts
  identities: IdentityStore
  admit: AdmitIdentity
  worker: SamlWorkerClient
  oidc: OidcClient
  /** Our keys for statements that are encrypted. */
  encryption: EncryptionKeys
  /** Reads what lies where a provider's settings say; null for a client without a secret. */
  secretOf(provider: OidcProvider): string | null
  endSessionsLetInBy(personId: string, isMeant: (ref: string) => boolean): Promise<number>
  baseUrl: string
}

/** How a sign-in ended well. */
export type SignedIn =
  | { kind: 'in'; personId: string; via: 'saml' | 'oidc'; ref: string; returnPath: string | null }
  | { kind: 'tested'; provider: IdentityProvider }
  | { kind: 'confirmed' }

/** What a way out and back is for. */
export type SignInWish =
  | { returnPath: string | null }
  | { testerId: string }
  /** Who is signed in, in which session (as kept) and let in by which login, has to sign in once more. */
  | { confirms: { personId: string; sessionKey: string; identityKey: string } }

/** Out to a provider and back. Everything that does not end well is a SignInRefused: one page, one line of the log. */
export class SignInService {
  readonly #parts: SignInParts

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  addresses(name: string): ServiceAddresses & { callback: string } {
    return { ...serviceAddresses(this.#parts.baseUrl, name), callback: `${this.#parts.baseUrl}/oidc/${name}/callback` }
  }

  /**
   * Begins a sign-in in this browser, a test of a provider (which may be off), or a confirmation of who is signed in.
   * @returns the provider's address to go to.
   * @throws SignInRefused when the provider is off, has no usable certificate or cannot be reached; NotFound when there is none.
   */
  async begin(name: string, mark: string, wish: SignInWish): Promise<string> {
    const { clock, ids, attempts, oidc, providers } = this.#parts
    const now = clock.now()
    const test = 'testerId' in wish
    const confirms = 'confirms' in wish ? wish.confirms : null
    const provider = await providers.named(name)
    if (!provider) throw new NotFound()
    if (!provider.active && !test) throw new SignInRefused(name, 'not-set-up')
    const attempt: SignInAttempt = {
      id: ids.next(), providerId: provider.id, purpose: test ? 'test' : confirms ? 'confirm' : 'sign-in', requestId: `_${ids.random(20).toString('hex')}`, browserHash: hashToken(mark),
      returnPath: 'returnPath' in wish ? wish.returnPath : null, testerId: test ? wish.testerId : confirms?.personId ?? null, secrets: null, createdAt: now,
      confirms: confirms && { sessionKey: confirms.sessionKey, identityKey: confirms.identityKey },
    }
    if (provider.kind === 'saml') {
      const trust = samlTrust(provider, now)
      if (trust.certificates.length === 0) throw new SignInRefused(name, 'certificate')
      await attempts.insert(attempt)
      return samlSignInUrl(trust, this.addresses(name), { id: attempt.requestId, fresh: confirms !== null })
    }
    const { state, nonce, verifier } = oidc.newAttempt()
    const url = await this.#believed(provider, () => oidc.signInUrl(oidcTrust(provider, this.#parts.secretOf(provider)), this.addresses(name).callback, { state, nonce, verifier }, confirms !== null))
    await attempts.insert({ ...attempt, requestId: state, secrets: { nonce, verifier } })
    return url
  }

  /** Takes a SAML response that a browser with this mark brought. @throws SignInRefused, or NotFound without such a provider. */
  async finishSaml(name: string, message: string, mark: string | null): Promise<SignedIn> {
    const { clock, worker, encryption } = this.#parts
    const provider = await this.#named(name, 'saml')
    // Before the database is asked: most of what strangers send ends here.
    await this.#believed(provider, async () => guardXml(decodeMessage(message), MESSAGE_LIMITS))
    const open = await this.#open(provider, mark)
    const now = clock.now()
    try {
      const { identity, sha1 } = await this.#believed(provider, () => worker.run({
        kind: 'response',
        question: { message, trust: samlTrust(provider, now), us: serviceAddresses(this.#parts.baseUrl, name), requests: open.map((attempt) => [attempt.requestId, attempt.createdAt] as const), keys: provider.settings.encryption ? encryption.decrypting() : [], now },
      }))
      if (sha1) this.#parts.logger.warn({ provider: name }, 'this identity provider still signs with SHA-1, which its settings allow')
      return await this.#finish(provider, open, identity)
    } catch (error) {
      throw await this.#noted(open, error)
    }
  }

  /** Takes the code that a browser with this mark brought. @throws SignInRefused, or NotFound without such a provider. */
  async finishOidc(name: string, query: string, mark: string | null): Promise<SignedIn> {
    const { oidc, secretOf } = this.#parts
    const provider = await this.#named(name, 'oidc')
    const open = await this.#open(provider, mark)
    const attempt = open.find(({ requestId }) => requestId === new URLSearchParams(query).get('state'))
    if (!attempt?.secrets) throw new SignInRefused(name, 'request')
    const { secrets } = attempt
    try {
      const identity = await this.#believed(provider, () => oidc.finish(oidcTrust(provider, secretOf(provider)), this.addresses(name).callback, query, { state: attempt.requestId, ...secrets }))
      return await this.#finish(provider, open, identity)
    } catch (error) {
      throw await this.#noted([attempt], error)
    }
  }

  /** What a provider has to know of us. @throws NotFound without such a provider. */
  async metadata(name: string): Promise<string> {
    const provider = await this.#named(name, 'saml')
    const { baseUrl, encryption } = this.#parts
    return serviceMetadata(serviceAddresses(baseUrl, name), provider.settings.signed, provider.settings.encryption ? await encryption.certificate() : null)
  }

  /**
   * A provider's signed sign-out: ends the sessions it let in for that identity, and no others.
   * @returns where the browser goes on to, or null when the provider takes no answer.
   */
  async logout(name: string, query: string): Promise<string | null> {
    const { clock, ids, audit, db, identities, endSessionsLetInBy } = this.#parts
    const provider = await this.#named(name, 'saml')
    const now = clock.now()
    const us = serviceAddresses(this.#parts.baseUrl, name)
    const request = await this.#believed(provider, () => readLogout(query, samlTrust(provider, now), us, now))
    const identity = await identities.byKey(provider.id, identityKey(provider.id, request.subject))
    if (identity?.personId) {
      const { personId } = identity
      const ended = await endSessionsLetInBy(personId, (ref) => isEndedBy(ref, provider.id, request))
      await db.transaction(() => audit.record({ actor: 'system', event: 'session.ended-by-provider', subject: `person:${personId}`, payload: { provider: provider.id, ended } }))
    }
    const relay = new URLSearchParams(query).get('RelayState')
    return provider.settings.logoutPoint === null ? null
      : logoutAnswerUrl(provider.settings.logoutPoint, us, { requestId: request.id, answerId: `_${ids.random(20).toString('hex')}`, now, relayState: relay })
  }

  async #finish(provider: IdentityProvider, open: readonly SignInAttempt[], proven: ProvenIdentity): Promise<SignedIn> {
    const attempt = open.find(({ requestId }) => requestId === proven.requestId)
    if (!attempt) throw new SignInRefused(provider.name, 'request')
    if (!provider.active && attempt.purpose !== 'test') throw new SignInRefused(provider.name, 'not-set-up')
    const admitted = await this.#parts.admit.admit(provider, attempt, proven, this.#parts.clock.now())
    if (admitted.kind === 'out') throw new SignInRefused(provider.name, admitted.problem)
    if (admitted.kind === 'confirmed') return { kind: 'confirmed' }
    if (admitted.kind === 'tested') return { kind: 'tested', provider }
    return { kind: 'in', personId: admitted.personId, via: provider.kind, ref: sessionRef(provider.id, proven.subject, proven.sessionIndex), returnPath: attempt.returnPath }
  }

  async #named<K extends IdentityProvider['kind']>(name: string, kind: K): Promise<K extends 'saml' ? SamlProvider : OidcProvider> {
    const provider = await this.#parts.providers.named(name)
    if (!provider || provider.kind !== kind) throw new NotFound()
    return provider as K extends 'saml' ? SamlProvider : OidcProvider
  }

  /** What this browser began with this provider and has not finished. */
  async #open(provider: IdentityProvider, mark: string | null): Promise<SignInAttempt[]> {
    const { attempts, clock } = this.#parts
    const browser = mark === null ? null : hashToken(mark)
    const open = browser === null ? [] : await attempts.open(browser, provider.id, clock.now())
    if (open.length > 0) return open
    throw new SignInRefused(provider.name, browser !== null && await attempts.wasUsed(browser, provider.id) ? 'used' : 'no-attempt')
  }

  async #believed<T>(provider: IdentityProvider, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw error instanceof IdentityDoubted ? new SignInRefused(provider.name, error.problem) : error
    }
  }

  /** Whoever tries a connection out sees why it failed. */
  async #noted(open: readonly SignInAttempt[], error: unknown): Promise<unknown> {
    const test = open.find(({ purpose }) => purpose === 'test')
    const problem: SignInProblem | null = error instanceof SignInRefused ? error.problem : null
    if (test && problem !== null && problem !== 'used') await this.#parts.attempts.keepResult(test.id, { problem })
    return error
  }
}
