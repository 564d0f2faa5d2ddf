import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'

/** A "no", with what was written beside it. The reason is free text of a family: apart from the ledger, and erasable (S4, V2). */
export interface Decline {
  id: string
  requestId: string
  signatoryId: string
  subjectId: string
  signerId: string
  schoolId: string
  /** False once it was taken back or asked again. */
  active: boolean
  reason: string | null
  wantsCall: boolean
  at: Instant
  /** When it was passed to the DSL; null while it was not. */
  passedAt: Instant | null
  passedBy: string | null
}

/** How long a reason is kept. */
const REASON_KEPT_MS = 365 * 86_400_000

/** Answers "no". */
export class DeclineStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async insert(decline: Omit<Decline, 'active' | 'passedAt' | 'passedBy'>): Promise<void> {
    await this.#db.sql('declines').insert({
      id: decline.id, request_id: decline.requestId, signatory_id: decline.signatoryId, subject_id: decline.subjectId, signer_id: decline.signerId, school_id: decline.schoolId,
      active: 1, reason: decline.reason, wants_call: decline.wantsCall ? 1 : 0, at: decline.at, erase_after: decline.at + REASON_KEPT_MS, passed_at: null, passed_by: null,
    })
  }

  async get(id: string): Promise<Decline | null> {
    const row = await this.#db.read('declines').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** The "no" that stands in a slot; null when there is none. */
  async activeOf(signatoryId: string): Promise<Decline | null> {
    const row = await this.#db.read('declines').where({ signatory_id: signatoryId, active: 1 }).first()
    return row ? fromRow(row) : null
  }

  /** Every "no" that stands, oldest first. */
  async active(): Promise<Decline[]> {
    return (await this.#db.read('declines').where({ active: 1 }).orderBy('at').orderBy('id')).map(fromRow)
  }

  /** It stands no more: taken back, asked again, or nobody asks any longer. */
  async end(signatoryId: string): Promise<void> {
    await this.#db.sql('declines').where({ signatory_id: signatoryId, active: 1 }).update({ active: null })
  }

  /** False when it had been passed on before. */
  async pass(id: string, actor: string, at: Instant): Promise<boolean> {
    return await this.#db.sql('declines').where({ id }).whereNull('passed_at').update({ passed_at: at, passed_by: actor }) === 1
  }

  /** Erases reasons whose time is over; returns how many. */
  async eraseOld(now: Instant): Promise<number> {
    return this.#db.sql('declines').whereNotNull('reason').where('erase_after', '<', now).update({ reason: null })
  }
}

function fromRow(row: Record<string, unknown>): Decline {
  return {
    id: row['id'] as string, requestId: row['request_id'] as string, signatoryId: row['signatory_id'] as string, subjectId: row['subject_id'] as string,
    signerId: row['signer_id'] as string, schoolId: row['school_id'] as string, active: row['active'] === 1, reason: row['reason'] as string | null,
    wantsCall: Boolean(row['wants_call']), at: Number(row['at']), passedAt: row['passed_at'] === null ? null : Number(row['passed_at']), passedBy: row['passed_by'] as string | null,
  }
}
