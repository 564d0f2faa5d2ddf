import { OutsideFailure } from '../../shared/errors.ts'
import { applyTo } from './apply-change.ts'
import { remainingSteps, type Step } from './change-steps.ts'
import { type AccountChange, type Directory, DirectoryRefusal, type ObservedAccount } from './directory.ts'
import { refusals } from './refusals.ts'

/** Where a task list keeps its accounts, as ticked off so far, and its tasks. */
export interface TaskListStore {
  /** Brings the accounts up to the system's own list: new ones appear, missing ones go; what was ticked off since the list was made stays. */
  takeList(list: AccountList): Promise<void>
  /** Every account, with what waits for a person as `pending`. */
  all(): AsyncIterable<ObservedAccount>
  get(immutableId: string): Promise<ObservedAccount | null>
  /**
   * From now on exactly this waits for a person; null: nothing does. What was asked before and not done is withdrawn.
   * @throws DirectoryRefusal when a person has said that this cannot be done.
   */
  ask(immutableId: string, change: AccountChange | null): Promise<void>
}

/** The accounts of the system by its own list, and when that list was made (milliseconds). */
export interface AccountList {
  accounts: readonly ObservedAccount[]
  /** Whether the list says who is enabled; else what was ticked off goes on holding. */
  tellsEnabled: boolean
  madeAt: number
}

export interface TaskListSettings {
  /** How people call this directory; used in messages. */
  name: string
  containers: readonly string[]
  groups: readonly string[]
  /** Reads the system's own list of accounts. @throws OutsideFailure saying which line is wrong. */
  readList: () => Promise<AccountList>
}

/**
 * A system without an interface: every change is a task for a person. What is observed is what was ticked off; what waits stands in
 * `pending`. Asking for something else, or for nothing, withdraws what nobody has done yet.
 */
export function createTaskListDirectory(store: TaskListStore, settings: TaskListSettings): Directory {
  const where = `directory "${settings.name}" (task list)`
  return {
    kind: 'task-list',
    async check() {
      await whole(settings, where)
    },
    async *list() {
      await store.takeList(await whole(settings, where))
      yield* store.all()
    },
    async read(immutableId) {
      return store.get(immutableId)
    },
    async change(immutableId, change) {
      const account = await store.get(immutableId)
      if (!account) throw refusals.gone(immutableId)
      if (account.protected) throw refusals.protected(immutableId)
      const { pending: _, ...observed } = account
      applyTo(observed, change, settings)
      const steps = remainingSteps(observed, change)
      await store.ask(immutableId, steps.length === 0 ? null : changeOf(steps))
      const after = await store.get(immutableId)
      if (!after) throw refusals.gone(immutableId)
      return after
    },
    async close() {},
  }
}

/** A person said that it cannot be done; asking again is a person's decision too. */
export const couldNotBeDone = (immutableId: string): DirectoryRefusal => new DirectoryRefusal(
  `A person has said that this cannot be done to the account ${immutableId}.`,
  'The reason stands with the task in the task list; ask again from there once it can be done.')

async function whole(settings: TaskListSettings, where: string): Promise<AccountList> {
  const list = await settings.readList()
  if (list.accounts.length > 0) return list
  throw new OutsideFailure({ what: 'The list of accounts is empty.', where, remedy: 'Export the list from the system again.' })
}

/** Only what is still to do. */
function changeOf(steps: readonly Step[]): AccountChange {
  const change: AccountChange = {}
  for (const step of steps) {
    if (step.does === 'archive' || step.does === 'unarchive') change.archived = step.does === 'archive'
    else if (!('target' in step)) change.enabled = step.does === 'enable'
    else if (step.does === 'move') change.moveTo = step.target
    else if (step.does === 'add') (change.addGroups ??= []).push(step.target)
    else (change.removeGroups ??= []).push(step.target)
  }
  return change
}
