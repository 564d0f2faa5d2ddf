import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'

/** Pupils of these schools, and of one year where it is given (by its code). */
export interface ResponsibilityFilter {
  schools: 'all' | readonly string[]
  year?: string | undefined
}

/** One adult who has the care of a pupil and of whom nobody has said whether they may consent. */
export interface OpenLink { pupilId: string; pupil: string; schoolId: string; year: string | null; group: string | null; guardianId: string; guardian: string; relationship: string }

/** Figures of one year of one school. */
export interface OpenCount {
  schoolId: string
  year: string | null
  /** Links without any statement. */
  open: number
  /** Pupils for whom nobody may consent as things stand. */
  pupilsWithoutAnybody: number
  pupils: number
}

/** Links that say nothing yet: may sign, may not consent by the feed, nobody stated anything, contact not barred. */
const OPEN = "l.ended_at is null and l.may_sign = 1 and l.may_consent = 0 and l.stated_responsibility is null and l.do_not_contact = 0"
const MAY = "l.ended_at is null and l.do_not_contact = 0 and (l.stated_responsibility in ('yes', 'delegated') or (l.stated_responsibility is null and l.may_consent = 1))"

/** Where parental responsibility is not stated yet: for the office's list. */
export class ResponsibilityQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** By school and year, those with something open or nobody to ask. Pupils who have come of age are not looked at apart: their guardians are not asked. */
  async counts({ schools, year }: ResponsibilityFilter, on: CalendarDate): Promise<OpenCount[]> {
    const where = this.#pupils(schools, year, on)
    const rows = await this.#db.rows(
      `select a.school_id, a.year_code, count(*) as pupils,
         sum((select count(*) from guardian_links l where l.pupil_id = a.person_id and ${OPEN})) as open,
         sum(case when exists (select 1 from guardian_links l where l.pupil_id = a.person_id and ${MAY}) then 0 else 1 end) as nobody
       from (select distinct person_id, school_id, year_code from affiliations a where ${where.sql}) a group by a.school_id, a.year_code`, where.values)
    return rows.map((row) => ({
      schoolId: row['school_id'] as string, year: row['year_code'] as string | null, open: Number(row['open'] ?? 0), pupilsWithoutAnybody: Number(row['nobody'] ?? 0), pupils: Number(row['pupils']),
    }))
  }

  /** The links themselves by the pupil's name; at most `limit`. */
  async open({ schools, year }: ResponsibilityFilter, on: CalendarDate, limit: number): Promise<OpenLink[]> {
    const where = this.#pupils(schools, year, on)
    const rows = await this.#db.rows(
      `select distinct a.person_id, a.school_id, a.year_code, a.reg_group, l.guardian_id, l.relationship, l.priority, p.name_search,
         p.preferred_forename as pupil_forename, p.surname as pupil_surname, g.preferred_forename, g.surname
       from affiliations a join guardian_links l on l.pupil_id = a.person_id join people p on p.id = a.person_id join people g on g.id = l.guardian_id
       where ${where.sql} and ${OPEN} order by p.name_search, a.person_id, l.priority, l.guardian_id limit ?`, [...where.values, limit])
    return rows.map((row) => ({
      pupilId: row['person_id'] as string, pupil: `${row['pupil_forename'] as string} ${row['pupil_surname'] as string}`.trim(), schoolId: row['school_id'] as string,
      year: row['year_code'] as string | null, group: row['reg_group'] as string | null, guardianId: row['guardian_id'] as string,
      guardian: `${row['preferred_forename'] as string} ${row['surname'] as string}`.trim(), relationship: row['relationship'] as string,
    }))
  }

  #pupils(schools: 'all' | readonly string[], year: string | undefined, on: CalendarDate): { sql: string; values: string[] } {
    const within = schools === 'all' ? '' : schools.length === 0 ? ' and 1 = 0' : ` and a.school_id in (${schools.map(() => '?').join(', ')})`
    return {
      sql: `a.role = 'pupil' and (a.end_date is null or a.end_date >= ?)${within}${year === undefined ? '' : ' and a.year_code = ?'}`,
      values: [on, ...(schools === 'all' ? [] : schools), ...(year === undefined ? [] : [year])],
    }
  }
}
