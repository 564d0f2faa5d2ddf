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
  /** What Assent itself does at the beginning and the end of an account's life here; absent: tasks for people. */
  life?: LifeSettings | null
  /** Where people sign in with these accounts, in their words; printed on slips. */
  signIn?: string | null
  mode?: 'observe' | 'propose' | 'enforce'
}

/** Off unless the trust wants it. */
export interface LifeSettings {
  /** Archive under approved retention plans: move there, mark as archived (Google), or both. */
  archive?: { container: string | null; archivedUser: boolean } | undefined
  /** Delete under approved retention plans. */
  delete: boolean
  /** Make accounts for people who have none, under an approved plan. */
  create?: CreationRule | undefined
}

/** How new accounts of one directory are named and where they are made. */
export interface CreationRule {
  roles: readonly string[]
  /** With {forename}, {surname}, {f}, {s} (initials) and {yy} (two figures of the year they began), such as `{yy}{surname}{f}`. */
  username: string
  /** What stands behind the @; empty where names have none. */
  domain: string
  /** The first that fits: by role, year code and school (its short name). */
  homes: readonly { role?: string | undefined; years?: readonly string[] | undefined; school?: string | undefined; container: string }[]
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
