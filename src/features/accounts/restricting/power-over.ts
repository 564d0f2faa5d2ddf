import type { Actor } from '../../../http/actor.ts'
import { allows } from '../../identity/permissions.ts'
import type { CalendarDate } from '../../../shared/dates.ts'
import { type Affiliation, isCurrent } from '../../people/affiliation.ts'

/** `full`: DSL, head and the trust's own; `short`: a head of year, for a few school days and never out altogether. */
export type Power = 'full' | 'short'

type Place = Pick<Affiliation, 'schoolId' | 'role' | 'yearCode' | 'regGroup' | 'startDate' | 'endDate'>

/**
 * What somebody may decide about one person's access, judging by where that person is or was; a head of year about pupils of today,
 * in the year or group of their own grant. Never about themself or a child of their own (P7). Null: nothing.
 */
export function powerOver(actor: Actor, personId: string, places: readonly Place[], on: CalendarDate): Power | null {
  if (actor.personId === null || actor.personId === personId || actor.relatedTo?.includes(personId)) return null
  const at = (schoolId: string | null) => schoolId === null || places.some((place) => place.schoolId === schoolId)
  const whole = actor.roles.some(({ role, schoolId, groupName, yearCode }) => role !== 'head-of-year' && groupName === null && !yearCode && allows(role, 'restriction.place') && at(schoolId))
  if (whole) return 'full'
  const pupil = places.filter((place) => place.role === 'pupil' && isCurrent(place, on))
  return actor.roles.some((grant) => grant.role === 'head-of-year' && pupil.some((place) => isIn(grant, place))) ? 'short' : null
}

/** A grant that names neither year nor group gives a head of year nothing (P1). */
function isIn({ schoolId, groupName, yearCode }: Actor['roles'][number], place: Place): boolean {
  if (schoolId !== place.schoolId || (groupName === null && !yearCode)) return false
  return (!yearCode || yearCode === place.yearCode) && (groupName === null || [place.regGroup, place.yearCode, `Year ${place.yearCode}`].includes(groupName))
}
