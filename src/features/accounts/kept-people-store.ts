import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { chunks } from '../../shared/chunks.ts'

/** People an undo keeps until the source says something new about them (U1). */
export class KeptPeopleStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** Keeps these people under the statement that now holds about each. */
  async keep(statements: ReadonlyMap<string, string>, planId: string, at: Instant): Promise<void> {
    const rows = [...statements].map(([personId, statement]) => ({ person_id: personId, statement, plan_id: planId, at }))
    for (const part of chunks(rows.map((row) => row.person_id))) await this.#db.sql('kept_people').whereIn('person_id', part).del()
    await this.#db.insertMany('kept_people', rows)
  }

  /** The statement under which each of these people is kept. */
  async statementsOf(personIds: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    for (const part of chunks(personIds)) for (const row of await this.#db.read('kept_people').whereIn('person_id', part)) found.set(row.person_id, row.statement)
    return found
  }
}
