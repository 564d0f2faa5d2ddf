import { isUsable, readCertificate } from '../../adapters/identity/certificates.ts'
import type { OidcTrust } from '../../adapters/identity/oidc.ts'
import type { SamlTrust, SignedPart } from '../../adapters/identity/saml-strategy.ts'
import { DAY_MS, type Instant } from '../../shared/dates.ts'

/** Fields of the school's records by which an identity that is new may be somebody: exact and unique, never a name or an e-mail address. */
export const matchFields = ['mis-id', 'upn', 'username', 'directory-id'] as const
export type MatchField = (typeof matchFields)[number]

/** Which of the provider's attributes is compared with which field. */
export interface Matching {
  attribute: string
  field: MatchField
}

/** A provider of many organisations (RM Unify) names the person's in a signed attribute; only these are ours. */
export interface OrganisationRule {
  attribute: string
  values: string[]
}

export interface SamlSettings {
  entityId: string
  entryPoint: string
  logoutPoint: string | null
  /** PEM, also those that cannot be used: they are shown as such. */
  certificates: string[]
  signed: SignedPart
  allowSha1: boolean
  clockSkewMs: number
  /** Our metadata offers it a certificate to encrypt statements with; for those who would use AES-CBC (AD FS) it must not. */
  encryption: boolean
}

export interface OidcSettings {
  issuer: string
  clientId: string
  /** Where the client's secret lies: a file of the configuration, or one that Assent keeps; null: none. */
  secret: { file: string } | { kept: string } | null
  scopes: string[]
}

interface Common {
  id: string
  /** Small letters, digits and hyphens: part of our addresses for it. */
  name: string
  /** On the button, such as "Larkmoor school account (Google)". */
  label: string
  /** Null: the whole trust. */
  schoolId: string | null
  /** Whether people see it and may come in by it. */
  active: boolean
  /** Named in the configuration file, and changed only there. */
  fromFile: boolean
  matching: Matching | null
  organisation: OrganisationRule | null
  updatedAt: Instant
}

export type SamlProvider = Common & { kind: 'saml'; settings: SamlSettings }
export type OidcProvider = Common & { kind: 'oidc'; settings: OidcSettings }

/** One way of the schools' own to sign in. */
export type IdentityProvider = SamlProvider | OidcProvider

export const SKEW_MS = 90_000

/** The provider as SAML trusts it at `now`: certificates whose time is over, or whose key is weak, do not count. */
export function samlTrust({ settings }: SamlProvider, now: Instant): SamlTrust {
  const { entityId, entryPoint, signed, allowSha1, clockSkewMs } = settings
  return { entityId, entryPoint, signed, allowSha1, clockSkewMs, certificates: usableCertificates(settings, now) }
}

function usableCertificates(settings: SamlSettings, now: Instant): string[] {
  return settings.certificates.filter((pem) => {
    const certificate = readCertificate(pem)
    return certificate !== null && isUsable(certificate, now)
  })
}

/** `secret` is what lies where the settings say. */
export function oidcTrust({ settings }: OidcProvider, secret: string | null): OidcTrust {
  return { issuer: settings.issuer, clientId: settings.clientId, clientSecret: secret, scopes: settings.scopes }
}


/** How near the last usable certificate's end is: the steps at which people are warned, or null. */
export function expiryWarning(provider: IdentityProvider, now: Instant): { until: Instant | null; level: 'over' | '7' | '30' | '60' } | null {
  if (provider.kind !== 'saml') return null
  const ends = usableCertificates(provider.settings, now).map((pem) => readCertificate(pem)?.until ?? 0)
  if (ends.length === 0) return { until: null, level: 'over' }
  const until = Math.max(...ends)
  const days = (until - now) / DAY_MS
  return days <= 7 ? { until, level: '7' } : days <= 30 ? { until, level: '30' } : days <= 60 ? { until, level: '60' } : null
}
