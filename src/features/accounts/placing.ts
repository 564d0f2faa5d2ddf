import { type CalendarDate, isCalendarDate } from '../../shared/dates.ts'
import { Refused, UnusableInput } from '../../shared/errors.ts'
import { type Affiliation, STAFF_ROLES } from '../people/affiliation.ts'
import { isCurrent } from '../people/affiliation.ts'
import { ACCESS_LEVELS, type AccessLevel, type RestrictionCause, stricter } from './desired-access.ts'

/** What somebody asks for when they place a restriction. */
export interface PlaceCommand {
  personId: string
  cause: RestrictionCause
  /** `full` where only a profile is meant. */
  level: AccessLevel
  profile?: string | null
  reason: string
  /** Today where absent. */
  fromDate?: CalendarDate
  /** The last day; null or absent: until released. */
  untilDate?: CalendarDate | null
  /** Opaque to this feature: whoever causes the restriction releases it by this key (A2). */
  releaseKey?: string | null
  actor: string
  /** Placed at once by the DSL or head for one person (B7). */
  emergency?: boolean
  /** A5: for staff, the answer to whether LADO, HR or police advice was taken. */
  advice?: 'taken' | 'not-yet' | 'not-needed'
  /** I5: another delivered way to sign exists (link, code, class session, desk). */
  otherRoute?: boolean
}


/** Why this restriction may not be placed, or null. Pure. */
export function placingProblem(command: PlaceCommand, affiliations: readonly Affiliation[], on: CalendarDate): UnusableInput | Refused | null {
  const { level, profile = null, reason, fromDate = on, untilDate = null, releaseKey = null } = command
  const unusable = (what: string) => new UnusableInput({ what, where: 'restriction' })
  if (!ACCESS_LEVELS.includes(level)) return unusable(`"${level}" is no level of access.`)
  if (level === 'full' && profile === null) return unusable('A restriction needs a level or a profile.')
  if (reason.trim() === '' || reason.length > 500) return unusable('A restriction needs a reason of 1 to 500 characters.')
  if (profile !== null && (profile === '' || profile.length > 60)) return unusable('The name of a profile has 1 to 60 characters.')
  if (releaseKey !== null && (releaseKey === '' || releaseKey.length > 120)) return unusable('A release key has 1 to 120 characters.')
  if (!isCalendarDate(fromDate) || (untilDate !== null && !isCalendarDate(untilDate))) return unusable('From and until are dates, such as 2026-09-01.')
  if (untilDate !== null && untilDate < fromDate) return unusable('A restriction cannot end before it begins.')
  if (command.cause === 'unsigned' && stricter(level, 'restricted') && command.otherRoute !== true) {
    return new Refused({
      what: 'I5: an unsigned agreement never locks somebody out of the place where they would sign it.',
      remedy: 'Restrict the access instead, or deliver another way to sign first (link, code, class session, desk).',
    })
  }
  return adviceProblem(command, affiliations, on)
}

/** A5: for a member of staff the question about advice is answered before they are locked out; null where it is, or is not asked. Pure. */
export function adviceProblem({ cause, level, advice }: Pick<PlaceCommand, 'cause' | 'level' | 'advice'>, affiliations: readonly Affiliation[], on: CalendarDate): Refused | null {
  const locksOut = stricter(level, 'restricted') && ['misuse', 'safeguarding', 'manual'].includes(cause)
  const isStaff = affiliations.some((affiliation) => STAFF_ROLES.has(affiliation.role) && isCurrent(affiliation, on))
  if (!locksOut || !isStaff || advice !== undefined) return null
  return new Refused({
    what: 'A5: before a member of staff is suspended, say whether LADO, HR or police advice was taken.',
    remedy: 'Answer the question ("not yet" is an answer) and place the restriction again.',
  })
}
