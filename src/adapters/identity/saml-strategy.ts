import type { CacheProvider } from '@node-saml/node-saml'
import { Strategy, type PassportSamlConfig } from '@node-saml/passport-saml'

/** Which part of a response a provider signs; Google signs one of the two, never both. */
export type SignedPart = 'assertion' | 'response' | 'both'

/** A SAML provider as it is trusted. */
export interface SamlTrust {
  /** The provider's own name of itself. */
  entityId: string
  /** Where people are sent to sign in (HTTP-Redirect). */
  entryPoint: string
  /** PEM of the certificates that count now; two while it changes over. */
  certificates: readonly string[]
  signed: SignedPart
  /** Lets RSA-SHA1 through; for one provider, by a person's decision. */
  allowSha1: boolean
  /** How far its clock may be off. */
  clockSkewMs: number
}

/** We, as this provider knows us: each provider has a name and addresses of ours that are its alone. */
export interface ServiceAddresses {
  entityId: string
  consumer: string
  logout: string
}

/** Longest life of a statement between being made and being presented. */
export const MOST_AGE_MS = 5 * 60_000
/** How long a person may take to sign in at the provider. */
export const ATTEMPT_MS = 10 * 60_000

/** The addresses of one provider, by the name it has in ours. */
export function serviceAddresses(baseUrl: string, name: string): ServiceAddresses {
  const base = `${baseUrl}/saml/${name}`
  return { entityId: `${base}/metadata`, consumer: `${base}/acs`, logout: `${base}/logout` }
}

/** A request of ours. `fresh`: the provider must ask for the password (or better) again, whatever session it has (ForceAuthn). */
export interface NewRequest {
  id: string
  fresh: boolean
}

/**
 * passport-saml with everything said that it would leave open. Requests under way live in our own table: `requests` says which of
 * them may be answered, so that the answer belongs to this provider and this browser.
 */
export function samlStrategy(trust: SamlTrust, us: ServiceAddresses, requests: ReadonlyMap<string, number>, newRequest?: NewRequest): Strategy {
  const options: PassportSamlConfig = {
    callbackUrl: us.consumer, issuer: us.entityId, audience: us.entityId, entryPoint: trust.entryPoint, idpIssuer: trust.entityId, idpCert: [...trust.certificates],
    wantAssertionsSigned: trust.signed !== 'response', wantAuthnResponseSigned: trust.signed !== 'assertion',
    validateInResponseTo: 'always' as PassportSamlConfig['validateInResponseTo'] & string, requestIdExpirationPeriodMs: ATTEMPT_MS, cacheProvider: openRequests(requests),
    acceptedClockSkewMs: trust.clockSkewMs, maxAssertionAgeMs: MOST_AGE_MS,
    signatureAlgorithm: 'sha256', digestAlgorithm: 'sha256', identifierFormat: null, disableRequestedAuthnContext: true,
    ...(newRequest === undefined ? {} : { generateUniqueId: () => newRequest.id, forceAuthn: newRequest.fresh }),
  } as PassportSamlConfig
  const nobodyYet = (profile: unknown, done: (error: null, user: object) => void) => done(null, profile as object)
  return new Strategy(options, nobodyYet as never, nobodyYet as never)
}

/** Reads from what our table holds and writes nothing: the table's own row is used up elsewhere, in one statement. */
function openRequests(requests: ReadonlyMap<string, number>): CacheProvider {
  return {
    getAsync: async (id) => {
      const at = requests.get(id)
      return at === undefined ? null : new Date(at).toISOString()
    },
    saveAsync: async (id, value) => ({ createdAt: Date.parse(value), value }),
    removeAsync: async (id) => id,
  }
}
