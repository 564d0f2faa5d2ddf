import { createHash } from 'node:crypto'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import { scanType } from '../../adapters/qr/scan-type.ts'
import type { ScanReader } from '../../adapters/qr/scan-reader.ts'
import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { BehalfRoute } from '../signing/circumstance.ts'
import type { SigningQueries } from '../signing/signing-queries.ts'
import type { SigningService } from '../signing/signing-service.ts'
import type { OpenSlot } from './paper-queries.ts'
import type { PaperSlip, PaperStore } from './paper-store.ts'
import { makeSlipCode, readSlipCode } from './slip-code.ts'

export interface PaperDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; store: PaperStore; signing: SigningService; signingQueries: SigningQueries; readScan: ScanReader
  /** False: the trust offers English alone. */
  welsh: boolean
}

/** A returned slip as somebody ticks it. `renditionHash`: the text on the very paper, where its code was read; else that of the newest print counts. */
export interface Returned { signatoryId: string; signerId: string; renditionHash?: string }
export type EnterOutcome = 'signed' | 'declined' | 'text-changed' | 'closed' | 'not-yours' | 'conflict'

/** Paper out and in (S7), and signing for somebody at their word (S3). */
export class PaperService {
  readonly #deps: PaperDeps
  constructor(deps: PaperDeps) {
    this.#deps = deps
  }

  /**
   * Makes slips of the texts in force, a code on each; gives the print's id. Slots that nobody can answer are left out. The text is
   * in the language that its signer chose for their pages (G6); where several may sign, the first of them who chose one.
   */
  async print(actor: Actor, slots: readonly OpenSlot[]): Promise<string | null> {
    const { db, clock, ids, store, signingQueries, audit, welsh } = this.#deps
    const printId = ids.next()
    const slips: PaperSlip[] = []
    for (const slot of slots) {
      const [signer] = slot.signers
      const reader = welsh ? slot.signers.find(({ language }) => language !== null)?.language ?? undefined : undefined
      const page = signer ? await signingQueries.page(slot.signatory.id, signer.id, { reader }) : null
      if (page) slips.push({ code: makeSlipCode(ids.random), printId, signatoryId: slot.signatory.id, renditionHash: page.rendition.hash, printedBy: actor.personId ?? '', printedAt: clock.now() })
    }
    if (slips.length === 0) return null
    await db.transaction(async () => {
      await store.insertSlips(slips)
      await audit.record({ actor: actor.label, event: 'paper.printed', subject: null, payload: { print: printId, slips: slips.length, signatories: slips.map((slip) => slip.signatoryId) } })
    })
    return printId
  }

