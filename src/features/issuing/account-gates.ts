import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { NewRequest } from './request-store.ts'

/** The release key of a request: whoever restricts access until it is signed places the restriction under it (A2). */
const releaseKeyOf = (requestId: string): string => `request:${requestId}`

/**
 * I7: the fact that somebody's account waits for a signature, or no longer does. Access knows no requests; it reads this table by
 * person, and the transaction that completes the request lifts it by key.
 */
export class AccountGates {
  readonly #db: Database
  readonly #clock: Clock
  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** In the open transaction. */
  async put(requests: readonly NewRequest[]): Promise<void> {
    const now = this.#clock.now()
    await this.#db.insertNew('account_gates', requests.map((request) => ({ release_key: releaseKeyOf(request.id), person_id: request.personId, created_at: now, released_at: null })))
  }

  /** In the open transaction; nothing where nothing waited. */
  async release(keys: readonly string[]): Promise<void> {
    await this.#db.runIn('update account_gates set released_at = ? where released_at is null and release_key in (:list)', [this.#clock.now()], keys)
  }

  /** Keys that this person's account still waits for. */
  async waiting(personId: string): Promise<string[]> {
    return (await this.#db.read('account_gates').where({ person_id: personId }).whereNull('released_at').orderBy('release_key').select('release_key')).map((row) => row.release_key as string)
  }
}
