import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { AffiliationRole } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { CalendarDate, Language } from '../../shared/dates.ts'
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

  /** Writes the fields given; of a name both parts have to be. */
  async update(id: string, change: Partial<PersonFields>): Promise<void> {
    await this.#db.sql('people').where({ id }).update({ ...changedColumns(change), updated_at: this.#clock.now() })
  }

  /** The language this person chose for their own pages and mails. */
  async chooseLanguage(id: string, language: Language): Promise<void> {
    await this.#db.together(async () => { await this.#db.sql('people').where({ id }).update({ language, updated_at: this.#clock.now() }) })
  }

  /** R8: years that waited for this day count from now on. Returns how many. */
  async beginYears(on: CalendarDate): Promise<number> {
    return this.#db.run('update affiliations set year_code = year_next, year_next = null, year_from = null where year_from <= ?', [on])
  }
}

function changedColumns(change: Partial<PersonFields>): Record<string, unknown> {
  const { preferredForename, surname, email, username, feedDisabled } = change
  return {
    ...(preferredForename === undefined || surname === undefined ? {} : { preferred_forename: preferredForename, surname, name_search: nameSearch(preferredForename, surname) }),
    ...(email === undefined ? {} : { email, email_norm: emailNorm(email) }),
    ...(username === undefined ? {} : { username }),
    ...(feedDisabled === undefined ? {} : { feed_disabled: feedDisabled ? 1 : 0 }),
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
