import type { Instant } from '../../shared/dates.ts'
import { refuse, ok, type Result } from '../../shared/result.ts'
import { isGrantedRole, narrowRoles, timeBoxedRoles, type GrantedRole } from './permissions.ts'

/** One role given to one person. */
export interface RoleGrant {
  id: string
  personId: string
  role: GrantedRole
  /** Null: the whole trust. */
  schoolId: string | null
  /** A registration group of the school. Such a grant counts only on pages made for groups. */
  groupName: string | null
  /** A year of the school, by its code. */
  yearCode: string | null
  /** Ends at this instant; null: until taken away. */
  until: Instant | null
  /** Label of the actor who gave it. */
  grantedBy: string
  grantedAt: Instant
}

export type NewGrant = Omit<RoleGrant, 'id' | 'grantedAt' | 'role' | 'yearCode'> & { role: string; yearCode?: string | null }
export type GrantProblem = 'unknown-role' | 'needs-an-end' | 'already-over' | 'group-without-school' | 'needs-a-group' | 'role-of-the-whole' | 'longer-than-a-day'

/** A day of cover, and the hour by which midnight in summer differs from midnight by UTC. */
const COVER_MS = 25 * 3_600_000

/** A grant as it may be stored, or why not. */
export function decideGrant(wanted: NewGrant, now: Instant): Result<Omit<RoleGrant, 'id'>, GrantProblem> {
  const { role } = wanted
  const yearCode = wanted.yearCode ?? null
  const narrowed = wanted.groupName !== null || yearCode !== null
  if (!isGrantedRole(role)) return refuse('unknown-role')
  if (wanted.until === null && timeBoxedRoles.has(role)) return refuse('needs-an-end')
  if (wanted.until !== null && wanted.until <= now) return refuse('already-over')
  if (role === 'cover' && wanted.until !== null && wanted.until - now > COVER_MS) return refuse('longer-than-a-day')
  if (narrowed && wanted.schoolId === null) return refuse('group-without-school')
  // A class teacher's own groups are in the school's records, so theirs may be left open.
  if (!narrowed && narrowRoles.has(role) && role !== 'class-teacher') return refuse('needs-a-group')
  if (role === 'class-teacher' && wanted.schoolId === null) return refuse('needs-a-group')
  if (narrowed && !narrowRoles.has(role)) return refuse('role-of-the-whole')
  return ok({ ...wanted, yearCode, role, grantedAt: now })
}

export function isInForce(grant: Pick<RoleGrant, 'until'>, now: Instant): boolean {
  return grant.until === null || grant.until > now
}

/** Who gave a grant that follows from a provider's groups. */
export const providerActor = (providerId: string): string => `provider:${providerId}`

/** True for a grant that counts only in a session of the schools' own sign-in. */
export const isFromProvider = (grant: Pick<RoleGrant, 'grantedBy'>): boolean => grant.grantedBy.startsWith('provider:')
