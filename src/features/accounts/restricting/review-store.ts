import type { Database } from '../../../db/database.ts'
import type { CalendarDate, Instant } from '../../../shared/dates.ts'
import type { AccessLevel, RestrictionCause } from '../desired-access.ts'

/** A restriction of one person that somebody has to look at again. */
export interface DueReview {
  restrictionId: string
  personId: string
  cause: RestrictionCause
  level: AccessLevel
  placedBy: string
  placedAt: Instant
  reviewOn: CalendarDate
  untilDate: CalendarDate | null
  /** When a second person has to have looked at an emergency; null where none is owed. */
  secondLookBy: Instant | null
}

export interface Review {
  reviewOn: CalendarDate
  secondLookBy: Instant | null
  lookedBy: string | null
  lookedAt: Instant | null
  outcome: 'stands' | 'lifted' | null
}

/** When restrictions of one person are looked at again (B7, A5). */
export class ReviewStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async add(restrictionId: string, review: Pick<Review, 'reviewOn' | 'secondLookBy'>): Promise<void> {
    await this.#db.insertNew('restriction_reviews', [{
      restriction_id: restrictionId, review_on: review.reviewOn, second_look_by: review.secondLookBy, looked_by: null, looked_at: null, outcome: null,
    }])
  }

  async get(restrictionId: string): Promise<Review | null> {
    const row = await this.#db.read('restriction_reviews').where({ restriction_id: restrictionId }).first()
    return row ? {
      reviewOn: row.review_on, secondLookBy: row.second_look_by === null ? null : Number(row.second_look_by), lookedBy: row.looked_by,
      lookedAt: row.looked_at === null ? null : Number(row.looked_at), outcome: row.outcome,
    } : null
  }

  async looked(restrictionId: string, look: { by: string; at: Instant; outcome: 'stands' | 'lifted'; reviewOn?: CalendarDate }): Promise<void> {
    await this.#db.sql('restriction_reviews').where({ restriction_id: restrictionId }).update({
      looked_by: look.by, looked_at: look.at, outcome: look.outcome, ...(look.reviewOn ? { review_on: look.reviewOn } : {}),
    })
  }

  /** Those that stand and are owed a look today, the most urgent first. */
  async due(on: CalendarDate): Promise<DueReview[]> {
    const rows = await this.#db.read('restriction_reviews as v').join('restrictions as r', 'r.id', 'v.restriction_id').whereNull('r.released_at')
      .where((ends) => { void ends.whereNull('r.until_date').orWhere('r.until_date', '>=', on) })
      .where((owed) => { void owed.where('v.review_on', '<=', on).orWhere((second) => { void second.whereNotNull('v.second_look_by').whereNull('v.looked_at') }) })
      .orderBy('v.review_on').orderBy('r.id').select('r.*', 'v.review_on', 'v.second_look_by', 'v.looked_at')
    return rows.map((row) => ({
      restrictionId: row.id, personId: row.person_id, cause: row.cause, level: row.level, placedBy: row.placed_by, placedAt: Number(row.placed_at),
      reviewOn: row.review_on, untilDate: row.until_date, secondLookBy: row.looked_at === null && row.second_look_by !== null ? Number(row.second_look_by) : null,
    })).toSorted((a, b) => (a.secondLookBy ?? Infinity) - (b.secondLookBy ?? Infinity))
  }
}
