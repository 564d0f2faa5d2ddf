import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'

/**
 * The day from which a pupil signs alone (G4): somebody who knows it writes the day of the 18th birthday. Where dates of birth are kept (P4) it is
 * worked out, and the row then does not tell the birthday.
 */
export class AdultDates {
  readonly #db: Database
  readonly #clock: Clock
  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Everybody's, also of days to come. */
  async all(): Promise<Map<string, CalendarDate>> {
    return new Map((await this.#db.read('adult_dates').select('person_id', 'adult_from')).map((row) => [row.person_id as string, row.adult_from as string]))
  }

  async of(personId: string): Promise<CalendarDate | null> {
    return (await this.#db.read('adult_dates').where({ person_id: personId }).first('adult_from'))?.adult_from ?? null
  }

  /** Who wrote the day. */
  async writtenBy(personId: string): Promise<string | null> {
    return (await this.#db.read('adult_dates').where({ person_id: personId }).first('set_by'))?.set_by ?? null
  }

  /** Writes the day, or with null takes it back. In the open transaction. */
  async set(personId: string, adultFrom: CalendarDate | null, actor: string): Promise<void> {
    await this.#db.sql('adult_dates').where({ person_id: personId }).delete()
    if (adultFrom) await this.#db.sql('adult_dates').insert({ person_id: personId, adult_from: adultFrom, set_by: actor, set_at: this.#clock.now(), applied_at: null })
  }

  /** Those whose day has come and who are not treated as adults yet. */
  async due(on: CalendarDate): Promise<string[]> {
    return (await this.#db.read('adult_dates').where('adult_from', '<=', on).whereNull('applied_at').orderBy('person_id').select('person_id')).map((row) => row.person_id as string)
  }

  async applied(personId: string): Promise<void> {
    await this.#db.sql('adult_dates').where({ person_id: personId }).update({ applied_at: this.#clock.now() })
  }
}
