import type { X509Certificate } from 'node:crypto'
import type { Instant } from '../../shared/dates.ts'

/**
 * Why a certificate is not trusted for a seal made at `at`, or null when it is: it is one of the trusted ones, or an unbroken line of
 * authorities (at most five) leads from it to one of them, each valid at that time.
 */
export function distrust(signer: X509Certificate, others: X509Certificate[], trusted: X509Certificate[], at: Instant): string | null {
  if (!validAt(signer, at)) return 'The sealing certificate was not valid at the time of sealing.'
  let current = signer
  for (let step = 0; step < 5; step += 1) {
    if (trusted.some((one) => one.fingerprint256 === current.fingerprint256)) return null
    const issuer = [...trusted, ...others].find((one) => one.ca && one.fingerprint256 !== current.fingerprint256 && issued(one, current))
    if (!issuer) break
    if (!validAt(issuer, at)) return 'The authority of the sealing certificate was not valid at the time of sealing.'
    current = issuer
  }
  return 'The file was sealed with a certificate that is not one of ours.'
}

/** The leaf and, of the others, those that lead from it upwards, in order; strays are left out. */
export function orderedChain(leaf: X509Certificate, others: X509Certificate[]): X509Certificate[] {
  const chain = [leaf]
  for (let step = 0; step < 5; step += 1) {
    const last = chain.at(-1)
    const next = others.find((one) => last && !chain.some((known) => known.fingerprint256 === one.fingerprint256) && issued(one, last))
    if (!next) break
    chain.push(next)
  }
  return chain
}

function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  try {
    return subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
  } catch {
    return false
  }
}

/** /M has whole seconds, so a second's grace at the beginning. */
function validAt(certificate: X509Certificate, at: Instant): boolean {
  return Date.parse(certificate.validFrom) - 1000 <= at && at <= Date.parse(certificate.validTo)
}
