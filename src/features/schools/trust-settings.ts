import type { Database } from '../../db/database.ts'

const SETTING = 'trust'
const UNNAMED = 'Our trust'

/**
 * The trust's name: the configuration file's, else what the first administrator wrote on the set-up page. It stands on every
 * page, mail and record.
 */
export class TrustSettings {
  readonly #db: Database
  readonly #configured: string | null
  #kept: string | null = null

  constructor(db: Database, configured: string | null) {
    this.#db = db
    this.#configured = configured
  }

  get name(): string {
    return this.#configured ?? this.#kept ?? UNNAMED
  }

  /** Reads what was kept; to be called once the schema is current. */
  async load(): Promise<void> {
    const row = await this.#db.read('settings').where({ name: SETTING }).first()
    this.#kept = row ? (JSON.parse(row.value) as { name: string }).name : null
  }

  /** Keeps the name in the open transaction; a configured one wins over it. */
  async rename(name: string): Promise<void> {
    const value = JSON.stringify({ name })
    if (await this.#db.insertNew('settings', [{ name: SETTING, value }]) === 0) await this.#db.sql('settings').where({ name: SETTING }).update({ value })
    this.#db.afterCommit(() => { this.#kept = name })
  }
}
