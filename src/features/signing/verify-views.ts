import { today, type Instant } from '../../shared/dates.ts'
import { type Said, saidDay, sentence } from '../../shared/sentence.ts'
import type { RecordStatus, VerifyAnswer } from './verify-service.ts'

export type Verdict = RecordStatus | 'not-ours'

const WORDS: Record<Verdict, { kind: 'valid' | 'superseded' | 'withdrawn' | 'erased' | 'not-ours'; title: Said; text: Said }> = {
  current: { kind: 'valid', title: sentence('This PDF is ours, whole and current'), text: sentence('Nobody has changed it since it was sealed, and it still counts.') },
  superseded: { kind: 'superseded', title: sentence('Ours and whole, but a newer text is in force'), text: sentence('It was right when it was signed. The agreement has been published anew since.') },
  withdrawn: { kind: 'withdrawn', title: sentence('Ours and whole, but taken back'), text: sentence('The signature was withdrawn or made invalid later, so it no longer counts.') },
  erased: { kind: 'erased', title: sentence('Ours and whole, but we no longer keep it'), text: sentence('It was sealed by us. Our own copy has been erased since, because its time had run out or somebody had the right to ask for it.') },
  'not-ours': { kind: 'not-ours', title: sentence('This is not a PDF that we sealed'), text: sentence('Do not rely on it. Ask whoever gave it to you where it comes from, or ask for the PDF as it was sent by mail.') },
}

/** The verdict on a file in plain words; never a name of whom it is about (D6). */
export function verdictView(answer: VerifyAnswer): object {
  const words = WORDS[answer.valid && answer.status ? answer.status : 'not-ours']
  const rows = answer.valid
    ? [
        ...(answer.sealedBy ? [{ key: sentence('Sealed by'), value: answer.sealedBy }] : []),
        ...(answer.signedAt === null ? [] : [{ key: sentence('Signed on'), value: saidDay(today(answer.signedAt)) }]),
        ...(answer.agreement ? [{ key: sentence('Agreement'), value: agreementSaid(answer.agreement) }] : []),
      ]
    : []
  return { ...words, rows, reasons: answer.valid ? [] : answer.reasons.map(reasonSaid) }
}

/** "guardian, version 2": the name is the trust's own, the rest is ours. */
function agreementSaid(agreement: string): Said {
  const [, name, number] = /^(.*), version (\d+)$/.exec(agreement) ?? []
  return name === undefined || number === undefined ? agreement : sentence('{{agreement}}, version {{number}}', { agreement: name, number })
}

/** What a reader of files found stays in its own words, which the page marks as English; the sentence around it is ours. */
function reasonSaid(reason: string): { text: string } | { detail: string; signer: string | null } {
  const [, whole, part, signer] = /^The file is not a whole record of ours(?:: (.*)| \((.*)\); it carries a signature in the name of (.*))\.$/s.exec(reason) ?? []
  return whole === undefined && part === undefined ? { text: reason } : { detail: whole ?? part ?? '', signer: signer ?? null }
}

const REFERENCE_WORDS: Record<'current' | 'superseded' | 'withdrawn' | 'unknown', { kind: string; title: Said; text: Said }> = {
  current: { kind: 'valid', title: sentence('This reference is ours, and the record counts'), text: sentence('A record of this reference exists and is current.') },
  superseded: { kind: 'superseded', title: sentence('This reference is ours, but a newer text is in force'), text: sentence('The record was right when it was signed. The agreement has been published anew since.') },
  withdrawn: { kind: 'withdrawn', title: sentence('This reference is ours, but the record was taken back'), text: sentence('It no longer counts.') },
  unknown: { kind: 'not-ours', title: sentence('We have no record of this reference'), text: sentence('It may be mistyped, never have been ours, or have been erased since.') },
}

/** What a reference alone says: where the record stands, and nothing of its content. */
export function referenceView(status: 'current' | 'superseded' | 'withdrawn' | null, reference: string): object {
  return {
    ...REFERENCE_WORDS[status ?? 'unknown'], rows: [{ key: sentence('Reference'), html: `<span class="code">${escaped(reference)}</span>` }], reasons: [],
    note: sentence('A reference can be copied onto any paper. To know that a PDF itself is whole, check the file below.'),
  }
}

/** The certificate that readers of PDFs need in order to know our seal. */
export function authorityView(certificate: { fingerprint: string; subject: string; until: Instant }, href: string): object {
  return { href, subject: certificate.subject, fingerprint: certificate.fingerprint.replace(/(.{2})(?=.)/g, '$1 ').toUpperCase(), until: today(certificate.until) }
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
