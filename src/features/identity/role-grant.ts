import type { Instant } from '../../shared/dates.ts'
import { refuse, ok, type Result } from '../../shared/result.ts'
import { isGrantedRole, timeBoxedRoles, type GrantedRole } from './permissions.ts'

/** One role given to one person. */
export interface RoleGrant {
  id: string
  personId: string
  role: GrantedRole
  /** Null: the whole trust. */
  schoolId: string | null
  /** A year or class of the school. Such a grant counts only on pages made for groups. */
  groupName: string | null
  /** Ends at this instant; null: until taken away. */
  until: Instant | null
  /** Label of the actor who gave it. */
  grantedBy: string
  grantedAt: Instant
}

export type NewGrant = Omit<RoleGrant, 'id' | 'grantedAt' | 'role'> & { role: string }
export type GrantProblem = 'unknown-role' | 'needs-an-end' | 'already-over' | 'group-without-school'

/** A grant as it may be stored, or why not. */
export function decideGrant(wanted: NewGrant, now: Instant): Result<Omit<RoleGrant, 'id'>, GrantProblem> {
  const { role } = wanted
  if (!isGrantedRole(role)) return refuse('unknown-role')
  if (wanted.until === null && timeBoxedRoles.has(role)) return refuse('needs-an-end')
  if (wanted.until !== null && wanted.until <= now) return refuse('already-over')
  if (wanted.groupName !== null && wanted.schoolId === null) return refuse('group-without-school')
  return ok({ ...wanted, role, grantedAt: now })
}

export function isInForce(grant: Pick<RoleGrant, 'until'>, now: Instant): boolean {
  return grant.until === null || grant.until > now
}
