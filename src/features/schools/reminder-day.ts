import { addDays, type CalendarDate } from '../../shared/dates.ts'
import type { SchoolCalendar } from './school-calendar.ts'

/** A weekend with a bank holiday on each side. */
const LONGEST_WEEKEND = 4

/**
 * The school day that a reminder counts for (I6): whoever was reminded on Friday is not reminded again over the weekend. In a longer
 * closure each day counts for itself. Pure.
 */
export function reminderDay(calendar: SchoolCalendar, on: CalendarDate): CalendarDate {
  for (let back = 0; back <= LONGEST_WEEKEND; back += 1) if (calendar.isSchoolDay(addDays(on, -back))) return addDays(on, -back)
  return on
}
