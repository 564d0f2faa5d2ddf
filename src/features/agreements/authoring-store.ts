import { createHash } from 'node:crypto'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import type { AgreementVersion } from './agreement.ts'
import type { StoredVersion } from './agreement-store.ts'
import { NO_PART, type SchoolPart } from './school-part.ts'

/** Who looks after an agreement, and how often it is looked at. */
export interface Care {
  owner: string
  ownerId: string | null
  reviewMonths: number
}

/** "Review needed because ...", or a look that found nothing to change. */
export interface Review {
  id: string
  agreementId: string
  reason: string
  askedOn: CalendarDate
  doneOn: CalendarDate | null
  outcome: string | null
}

export interface StoredPart {
  /** 0: nothing filled in yet. */
  revision: number
  part: SchoolPart
}

const OPEN_STATES = ['draft', 'review', 'approved']

/** Drafts, what schools fill in, and reviews. */
export class AuthoringStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  /** Every version of an agreement, newest first. */
  async versionsOf(agreementId: string): Promise<StoredVersion[]> {
    return (await this.#db.read('agreement_versions').where({ agreement_id: agreementId }).orderBy('number', 'desc')).map(versionFromRow)
  }

  /** The version that is being worked on: at most one. */
  async openVersion(agreementId: string): Promise<StoredVersion | null> {
    const row = await this.#db.read('agreement_versions').where({ agreement_id: agreementId }).whereIn('state', OPEN_STATES).first()
    return row ? versionFromRow(row) : null
  }

  /**
   * The same for changing: nobody else changes it, and no second draft begins, before this transaction ends. To be called first in
   * the transaction: what is read before it may be older than what another author has just saved.
   */
  async lockOpen(agreementId: string): Promise<StoredVersion | null> {
    const { lockRows } = this.#db.dialect
    const agreement = this.#db.sql('agreements').where({ id: agreementId })
    await (lockRows ? agreement.forUpdate() : agreement).first('id')
    const open = this.#db.sql('agreement_versions').where({ agreement_id: agreementId }).whereIn('state', OPEN_STATES)
    const row = await (lockRows ? open.forUpdate() : open).first()
    return row ? versionFromRow(row) : null
  }

  async saveOpen(id: string, version: AgreementVersion): Promise<void> {
    const content = canonicalJson(version)
    await this.#db.sql('agreement_versions').where({ id }).whereIn('state', OPEN_STATES).update({
      number: version.number, change_kind: version.change, state: version.status, content,
      content_hash: createHash('sha256').update(content).digest('hex'), published_at: version.publishedAt,
    })
  }

  async removeOpen(id: string): Promise<void> {
    await this.#db.sql('agreement_versions').where({ id }).whereIn('state', OPEN_STATES).delete()
  }

  async highestNumber(agreementId: string): Promise<number> {
    const row = await this.#db.sql('agreement_versions').where({ agreement_id: agreementId }).max({ top: 'number' }).first()
    return Number(row?.top ?? 0)
  }

  async care(agreementId: string): Promise<Care> {
    const row = await this.#db.read('agreements').where({ id: agreementId }).first('owner', 'owner_id', 'review_months')
    return { owner: row?.owner ?? '', ownerId: row?.owner_id ?? null, reviewMonths: Number(row?.review_months ?? 12) }
  }

  async setCare(agreementId: string, care: Care): Promise<void> {
    await this.#db.sql('agreements').where({ id: agreementId }).update({ owner: care.owner, owner_id: care.ownerId, review_months: care.reviewMonths })
  }

  async setTitle(agreementId: string, title: string): Promise<void> {
    await this.#db.sql('agreements').where({ id: agreementId }).update({ title: title.slice(0, 190) })
  }

  /** What a school has filled in, as it is now or was at an instant: a signature under way keeps the words it began with (I2). */
  async part(agreementId: string, schoolId: string, asOf: Instant | null = null): Promise<StoredPart> {
    const query = this.#db.read('school_parts').where({ agreement_id: agreementId, school_id: schoolId }).orderBy('revision', 'desc')
    const row = await (asOf === null ? query : query.where('created_at', '<=', asOf)).first()
    return row ? { revision: Number(row.revision), part: JSON.parse(row.content) as SchoolPart } : { revision: 0, part: NO_PART }
  }

  /** @throws a duplicate-key error when somebody else was faster. */
  async addPart(agreementId: string, schoolId: string, revision: number, part: SchoolPart, actor: string): Promise<void> {
    await this.#db.sql('school_parts').insert({
      id: this.#ids.next(), agreement_id: agreementId, school_id: schoolId, revision, content: canonicalJson(part), actor, created_at: this.#clock.now(),
    })
  }

  /** Newest first. */
  async reviewsOf(agreementId: string): Promise<Review[]> {
    return (await this.#db.read('agreement_reviews').where({ agreement_id: agreementId }).orderBy('id', 'desc')).map((row) => ({
      id: row.id, agreementId: row.agreement_id, reason: row.reason, askedOn: row.asked_on, doneOn: row.done_on, outcome: row.outcome,
    }))
  }

  async addReview(review: Omit<Review, 'id'>, actor: string): Promise<void> {
    await this.#db.sql('agreement_reviews').insert({
      id: this.#ids.next(), agreement_id: review.agreementId, reason: review.reason, asked_on: review.askedOn, asked_by: actor,
      done_on: review.doneOn, done_by: review.doneOn ? actor : null, outcome: review.outcome,
    })
  }

  /** Ends every review that is still to be done; returns how many. */
  async endReviews(agreementId: string, end: { on: CalendarDate; actor: string; outcome: string }): Promise<number> {
    return this.#db.sql('agreement_reviews').where({ agreement_id: agreementId }).whereNull('done_on')
      .update({ done_on: end.on, done_by: end.actor, outcome: end.outcome })
  }
}

function versionFromRow(row: Record<string, unknown>): StoredVersion {
  return { id: row['id'] as string, agreementId: row['agreement_id'] as string, version: JSON.parse(row['content'] as string) as AgreementVersion }
}
