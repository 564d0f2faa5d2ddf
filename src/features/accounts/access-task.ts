import type { AccountChange } from '../../adapters/directories/directory.ts'
import type { Instant } from '../../shared/dates.ts'

export type TaskState = 'open' | 'done' | 'could-not' | 'withdrawn'

/** A change that a person makes by hand in a system without an interface. */
export interface AccessTask {
  id: string
  directoryId: string
  immutableId: string
  username: string
  change: AccountChange
  state: TaskState
  createdAt: Instant
  dueAt: Instant
  decidedBy: string | null
  decidedAt: Instant | null
  /** What the person noted, or why it could not be done. */
  remark: string | null
  /** SHA-256 of a picture of the screen that the person keeps as proof. */
  proofSha256: string | null
  /** The done task that this one takes back. */
  reverses: string | null
}

/** What has to be done, in words that name no cause (A5). */
export function taskWords({ change }: Pick<AccessTask, 'change'>): string[] {
  return [
    ...(change.enabled === false ? ['Switch the account off'] : []),
    ...(change.addGroups ?? []).map((group) => `Add it to the group ${group}`),
    ...(change.removeGroups ?? []).map((group) => `Take it out of the group ${group}`),
    ...(change.moveTo === undefined ? [] : [`Move it to ${change.moveTo}`]),
    ...(change.enabled === true ? ['Switch the account on again'] : []),
  ]
}

/** True when doing `b` takes back something that `a` did. Pure. */
export function takesBack(a: AccountChange, b: AccountChange): boolean {
  const opposite = (added: readonly string[] = [], removed: readonly string[] = []) => added.some((group) => removed.includes(group))
  return (a.enabled !== undefined && b.enabled === !a.enabled) || opposite(a.addGroups, b.removeGroups) || opposite(a.removeGroups, b.addGroups)
}

export const sameChange = (a: AccountChange, b: AccountChange): boolean => plain(a) === plain(b)

function plain({ enabled, moveTo, addGroups = [], removeGroups = [], endSessions }: AccountChange): string {
  return JSON.stringify([enabled ?? null, moveTo ?? null, addGroups.toSorted(), removeGroups.toSorted(), endSessions ?? null])
}
