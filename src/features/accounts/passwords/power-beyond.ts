import type { Actor } from '../../../http/actor.ts'
import { allows, type Permission, permissions } from '../../identity/permissions.ts'

/** What a second person does: whoever gets into their account would be two (B5). */
const SECOND_PERSON: readonly Permission[] = ['access.approve', 'roster.approve', 'guest.approve', 'agreements.approve']
/** Roles for one class, and those that read counts: most of the staff hold one, and nothing is decided by them. */
const SMALL_ROLES: ReadonlySet<string> = new Set(['class-teacher', 'cover', 'governor', 'link-governor'])

/**
 * Whether these roles let somebody decide or read what `actor` may not, or approve as a second person. Who sets a password can sign in by it, so
 * setting one must give nobody more than they have. Null is the operator of the computer, who is nobody and has no rights of a person's (B8).
 */
export function isBeyond(actor: Actor | null, roles: readonly { role: string; schoolId: string | null }[]): boolean {
  return roles.some(({ role, schoolId }) => {
    if (SMALL_ROLES.has(role)) return false
    const has = (permission: Permission) => actor !== null && (schoolId === null ? actor.schools(permission) === 'all' : actor.can(permission, schoolId))
    return permissions.some((permission) => allows(role, permission) && (SECOND_PERSON.includes(permission) || !has(permission)))
  })
}

/** Of these people those who may more than the actor. */
export async function beyondOf(
  rolesOf: (personIds: readonly string[]) => Promise<Map<string, { role: string; schoolId: string | null }[]>>, actor: Actor | null, personIds: readonly string[],
): Promise<Set<string>> {
  const held = await rolesOf(personIds)
  return new Set(personIds.filter((id) => isBeyond(actor, held.get(id) ?? [])))
}
