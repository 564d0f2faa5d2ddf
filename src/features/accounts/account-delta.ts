import type { AccountChange, ObservedAccount } from '../../adapters/directories/directory.ts'
import { foldName, sameName } from '../../adapters/directories/names.ts'
import type { DesiredAccess } from './desired-access.ts'
import { byFold, wantedAccount } from './directory-mapping.ts'
import type { DirectoryMapping, WantedAccount } from './directory-mapping.ts'

/** What Assent itself changed in one account and has not yet taken back (A4); the only thing restoring may reverse. */
export interface AccountDelta {
  disabledByUs: boolean
  /** Where the account was before Assent moved it; null when it did not. */
  movedFrom: string | null
  movedTo: string | null
  groupsAdded: string[]
  groupsRemoved: string[]
  /** Marked as archived by Assent. */
  archivedByUs?: true
}

export const EMPTY_DELTA: Readonly<AccountDelta> = {
  disabledByUs: false, movedFrom: null, movedTo: null, groupsAdded: [], groupsRemoved: [],
}

/**
 * The delta to record once a change was verified, or once nothing was left to do (`change` null, `before` and `after` the
 * same): what the change brought is added; what was restored, or what a person undid and is no longer wanted, is dropped.
 * What a person undid while it is still wanted stays recorded, so that it goes on being reported instead of being written
 * over. Null when nothing of Assent's is left.
 */
export function nextDelta(step: {
  delta: AccountDelta | null
  before: ObservedAccount
  change: AccountChange | null
  after: ObservedAccount
  desired: DesiredAccess
  mapping: DirectoryMapping
}): AccountDelta | null {
  const delta = step.delta ?? EMPTY_DELTA
  const change = step.change ?? {}
  const wanted = wantedAccount(step.desired, step.mapping)
  const archivedByUs = step.after.archived === true && (delta.archivedByUs === true || (change.archived === true && !step.before.archived))
  const next: AccountDelta = {
    ...(archivedByUs ? { archivedByUs } : {}),
    disabledByUs: nextDisabled(delta, step.before, change, step.after, wanted),
    ...nextMove(delta, step.before, change, step.after, wanted),
    groupsAdded: nextGroups({
      ours: delta.groupsAdded, opposite: delta.groupsRemoved, written: change.addGroups ?? [], wanted: wanted.groups,
      wasSo: groupTest(step.before), isSo: groupTest(step.after),
    }),
    groupsRemoved: nextGroups({
      ours: delta.groupsRemoved, opposite: delta.groupsAdded, written: change.removeGroups ?? [], wanted: wanted.withoutGroups,
      wasSo: not(groupTest(step.before)), isSo: not(groupTest(step.after)),
    }),
  }
  const empty = !archivedByUs && !next.disabledByUs && next.movedTo === null && next.groupsAdded.length === 0 && next.groupsRemoved.length === 0
  return empty ? null : next
}

/** Tells of a folded group name whether the account is in that group. */
export function groupTest(account: ObservedAccount): (folded: string) => boolean {
  const groups = new Set(account.groups.map(foldName))
  return folded => groups.has(folded)
}

const not = (test: (folded: string) => boolean) => (folded: string): boolean => !test(folded)

function nextDisabled(
  delta: AccountDelta, before: ObservedAccount, change: AccountChange, after: ObservedAccount, wanted: WantedAccount,
): boolean {
  if (!wanted.disabled) return delta.disabledByUs && !after.enabled
  return delta.disabledByUs || (change.enabled === false && before.enabled && !after.enabled)
}

function nextMove(
  delta: AccountDelta, before: ObservedAccount, change: AccountChange, after: ObservedAccount, wanted: WantedAccount,
): Pick<AccountDelta, 'movedFrom' | 'movedTo'> {
  const kept = { movedFrom: delta.movedFrom, movedTo: delta.movedTo }
  const none = { movedFrom: null, movedTo: null }
  if (wanted.container === 'home') return delta.movedTo !== null && sameName(after.container, delta.movedTo) ? kept : none
  if (change.moveTo === undefined || !sameName(after.container, change.moveTo) || sameName(before.container, after.container)) return kept
  // Moved on from where Assent had put it: home is still the first place. Otherwise home is where a person had it last.
  const wasOurs = delta.movedTo !== null && sameName(before.container, delta.movedTo)
  // Brought back to where it was found: nothing of ours is left in its place.
  if (wasOurs && delta.movedFrom !== null && sameName(delta.movedFrom, after.container)) return none
  return { movedFrom: wasOurs ? delta.movedFrom : before.container, movedTo: after.container }
}

function nextGroups(side: {
  ours: readonly string[]
  opposite: readonly string[]
  written: readonly string[]
  wanted: ReadonlyMap<string, string>
  wasSo: (folded: string) => boolean
  isSo: (folded: string) => boolean
}): string[] {
  const opposite = byFold(side.opposite)
  const next = byFold(side.ours.filter(name => side.wanted.has(foldName(name)) || side.isSo(foldName(name))))
  for (const [folded, name] of byFold(side.written)) {
    // Putting back what Assent had taken away (or the reverse) restores; it is nothing new to remember.
    if (!side.wasSo(folded) && side.isSo(folded) && !opposite.has(folded)) next.set(folded, name)
  }
  return [...next.values()].toSorted()
}
