import { addDays, type CalendarDate, isCalendarDate, longDate } from '../../../shared/dates.ts'
import type { PlaceCommand } from '../placing.ts'
import type { Power } from './power-over.ts'

/** School days for which a head of year may limit access. */
export const SHORT_SCHOOL_DAYS = 5
/** A restriction of one person is looked at again at least so often, and ends by itself within a year. */
const MOST_DAYS = 366

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

/** What is wrong with a restriction of one person, by field of the form; empty when nothing is. Pure. */
export function singleProblems(wanted: SingleRestriction, facts: { on: CalendarDate; shortUntil: CalendarDate; profiles: readonly string[] }): Record<string, string> {
  const { on } = facts
  const wrong: Record<string, string> = {}
  if (wanted.profile !== null && !facts.profiles.includes(wanted.profile)) wrong['what'] = 'Choose what changes'
  if (wanted.reason.trim() === '') wrong['reason'] = 'Write the reason, so that whoever looks at it again knows'
  if (!isCalendarDate(wanted.untilDate) || wanted.untilDate < on) wrong['until'] = 'Write the last day, today or later'
  else if (wanted.untilDate > addDays(on, MOST_DAYS)) wrong['until'] = 'A restriction ends within a year; it can be placed again'
  if (!isCalendarDate(wanted.reviewOn) || wanted.reviewOn < on) wrong['review'] = 'Write the day on which somebody looks at it again, today or later'
  else if (!wrong['until'] && wanted.reviewOn > wanted.untilDate) wrong['review'] = 'The look comes before the end'
  if (wanted.power === 'short') {
    if (wanted.level === 'suspended') wrong['what'] = 'A head of year limits access; taking it away altogether is for the DSL or the head'
    if (wanted.emergency || wanted.cause === 'safeguarding') wrong['cause'] = 'Safeguarding and emergencies are for the DSL or the head. Tell them now'
    if (!wrong['until'] && wanted.untilDate > facts.shortUntil) wrong['until'] = `A head of year may limit access for ${SHORT_SCHOOL_DAYS} school days, so until ${longDate(facts.shortUntil)} at the latest`
  }
  return wrong
}
