import type { RecordContent } from '../../adapters/pdf/pdf-records.ts'
import type { Rendition } from '../agreements/rendition.ts'
import { ASSURANCE_WORDS, circumstanceFacts, circumstanceRows } from './circumstance.ts'
import type { Signature, Strokes } from './signature.ts'

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
    verifyUrl: evidence.verifyAt === undefined ? null : `${evidence.verifyAt}/${signature.id}`,
    // Who, how and when stand above this table; here is what a checker needs beside them.
    audit: [
      { label: 'Agreement', value: `${rendition.title} (${evidence.agreementKey})` },
      { label: 'Version', value: rendition.versionLabel },
      { label: 'For', value: evidence.occasion },
      { label: 'School', value: `${rendition.schoolName}, ${rendition.trustName}` },
      ...(evidence.subjectName === evidence.signerName ? [] : [{ label: 'About', value: evidence.subjectName }]),
      ...(evidence.choices ?? []).map((choice) => ({ label: 'Own choice', value: `${choice.question} ${choice.answer === 'yes' ? 'Yes' : 'No'}.` })),
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
      drawn: evidence.drawn && strokesText(evidence.drawn),
      shownAs: { variant: evidence.variant, language: evidence.language },
      agreement: { key: evidence.agreementKey, version: evidence.versionNumber, occasion: evidence.occasion },
      school: evidence.schoolName,
      assurance: evidence.assurance,
      ...evidence.understanding ? { understanding: evidence.understanding } : {},
      ...(evidence.choices ? { choices: evidence.choices } : {}),
      ...circumstanceFacts(evidence.circumstance),
    },
  }
}

/** A drawing as it stands in the evidence: for each stroke its points as in SVG, "60,200 64,237", in a box of 1000 by 400. */
function strokesText(strokes: Strokes): string[] {
  return strokes.map((stroke) => {
    let text = ''
    for (const { x, y } of stroke) text += `${text === '' ? '' : ' '}${x},${y}`
    return text
  })
}
