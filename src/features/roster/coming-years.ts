import { academicYear, academicYearStart, addDays, type CalendarDate } from '../../shared/dates.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import type { SchoolStore } from '../schools/school-store.ts'

/** So long before a new year feeds begin to promote; as far back as an admission counts for it (I1). */
const PROMOTIONS_BEGIN_DAYS = 120
/** A roll-over window may be declared earlier still, but not a year ahead. */
const WINDOW_BEGINS_DAYS = 240

/**
 * School -> first day of the coming school year, for schools whose years are about to change: within 120 days of it, or inside their
 * declared roll-over window. A promotion read today counts there from that day (R8); elsewhere at once.
 */
export async function comingYears({ schools, calendar }: { schools: SchoolStore; calendar: CalendarStore }, on: CalendarDate): Promise<Map<string, CalendarDate>> {
  const all = await schools.all()
  const of = await calendar.around(on, all)
  const found = new Map<string, CalendarDate>()
  for (const { id, yearStart } of all) {
    const first = Number(academicYearStart(academicYear(on, yearStart), yearStart).slice(0, 4)) + 1
    const next = `${first}-${yearStart}`
    if (next <= addDays(on, of(id).inRollover(on) ? WINDOW_BEGINS_DAYS : PROMOTIONS_BEGIN_DAYS)) found.set(id, next)
  }
  return found
}
