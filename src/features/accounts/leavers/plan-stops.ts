import type { Clock } from '../../../adapters/clock.ts'
import type { Database } from '../../../db/database.ts'

/** Runs that somebody asked to stop, apart from the kill switches of the directories (B6). */
export class PlanStops {
  readonly #db: Database
  readonly #clock: Clock
  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  async ask(planId: string, actor: string): Promise<void> {
    await this.#db.insertNew('plan_stops', [{ plan_id: planId, asked_by: actor, at: this.#clock.now() }])
  }

  /** A run that is let go on begins without it. */
  async clear(planId: string): Promise<void> {
    await this.#db.sql('plan_stops').where({ plan_id: planId }).del()
  }

  async asked(planId: string): Promise<boolean> {
    return await this.#db.read('plan_stops').where({ plan_id: planId }).first('plan_id') !== undefined
  }
}
