import type { AffiliationRole } from '../../adapters/sources/source.ts'
import { addDays, type CalendarDate } from '../../shared/dates.ts'

/** Person x school x role, with its dates; `endDate` is the last day (P1, R5). */
export interface Affiliation {
  id: string
  personId: string
  schoolId: string
  role: AffiliationRole
  yearCode: string | null
  regGroup: string | null
  startDate: CalendarDate | null
  endDate: CalendarDate | null
  endReason: string | null
  sourceId: string | null
  missingSince: number | null
  missingRuns: number
}

/** Begun and not ended on that day; an ending takes effect the day after (T1). */
export function isCurrent(affiliation: Pick<Affiliation, 'startDate' | 'endDate'>, on: CalendarDate): boolean {
  return (affiliation.startDate === null || affiliation.startDate <= on) && (affiliation.endDate === null || affiliation.endDate >= on)
}

/** Current, or starting soon enough that its holder is no leaver (P3). */
export function keepsAccess(affiliation: Pick<Affiliation, 'startDate' | 'endDate'>, on: CalendarDate, startsWithinDays: number): boolean {
  if (affiliation.endDate !== null && affiliation.endDate < on) return false
  return affiliation.startDate === null || affiliation.startDate <= addDays(on, startsWithinDays)
}
