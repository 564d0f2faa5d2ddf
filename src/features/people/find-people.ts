import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import type { PeopleQueries, Person } from './people-queries.ts'
import { placedAt } from './placed-at.ts'

const MOST = 30

/** People by name among those whose affairs are those of the schools; for pickers. */
export async function findPeople({ db, people }: { db: Database; people: PeopleQueries }, text: string, schools: 'all' | readonly string[], on: CalendarDate): Promise<Person[]> {
  const found = await people.search(text, MOST)
  if (schools === 'all' || found.length === 0) return found
  const place = placedAt('p.id', schools, on)
  const rows = await db.rows(`select p.id from people p where p.id in (${found.map(() => '?').join(', ')}) and ${place.sql}`, [...found.map(({ id }) => id), ...place.values])
  const within = new Set(rows.map((row) => row['id']))
  return found.filter(({ id }) => within.has(id))
}
