import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Observation } from './observation.ts'

/** The last look at a directory. */
export interface DirectoryLook {
  lookedAt: number
  /** When it was last walked to its end. */
  wholeAt: number | null
  /** Why the last look did not come to its end; null when it did. */
  trouble: string | null
  found: Observation | null
}

/** What each directory's last walk came to. */
export class LookStore {
  readonly #db: Database
  readonly #clock: Clock
  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  async whole(directoryId: string, found: Observation): Promise<void> {
    const now = this.#clock.now()
    await this.#put(directoryId, { looked_at: now, whole_at: now, trouble: null, found: JSON.stringify({ ...found, conflicts: found.conflicts.slice(0, 1000) }) })
  }

  async failed(directoryId: string, trouble: string): Promise<void> {
    await this.#put(directoryId, { looked_at: this.#clock.now(), trouble: trouble.slice(0, 500) })
  }

  async all(): Promise<Map<string, DirectoryLook>> {
    return new Map((await this.#db.read('directory_looks')).map((row) => [row.directory_id as string, {
      lookedAt: Number(row.looked_at), wholeAt: row.whole_at === null ? null : Number(row.whole_at), trouble: row.trouble as string | null,
      found: row.found === null ? null : JSON.parse(row.found as string) as Observation,
    }]))
  }

  async #put(directoryId: string, row: Record<string, unknown>): Promise<void> {
    await this.#db.transaction(async () => {
      const changed = await this.#db.insertNew('directory_looks', [{ directory_id: directoryId, whole_at: null, trouble: null, found: null, ...row }])
      if (changed === 0) await this.#db.sql('directory_looks').where({ directory_id: directoryId }).update(row)
    })
  }
}
