import type { Clock } from '../../adapters/clock.ts'
import type { Directory } from '../../adapters/directories/directory.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { DirectoryMapping } from './directory-mapping.ts'

/** A directory that is connected, with its settings; keyed by its name in the configuration. */
export interface DirectoryTarget {
  id: string
  directory: Directory
  mapping: DirectoryMapping
  /**
   * R10: `observe` never changes anything there; `propose` (the default) waits for a person before access is taken away;
   * `enforce` takes it away when the brake lets it pass.
   */
  mode?: 'observe' | 'propose' | 'enforce'
}

export type DirectoryTargets = ReadonlyMap<string, DirectoryTarget>

/** The rows of the connected directories: their ids, and the kill switch of each (B6). */
export class DirectoryStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  /** The id of a directory by its configured name, made when it is new. */
  async ensure(name: string, kind: Directory['kind']): Promise<string> {
    const row = { id: this.#ids.next(), name, kind, paused: 0, created_at: this.#clock.now() }
    return this.#db.transaction(async () => {
      await this.#db.insertNew('directories', [row])
      return (await this.#db.sql('directories').where({ name }).first('id') as { id: string }).id
    })
  }

  /** Ids of those whose kill switch is on. */
  async paused(): Promise<Set<string>> {
    return new Set((await this.#db.sql('directories').where({ paused: 1 }).select('id')).map((row) => row.id as string))
  }

  /** Turns the kill switch of one directory, or of all (null), on or off. */
  async setPaused(id: string | null, paused: boolean): Promise<number> {
    const query = this.#db.sql('directories')
    return (id === null ? query : query.where({ id })).update({ paused: paused ? 1 : 0 })
  }
}
