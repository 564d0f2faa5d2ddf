import { addDays, type CalendarDate, type Instant, isCalendarDate } from '../../shared/dates.ts'
import type { AffiliationRole } from '../../adapters/sources/source.ts'

/** Who comes and goes without being in the school's roster (P2). */
export const GUEST_KINDS = ['visitor', 'supply', 'contractor', 'community', 'trainee'] as const
export type GuestKind = (typeof GUEST_KINDS)[number]

export const guestKindWords: Record<GuestKind, string> = { visitor: 'Visitor', supply: 'Supply or agency', contractor: 'Contractor', community: 'Community user', trainee: 'Trainee' }

/** What a guest is in the school's records, which decides the agreement they sign. */
export const roleOfGuest: Record<GuestKind, AffiliationRole> = { visitor: 'visitor', supply: 'supply', contractor: 'contractor', community: 'visitor', trainee: 'trainee' }

export type GuestState = 'asked' | 'approved' | 'declined' | 'ended'

export interface Guest {
  id: string
  personId: string
  schoolId: string
  kind: GuestKind
  organisation: string | null
  purpose: string
  fromDate: CalendarDate
  /** The last day; access expires by itself after it. */
  untilDate: CalendarDate
  state: GuestState
  askedBy: string
  askedAt: Instant
  /** Who was asked to approve. */
  approverId: string
  decidedBy: string | null
  decidedAt: Instant | null
  endedBy: string | null
  endedAt: Instant | null
}

/** A guest stays at most so long on one approval. */
const MOST_DAYS = 366

/** What is wrong with the dates, by field; empty when nothing is. Pure. */
export function dateProblems(dates: { from: string; until: string }, on: CalendarDate): Record<string, string> {
  if (!isCalendarDate(dates.from)) return { from: 'Write the first day' }
  if (!isCalendarDate(dates.until) || dates.until < dates.from) return { until: 'Write the last day, not before the first' }
  if (dates.until < on) return { until: 'The last day is over' }
  return dates.until > addDays(dates.from, MOST_DAYS) ? { until: 'At most a year; it can be extended later' } : {}
}

/** Where a guest stands on a day. */
export function standingOf(guest: Pick<Guest, 'state' | 'fromDate' | 'untilDate'>, on: CalendarDate): 'waits' | 'coming' | 'here' | 'over' {
  if (guest.state === 'asked') return guest.untilDate < on ? 'over' : 'waits'
  if (guest.state !== 'approved' || guest.untilDate < on) return 'over'
  return guest.fromDate > on ? 'coming' : 'here'
}

/** The key under which the end of a guest's access is placed, and lifted when it moves (A2). */
export const guestKey = (id: string): string => `guest:${id}`
