import { createHash, X509Certificate } from 'node:crypto'
import { evidenceJson } from './evidence-json.ts'
import type { RecordContent, SealClaim, Sealer } from './pdf-records.ts'

/** Name and version of the embedded file's shape. */
export const EVIDENCE_FORMAT = 'assent-evidence/1'

/**
 * The embedded `evidence.json`: the act with every text exactly as it was given (the page may show a composed form, or a box
 * for a character no font has, D5), the rendition's hash, and the caller's own evidence. `chain` is the chainHash of the certificates
 * that travel with the signature: they lie outside the seal, so the seal names them.
 */
export function recordEvidence(renditionHash: string, content: RecordContent, claim: SealClaim, chain: string): string {
  const { reference, subjectName, signerName, signerCapacity, statement, method, typed, signedAt, audit, evidence } = content
  // In the order of the canonical form, which costs least to write.
  return evidenceJson({
    act: { method, signedAt: new Date(signedAt).toISOString(), signerCapacity, signerName, statement, subjectName, typed },
    audit,
    evidence,
    format: EVIDENCE_FORMAT,
    reference,
    rendition: renditionHash,
    seal: { certificate: claim.certificateId, chain, sealedAt: new Date(claim.sealedAt).toISOString() },
  })
}

const chains = new WeakMap<Sealer, string>()

/** SHA-256 hex over a sealer's certificates, leaf first. */
export function sealerChainHash(sealer: Sealer): string {
  let hash = chains.get(sealer)
  if (hash === undefined) {
    hash = chainHash(sealer.chainPem.map((pem) => new X509Certificate(pem)))
    chains.set(sealer, hash)
  }
  return hash
}

/** SHA-256 hex over certificates in their order. */
export function chainHash(certificates: X509Certificate[]): string {
  const hash = createHash('sha256')
  for (const certificate of certificates) hash.update(certificate.raw)
  return hash.digest('hex')
}
