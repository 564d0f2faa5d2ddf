import { addDays, type CalendarDate, isCalendarDate, longDate } from '../../../shared/dates.ts'
import type { PlaceCommand } from '../placing.ts'
import type { Power } from './power-over.ts'

/** School days for which a head of year may limit access. */
export const SHORT_SCHOOL_DAYS = 5
/** A restriction of one person is looked at again at least so often, and ends by itself within a year. */
const MOST_DAYS = 366
const LONGEST_REASON = 500

export interface SingleRestriction {
  personId: string
  cause: 'misuse' | 'safeguarding' | 'manual'
  level: 'full' | 'restricted' | 'suspended'
  profile: string | null
  reason: string
  untilDate: CalendarDate
  reviewOn: CalendarDate
  emergency: boolean
  advice: PlaceCommand['advice'] | null
  actor: string
  power: Power
}

/** What a form holds before it is whole: nothing chosen to change is `full` without a profile, and the cause may be open. */
export type SingleWish = Omit<SingleRestriction, 'cause'> & { cause: SingleRestriction['cause'] | null }

/** Everything that is wrong with a restriction of one person, by field in the order of the form; empty when nothing is. Pure. */
export function singleProblems(wanted: SingleWish, facts: { on: CalendarDate; shortUntil: CalendarDate; profiles: readonly string[] }): Record<string, string> {
  const until = untilProblem(wanted, facts)
  const found = { what: whatProblem(wanted, facts.profiles), cause: causeProblem(wanted), reason: reasonProblem(wanted), until, review: reviewProblem(wanted, facts.on, until === null) }
  return Object.fromEntries(Object.entries(found).flatMap(([field, text]) => (text === null ? [] : [[field, text]])))
}

function whatProblem({ level, profile, power }: SingleWish, profiles: readonly string[]): string | null {
  if (profile === null ? level === 'full' : !profiles.includes(profile)) return 'Choose what changes'
  if (power === 'short' && level === 'suspended') return 'A head of year limits access; taking it away altogether is for the DSL or the head'
  return null
}

function causeProblem({ cause, emergency, power }: SingleWish): string | null {
  if (power === 'short' && (emergency || cause === 'safeguarding')) return 'Safeguarding and emergencies are for the DSL or the head. Tell them now'
  return cause === null ? 'Choose why' : null
}

function reasonProblem({ reason }: SingleWish): string | null {
  if (reason.trim() === '') return 'Write the reason, so that whoever looks at it again knows'
  return reason.trim().length > LONGEST_REASON ? `Write the reason in at most ${LONGEST_REASON} characters` : null
}

function untilProblem({ untilDate, power }: SingleWish, { on, shortUntil }: { on: CalendarDate; shortUntil: CalendarDate }): string | null {
  if (!isCalendarDate(untilDate) || untilDate < on) return 'Write the last day, today or later'
  if (untilDate > addDays(on, MOST_DAYS)) return 'A restriction ends within a year; it can be placed again'
  if (power === 'short' && untilDate > shortUntil) return `A head of year may limit access for ${SHORT_SCHOOL_DAYS} school days, so until ${longDate(shortUntil)} at the latest`
  return null
}

function reviewProblem({ reviewOn, untilDate }: SingleWish, on: CalendarDate, untilIsRight: boolean): string | null {
  if (!isCalendarDate(reviewOn) || reviewOn < on) return 'Write the day on which somebody looks at it again, today or later'
  return untilIsRight && reviewOn > untilDate ? 'The look comes before the end' : null
}
