import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'

/** One training asked of one member of staff, as the office reads it. */
export interface TrainingLine {
  id: string
  personId: string
  name: string
  schoolId: string
  requirementId: string
  title: string
  dueOn: CalendarDate | null
  doneOn: CalendarDate | null
  reference: string | null
  fileName: string | null
}

/** One training over some schools: how often it is asked, done, and open after its day. */
export interface TrainingCount { requirementId: string; title: string; asked: number; done: number; overdue: number }

/** People who are still at the school that asked. */
const STILL = 'exists (select 1 from affiliations a where a.person_id = t.person_id and a.school_id = t.school_id and (a.end_date is null or a.end_date >= ?))'

/** Trainings of the staff of some schools: who has completed what (I7). */
export class TrainingQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** One line for each training, those with most left first. */
  async counts(schools: readonly string[], on: CalendarDate): Promise<TrainingCount[]> {
    if (schools.length === 0) return []
    const rows = await this.#db.rows(
      `select t.requirement_id, r.title, count(*) as asked, sum(case when t.state = 'complete' then 1 else 0 end) as done, sum(case when t.state = 'open' and t.due_on < ? then 1 else 0 end) as overdue
       from trainings t join requirements r on r.id = t.requirement_id where t.school_id in (${marks(schools)}) and t.state <> 'cancelled' and ${STILL} group by t.requirement_id, r.title`,
      [on, ...schools, on])
    return rows.map((row) => ({ requirementId: row['requirement_id'] as string, title: row['title'] as string, asked: Number(row['asked']), done: Number(row['done']), overdue: Number(row['overdue']) }))
      .toSorted((a, b) => (b.asked - b.done) - (a.asked - a.done) || a.title.localeCompare(b.title))
  }

  /** By the day it is due, then by name; at most `limit`. */
  async lines({ schools, requirementId, state }: { schools: readonly string[]; requirementId?: string; state?: 'open' | 'complete' }, on: CalendarDate, limit: number): Promise<TrainingLine[]> {
    if (schools.length === 0) return []
    const rows = await this.#db.rows(
      `select t.id, t.person_id, t.school_id, t.requirement_id, t.due_on, t.done_on, t.reference, t.file_name, r.title, p.preferred_forename, p.surname
       from trainings t join requirements r on r.id = t.requirement_id join people p on p.id = t.person_id
       where t.school_id in (${marks(schools)}) and t.state <> 'cancelled' and ${STILL}${requirementId === undefined ? '' : ' and t.requirement_id = ?'}${state === undefined ? '' : ' and t.state = ?'}
       order by case when t.state = 'open' then 0 else 1 end, coalesce(t.due_on, '9999'), p.name_search, t.id limit ?`,
      [...schools, on, ...(requirementId === undefined ? [] : [requirementId]), ...(state === undefined ? [] : [state]), limit])
    return rows.map((row) => ({
      id: row['id'] as string, personId: row['person_id'] as string, name: `${row['preferred_forename'] as string} ${row['surname'] as string}`.trim(), schoolId: row['school_id'] as string,
      requirementId: row['requirement_id'] as string, title: row['title'] as string, dueOn: row['due_on'] as string | null, doneOn: row['done_on'] as string | null,
      reference: row['reference'] as string | null, fileName: row['file_name'] as string | null,
    }))
  }
}

const marks = (values: readonly string[]): string => values.map(() => '?').join(', ')
