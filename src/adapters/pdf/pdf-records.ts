import type { ActWords } from './act-words.ts'
import type { SlipSheet } from './slip-sheet.ts'
import type { Instant } from '../../shared/dates.ts'

/**
 * Sealed records (rules D1-D5). A rendition is compiled once into a template (fonts, layout, fixed prefix bytes); one
 * signature then adds only a small tail. The whole file is prefix + tail.
 */

/** What one audience sees of one version: exactly what is hashed, shown and sealed (S1). */
export interface RenditionText {
  /** SHA-256 hex of the canonical rendition; identifies the template. */
  hash: string
  title: string
  trustName: string
  schoolName: string
  /** As printed: "Version 1, published 1 September 2026". */
  versionLabel: string
  /** BCP 47. */
  language: string
  /** Markdown of the text as shown, school fields filled in. Headings (with `{#id}` where symbols stand beside clauses), paragraphs, lists, emphasis, tables; no HTML. */
  markdown: string
  /** True for pupils up to Year 6: set in Andika. */
  young: boolean
  /** Clause id -> the drawing that stood beside it on the page and what it shows in words (S1); absent where none stood. */
  symbols?: Readonly<Record<string, { name: string; words: string }>>
  /** Our own words on the record, in the language of the text; English where absent. Kept in the template, so that a record can be made again (D3). */
  words?: ActWords
}

export interface CompiledTemplate {
  renditionHash: string
  /** Immutable first bytes of every file made from it. */
  prefix: Buffer
  /** SHA-256 hex of the prefix. */
  prefixHash: string
  /** What splicing needs (object numbers, glyph tables, xref rows); JSON, versioned by `format`. */
  meta: Record<string, unknown>
  format: number
}

/** The act of one signatory; no other person's contact details, route, address or device data (D2). */
export interface RecordContent {
  /** Public reference printed on the page, such as the signature's ULID. */
  reference: string
  /** Name of the person the agreement is about, as at signing (P5). */
  subjectName: string
  signerName: string
  /** "Pupil", "Parent or carer of ...", "Member of staff". */
  signerCapacity: string
  /** The sentence that was agreed to, as shown beside the button. */
  statement: string
  method: 'typed' | 'drawn' | 'clicked' | 'witnessed-mark' | 'paper'
  /** Text typed as signature, or null. */
  typed: string | null
  /** Strokes in a 0..1000 x 0..400 box; integer coordinates; null unless drawn. */
  drawn: { x: number; y: number }[][] | null
  signedAt: Instant
  /** Address at which anybody may ask where this record stands (D6), drawn as a QR code; null: none was known at signing. */
  verifyUrl: string | null
  /** Rows of the audit page, in order. */
  audit: { label: string; value: string }[]
  /** Embedded in the file as `evidence.json`; canonical JSON is made by the builder. */
  evidence: Record<string, unknown>
}

/** Claimed in the database before any byte is made, so that a repeat gives the same document (D3). */
export interface SealClaim {
  /** The time in /M of the signature dictionary. */
  sealedAt: Instant
  certificateId: string
}

/** The electronic seal of the trust: digest in, CMS out. Key file today; KMS or PKCS#11 by the same shape. */
export interface Sealer {
  readonly certificateId: string
  readonly certificatePem: string
  /** Leaf first. */
  readonly chainPem: string[]
  readonly subject: string
  /** The trust's own keys are P-256, RSA-2048 or RSA-3072; a school's own PKCS#12 may bring the others. */
  readonly keyType: 'P-256' | 'P-384' | 'RSA-2048' | 'RSA-3072' | 'RSA-4096'
  readonly notBefore: Instant
  readonly notAfter: Instant
  /** CAdES signed attributes over this SHA-256, signed; DER of the CMS SignedData (ETSI EN 319 142-1, B-B). */
  seal(documentSha256: Buffer): Promise<Buffer>
}

export interface SealedTail {
  tail: Buffer
  /** SHA-256 hex of prefix + tail. */
  fileSha256: string
  /** SHA-256 hex of the document without the signature's contents: equal for equal input (D3). */
  unsignedSha256: string
}

export interface PdfRecords {
  /** Slow (hundreds of milliseconds of CPU): call off the event loop. */
  compile(text: RenditionText): Promise<CompiledTemplate>
  seal(template: CompiledTemplate, content: RecordContent, claim: SealClaim, sealer: Sealer): Promise<SealedTail>
  /** Login slips as a PDF, which the caller gives away and keeps nowhere. */
  slips(sheet: SlipSheet): Promise<Buffer>
  /** Judges a whole file against the trust's own certificates. */
  verify(file: Buffer, trusted: { certificatePem: string }[]): Promise<PdfVerdict>
}

export interface PdfVerdict {
  /** Bytes unchanged since sealing, the seal covers the whole file, and one of the trusted certificates made it. */
  valid: boolean
  sealedBy: string | null
  sealedAt: Instant | null
  reference: string | null
  evidence: Record<string, unknown> | null
  fileSha256: string
  /** Plain sentences; empty when valid. */
  reasons: string[]
}
