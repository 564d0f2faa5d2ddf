import type { CalendarDate } from '../../shared/dates.ts'
import type { PeopleQueries, Person } from './people-queries.ts'
import { placedAt } from './placed-at.ts'

const MOST = 30

/**
 * People by name among those whose affairs are those of the schools; for pickers. The schools narrow the question itself: a common name of a large trust
 * hides nobody of a small school.
 */
export function findPeople({ people }: { people: PeopleQueries }, text: string, schools: 'all' | readonly string[], on: CalendarDate): Promise<Person[]> {
  return people.search(text, MOST, schools === 'all' ? undefined : placedAt('people.id', schools, on))
}
