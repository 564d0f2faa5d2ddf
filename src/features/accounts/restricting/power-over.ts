import type { Actor } from '../../../http/actor.ts'
import { allows } from '../../identity/permissions.ts'
import type { Affiliation } from '../../people/affiliation.ts'

/** `full`: DSL, head and the trust's own; `short`: a head of year, for a few school days and never out altogether. */
export type Power = 'full' | 'short'

type Place = Pick<Affiliation, 'schoolId' | 'role' | 'yearCode'>

/**
 * What somebody may decide about one person's access, judging by where that person is or was. Never about themself or a child
 * of their own (P7). Null: nothing.
 */
export function powerOver(actor: Actor, personId: string, places: readonly Place[]): Power | null {
  if (actor.personId === null || actor.personId === personId || actor.relatedTo?.includes(personId)) return null
  const at = (schoolId: string | null) => schoolId === null || places.some((place) => place.schoolId === schoolId)
  const whole = actor.roles.some(({ role, schoolId, groupName }) => role !== 'head-of-year' && groupName === null && allows(role, 'restriction.place') && at(schoolId))
  if (whole) return 'full'
  const ownYear = actor.roles.some(({ role, schoolId, groupName }) => role === 'head-of-year'
    && places.some((place) => place.role === 'pupil' && (schoolId === null || place.schoolId === schoolId) && (groupName === null || [place.yearCode, `Year ${place.yearCode}`].includes(groupName))))
  return ownYear ? 'short' : null
}
