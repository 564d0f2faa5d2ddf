import type { AccountChange, ObservedAccount } from './directory.ts'
import { foldName, sameName } from './names.ts'
import { refusals } from './refusals.ts'

/** Names of units and groups that exist, as they are spelt. */
export interface KnownNames {
  containers: readonly string[]
  groups: readonly string[]
  /** Accounts can be marked as archived; they cannot sign in then. */
  archives?: boolean
}

/** The account as it is once the change was made. Pure. @throws DirectoryRefusal for a unit or group that is not known. */
export function applyTo(account: ObservedAccount, change: AccountChange, known: KnownNames): ObservedAccount {
  const removed = new Set((change.removeGroups ?? []).map(foldName))
  const groups = account.groups.filter(group => !removed.has(foldName(group)))
  for (const name of change.addGroups ?? []) {
    if (account.groups.some(group => sameName(group, name))) continue
    const spelt = known.groups.find(group => sameName(group, name))
    if (spelt === undefined) throw refusals.unknownGroup(name)
    groups.push(spelt)
  }
  if (change.archived !== undefined && !known.archives) throw refusals.noArchive(account.immutableId)
  const { archived: before, ...rest } = account
  const archived = change.archived ?? before === true
  if (archived && change.enabled === true) throw refusals.archived(account.immutableId)
  return {
    ...rest,
    ...(archived ? { archived } : {}),
    enabled: archived ? false : change.enabled ?? account.enabled,
    container: change.moveTo === undefined || sameName(change.moveTo, account.container) ? account.container : knownContainer(change.moveTo, known),
    groups: groups.toSorted(),
  }
}

function knownContainer(name: string, known: KnownNames): string {
  const spelt = known.containers.find(container => sameName(container, name))
  if (spelt === undefined) throw refusals.unknownContainer(name)
  return spelt
}
