import type { Database } from '../../db/database.ts'
import { type Instant, longInstant, today } from '../../shared/dates.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import type { SchoolStore } from '../schools/school-store.ts'

/** Why many accounts should not be changed at a moment, and the next at which they may (B6). */
export interface BulkPause {
  text: string
  free: Instant | null
}

/** B6: bulk runs keep out of lessons and exam days of the schools that a plan concerns. */
export function bulkPauseBy({ db, calendar, schools }: { db: Database; calendar: CalendarStore; schools: SchoolStore }) {
  return async (at: Instant, planId: string): Promise<BulkPause | null> => {
    const rows = await db.read('plan_items').where({ plan_id: planId }).whereNotNull('population').whereNot({ state: 'skipped' }).distinct('population') as { population: string }[]
    const ids = new Set(rows.map(({ population }) => population.split('|')[0]))
    const concerned = (await schools.all()).filter(({ id }) => ids.has(id))
    const of = await calendar.around(today(at), concerned)
    for (const school of concerned) {
      const days = of(school.id)
      const why = days.whyNotNow(at)
      if (why === null) continue
      const free = days.nextFree(at)
      const until = free === null ? '' : ` The next free time is ${longInstant(free, school.timezone)}.`
      return { text: `${why === 'exams' ? `${school.name} has exams` : `Lessons are on at ${school.name}`}, and many accounts would change.${until}`, free }
    }
    return null
  }
}
