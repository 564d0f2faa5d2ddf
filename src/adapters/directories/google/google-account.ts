import type { admin_directory_v1 } from '@googleapis/admin'
import type { ObservedAccount } from '../directory.ts'
import { foldName } from '../names.ts'

/** What is asked of every user, and no more. */
export const USER_FIELDS = 'id,primaryEmail,name/fullName,suspended,archived,isAdmin,isDelegatedAdmin,orgUnitPath,externalIds,lastLoginTime'

export interface GoogleRules {
  /** Ids of the members of protected groups, direct or nested. */
  members: ReadonlySet<string>
  /** Folded addresses and ids named in the settings. */
  users: ReadonlySet<string>
}

/** @throws RangeError when it lacks what every user has: an account must not be taken for active because of that. */
export function readGoogleUser(user: admin_directory_v1.Schema$User, groups: readonly string[], rules: GoogleRules): ObservedAccount {
  const { id, primaryEmail, orgUnitPath, suspended, archived } = user
  if (!id || !primaryEmail || !orgUnitPath || typeof suspended !== 'boolean') throw new RangeError('id, primaryEmail, orgUnitPath or suspended is missing')
  const employeeId = externalId(user.externalIds)
  return {
    immutableId: id,
    username: primaryEmail,
    displayName: user.name?.fullName || primaryEmail,
    enabled: !suspended && archived !== true,
    container: orgUnitPath,
    groups: groups.toSorted(),
    protected: user.isAdmin === true || user.isDelegatedAdmin === true || rules.members.has(id) || rules.users.has(foldName(id)) || rules.users.has(foldName(primaryEmail)),
    match: { ...(employeeId === undefined ? {} : { employeeId }), mail: primaryEmail },
    ...(typeof user.lastLoginTime === 'string' ? { lastSignIn: lastLogin(user.lastLoginTime) } : {}),
    ...(archived === true ? { archived } : {}),
  }
}

/** Whoever has never been in has the beginning of 1970 (Directory API, User.lastLoginTime). */
function lastLogin(text: string): number | null {
  const at = Date.parse(text)
  return Number.isFinite(at) && at > 0 ? at : null
}

/** The school's own id of the person: the one of type organization (Google's "Employee ID"), else the only one. Untyped by Google. */
function externalId(ids: unknown): string | undefined {
  if (!Array.isArray(ids)) return undefined
  const all = ids as { type?: unknown; value?: unknown }[]
  const chosen = all.find(({ type }) => type === 'organization') ?? (all.length === 1 ? all[0] : undefined)
  return typeof chosen?.value === 'string' && chosen.value !== '' ? chosen.value : undefined
}
