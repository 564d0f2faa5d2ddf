import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { chunks } from '../../shared/chunks.ts'
import { academicYear, type CalendarDate } from '../../shared/dates.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'

/** One year of one school as the roll-over page counts it. */
export interface LeavingYear {
  yearCode: string
  pupils: number
  expected: number
}

/** A pupil of a year, and whether somebody has confirmed that they leave with it. */
export interface ExpectedPupil {
  personId: string
  name: string
  regGroup: string | null
  expected: boolean
}

interface Parts { db: Database; clock: Clock; audit: AuditLog; schools: SchoolStore; calendar: CalendarStore }

/** The lists of leavers and movers that a school confirms before its years change (R8): inside the declared window they count for nothing in the brake. */
export class ExpectedLeavers {
  readonly #parts: Parts
  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The school year that ends next at a school: from the first of the year on, this very one. */
  endingYear(school: School, on: CalendarDate): string {
    return academicYear(on, school.yearStart)
  }

  async years(school: School, on: CalendarDate): Promise<LeavingYear[]> {
    const rows = await this.#parts.db.rows(
      `select a.year_code, count(*) as pupils, sum(case when e.person_id is null then 0 else 1 end) as expected from affiliations a
       left join expected_leavers e on e.person_id = a.person_id and e.school_id = a.school_id and e.school_year = ?
       where a.school_id = ? and a.role = 'pupil' and a.year_code is not null and (a.end_date is null or a.end_date >= ?) group by a.year_code`,
      [this.endingYear(school, on), school.id, on])
    return rows.map((row) => ({ yearCode: row['year_code'] as string, pupils: Number(row['pupils']), expected: Number(row['expected']) }))
  }

  async pupils(school: School, yearCode: string, on: CalendarDate): Promise<ExpectedPupil[]> {
    const rows = await this.#parts.db.rows(
      `select a.person_id, p.preferred_forename, p.surname, a.reg_group, e.confirmed_at from affiliations a join people p on p.id = a.person_id
       left join expected_leavers e on e.person_id = a.person_id and e.school_id = a.school_id and e.school_year = ?
       where a.school_id = ? and a.role = 'pupil' and a.year_code = ? and (a.end_date is null or a.end_date >= ?) order by p.name_search, p.id`,
      [this.endingYear(school, on), school.id, yearCode, on])
    return rows.map((row) => ({
      personId: row['person_id'] as string, name: `${row['preferred_forename'] as string} ${row['surname'] as string}`.trim(),
      regGroup: row['reg_group'] as string | null, expected: row['confirmed_at'] !== null,
    }))
  }

  /** Sets the list of one year anew: everybody of it but those who stay. Returns how many are expected to leave. */
  async confirm(school: School, yearCode: string, staying: ReadonlySet<string>, on: CalendarDate, actor: string): Promise<number> {
    const { db, clock, audit } = this.#parts
    const leaving = (await this.pupils(school, yearCode, on)).filter(({ personId }) => !staying.has(personId))
    const schoolYear = this.endingYear(school, on)
    await db.transaction(async () => {
      await db.sql('expected_leavers').where({ school_id: school.id, school_year: schoolYear, year_code: yearCode }).delete()
      await db.insertNew('expected_leavers', leaving.map(({ personId }) => ({
        person_id: personId, school_id: school.id, school_year: schoolYear, year_code: yearCode, confirmed_by: actor, confirmed_at: clock.now(),
      })))
      await audit.recordBulk({
        actor, event: 'roster.leavers-expected', subject: `school:${school.id}`, items: leaving.map(({ personId }) => personId),
        payload: { schoolYear, yearCode, leaving: leaving.length, staying: staying.size },
      })
    })
    return leaving.length
  }

  /** Takes the list of one year back. */
  async withdraw(school: School, yearCode: string, on: CalendarDate, actor: string): Promise<void> {
    const { db, audit } = this.#parts
    const schoolYear = this.endingYear(school, on)
    await db.transaction(async () => {
      const removed = await db.sql('expected_leavers').where({ school_id: school.id, school_year: schoolYear, year_code: yearCode }).delete()
      await audit.record({ actor, event: 'roster.leavers-not-expected', subject: `school:${school.id}`, payload: { schoolYear, yearCode, removed } })
    })
  }

  /**
   * Of these people those who are expected to leave a school that is inside its roll-over window today: `school|person`. Outside every
   * window the answer is empty, whatever was confirmed.
   */
  async inWindow(personIds: readonly string[], on: CalendarDate): Promise<ReadonlySet<string>> {
    const { db, schools, calendar } = this.#parts
    const all = await schools.all()
    const of = await calendar.around(on, all)
    const open = new Map(all.filter(({ id }) => of(id).inRollover(on)).map((school) => [school.id, school]))
    const found = new Set<string>()
    if (open.size === 0) return found
    for (const part of chunks(personIds)) {
      const rows = await db.read('expected_leavers').whereIn('person_id', part).whereIn('school_id', [...open.keys()]).select('person_id', 'school_id', 'school_year') as
        { person_id: string; school_id: string; school_year: string }[]
      for (const row of rows) if (isAbout(row.school_year, open.get(row.school_id) as School, on)) found.add(`${row.school_id}|${row.person_id}`)
    }
    return found
  }
}

/** The window lies around the change of the year: the list is of the year that ends, on both sides of it. */
function isAbout(schoolYear: string, school: School, on: CalendarDate): boolean {
  const current = academicYear(on, school.yearStart)
  return schoolYear === current || Number(schoolYear.slice(0, 4)) === Number(current.slice(0, 4)) - 1
}
