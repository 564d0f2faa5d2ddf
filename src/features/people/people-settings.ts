import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { AuditLog } from '../audit/audit-log.ts'

/** What a trust decides about families and birthdays; neither is on unless somebody says so. */
export interface PeopleDecisions {
  /** F1: adults may state parental responsibility themselves when they sign. */
  guardiansDeclare: boolean
  /** P4: the DPO allows dates of birth to be kept. */
  birthDates: boolean
}

const SETTING = 'people'
const NOTHING: PeopleDecisions = { guardiansDeclare: false, birthDates: false }

/** The decisions, kept in the database and in the log. */
export class PeopleSettings {
  readonly #db: Database
  readonly #clock: Clock
  readonly #audit: AuditLog
  constructor(db: Database, clock: Clock, audit: AuditLog) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
  }

  async get(): Promise<PeopleDecisions> {
    const row = await this.#db.read('settings').where({ name: SETTING }).first('value') as { value: string } | undefined
    return row ? { ...NOTHING, ...JSON.parse(row.value) as Partial<PeopleDecisions> } : NOTHING
  }

  /** Changes some of them, in the open transaction or one of its own. */
  async change(decisions: Partial<PeopleDecisions>, actor: string): Promise<void> {
    await this.#db.transaction(async () => {
      const value = JSON.stringify({ ...await this.get(), ...decisions, changedAt: this.#clock.now() })
      if (await this.#db.insertNew('settings', [{ name: SETTING, value }]) === 0) await this.#db.sql('settings').where({ name: SETTING }).update({ value })
      await this.#audit.record({ actor, event: 'people.decided', subject: null, payload: { ...decisions } })
    })
  }
}
