import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { emailNorm } from '../../shared/names.ts'
import { placesInCharge } from '../people/affiliation.ts'

/** By what a line of a list names its person. */
export const IDENTIFIERS = ['upn', 'mis id', 'admission number', 'email', 'username'] as const
/** The heading of the column that names people. */
export type Identifier = (typeof IDENTIFIERS)[number]

/** How a person is found again in the answer of `registeredPeople`. */
export const registeredKey = (identifier: Identifier, value: string): string => `${identifier}|${norm(identifier, value)}`

/** People by what the registers call them, with the schools in charge of them on that day; several where an identifier is not unique over the trust. */
export async function registeredPeople(db: Database, identifier: Identifier, values: readonly string[], on: CalendarDate): Promise<Map<string, { id: string; schools: string[] }[]>> {
  const sql: Record<Identifier, string> = {
    upn: 'select person_id, upn as value from source_people where upn in (:list)', 'mis id': 'select person_id, mis_id as value from source_people where mis_id in (:list)',
    'admission number': 'select person_id, admission_number as value from source_people where admission_number in (:list)',
    email: 'select id as person_id, email_norm as value from people where email_norm in (:list)', username: 'select id as person_id, username as value from people where username in (:list)',
  }
  const found = new Map<string, { id: string; schools: string[] }[]>()
  if (values.length === 0) return found
  const matched = await db.rowsIn(sql[identifier], [], [...new Set(values.map((value) => norm(identifier, value)))])
  const places = await db.rowsIn('select distinct person_id, school_id, end_date from affiliations where person_id in (:list)', [], [...new Set(matched.map((row) => row['person_id'] as string))])
  const schoolsOf = new Map<string, string[]>()
  for (const [id, theirs] of Map.groupBy(places, (row) => row['person_id'] as string)) {
    const standing = placesInCharge(theirs.map((row) => ({ schoolId: row['school_id'] as string, endDate: row['end_date'] as string | null })), on)
    schoolsOf.set(id, [...new Set(standing.map(({ schoolId }) => schoolId))])
  }
  for (const row of matched) {
    const key = `${identifier}|${row['value'] as string}`
    const list = found.get(key) ?? []
    if (!list.some((person) => person.id === row['person_id'])) found.set(key, [...list, { id: row['person_id'] as string, schools: schoolsOf.get(row['person_id'] as string) ?? [] }])
  }
  return found
}

const norm = (identifier: Identifier, value: string): string => (identifier === 'email' ? emailNorm(value) ?? '' : value)
