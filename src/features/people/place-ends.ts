import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { chunks } from '../../shared/chunks.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'

/** `end_reason` of a place that a confirmed list has ended. */
const BY_LIST = 'list'

/** A place that a confirmed list has ended although its source still states it. */
export interface ListedEnd {
  planId: string
  affiliationId: string
  personId: string
  schoolId: string
  role: string
  /** Last day. */
  endDate: CalendarDate
  at: Instant
  name: string
  yearCode: string | null
  regGroup: string | null
  sourceName: string
}

/** Places that a confirmed list of leavers ends (R5), and gives back as they were (U1). Everything joins the caller's transaction. */
export class PlaceEnds {
  readonly #db: Database
  readonly #clock: Clock
  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Ends what these people still hold after `on`, at one school or (null) everywhere; being a parent is no place to end. Done twice it is done once. */
  async end(personIds: readonly string[], { planId, schoolId, on }: { planId: string; schoolId: string | null; on: CalendarDate }): Promise<void> {
    const now = this.#clock.now()
    for (const part of chunks(personIds)) {
      const query = this.#db.sql('affiliations').whereIn('person_id', part).whereNot({ role: 'guardian' }).where((w) => { void w.whereNull('end_date').orWhere('end_date', '>', on) })
      if (schoolId !== null) void query.where({ school_id: schoolId })
      const rows = await query.select('id', 'person_id', 'end_date', 'end_reason') as { id: string; person_id: string; end_date: string | null; end_reason: string | null }[]
      if (rows.length === 0) continue
      await this.#db.insertNew('listed_ends', rows.map((row) => ({
        plan_id: planId, affiliation_id: row.id, person_id: row.person_id, end_date: on, end_before: row.end_date, reason_before: row.end_reason, at: now, answer: null,
      })))
      await this.#db.sql('affiliations').whereIn('id', rows.map(({ id }) => id)).update({ end_date: on, end_reason: BY_LIST, updated_at: now })
    }
  }

  /** Gives back what a plan ended, of all or some of its people, where nobody has said anything else since. */
  async giveBack(planId: string, personIds: readonly string[] | null): Promise<void> {
    const query = this.#db.sql('listed_ends').where({ plan_id: planId })
    if (personIds !== null) void query.whereIn('person_id', [...personIds])
    for (const row of await query.select('affiliation_id', 'end_date', 'end_before', 'reason_before')) {
      await this.#db.sql('affiliations').where({ id: row.affiliation_id, end_date: row.end_date, end_reason: BY_LIST })
        .update({ end_date: row.end_before, end_reason: row.reason_before, updated_at: this.#clock.now() })
      await this.#db.sql('listed_ends').where({ plan_id: planId, affiliation_id: row.affiliation_id }).del()
    }
  }

  /** True while a plan has ended places. */
  async any(planId: string): Promise<boolean> {
    return await this.#db.sql('listed_ends').where({ plan_id: planId }).first('affiliation_id') !== undefined
  }

  /**
   * Places ended by a list whose source still states them, though it has been read since: a contradiction for the office, until it
   * has answered (R4, R5).
   */
  async stillStated(where: { schools: 'all' | readonly string[]; affiliationId?: string }): Promise<ListedEnd[]> {
    const query = this.#db.read('listed_ends as e').join('affiliations as a', 'a.id', 'e.affiliation_id').join('people as p', 'p.id', 'a.person_id').join('sources as s', 's.id', 'a.source_id')
      .join('roster_runs as r', 'r.id', 's.last_good_run_id')
      .whereNull('e.answer').where('a.end_reason', BY_LIST).whereNull('a.missing_since').whereRaw('r.started_at >= e.at').orderBy(['p.name_search', 'a.id'])
      .select('e.plan_id', 'e.at', 'a.id', 'a.person_id', 'a.school_id', 'a.role', 'a.year_code', 'a.reg_group', 'a.end_date', 'p.preferred_forename', 'p.surname', 's.name as source_name')
    if (where.schools !== 'all') void query.whereIn('a.school_id', [...where.schools])
    if (where.affiliationId !== undefined) void query.where('a.id', where.affiliationId)
    return (await query).map(fromRow)
  }

  /** The office's answer: they have left all the same, or they are here and have their place again. False where there was none to answer. */
  async answer(affiliationId: string, answer: 'left' | 'stays'): Promise<boolean> {
    const rows = await this.#db.sql('listed_ends').where({ affiliation_id: affiliationId }).whereNull('answer').orderBy('at', 'desc') as { plan_id: string; end_date: string; end_before: string | null; reason_before: string | null }[]
    const [row] = rows
    if (!row) return false
    if (answer === 'stays') {
      await this.#db.sql('affiliations').where({ id: affiliationId, end_reason: BY_LIST }).update({ end_date: row.end_before, end_reason: row.reason_before, updated_at: this.#clock.now() })
    }
    await this.#db.sql('listed_ends').where({ affiliation_id: affiliationId }).whereNull('answer').update({ answer })
    return true
  }
}

function fromRow(row: Record<string, unknown>): ListedEnd {
  return {
    planId: row['plan_id'] as string, affiliationId: row['id'] as string, personId: row['person_id'] as string, schoolId: row['school_id'] as string, role: row['role'] as string,
    endDate: row['end_date'] as string, at: Number(row['at']), name: `${row['preferred_forename'] as string} ${row['surname'] as string}`.trim(),
    yearCode: row['year_code'] as string | null, regGroup: row['reg_group'] as string | null, sourceName: row['source_name'] as string,
  }
}
