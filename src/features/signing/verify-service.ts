import type { PdfRecords } from '../../adapters/pdf/pdf-records.ts'
import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { Signature } from './signature.ts'
import type { SigningStore } from './signing-store.ts'

export type RecordStatus = 'current' | 'superseded' | 'withdrawn' | 'erased'

/** What `assent verify` and the public page answer; never a name (D6). */
export interface VerifyAnswer {
  valid: boolean
  sealedBy: string | null
  signedAt: Instant | null
  status: RecordStatus | null
  reasons: string[]
  agreement: string | null
}

export interface VerifyDeps { db: Database; pdf: PdfRecords; store: SigningStore; agreements: AgreementStore }

/** Judges a file: is it ours, whole and current (D6). */
export class VerifyService {
  readonly #deps: VerifyDeps
  constructor(deps: VerifyDeps) {
    this.#deps = deps
  }

  async verify(file: Buffer): Promise<VerifyAnswer> {
    const { pdf, store, db } = this.#deps
    // The seals themselves, not the authority behind them: a school's own authority issues certificates to others too.
    const trusted = (await db.read('certificates').where({ purpose: 'seal' }).select('pem')).map((row) => ({ certificatePem: row.pem as string }))
    const verdict = await pdf.verify(file, trusted)
    if (!verdict.valid) return { valid: false, sealedBy: verdict.sealedBy, signedAt: null, status: null, reasons: verdict.reasons, agreement: null }
    const signature = await store.signatureOfFile(verdict.fileSha256)
    const answer = { valid: true, sealedBy: verdict.sealedBy, reasons: [] as string[] }
    if (!signature) {
      // Sealed by this trust, but the file is not kept any more: erased (V2).
      return { ...answer, signedAt: null, status: 'erased', reasons: ['This record was sealed by the trust and has since been erased.'], agreement: null }
    }
    const status = await this.statusOf(signature)
    return {
      ...answer, signedAt: signature.signedAt, status,
      reasons: status === 'withdrawn' ? ['This signature was withdrawn or made invalid later.'] : status === 'superseded' ? ['A newer version of the agreement has been published since.'] : [],
      agreement: `${signature.evidence.agreementKey}, version ${signature.evidence.versionNumber}`,
    }
  }

  /** Does this signature still count? */
  async statusOf(signature: Signature): Promise<'current' | 'superseded' | 'withdrawn'> {
    if (signature.endedKind !== null) return 'withdrawn'
    return this.#statusOfText(this.#deps.agreements, signature.renditionHash)
  }

  /** Where the record of this reference stands; null when there is none, whatever the reason (D6). */
  async statusOfReference(reference: string): Promise<'current' | 'superseded' | 'withdrawn' | null> {
    const signature = /^[0-9A-HJKMNP-TV-Z]{26}$/.test(reference) ? await this.#deps.store.byId(reference) : null
    return signature ? this.statusOf(signature) : null
  }

  /** A minor edit leaves signatures good (G1): only a later major version supersedes what was signed. */
  async #statusOfText(agreements: AgreementStore, renditionHash: string): Promise<'current' | 'superseded' | 'withdrawn'> {
    const found = await agreements.rendition(renditionHash)
    const stored = found ? await agreements.version(found.versionId) : null
    if (!stored) return 'current'
    if (stored.version.status === 'withdrawn') return 'withdrawn'
    const major = await agreements.lastMajor(stored.agreementId)
    return major && major.version.number > stored.version.number ? 'superseded' : 'current'
  }
}
