import { longDate, longInstant, today } from '../../shared/dates.ts'
import type { Rendition } from '../agreements/rendition.ts'
import { ASSURANCE_WORDS, circumstanceRows } from './circumstance.ts'
import type { RecordLine, RecordState, SealFacts } from './records-queries.ts'
import type { Signature } from './signature.ts'

export const RECORDS_PATH = '/records'

/** Words and colour of a record's state. */
export const RECORD_STATES: Record<RecordState, { status: 'signed' | 'outstanding' | 'quiet'; text: string }> = {
  sealed: { status: 'signed', text: 'Signed and sealed' },
  waiting: { status: 'outstanding', text: 'Signed, seal on the way' },
  ended: { status: 'quiet', text: 'Taken back' },
}

const METHODS = { typed: 'Typed name', drawn: 'Drawn on the screen', clicked: 'Button pressed', 'witnessed-mark': 'Made beside a witness', paper: 'Signed on paper' } as const
/** As what somebody signed, without the name at signing that the evidence holds (P5). */
const SLOTS = { pupil: 'pupil', guardian: 'parent or carer', self: 'for themselves' } as const
const STANDING = { current: 'Current', superseded: 'Superseded: a newer text is in force', withdrawn: 'Taken back or made invalid' } as const

/** Rows of the list. */
export function recordRows(lines: readonly RecordLine[], titles: ReadonlyMap<string, string>, schools: ReadonlyMap<string, string>, several: boolean): object[][] {
  return lines.map((line) => [
    { text: line.subjectName, href: `${RECORDS_PATH}/${line.signatureId}`, ...(several ? { sub: schools.get(line.schoolId) ?? '' } : {}) },
    { text: titles.get(line.agreementId) ?? '', sub: /^\d{4}\//.test(line.occasion) ? line.occasion : '' },
    { text: line.ownSignature ? 'Themselves' : line.signerName, sub: line.act === 'acknowledge' ? 'read and acknowledged' : '' },
    { text: longInstant(line.signedAt) },
    { tag: RECORD_STATES[line.state] },
  ])
}

export interface RecordPageData {
  signature: Signature
  rendition: Rendition | null
  subjectName: string
  signerName: string
  seal: SealFacts | null
  standing: 'current' | 'superseded' | 'withdrawn'
  endedAt: number | null
  fileBytes: number | null
  others: { id: string; slot: string; signed: boolean; signatureId: string | null; signedAt: number | null; required: boolean }[]
  /** The names as at signing were asked for. */
  withNames: boolean
}

/** The view model of `pages/records/record.njk`. */
export function recordView(data: RecordPageData): object {
  const { signature, rendition, seal } = data
  const { evidence } = signature
  const here = `${RECORDS_PATH}/${signature.id}`
  const state: RecordState = signature.endedKind !== null ? 'ended' : signature.sealState === 'sealed' ? 'sealed' : 'waiting'
  return {
    crumbs: [{ text: 'Signed records', href: RECORDS_PATH }],
    title: `${data.subjectName}: ${rendition?.title ?? 'signed record'}`,
    state: RECORD_STATES[state],
    ...(seal && data.fileBytes !== null ? { pdf: { href: `${here}.pdf`, size: `${Math.max(1, Math.round(data.fileBytes / 1000))} kB` } } : {}),
    rows: [
      { key: 'About', value: data.subjectName },
      { key: 'Signed by', value: `${data.signerName}, ${SLOTS[evidence.slot]}` },
      ...(data.withNames ? [{ key: 'Names at signing', value: evidence.subjectName === evidence.signerName ? evidence.signerName : `${evidence.subjectName}; signed by ${evidence.signerName}` }] : []),
      { key: 'Act', value: `${evidence.act === 'sign' ? 'Signed' : 'Read and acknowledged'}: ${METHODS[signature.method]}` },
      { key: 'Signed on', value: longInstant(signature.signedAt) },
      { key: 'Text', value: [rendition?.title, `version ${evidence.versionNumber}`, `${evidence.variant}, ${evidence.language}`].filter(Boolean).join(', ') },
      { key: 'For', value: evidence.occasion },
      { key: 'School', value: evidence.schoolName },
      { key: 'How we know', value: ASSURANCE_WORDS[evidence.assurance] },
      ...circumstanceRows(evidence.circumstance).map(({ label, value }) => ({ key: label, value })),
      ...(data.endedAt === null ? [] : [{ key: signature.endedKind === 'invalidated' ? 'Made invalid' : 'Taken back', value: longInstant(data.endedAt) }]),
    ],
    ...(data.withNames ? {} : { namesHref: `${here}?names=1` }),
    seal: {
      rows: [
        { key: 'Status', value: STANDING[data.standing] },
        ...(seal ? [
          { key: 'Sealed by', value: seal.certificateSubject },
          { key: 'Sealed on', value: longInstant(seal.sealedAt) },
          ...(seal.certificateUntil === null ? [] : [{ key: 'Certificate', value: `valid until ${longDate(today(seal.certificateUntil))}` }]),
          { key: 'Fingerprint of the file', html: `<span class="code fingerprint">${seal.fileSha256.replace(/(.{4})(?=.)/g, '$1 ')}</span>` },
        ] : [{ key: 'Seal', value: 'It follows within a minute or so. The signature is kept already and counts.' }]),
        { key: 'Reference', html: `<span class="code">${signature.id}</span>` },
      ],
    },
    others: data.others.map((other) => ({
      title: `${({ pupil: 'Pupil', guardian: 'Parent or carer', self: 'The person' } as Record<string, string>)[other.slot] ?? other.slot}`,
      ...(other.signatureId ? { href: `${RECORDS_PATH}/${other.signatureId}` } : {}),
      hint: other.signedAt === null ? (other.required ? '' : 'Welcome, not needed') : `On ${longInstant(other.signedAt)}`,
      status: other.signed ? 'signed' : other.required ? 'outstanding' : 'quiet', statusText: other.signed ? 'Signed' : other.required ? 'Not yet' : 'Not signed',
    })),
  }
}
