import type { AffiliationRole } from '../../adapters/sources/source.ts'
import { addDays, type CalendarDate } from '../../shared/dates.ts'
import type { HeldYear } from './year-on.ts'

/** Person x school x role, with its dates; `endDate` is the last day (P1, R5). Which year counts on a day: `yearOn`. */
export interface Affiliation extends HeldYear {
  id: string
  personId: string
  schoolId: string
  role: AffiliationRole
  regGroup: string | null
  startDate: CalendarDate | null
  endDate: CalendarDate | null
  endReason: string | null
  sourceId: string | null
  missingSince: number | null
  missingRuns: number
}

/** Roles of people who work at a school, supply and trainees among them; governors, volunteers and contractors do not. */
export const STAFF_ROLES: ReadonlySet<string> = new Set<AffiliationRole>(['teacher', 'support', 'trainee', 'supply'])

/** Begun and not ended on that day; an ending takes effect the day after (T1). */
export function isCurrent(affiliation: Pick<Affiliation, 'startDate' | 'endDate'>, on: CalendarDate): boolean {
  return (affiliation.startDate === null || affiliation.startDate <= on) && (affiliation.endDate === null || affiliation.endDate >= on)
}

/**
 * The places whose schools may know a person: those that have not ended; once all have, the last ones, whose school still has to
 * see a leaver's affairs through. A school that somebody has moved on from is not among them.
 */
export function placesInCharge<A extends Pick<Affiliation, 'endDate'>>(places: readonly A[], on: CalendarDate): A[] {
  const standing = places.filter(({ endDate }) => endDate === null || endDate >= on)
  if (standing.length > 0) return standing
  const last = places.map(({ endDate }) => endDate ?? '').sort().at(-1)
  return places.filter(({ endDate }) => endDate === last)
}

/** Current, or starting soon enough that its holder is no leaver (P3). */
export function keepsAccess(affiliation: Pick<Affiliation, 'startDate' | 'endDate'>, on: CalendarDate, startsWithinDays: number): boolean {
  if (affiliation.endDate !== null && affiliation.endDate < on) return false
  return affiliation.startDate === null || affiliation.startDate <= addDays(on, startsWithinDays)
}
