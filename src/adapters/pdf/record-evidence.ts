import { canonicalJson } from './canonical-json.ts'
import type { RecordContent, SealClaim } from './pdf-records.ts'

/** Name and version of the embedded file's shape. */
export const EVIDENCE_FORMAT = 'assent-evidence/1'

/**
 * The embedded `evidence.json`: the act with every text exactly as it was given (the page may show a composed form, or a box
 * for a character no font has, D5), the rendition's hash, and the caller's own evidence.
 */
export function recordEvidence(renditionHash: string, content: RecordContent, claim: SealClaim): string {
  const { reference, subjectName, signerName, signerCapacity, statement, method, typed, signedAt, audit, evidence } = content
  return canonicalJson({
    format: EVIDENCE_FORMAT,
    reference,
    rendition: renditionHash,
    act: { subjectName, signerName, signerCapacity, statement, method, typed, signedAt: new Date(signedAt).toISOString() },
    audit,
    seal: { sealedAt: new Date(claim.sealedAt).toISOString(), certificate: claim.certificateId },
    evidence,
  })
}
