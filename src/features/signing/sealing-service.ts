import type { Clock } from '../../adapters/clock.ts'
import type { PdfRecords, SealedTail, Sealer } from '../../adapters/pdf/pdf-records.ts'
import { templateLanguage } from '../../adapters/pdf/template-meta.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { SayInRecord } from '../agreements/say-in-record.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { recordContent } from './record-content.ts'
import { recordWordings } from './record-wording.ts'
import type { Signature } from './signature.ts'
import type { SealedRecord, SigningStore } from './signing-store.ts'
import type { TemplateStore } from './template-store.ts'

export interface SealingDeps {
  db: Database; clock: Clock; audit: AuditLog; outbox: Outbox; store: SigningStore; templates: TemplateStore
  agreements: AgreementStore; pdf: PdfRecords; sealer: Sealer
  /** Puts our words on a record into the language of its text. */
  say: SayInRecord
}

/** A signature this old without its seal is taken up again by the sweep. */
const SWEEP_AFTER_MS = 60_000

interface Sealed {
  signature: Signature
  claim: SealedRecord
  seal: SealedTail
}

/** Seals captured signatures. Idempotent: the claim fixes instant and certificate, so a repeat makes the same document (D3). */
export class SealingService {
  readonly #deps: SealingDeps
  readonly #wording: ReturnType<typeof recordWordings>
  constructor(deps: SealingDeps) {
    this.#deps = deps
    this.#wording = recordWordings(deps.say)
  }

  /** Outbox handler of `signing.seal`; those that wait together share their commits. */
  readonly handler = {
    many: (payloads: readonly Record<string, unknown>[]) => this.sealAll(payloads.map((payload) => String(payload['signatureId']))),
  }

  /** Seals one signature. @throws whatever kept it from being sealed. */
  async seal(signatureId: string): Promise<void> {
    const [failure] = await this.sealAll([signatureId])
    if (failure) throw failure
  }

  /** Seals these signatures: one commit that claims, one that keeps. Answers for each what went wrong, or null; what is sealed already is well. */
  async sealAll(signatureIds: readonly string[]): Promise<(Error | null)[]> {
    const open = (await this.#deps.store.byIds(signatureIds)).filter((signature) => signature.sealState !== 'sealed')
    const failures = new Map<string, Error>()
    if (open.length > 0) {
      const claims = await this.#claim(open)
      const made: Sealed[] = []
      for (const signature of open) {
        const claim = claims.get(signature.id)
        try {
          if (claim) made.push({ signature, claim, seal: await this.#make(signature, claim) })
        } catch (error) {
          failures.set(signature.id, error instanceof Error ? error : new Error(String(error)))
        }
      }
      if (made.length > 0) await this.#keep(made)
    }
    return signatureIds.map((id) => failures.get(id) ?? null)
  }

  /**
   * The claim that each signature is sealed by. One made with a certificate that is no longer at hand and never used is left
   * as it is, and a new number is claimed behind it (D3): so a seal that a change of certificate interrupted repairs itself.
   */
  #claim(signatures: readonly Signature[]): Promise<Map<string, SealedRecord>> {
    const { db, clock, store, sealer } = this.#deps
    return db.together(async () => {
      const sealedAt = clock.now()
      const claim = (signature: Signature, sealNumber: number) =>
        ({ signatureId: signature.id, sealNumber, sealedAt, certificateId: sealer.certificateId, renditionHash: signature.renditionHash })
      await store.claimSeals(signatures.map((signature) => claim(signature, 1)))
      const claims = await store.newestRecords(signatures.map((signature) => signature.id))
      const stale = signatures.flatMap((signature) => {
        const newest = claims.get(signature.id)
        return newest && newest.fileSha256 === null && newest.certificateId !== sealer.certificateId ? [claim(signature, newest.sealNumber + 1)] : []
      })
      if (stale.length === 0) return claims
      await store.claimSeals(stale)
      return store.newestRecords(signatures.map((signature) => signature.id))
    })
  }

  async #make(signature: Signature, claim: SealedRecord): Promise<SealedTail> {
    const { agreements, templates, pdf, sealer } = this.#deps
    const found = await agreements.rendition(signature.renditionHash)
    if (!found) throw new Error(`The rendition of signature ${signature.id} is not kept`)
    const template = await templates.get(signature.renditionHash)
    // The language is the template's, which stays as it was compiled: so the same record can be made again (D3).
    const wording = this.#wording(templateLanguage(template))
    return pdf.seal(template, recordContent(signature, found.rendition, wording), { sealedAt: claim.sealedAt, certificateId: claim.certificateId }, sealer)
  }

  #keep(made: readonly Sealed[]): Promise<void> {
    const { db, store, audit, outbox } = this.#deps
    return db.together(async () => {
      const kept = await store.keepSeals(made.map((one) => ({ ...one, ...one.seal, signatureId: one.signature.id, sealNumber: one.claim.sealNumber })))
      if (kept.length === 0) return
      await store.setSealed(kept.map(({ signature }) => signature.id))
      await audit.recordMany(kept.map(({ signature, claim, seal }) => ({
        actor: 'system', event: 'record.sealed', subject: `person:${signature.subjectId}`,
        payload: { signature: signature.id, seal: claim.sealNumber, file: seal.fileSha256, unsigned: seal.unsignedSha256, certificate: claim.certificateId },
      })))
      await outbox.putMany(kept.map(({ signature }) => ({ kind: 'messages.receipt', payload: { signatureId: signature.id }, dedupeKey: `receipt:${signature.id}` })))
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
    const record = await this.#deps.store.sealedRecord(signatureId)
    if (!record?.tail || !record.fileSha256) return null
    const template = await this.#deps.templates.get(record.renditionHash)
    return { bytes: Buffer.concat([template.prefix, record.tail]), sha256: record.fileSha256 }
  }
}
