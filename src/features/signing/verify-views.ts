import { longDate, today, type Instant } from '../../shared/dates.ts'
import type { RecordStatus, VerifyAnswer } from './verify-service.ts'

export type Verdict = RecordStatus | 'not-ours'

const WORDS: Record<Verdict, { kind: 'valid' | 'superseded' | 'withdrawn' | 'erased' | 'not-ours'; title: string; text: string }> = {
  current: { kind: 'valid', title: 'This PDF is ours, whole and current', text: 'Nobody has changed it since it was sealed, and it still counts.' },
  superseded: { kind: 'superseded', title: 'Ours and whole, but a newer text is in force', text: 'It was right when it was signed. The agreement has been published anew since.' },
  withdrawn: { kind: 'withdrawn', title: 'Ours and whole, but taken back', text: 'The signature was withdrawn or made invalid later, so it no longer counts.' },
  erased: { kind: 'erased', title: 'Ours and whole, but we no longer keep it', text: 'It was sealed by us. Our own copy has been erased since, because its time had run out or somebody had the right to ask for it.' },
  'not-ours': { kind: 'not-ours', title: 'This is not a PDF that we sealed', text: 'Do not rely on it. Ask whoever gave it to you where it comes from, or ask for the PDF as it was sent by mail.' },
}

/** The verdict on a file in plain words; never a name of whom it is about (D6). */
export function verdictView(answer: VerifyAnswer): object {
  const words = WORDS[answer.valid && answer.status ? answer.status : 'not-ours']
  const rows = answer.valid
    ? [
        ...(answer.sealedBy ? [{ key: 'Sealed by', value: answer.sealedBy }] : []),
        ...(answer.signedAt === null ? [] : [{ key: 'Signed on', value: longDate(today(answer.signedAt)) }]),
        ...(answer.agreement ? [{ key: 'Agreement', value: answer.agreement }] : []),
      ]
    : []
  return { ...words, rows, reasons: answer.valid ? [] : answer.reasons }
}

const REFERENCE_WORDS: Record<'current' | 'superseded' | 'withdrawn' | 'unknown', { kind: string; title: string; text: string }> = {
  current: { kind: 'valid', title: 'This reference is ours, and the record counts', text: 'A record of this reference exists and is current.' },
  superseded: { kind: 'superseded', title: 'This reference is ours, but a newer text is in force', text: 'The record was right when it was signed. The agreement has been published anew since.' },
  withdrawn: { kind: 'withdrawn', title: 'This reference is ours, but the record was taken back', text: 'It no longer counts.' },
  unknown: { kind: 'not-ours', title: 'We have no record of this reference', text: 'It may be mistyped, never have been ours, or have been erased since.' },
}

/** What a reference alone says: where the record stands, and nothing of its content. */
export function referenceView(status: 'current' | 'superseded' | 'withdrawn' | null, reference: string): object {
  return {
    ...REFERENCE_WORDS[status ?? 'unknown'], rows: [{ key: 'Reference', html: `<span class="code">${escaped(reference)}</span>` }], reasons: [],
    note: 'A reference can be copied onto any paper. To know that a PDF itself is whole, check the file below.',
  }
}

/** The certificate that readers of PDFs need in order to know our seal. */
export function authorityView(certificate: { fingerprint: string; subject: string; until: Instant }, href: string): object {
  return { href, subject: certificate.subject, fingerprint: certificate.fingerprint.replace(/(.{2})(?=.)/g, '$1 ').toUpperCase(), until: today(certificate.until) }
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
