import * as client from 'openid-client'
import type { Clock } from '../clock.ts'
import type { GuardedFetch } from './guarded-fetch.ts'
import { believeOnlyIf, IdentityDoubted, type ProvenIdentity } from './proven-identity.ts'

/** An OpenID Connect provider as it is trusted. */
export interface OidcTrust {
  /** Exactly as the provider writes it in its tokens; for Entra that of one tenant, never `common`. */
  issuer: string
  clientId: string
  /** Null for a client without one; PKCE protects the code either way. */
  clientSecret: string | null
  /** Besides `openid`. */
  scopes: readonly string[]
}

/** What belongs to one sign-in under way and to nobody else. */
export interface OidcAttempt {
  state: string
  nonce: string
  verifier: string
}

const KEEP_MS = 60 * 60_000
const TOLERANCE_SECONDS = 60
/** Claims that are about the token and not about the person. */
const OF_THE_TOKEN = new Set(['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'at_hash', 'c_hash', 's_hash', 'azp', 'auth_time', 'jti', 'sid', 'acr', 'amr'])

/** Sign-in by OpenID Connect: authorization code with PKCE, state and nonce; the ID token's own signature is verified too. */
export class OidcClient {
  readonly #parts: { fetch: GuardedFetch; clock: Clock; mayBePlain: boolean }
  readonly #known = new Map<string, { until: number; configuration: client.Configuration }>()

  constructor(parts: { fetch: GuardedFetch; clock: Clock; mayBePlain: boolean }) {
    this.#parts = parts
  }

  /** Secrets of a new sign-in. */
  newAttempt(): OidcAttempt {
    return { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() }
  }

  /** Where the browser is sent. `fresh`: the person must sign in again there, whatever session it has. @throws IdentityDoubted `unreachable` when the provider does not answer. */
  async signInUrl(trust: OidcTrust, callback: string, attempt: OidcAttempt, fresh = false): Promise<string> {
    const configuration = await this.#configuration(trust)
    return client.buildAuthorizationUrl(configuration, {
      redirect_uri: callback, scope: ['openid', ...trust.scopes].join(' '), response_type: 'code', state: attempt.state, nonce: attempt.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier), code_challenge_method: 'S256',
      // Core 3.1.2.1: either asks for it; with max_age the provider must also say when it was.
      ...(fresh ? { prompt: 'login', max_age: '0' } : {}),
    }).toString()
  }

  /**
   * Exchanges what came back for an identity.
   * @param query the query of the callback as it came.
   * @throws IdentityDoubted with the reason.
   */
  async finish(trust: OidcTrust, callback: string, query: string, attempt: OidcAttempt): Promise<ProvenIdentity> {
    const configuration = await this.#configuration(trust)
    try {
      const tokens = await client.authorizationCodeGrant(configuration, new URL(`${callback}${query}`), {
        expectedState: attempt.state, expectedNonce: attempt.nonce, pkceCodeVerifier: attempt.verifier, idTokenExpected: true,
      })
      const claims = tokens.claims()
      believeOnlyIf(claims && claims.iss === trust.issuer && claims.sub !== '' && claims.sub.length <= 250, 'token')
      return {
        subject: { format: claims.iss, value: claims.sub }, sessionIndex: typeof claims['sid'] === 'string' ? claims['sid'] : null, attributes: attributesOf(claims),
        authenticatedAt: typeof claims.auth_time === 'number' && Number.isFinite(claims.auth_time) ? claims.auth_time * 1000 : null,
        requestId: attempt.state, statement: { issuer: claims.iss, id: attempt.state }, expiresAt: claims.exp * 1000,
      }
    } catch (error) {
      throw doubtOf(error)
    }
  }

  async #configuration(trust: OidcTrust): Promise<client.Configuration> {
    const { clock, fetch, mayBePlain } = this.#parts
    const key = JSON.stringify(trust)
    const known = this.#known.get(key)
    if (known && known.until > clock.now()) return known.configuration
    try {
      const configuration = await client.discovery(new URL(trust.issuer), trust.clientId, {
        // The provider's clock is judged against ours, whatever this process calls "now".
        [client.clockSkew]: Math.round((clock.now() - Date.now()) / 1000), [client.clockTolerance]: TOLERANCE_SECONDS,
      }, trust.clientSecret === null ? client.None() : client.ClientSecretPost(trust.clientSecret), {
        [client.customFetch]: fetch as client.CustomFetch, timeout: 10, execute: [client.enableNonRepudiationChecks, ...(mayBePlain ? [client.allowInsecureRequests] : [])],
      })
      believeOnlyIf(configuration.serverMetadata().issuer === trust.issuer, 'issuer')
      this.#known.set(key, { until: clock.now() + KEEP_MS, configuration })
      return configuration
    } catch (error) {
      throw error instanceof IdentityDoubted ? error : new IdentityDoubted('unreachable')
    }
  }
}

function attributesOf(claims: object): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [name, value] of Object.entries(claims)) {
    if (OF_THE_TOKEN.has(name)) continue
    const texts = [value as unknown].flat().filter((one): one is string | number => typeof one === 'string' || typeof one === 'number').map((one) => String(one).trim())
    if (texts.length > 0) found.set(name, texts)
  }
  return found
}

function doubtOf(error: unknown): IdentityDoubted {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) if (cause instanceof IdentityDoubted) return cause
  if (error instanceof client.AuthorizationResponseError) return new IdentityDoubted('provider-refused')
  return new IdentityDoubted('token')
}
