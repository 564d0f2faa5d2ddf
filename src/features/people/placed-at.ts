import type { CalendarDate } from '../../shared/dates.ts'

/** SQL with its values, in the order of the question marks. */
export interface PlacedAt {
  sql: string
  values: string[]
}

/**
 * `column in (...)`: people whose affairs are those of one of the schools on a day, as `placesInCharge` says it of one person.
 * No school: nobody.
 */
export function placedAt(column: string, schools: readonly string[], on: CalendarDate): PlacedAt {
  if (schools.length === 0) return { sql: '1 = 0', values: [] }
  return {
    sql: `${column} in (select a.person_id from affiliations a where a.school_id in (${schools.map(() => '?').join(', ')}) and (a.end_date is null or a.end_date >= ?
      or (not exists (select 1 from affiliations c where c.person_id = a.person_id and (c.end_date is null or c.end_date >= ? or c.end_date > a.end_date)))))`,
    values: [...schools, on, on],
  }
}
