import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import { placedAt } from '../people/placed-at.ts'

/** Decisions about single people's access at one school, in counts. */
export interface DecisionCounts { placed: number; standing: number }

/** Counts for the registers of a link governor: nobody's name, nobody's row. */
export class RegistersQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** Decided by a person about a person since an instant. The causes are counted together: apart they would tell what is the circle's alone (A5). */
  async decisions(schoolId: string, since: Instant, on: CalendarDate): Promise<DecisionCounts> {
    const place = placedAt('r.person_id', [schoolId], on)
    const [row] = await this.#db.rows(
      `select count(distinct r.person_id) as placed, count(distinct case when r.released_at is null and (r.until_date is null or r.until_date >= ?) then r.person_id end) as standing
       from restrictions r where r.cause in ('misuse', 'safeguarding') and r.placed_at >= ? and ${place.sql}`, [on, since, ...place.values])
    return { placed: Number(row?.['placed'] ?? 0), standing: Number(row?.['standing'] ?? 0) }
  }
}
