import { readCertificate, type ProviderCertificate } from './certificates.ts'
import { METADATA, REDIRECT } from './saml-names.ts'
import { DSIG, SAMLP } from './saml-names.ts'
import { instantOf } from './saml-profile.ts'
import { guardXml, METADATA_LIMITS } from './xml-guard.ts'
import { childrenOf, everything, parseXml, type XmlElement } from './xml-tree.ts'

/** What we take from a provider's metadata. */
export interface ProviderMetadata {
  entityId: string
  entryPoint: string
  /** Where it takes answers to its sign-outs; null when it offers none by redirect. */
  logoutPoint: string | null
  /** Every signing certificate, also those that cannot be used. */
  certificates: ProviderCertificate[]
}

/** Why metadata cannot be used, as said on the page. */
export type MetadataProblem = 'unreadable' | 'several' | 'no-provider' | 'over' | 'no-entry-point' | 'insecure' | 'no-certificate'

const MOST_CERTIFICATES = 4

/**
 * Reads the metadata of one identity provider. Its own signature is not judged: the administrator compares the fingerprint.
 * `mayBePlain`: http addresses are taken for a trial on this computer.
 */
export function readMetadata(xml: string, options: { now: number; mayBePlain: boolean }): { ok: true; value: ProviderMetadata } | { ok: false; reason: MetadataProblem } {
  const entity = entityOf(xml)
  if (typeof entity === 'string') return { ok: false, reason: entity }
  const { descriptor, entityId } = entity
  const ends = instantOf(entity.element.attributes.get('validUntil'))
  if (ends !== null && ends <= options.now) return { ok: false, reason: 'over' }
  const entryPoint = redirectOf(descriptor, 'SingleSignOnService')
  if (entryPoint === null) return { ok: false, reason: 'no-entry-point' }
  const logoutPoint = redirectOf(descriptor, 'SingleLogoutService')
  if (![entryPoint, ...logoutPoint === null ? [] : [logoutPoint]].every((url) => isSafeAddress(url, options.mayBePlain))) return { ok: false, reason: 'insecure' }
  const certificates = signingCertificates(descriptor)
  return certificates.length === 0 ? { ok: false, reason: 'no-certificate' } : { ok: true, value: { entityId, entryPoint, logoutPoint, certificates } }
}

function entityOf(xml: string): { element: XmlElement; descriptor: XmlElement; entityId: string } | MetadataProblem {
  let root: XmlElement
  try {
    guardXml(xml.replace(/^\ufeff/, '').trimStart(), METADATA_LIMITS)
    root = parseXml(xml.replace(/^\ufeff/, '').trimStart())
  } catch {
    return 'unreadable'
  }
  const providers = [...everything(root)].map(({ element }) => element)
    .filter((element) => element.namespace === METADATA && element.name === 'EntityDescriptor')
    .map((element) => ({ element, descriptors: childrenOf(element, METADATA, 'IDPSSODescriptor').filter(speaksSaml2) }))
    .filter(({ descriptors }) => descriptors.length > 0)
  // A federation's aggregate names thousands: which one is meant has to be said by cutting it out.
  if (providers.length > 1 || (providers[0]?.descriptors.length ?? 0) > 1) return 'several'
  const found = providers[0]
  const entityId = found?.element.attributes.get('entityID')?.trim() ?? ''
  const descriptor = found?.descriptors[0]
  return found && descriptor && entityId !== '' && entityId.length <= 400 ? { element: found.element, descriptor, entityId } : 'no-provider'
}

const speaksSaml2 = (descriptor: XmlElement): boolean => (descriptor.attributes.get('protocolSupportEnumeration') ?? '').split(/\s+/).includes(SAMLP)

function redirectOf(descriptor: XmlElement, name: string): string | null {
  const place = childrenOf(descriptor, METADATA, name).find((service) => service.attributes.get('Binding') === REDIRECT)
  return place?.attributes.get('Location')?.trim() ?? null
}

function isSafeAddress(text: string, mayBePlain: boolean): boolean {
  if (!URL.canParse(text) || text.length > 1_000) return false
  const url = new URL(text)
  return url.username === '' && url.password === '' && (url.protocol === 'https:' || (mayBePlain && url.protocol === 'http:'))
}

function signingCertificates(descriptor: XmlElement): ProviderCertificate[] {
  const found = new Map<string, ProviderCertificate>()
  for (const key of childrenOf(descriptor, METADATA, 'KeyDescriptor')) {
    if (!['signing', undefined].includes(key.attributes.get('use'))) continue
    for (const { element } of everything(key)) {
      if (element.namespace !== DSIG || element.name !== 'X509Certificate') continue
      const certificate = readCertificate(element.text)
      if (certificate) found.set(certificate.fingerprint, certificate)
    }
  }
  return [...found.values()].slice(0, MOST_CERTIFICATES)
}
