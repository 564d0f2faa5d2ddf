import { X509Certificate } from 'node:crypto'

/** One signing certificate of a provider, as an administrator compares it. */
export interface ProviderCertificate {
  pem: string
  /** SHA-256 of the certificate, as `AB:CD:...`. */
  fingerprint: string
  /** Instants of its time. */
  from: number
  until: number
  /** Why its key is never believed; null when it is good. */
  problem: 'weak-key' | 'wrong-kind' | null
}

const LEAST_BITS = 2048

/** Reads a certificate given as PEM or as the base64 of metadata; null when it is none. */
export function readCertificate(text: string): ProviderCertificate | null {
  const base64 = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'))
    const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = certificate.publicKey
    return {
      pem: certificate.toString().trim(), fingerprint: certificate.fingerprint256, from: certificate.validFromDate.getTime(), until: certificate.validToDate.getTime(),
      // The library verifies RSA alone.
      problem: kind !== 'rsa' ? 'wrong-kind' : (details?.modulusLength ?? 0) < LEAST_BITS ? 'weak-key' : null,
    }
  } catch {
    return null
  }
}

/** True when statements signed with it are believed at `now`. */
export function isUsable(certificate: ProviderCertificate, now: number): boolean {
  return certificate.problem === null && certificate.from <= now && now < certificate.until
}
