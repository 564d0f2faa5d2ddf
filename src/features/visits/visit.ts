import type { CalendarDate, Instant } from '../../shared/dates.ts'

export type VisitorKind = 'visitor' | 'contractor'

/** What somebody at reception, or a member of staff for them, has said. */
export interface VisitDetails {
  name: string
  organisation: string | null
  host: string | null
  kind: VisitorKind
}

/** One visit of one day or a few. */
export interface Visit extends VisitDetails {
  id: string
  schoolId: string
  /** Null where nothing was to be signed: then no person is made. */
  personId: string | null
  usesSystems: boolean
  firstDay: CalendarDate
  /** Inclusive: whatever the visit gives ends the day after. */
  lastDay: CalendarDate
  arrivedAt: Instant | null
  arrangedBy: string
}

/** A tablet at reception that visitors use, for the day it was started. */
export interface DeskTablet {
  id: string
  schoolId: string
  /** Until the tablet has it; then null. */
  code: string | null
  codeUntil: Instant
  startedBy: string
  startedAt: Instant
  endsAt: Instant
  endedAt: Instant | null
}

/** First name and the rest, as far as one written name tells. */
export function splitName(name: string): { forename: string; surname: string } {
  const [forename = name, ...rest] = name.split(' ')
  return { forename: forename.slice(0, 190), surname: rest.join(' ').slice(0, 190) }
}
