import type { User } from '@microsoft/microsoft-graph-types'
import type { ObservedAccount } from '../directory.ts'
import { foldName } from '../names.ts'

/** What is asked of every user, and no more. */
export const USER_SELECT = 'id,userPrincipalName,displayName,accountEnabled,onPremisesSyncEnabled,employeeId,mail,userType'

/** With when its owner was last in: `AuditLog.Read.All` and a licence of Entra ID P1 or P2 (Graph, "signInActivity resource type"). */
export const USER_SELECT_WITH_SIGN_INS = `${USER_SELECT},signInActivity`

export interface EntraRules {
  /** Ids of everybody who holds or may take an admin role, or is in a protected group at any depth. */
  principals: ReadonlySet<string>
  /** Folded sign-in names and ids named in the settings. */
  users: ReadonlySet<string>
}

/** @throws RangeError when it lacks what every user has: an account must not be taken for active because of that. */
export function readEntraUser(user: User, groups: readonly string[], rules: EntraRules, withSignIns = false): ObservedAccount {
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
    ...(withSignIns ? { lastSignIn: lastSignIn(user) } : {}),
    ...(user.onPremisesSyncEnabled === true ? { mirrored: true as const } : {}),
  }
}

/** The last that succeeded; of before December 2023, when Microsoft began to keep that, the last attempt of any kind. Null: never. */
function lastSignIn({ signInActivity }: User): number | null {
  const at = (text: string | null | undefined) => (text ? Date.parse(text) : 0)
  const { lastSuccessfulSignInDateTime: succeeded, lastSignInDateTime, lastNonInteractiveSignInDateTime } = signInActivity ?? {}
  const known = at(succeeded) || Math.max(at(lastSignInDateTime), at(lastNonInteractiveSignInDateTime))
  return known > 0 ? known : null
}
