import type { Database } from '../../db/database.ts'
import type { Clock } from '../../adapters/clock.ts'
import { today } from '../../shared/dates.ts'
import { yearOnSql } from '../people/year-on.ts'
import type { School } from '../schools/school-store.ts'
import type { AgreementStore, StoredVersion } from './agreement-store.ts'
import type { Agreement } from './agreement-store.ts'
import { type BandRole, bandOf, BANDS, isPupilBand } from './band.ts'

/** Which texts hold in which school: for anybody to read, so it counts nobody and names nobody. */
export class InForceQueries {
  readonly #deps: { db: Database; clock: Clock; store: AgreementStore }
  constructor(deps: { db: Database; clock: Clock; store: AgreementStore }) {
    this.#deps = deps
  }

  /** Agreements in force with an active requirement there, youngest readers first; those for pupils only where there are such pupils. */
  async of(school: School): Promise<{ agreement: Agreement; current: StoredVersion }[]> {
    const { store } = this.#deps
    const [all, requirements, bands] = [await store.all(), await store.requirements(), await this.#pupilBands(school)]
    const found = []
    for (const agreement of all) {
      if (agreement.schoolId !== null && agreement.schoolId !== school.id) continue
      if (!requirements.some((one) => one.agreementId === agreement.id && (one.schoolId === null || one.schoolId === school.id))) continue
      if (isPupilBand(agreement.band) && bands.size > 0 && !bands.has(agreement.band)) continue
      const current = await store.current(agreement.id)
      if (current) found.push({ agreement, current })
    }
    return found.sort((a, b) => BANDS.indexOf(a.agreement.band) - BANDS.indexOf(b.agreement.band) || a.agreement.title.localeCompare(b.agreement.title, 'en'))
  }

  /** Bands of the pupils there; empty while the roster is not in yet. */
  async #pupilBands(school: School): Promise<Set<string>> {
    const on = today(this.#deps.clock.now(), school.timezone)
    const rows = await this.#deps.db.rows(`select distinct a.role, ${yearOnSql('a')} as year_code from affiliations a where a.school_id = ? and a.role = 'pupil' and (a.end_date is null or a.end_date >= ?)`, [on, school.id, on])
    return new Set(rows.flatMap((row) => bandOf({ role: row['role'] as BandRole, yearCode: row['year_code'] as string | null }) ?? []))
  }
}
