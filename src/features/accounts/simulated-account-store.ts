import type { ObservedAccount } from '../../adapters/directories/directory.ts'
import type { SimulatedAccountStore } from '../../adapters/directories/simulated-store.ts'
import type { Database } from '../../db/database.ts'

/** The simulated directory's accounts in a table, so that they outlast the process. */
export class SimulatedAccountTable implements SimulatedAccountStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async* all(): AsyncIterable<ObservedAccount> {
    let after = ''
    for (;;) {
      const rows = await this.#db.read('simulated_accounts').where('immutable_id', '>', after).orderBy('immutable_id').limit(1000) as
        { immutable_id: string; account: string }[]
      for (const row of rows) yield JSON.parse(row.account) as ObservedAccount
      const last = rows.at(-1)
      if (!last || rows.length < 1000) return
      after = last.immutable_id
    }
  }

  async get(immutableId: string): Promise<ObservedAccount | null> {
    const row = await this.#db.read('simulated_accounts').where({ immutable_id: immutableId }).first() as { account: string } | undefined
    return row ? JSON.parse(row.account) as ObservedAccount : null
  }

  async put(account: ObservedAccount): Promise<void> {
    const row = { immutable_id: account.immutableId, account: JSON.stringify(account) }
    await this.#db.transaction(async () => {
      const { account: text } = row
      const changed = await this.#db.insertNew('simulated_accounts', [row])
      if (changed === 0) await this.#db.sql('simulated_accounts').where({ immutable_id: row.immutable_id }).update({ account: text })
    })
  }

  /** Adds many at once, for the demo and tests. */
  async putMany(accounts: readonly ObservedAccount[]): Promise<void> {
    await this.#db.insertNew('simulated_accounts', accounts.map((account) => ({ immutable_id: account.immutableId, account: JSON.stringify(account) })))
  }

  async delete(immutableId: string): Promise<void> {
    await this.#db.sql('simulated_accounts').where({ immutable_id: immutableId }).del()
  }
}
