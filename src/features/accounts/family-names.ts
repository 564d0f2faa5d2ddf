import type { Actor } from '../../http/actor.ts'
import type { Affiliation } from '../people/affiliation.ts'

/** In the place of a name that somebody may not read. */
export const FAMILY_MEMBER = 'a parent or carer'

/** Nothing but a guardian: no place of their own at any school. Whose places nobody knows counts as one. */
export const isOfFamilyOnly = (places: readonly Pick<Affiliation, 'role'>[] | undefined): boolean => (places ?? []).every(({ role }) => role === 'guardian')

/** Families are people's own affair: who may look at nobody's page (external IT support) reads no name of theirs either. */
export const mayReadFamilies = (actor: Actor): boolean => actor.can('person.view')
