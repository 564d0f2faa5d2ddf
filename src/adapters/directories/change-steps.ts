import { OutsideFailure } from '../../shared/errors.ts'
import type { AccountChange, ObservedAccount } from './directory.ts'
import { foldName, sameName } from './names.ts'

/** One thing to do to one account. */
export type Step = { does: 'disable' | 'enable' | 'archive' | 'unarchive' } | { does: 'move' | 'add' | 'remove'; target: string }

/** For sentences such as "The directory did not ... the account". */
export const STEP_WORDS = { disable: 'disable', enable: 'enable', move: 'move', add: 'add to a group', remove: 'take out of a group', archive: 'archive', unarchive: 'take out of the archive' } as const

/** What is still to do, in an order that never opens an account before its limits are in place. */
export function remainingSteps(observed: ObservedAccount, change: AccountChange): Step[] {
  const groups = new Map(observed.groups.map(group => [foldName(group), group]))
  const steps: Step[] = []
  if (change.enabled === false && observed.enabled) steps.push({ does: 'disable' })
  for (const target of change.addGroups ?? []) {
    if (!groups.has(foldName(target))) steps.push({ does: 'add', target })
  }
  for (const name of change.removeGroups ?? []) {
    const target = groups.get(foldName(name))
    if (target !== undefined) steps.push({ does: 'remove', target })
  }
  if (change.moveTo !== undefined && !sameName(change.moveTo, observed.container)) steps.push({ does: 'move', target: change.moveTo })
  if (change.archived === true && !observed.archived) steps.push({ does: 'archive' })
  if (change.archived === false && observed.archived) steps.push({ does: 'unarchive' })
  if (change.enabled === true && !observed.enabled) steps.push({ does: 'enable' })
  return steps
}

/** The directory said yes, and reading it back shows no change. */
export function didNotStick(step: Step, immutableId: string, where: string): OutsideFailure {
  return new OutsideFailure({
    what: `The directory accepted to ${STEP_WORDS[step.does]} the account ${immutableId}, but reading it back shows no change.`,
    where,
    remedy: 'Something else may be changing it back. Run again; if it stays so, look at the account in the directory.',
  })
}