  /**
   * Enters returned slips, each in its own transaction, under one batch that can be undone. The same form again enters nothing
   * twice. Gives the batch, and what became of each.
   */
  async enter(actor: Actor, schoolId: string, returned: readonly Returned[], form: { formKey: string; signedOn: CalendarDate | null; scanSha256?: string | null }):
    Promise<{ batchId: string | null; outcomes: EnterOutcome[] }> {
    const { db, clock, ids, store, signing } = this.#deps
    const newest = await store.newestSlips(returned.map((one) => one.signatoryId))
    const staffId = actor.personId ?? ''
    const outcomes: EnterOutcome[] = []
    let batchId: string | null = null
    for (const one of returned) {
      const scanSha256 = form.scanSha256 ?? null
      const text = one.renditionHash ?? newest.get(one.signatoryId)?.renditionHash ?? await this.#textInForce(one)
      if (text === null) { outcomes.push('closed'); continue }
      const batch: string = batchId ?? ids.next()
      // Signature and entry together: what is entered can be undone.
      const outcome = await this.#again(() => db.transaction(async () => {
        const done = await signing.sign({
          signatoryId: one.signatoryId, signerId: one.signerId, actor: actor.label, method: 'paper', typed: null, drawn: null, renditionHash: text,
          formKey: `${form.formKey}-${one.signatoryId}`, assurance: 'paper', address: null, userAgent: null,
          circumstance: { kind: 'paper', enteredById: staffId, enteredByName: actor.name, signedOn: form.signedOn, scanSha256 },
        })
        if (done.kind !== 'signed') return done
        await store.insertBatch({ id: batch, schoolId, enteredBy: staffId, enteredAt: clock.now() })
        await store.addEntry(batch, done.signature.id, scanSha256)
        return done
      }))
      if (outcome.kind === 'signed') batchId = batch
      if (outcome.kind === 'already-signed') batchId ??= await store.batchOfSignature(outcome.signature.id)
      outcomes.push(outcome.kind === 'already-signed' ? 'signed' : outcome.kind)
    }
    return { batchId, outcomes }
  }

  /** A press at the same moment committed first: a transaction begun afterwards sees what it did. */
  async #again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!this.#deps.db.dialect.isDuplicate(error)) throw error
      return work()
    }
  }

  /** The paper says no. */
  async enterNo(actor: Actor, one: Returned): Promise<EnterOutcome> {
    const text = one.renditionHash ?? (await this.#deps.store.newestSlips([one.signatoryId])).get(one.signatoryId)?.renditionHash ?? await this.#textInForce(one)
    if (text === null) return 'closed'
    return (await this.#deps.signing.decline({ ...one, actor: actor.label, renditionHash: text, reason: null, wantsCall: false, staffId: actor.personId ?? '' })).kind
  }

  async #textInForce(one: Returned): Promise<string | null> {
    return (await this.#deps.signingQueries.page(one.signatoryId, one.signerId))?.rendition.hash ?? null
  }

  /** Undoes a batch as a whole: every signature of it that still counts is made invalid, and its slot is open again. Null when it was undone before. */
  async undo(actor: Actor, batchId: string): Promise<number | null> {
    const { db, clock, store, signing } = this.#deps
    if (!await db.transaction(() => store.undo(batchId, actor.personId ?? '', clock.now()))) return null
    let ended = 0
    for (const entry of await store.entries(batchId)) {
      if (await signing.invalidate(entry.signatureId, { actor: actor.label, reason: 'entered from paper by mistake' })) ended += 1
    }
    return ended
  }

  /** Keeps a scan as evidence and reads the codes on it. Null when it is no picture or PDF. */
  async takeScan(actor: Actor, bytes: Buffer): Promise<{ sha256: string; codes: string[] } | null> {
    const { clock, store, readScan } = this.#deps
    const type = scanType(bytes)
    if (!type) return null
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await store.keepScan({ sha256, type, bytes, uploadedBy: actor.personId ?? '', at: clock.now() })
    const codes = (await readScan(bytes, type)).map(readSlipCode).filter((code): code is string => code !== null)
    const known = await Promise.all(codes.map(async (code) => ((await store.slip(code)) ? code : null)))
    return { sha256, codes: known.filter((code): code is string => code !== null) }
  }

  /** Signs or declines for somebody who asked for it by this route (S3). The remark is for the log only (D2). */
  async onBehalf(actor: Actor, one: Returned, what: { answer: 'yes' | 'no'; route: BehalfRoute; remark: string | null; formKey: string; renditionHash: string }): Promise<EnterOutcome> {
    const { signing } = this.#deps
    const staffId = actor.personId ?? ''
    const common = { ...one, actor: actor.label, renditionHash: what.renditionHash }
    if (what.answer === 'no') return (await signing.decline({ ...common, reason: what.remark, wantsCall: false, staffId })).kind
    const outcome = await signing.sign({
      ...common, method: 'clicked', typed: null, drawn: null, formKey: what.formKey, assurance: 'on-behalf', address: null, userAgent: null, remark: what.remark,
      circumstance: { kind: 'on-behalf', enteredById: staffId, enteredByName: actor.name, route: what.route },
    })
    return outcome.kind === 'already-signed' ? 'signed' : outcome.kind
  }
}
