import { readCertificate, type ProviderCertificate } from '../../adapters/identity/certificates.ts'
import type { ProviderMetadata } from '../../adapters/identity/saml-metadata.ts'
import type { SamlProvider, SamlSettings } from './identity-provider.ts'

/** One line of what new metadata would change. */
export interface MetadataChange {
  what: string
  before: string
  after: string
}

/** What applying this metadata would change; empty when nothing. Certificates are compared by fingerprint. */
export function metadataChanges(provider: SamlProvider, metadata: ProviderMetadata): MetadataChange[] {
  const { settings } = provider
  const lines: MetadataChange[] = [
    { what: 'Its own name (entity ID)', before: settings.entityId, after: metadata.entityId },
    { what: 'Sign-in address', before: settings.entryPoint, after: metadata.entryPoint },
    { what: 'Sign-out address', before: settings.logoutPoint ?? 'none', after: metadata.logoutPoint ?? 'none' },
  ].filter(({ before, after }) => before !== after)
  const known = certificatesOf(settings)
  const fresh = metadata.certificates.filter((one) => !known.some((other) => other.fingerprint === one.fingerprint))
  const gone = known.filter((one) => !metadata.certificates.some((other) => other.fingerprint === one.fingerprint))
  return [...lines, ...fresh.map((one) => ({ what: 'Certificate', before: 'not there', after: one.fingerprint })), ...gone.map((one) => ({ what: 'Certificate', before: one.fingerprint, after: 'taken away' }))]
}

/** The provider's certificates as they are shown. */
export function certificatesOf(settings: SamlSettings): ProviderCertificate[] {
  return settings.certificates.map(readCertificate).filter((certificate) => certificate !== null)
}

/** The settings with this metadata applied; what people decided stays. */
export function withMetadata(settings: Pick<SamlSettings, 'signed' | 'allowSha1' | 'clockSkewMs' | 'encryption'>, metadata: ProviderMetadata): SamlSettings {
  const { entityId, entryPoint, logoutPoint, certificates } = metadata
  return { signed: settings.signed, allowSha1: settings.allowSha1, clockSkewMs: settings.clockSkewMs, encryption: settings.encryption, entityId, entryPoint, logoutPoint, certificates: certificates.map(({ pem }) => pem) }
}
