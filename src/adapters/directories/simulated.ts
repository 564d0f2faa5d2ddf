import { OutsideFailure } from '../../shared/errors.ts'
import { type AccountLife, NameTaken, passwordRefused } from './account-life.ts'
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
    /** A password is set, and the answer is lost; for so many calls. */
    lostAnswers?: number
  }
  /** Hears of every password that was set: the demo's sign-in knows none, tests look. */
  onPassword?: (immutableId: string, password: string, mustChange: boolean) => void
}

/** As most directories have it. */
const LEAST_PASSWORD = 8

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

  const own = async (immutableId: string): Promise<ObservedAccount> => {
    const account = await find(immutableId)
    if (!account) throw refusals.gone(immutableId)
    if (account.protected) throw refusals.protected(immutableId)
    return account
  }
  let lost = settings.faults?.lostAnswers ?? 0
  const life: AccountLife = {
    archives: true,
    password: {
      mustChange: true,
      async set(immutableId, { password, mustChange }) {
        call()
        await own(immutableId)
        if (password.length < LEAST_PASSWORD) throw passwordRefused(immutableId, `shorter than ${LEAST_PASSWORD} characters`)
        settings.onPassword?.(immutableId, password, mustChange)
        if (lost-- > 0) throw unreachable()
        return { mustChange }
      },
    },
    create: {
      async make(account) {
        call()
        if (!settings.containers.includes(account.container)) throw refusals.unknownContainer(account.container)
        for await (const each of store.all()) {
          if (each.username.toLowerCase() !== account.username.toLowerCase()) continue
          if (each.match.employeeId === account.employeeId) return tidy(each)
          throw new NameTaken()
        }
        const made: ObservedAccount = {
          immutableId: `sim-new-${account.username}`, username: account.username, displayName: `${account.forename} ${account.surname}`, enabled: false, container: account.container,
          groups: [], protected: false, match: { employeeId: account.employeeId },
        }
        await store.put(made)
        return made
      },
    },
    remove: {
      async delete(immutableId) {
        call()
        if (!await find(immutableId)) return
        if ((await own(immutableId)).enabled) throw refusals.stillOpen(immutableId)
        await store.delete(immutableId)
      },
      async recovery() {
        return { days: 0, text: 'The simulated directory has no bin: what is deleted is gone.' }
      },
    },
  }

  return {
    kind: 'simulated',
    life,
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
      const changed = applyTo(account, change, { ...settings, archives: true })
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
