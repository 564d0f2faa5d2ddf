import type { ObservedAccount } from './directory.ts'

/** Where the simulated directory keeps its accounts: a table in the demo, memory in tests. */
export interface SimulatedAccountStore {
  /** Every account, in any order. */
  all(): AsyncIterable<ObservedAccount>
  get(immutableId: string): Promise<ObservedAccount | null>
  /** Adds the account or replaces the one with its id. */
  put(account: ObservedAccount): Promise<void>
  delete(immutableId: string): Promise<void>
}

/** A store that lasts as long as the process. */
export function memorySimulatedStore(
  accounts: Iterable<ObservedAccount> = [],
): SimulatedAccountStore {
  const byId = new Map<string, ObservedAccount>()
  for (const account of accounts) byId.set(account.immutableId, structuredClone(account))
  return {
    async *all() {
      for (const account of byId.values()) yield structuredClone(account)
    },
    async get(immutableId) {
      const account = byId.get(immutableId)
      return account ? structuredClone(account) : null
    },
    async put(account) {
      byId.set(account.immutableId, structuredClone(account))
    },
    async delete(immutableId) {
      byId.delete(immutableId)
    },
  }
}
