import type { CalendarDate } from '../../shared/dates.ts'
import type { PlacedAt } from './placed-at.ts'

/** `column in (...)`: people whom one of the schools serves on a day, at a place of their own or of a child linked to them. No school: nobody. */
export function servedAt(column: string, schools: readonly string[], on: CalendarDate): PlacedAt {
  if (schools.length === 0) return { sql: '1 = 0', values: [] }
  const placed = `a.school_id in (${schools.map(() => '?').join(', ')}) and (a.start_date is null or a.start_date <= ?) and (a.end_date is null or a.end_date >= ?)`
  return {
    sql: `(${column} in (select a.person_id from affiliations a where ${placed})
      or ${column} in (select g.guardian_id from guardian_links g join affiliations a on a.person_id = g.pupil_id where g.ended_at is null and ${placed}))`,
    values: [...schools, on, on, ...schools, on, on],
  }
}
