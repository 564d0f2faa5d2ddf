import type { Clock } from '../../adapters/clock.ts'
import type { RoleStore } from './role-store.ts'

/** B4: administrators, DSL and heads, upon whom automation never acts. */
export const protectedPeopleBy = (roles: Pick<RoleStore, 'holdersOf'>, clock: Clock) => async (): Promise<ReadonlySet<string>> => {
  const holders = await Promise.all((['trust-admin', 'it-admin', 'dsl', 'headteacher'] as const).map((role) => roles.holdersOf(role, clock.now())))
  return new Set(holders.flat().map((grant) => grant.personId))
}
