import type { RecordContent } from '../../adapters/pdf/pdf-records.ts'
import { AsciiWriter } from '../../shared/ascii-writer.ts'
import type { Rendition } from '../agreements/rendition.ts'
import { ASSURANCE_WORDS, circumstanceFacts, circumstanceRows } from './circumstance.ts'
import type { RecordWording } from './record-wording.ts'
import type { Signature, Strokes } from './signature.ts'

const writer = new AsciiWriter()

/**
 * What stands in the PDF of one signature, from the stored evidence alone, so that it can be made again byte for byte (D3).
 * Nobody else's contact details, no address or device (D2). `wording`: what is printed stands in the language of the text with the English beside it,
 * where that is not English; the evidence says the same in every language.
 */
export function recordContent(signature: Signature, rendition: Rendition, wording: RecordWording | null = null): RecordContent {
  const { evidence } = signature
  const label = (english: string): string => wording?.beside(english) ?? english
  return {
    reference: signature.id,
    subjectName: evidence.subjectName,
    signerName: evidence.signerName,
    signerCapacity: wording ? capacityIn(wording, evidence) : evidence.capacity,
    statement: evidence.statement,
    method: signature.method,
    typed: evidence.typed,
    drawn: evidence.drawn,
    signedAt: signature.signedAt,
    verifyUrl: evidence.verifyAt === undefined ? null : `${evidence.verifyAt}/${signature.id}`,
    // Who, how and when stand above this table; here is what a checker needs beside them.
    audit: [
      { label: label('Agreement'), value: `${rendition.title} (${evidence.agreementKey})` },
      { label: label('Version'), value: rendition.versionLabel },
      { label: label('For'), value: evidence.occasion },
      { label: label('School'), value: `${rendition.schoolName}, ${rendition.trustName}` },
      ...(evidence.subjectName === evidence.signerName ? [] : [{ label: label('About'), value: evidence.subjectName }]),
      ...(evidence.choices ?? []).map((choice) => ({ label: label('Own choice'), value: `${choice.question} ${label(choice.answer === 'yes' ? 'Yes' : 'No')}.` })),
      { label: label('How we know'), value: label(ASSURANCE_WORDS[evidence.assurance]) },
      ...circumstanceRows(evidence.circumstance, wording),
      { label: label('Exact time'), value: new Date(signature.signedAt).toISOString() },
      { label: label('Shown as'), value: `${evidence.variant}, ${evidence.language}` },
      { label: label('Text shown (SHA-256)'), value: signature.renditionHash },
    ],
    // Its keys stand in the order of the canonical form, which costs least to write.
    evidence: {
      act: evidence.act,
      agreement: { key: evidence.agreementKey, occasion: evidence.occasion, version: evidence.versionNumber },
      assurance: evidence.assurance,
      ...(evidence.choices ? { choices: evidence.choices } : {}),
      ...circumstanceFacts(evidence.circumstance),
      drawn: evidence.drawn && strokesText(evidence.drawn),
      format: 'assent-evidence-1',
      method: signature.method,
      reference: signature.id,
      renditionSha256: signature.renditionHash,
      school: evidence.schoolName,
      shownAs: { language: evidence.language, variant: evidence.variant },
      signedAt: new Date(signature.signedAt).toISOString(),
      signer: { capacity: evidence.capacity, id: signature.signerId, name: evidence.signerName },
      slot: evidence.slot,
      statement: evidence.statement,
      subject: { id: signature.subjectId, name: evidence.subjectName },
      typed: evidence.typed,
      ...evidence.understanding ? { understanding: evidence.understanding } : {},
    },
  }
}

/** "Disgybl (Pupil)". A guardian's capacity names the child, so the name stands in its place in both. */
function capacityIn(wording: RecordWording, { slot, capacity, subjectName }: Signature['evidence']): string {
  return slot === 'guardian' ? wording.beside('Parent or carer of {{name}}', { name: subjectName }) : wording.beside(capacity)
}

/** A drawing as it stands in the evidence: for each stroke its points as in SVG, "60,200 64,237", in a box of 1000 by 400. */
function strokesText(strokes: Strokes): string[] {
  return strokes.map((stroke) => {
    for (const [place, { x, y }] of stroke.entries()) {
      if (place > 0) writer.text(' ')
      writer.whole(x)
      writer.text(',')
      writer.whole(y)
    }
    return writer.take()
  })
}
