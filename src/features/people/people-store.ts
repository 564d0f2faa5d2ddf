import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { AffiliationRole } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { emailNorm, nameSearch } from '../../shared/names.ts'

export interface PersonFields {
  preferredForename: string
  surname: string
  email: string | null
  username: string | null
  feedDisabled: boolean
}

/** Writes people; the reading side is `people-queries.ts`. */
export class PeopleStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  /** Returns the new ids in the order given. */
  async insert(people: PersonFields[]): Promise<string[]> {
    const now = this.#clock.now()
    const rows = people.map((person) => ({ id: this.#ids.next(), ...personColumns(person), created_at: now, updated_at: now }))
    await this.#db.insertMany('people', rows)
    return rows.map((row) => row.id)
  }

  /** Somebody whom no source brings: a visitor, for the days of the visit. `endDate` is the last day. */
  async addAffiliation(place: { personId: string; schoolId: string; role: AffiliationRole; startDate: CalendarDate; endDate: CalendarDate }): Promise<void> {
    const now = this.#clock.now()
    await this.#db.sql('affiliations').insert({
      id: this.#ids.next(), person_id: place.personId, school_id: place.schoolId, role: place.role, start_date: place.startDate, end_date: place.endDate, created_at: now, updated_at: now,
    })
  }

  async update(id: string, person: PersonFields): Promise<void> {
    await this.#db.sql('people').where({ id }).update({ ...personColumns(person), updated_at: this.#clock.now() })
  }
}

function personColumns(person: PersonFields): Record<string, unknown> {
  return {
    preferred_forename: person.preferredForename,
    surname: person.surname,
    name_search: nameSearch(person.preferredForename, person.surname),
    email: person.email,
    email_norm: emailNorm(person.email),
    username: person.username,
    feed_disabled: person.feedDisabled ? 1 : 0,
  }
}
