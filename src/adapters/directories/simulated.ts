import { OutsideFailure } from '../../shared/errors.ts'
import { applyTo } from './apply-change.ts'
import type { Directory, ObservedAccount } from './directory.ts'
import { refusals } from './refusals.ts'
import type { SimulatedAccountStore } from './simulated-store.ts'

export interface SimulatedDirectorySettings {
  /** The organisational units that exist; a move anywhere else is refused. */
  containers: readonly string[]
  /** The groups that exist; adding anyone to another one is refused. */
  groups: readonly string[]
  /** For tests: what goes wrong. */
  faults?: {
    /** Every n-th call (check, list, read, change counted together) fails as an unreachable server would. */
    failEvery?: number
    /** Still listed, yet deleted by the time they are read or changed. */
    goneMeanwhile?: ReadonlySet<string>
  }
}

/**
 * The demo's directory: it answers as Active Directory does, with its limits (unknown units and groups, protected and
 * vanished accounts are refused before anything is changed), over a store of its own. One contract suite holds both.
 */
export function createSimulatedDirectory(store: SimulatedAccountStore, settings: SimulatedDirectorySettings): Directory {
  let calls = 0
  const call = () => {
    calls++
    const every = settings.faults?.failEvery
    if (every !== undefined && calls % every === 0) throw unreachable()
  }
  const find = async (immutableId: string) =>
    settings.faults?.goneMeanwhile?.has(immutableId) ? null : await store.get(immutableId)

  return {
    kind: 'simulated',
    async check() {
      call()
    },
    async *list() {
      call()
      for await (const account of store.all()) yield tidy(account)
    },
    async read(immutableId) {
      call()
      const account = await find(immutableId)
      return account && tidy(account)
    },
    async change(immutableId, change) {
      call()
      const account = await find(immutableId)
      if (!account) throw refusals.gone(immutableId)
      if (account.protected) throw refusals.protected(immutableId)
      const changed = applyTo(account, change, settings)
      await store.put(changed)
      return changed
    },
    async close() {},
  }
}

function tidy(account: ObservedAccount): ObservedAccount {
  return { ...account, groups: account.groups.toSorted() }
}

function unreachable(): OutsideFailure {
  return new OutsideFailure({
    what: 'The directory did not answer.',
    where: 'simulated directory',
    remedy: 'Try again; what was done stays done and the rest follows.',
  })
}
