import type { RecordContent } from '../../adapters/pdf/pdf-records.ts'
import type { Rendition } from '../agreements/rendition.ts'
import { ASSURANCE_WORDS, circumstanceFacts, circumstanceRows } from './circumstance.ts'
import type { Signature } from './signature.ts'

/**
 * What stands in the PDF of one signature, from the stored evidence alone, so that it can be made again byte for byte (D3).
 * Nobody else's contact details, no address or device (D2).
 */
export function recordContent(signature: Signature, rendition: Rendition): RecordContent {
  const { evidence } = signature
  return {
    reference: signature.id,
    subjectName: evidence.subjectName,
    signerName: evidence.signerName,
    signerCapacity: evidence.capacity,
    statement: evidence.statement,
    method: signature.method,
    typed: evidence.typed,
    drawn: evidence.drawn,
    signedAt: signature.signedAt,
    // Who, how and when stand above this table; here is what a checker needs beside them.
    audit: [
      { label: 'Agreement', value: `${rendition.title} (${evidence.agreementKey})` },
      { label: 'Version', value: rendition.versionLabel },
      { label: 'For', value: evidence.occasion },
      { label: 'School', value: `${rendition.schoolName}, ${rendition.trustName}` },
      ...(evidence.subjectName === evidence.signerName ? [] : [{ label: 'About', value: evidence.subjectName }]),
      { label: 'How we know', value: ASSURANCE_WORDS[evidence.assurance] },
      ...circumstanceRows(evidence.circumstance),
      { label: 'Exact time', value: new Date(signature.signedAt).toISOString() },
      { label: 'Shown as', value: `${evidence.variant}, ${evidence.language}` },
      { label: 'Text shown (SHA-256)', value: signature.renditionHash },
    ],
    evidence: {
      format: 'assent-evidence-1',
      reference: signature.id,
      signedAt: new Date(signature.signedAt).toISOString(),
      method: signature.method,
      renditionSha256: signature.renditionHash,
      statement: evidence.statement,
      act: evidence.act,
      slot: evidence.slot,
      subject: { id: signature.subjectId, name: evidence.subjectName },
      signer: { id: signature.signerId, name: evidence.signerName, capacity: evidence.capacity },
      typed: evidence.typed,
      drawn: evidence.drawn,
      shownAs: { variant: evidence.variant, language: evidence.language },
      agreement: { key: evidence.agreementKey, version: evidence.versionNumber, occasion: evidence.occasion },
      school: evidence.schoolName,
      assurance: evidence.assurance,
      ...circumstanceFacts(evidence.circumstance),
    },
  }
}
