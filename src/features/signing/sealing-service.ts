import type { Clock } from '../../adapters/clock.ts'
import type { PdfRecords, Sealer } from '../../adapters/pdf/pdf-records.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { recordContent } from './record-content.ts'
import type { SigningStore } from './signing-store.ts'
import type { TemplateStore } from './template-store.ts'

export interface SealingDeps {
  db: Database; clock: Clock; audit: AuditLog; outbox: Outbox; store: SigningStore; templates: TemplateStore
  agreements: AgreementStore; pdf: PdfRecords; sealer: Sealer
}

const FIRST_SEAL = 1
/** A signature this old without its seal is taken up again by the sweep. */
const SWEEP_AFTER_MS = 60_000

/** Seals captured signatures. Idempotent: the claim fixes instant and certificate, so a repeat makes the same document (D3). */
export class SealingService {
  readonly #deps: SealingDeps
  constructor(deps: SealingDeps) {
    this.#deps = deps
  }

  /** Outbox handler of `signing.seal`. */
  async seal(signatureId: string): Promise<void> {
    const { db, clock, store, templates, agreements, pdf, sealer, audit, outbox } = this.#deps
    const signature = await store.byId(signatureId)
    if (!signature || signature.sealState === 'sealed') return
    const found = await agreements.rendition(signature.renditionHash)
    if (!found) throw new Error(`The rendition of signature ${signatureId} is not kept`)
    const claim = await db.transaction(() => store.claimSeal({
      signatureId, sealNumber: FIRST_SEAL, sealedAt: clock.now(), certificateId: sealer.certificateId, renditionHash: signature.renditionHash,
    }))
    const template = await templates.get(signature.renditionHash)
    const sealed = await pdf.seal(template, recordContent(signature, found.rendition), { sealedAt: claim.sealedAt, certificateId: claim.certificateId }, sealer)
    await db.transaction(async () => {
      if (!await store.keepSeal(signatureId, FIRST_SEAL, sealed)) return
      await store.setSealState(signatureId, 'sealed')
      await audit.record({
        actor: 'system', event: 'record.sealed', subject: `person:${signature.subjectId}`,
        payload: { signature: signatureId, seal: FIRST_SEAL, file: sealed.fileSha256, unsigned: sealed.unsignedSha256, certificate: claim.certificateId },
      })
      await outbox.put('messages.receipt', { signatureId }, { dedupeKey: `receipt:${signatureId}` })
    })
  }

  /** Puts jobs for signatures whose seal is overdue; returns how many were found. */
  async sweep(): Promise<number> {
    const { db, clock, store, outbox } = this.#deps
    // The first job may have been given up; once an hour each gets a new one.
    const hour = Math.floor(clock.now() / 3_600_000)
    const late = await store.unsealed(clock.now() - SWEEP_AFTER_MS, 500)
    if (late.length > 0) {
      await db.transaction(() => outbox.putMany(late.map((signatureId) => ({ kind: 'signing.seal', payload: { signatureId }, dedupeKey: `seal:${signatureId}:1:again:${hour}` }))))
    }
    return late.length
  }

  /** The whole PDF of a signature's newest seal, or null while it is pending. */
  async file(signatureId: string): Promise<{ bytes: Buffer; sha256: string } | null> {
    const record = await this.#deps.store.record(signatureId)
    if (!record?.tail || !record.fileSha256) return null
    const template = await this.#deps.templates.get(record.renditionHash)
    return { bytes: Buffer.concat([template.prefix, record.tail]), sha256: record.fileSha256 }
  }
}
