import type { User } from '@microsoft/microsoft-graph-types'
import type { ObservedAccount } from '../directory.ts'
import { foldName } from '../names.ts'

/** What is asked of every user, and no more. */
export const USER_SELECT = 'id,userPrincipalName,displayName,accountEnabled,onPremisesSyncEnabled,employeeId,mail,userType'

export interface EntraRules {
  /** Ids of everybody who holds or may take an admin role, or is in a protected group at any depth. */
  principals: ReadonlySet<string>
  /** Folded sign-in names and ids named in the settings. */
  users: ReadonlySet<string>
}

/** @throws RangeError when it lacks what every user has: an account must not be taken for active because of that. */
export function readEntraUser(user: User, groups: readonly string[], rules: EntraRules): ObservedAccount {
  const { id, userPrincipalName, accountEnabled, employeeId, mail } = user
  if (!id || !userPrincipalName || typeof accountEnabled !== 'boolean') throw new RangeError('id, userPrincipalName or accountEnabled is missing')
  return {
    immutableId: id,
    username: userPrincipalName,
    displayName: user.displayName || userPrincipalName,
    enabled: accountEnabled,
    container: '',
    groups: groups.toSorted(),
    protected: rules.principals.has(id) || rules.users.has(foldName(id)) || rules.users.has(foldName(userPrincipalName)),
    match: { ...(employeeId ? { employeeId } : {}), upn: userPrincipalName, ...(mail ? { mail } : {}) },
    ...(user.onPremisesSyncEnabled === true ? { mirrored: true as const } : {}),
  }
}
