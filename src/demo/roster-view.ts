import { addDays } from '../shared/dates.ts'
import type { CalendarDate } from '../shared/dates.ts'
import type { DemoFrame, DemoLink, Household } from './model.ts'

/** Changes to the feed that tests and the demo ask for. */
export interface FeedChanges {
  /** External ids of people whom the feed ends before today (R5). */
  leavers?: readonly string[]
  /** External ids of people whom the feed no longer mentions (R4). */
  omit?: readonly string[]
}

/** Applies the changes while families pass by, and checks at the end that each concerned somebody. */
export interface RosterView {
  shown(id: string): boolean
  /** The day a leaver's affiliations end (inclusive, before today); null for everybody else. */
  endOf(id: string): CalendarDate | null
  /** Links that formats without a do-not-contact flag can carry safely: to shown guardians who may be contacted. */
  safeLinks(household: Household, pupilId: string): DemoLink[]
  /** @throws RangeError naming ids that were asked for and never met, or whose end the format cannot state (a guardian's in OneRoster 1.1). */
  finish(): void
}

export function viewRoster(frame: DemoFrame, changes: FeedChanges): RosterView {
  const leavers = new Set(changes.leavers)
  const omitted = new Set(changes.omit)
  const unmet = new Set([...leavers, ...omitted])
  const lastDay = dayBefore(frame)
  const shown = (id: string): boolean => {
    if (!omitted.has(id)) return true
    unmet.delete(id)
    return false
  }
  return {
    shown,
    endOf: (id) => {
      if (!leavers.has(id)) return null
      unmet.delete(id)
      return lastDay
    },
    safeLinks: (household, pupilId) => household.links.filter((link) =>
      link.pupilId === pupilId && !link.emergencyOnly && !link.doNotContact && shown(link.guardianId)),
    finish: () => {
      if (unmet.size > 0) throw new RangeError(`Nobody with a row that could end or be left out in this format: ${[...unmet].join(', ')}.`)
    },
  }
}

/** The last day before today that is not also a session's last day, which would say nothing about the pupil (R5). */
function dayBefore(frame: DemoFrame): CalendarDate {
  let day = addDays(frame.today, -1)
  while (frame.sessions.some((session) => session.endDate === day)) day = addDays(day, -1)
  return day
}
