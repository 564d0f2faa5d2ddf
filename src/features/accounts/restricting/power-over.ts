import type { Actor } from '../../../http/actor.ts'
import { allows } from '../../identity/permissions.ts'
import type { Affiliation } from '../../people/affiliation.ts'

/** `full`: DSL, head and the trust's own; `short`: a head of year, for a few school days and never out altogether. */
export type Power = 'full' | 'short'

type Place = Pick<Affiliation, 'schoolId' | 'role' | 'yearCode'>
type Hat = Actor['roles'][number]

/**
 * What somebody may decide about one person's access, judging by the places of the schools in charge of that person. Never about
 * themself or a child of their own (P7). A head of year whose grant names no year decides nothing. Null: nothing.
 */
export function powerOver(actor: Actor, personId: string, places: readonly Place[]): Power | null {
  if (actor.personId === null || actor.personId === personId || actor.relatedTo?.includes(personId)) return null
  const at = (schoolId: string | null) => schoolId === null || places.some((place) => place.schoolId === schoolId)
  const whole = actor.roles.some(({ role, schoolId, groupName, yearCode }) => role !== 'head-of-year' && groupName === null && !yearCode && allows(role, 'restriction.place') && at(schoolId))
  if (whole) return 'full'
  const ownYear = actor.roles.some((hat) => hat.role === 'head-of-year' && places.some((place) => place.role === 'pupil' && place.schoolId === hat.schoolId && isOfYear(hat, place)))
  return ownYear ? 'short' : null
}

function isOfYear({ groupName, yearCode }: Hat, place: Place): boolean {
  if (place.yearCode === null) return false
  return yearCode ? yearCode === place.yearCode : groupName !== null && [place.yearCode, `Year ${place.yearCode}`].includes(groupName)
}
