import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { type CalendarDate, isCalendarDate } from '../../shared/dates.ts'
import { chunks } from '../../shared/chunks.ts'
import type { PeopleSettings } from './people-settings.ts'

/** Closes and opens a small secret under the installation's keys; the first closes, each may open. */
export interface BirthDateBox {
  close(secret: string): string
  open(closed: string): string | null
}

const PART = 500

/**
 * Dates of birth, where the DPO allows them (P4). Nothing here answers a date: it goes in and is asked for an age. The column holds the person
 * beside the date, so that a row copied to somebody else opens to nothing.
 */
export class BirthDates {
  readonly #deps: { db: Database; clock: Clock; settings: PeopleSettings; box: BirthDateBox; newest: BirthDateBox }
  /** `box` opens under every key of the installation, `newest` under the first alone. */
  constructor(deps: { db: Database; clock: Clock; settings: PeopleSettings; box: BirthDateBox; newest: BirthDateBox }) {
    this.#deps = deps
  }

  /** How old somebody is on a day, in whole years; null when it is not known, not allowed, or cannot be opened. Somebody born on 29 February is a year older on 1 March. */
  async ageOn(personId: string, on: CalendarDate): Promise<number | null> {
    return (await this.agesOn([personId], on)).get(personId) ?? null
  }

  /** The same for several; those of whom it is not known are absent. */
  async agesOn(personIds: readonly string[], on: CalendarDate): Promise<Map<string, number>> {
    const ages = new Map<string, number>()
    if (!(await this.#deps.settings.get()).birthDates) return ages
    for (const part of chunks([...new Set(personIds)])) {
      for (const row of await this.#deps.db.read('birth_dates').whereIn('person_id', part).select('person_id', 'closed')) {
        const born = this.#open(row.person_id, row.closed)
        if (born !== null) ages.set(row.person_id, yearsBetween(born, on))
      }
    }
    return ages
  }

  /** People who are at least so old on a day, among all whose date is kept. */
  async atLeast(years: number, on: CalendarDate): Promise<string[]> {
    const found: string[] = []
    if (!(await this.#deps.settings.get()).birthDates) return found
    for (let after = ''; ;) {
      const rows = await this.#deps.db.read('birth_dates').where('person_id', '>', after).orderBy('person_id').limit(PART).select('person_id', 'closed')
      for (const row of rows) {
        const born = this.#open(row.person_id, row.closed)
        if (born !== null && yearsBetween(born, on) >= years) found.push(row.person_id)
      }
      if (rows.length < PART) return found
      after = rows.at(-1)?.person_id ?? ''
    }
  }

  /** Keeps dates that a source or a person stated; nothing where the DPO does not allow it. Returns how many were kept. */
  async keep(dates: readonly { personId: string; date: CalendarDate }[]): Promise<number> {
    const { db, clock, box } = this.#deps
    const usable = dates.filter(({ date }) => isCalendarDate(date) && date > '1900-01-01')
    return db.transaction(async () => {
      if (!(await this.#deps.settings.get()).birthDates) return 0
      let kept = 0
      for (const part of chunks(usable, PART)) {
        const known = new Map((await db.sql('birth_dates').whereIn('person_id', part.map(({ personId }) => personId)).select('person_id', 'closed')).map((row) => [row.person_id as string, row.closed as string]))
        const changed = part.filter(({ personId, date }) => { const closed = known.get(personId); return closed === undefined || this.#open(personId, closed) !== date })
        if (changed.length === 0) continue
        await db.sql('birth_dates').whereIn('person_id', changed.map(({ personId }) => personId)).del()
        await db.insertMany('birth_dates', changed.map(({ personId, date }) => ({ person_id: personId, closed: box.close(`${personId} ${date}`), set_at: clock.now() })))
        kept += changed.length
      }
      return kept
    })
  }

  /** Takes the DPO's permission away, and with it every date. Returns how many there were. */
  async forgetAll(): Promise<number> {
    return this.#deps.db.sql('birth_dates').del()
  }

  /** Closes afresh what an older key of the installation had closed; what no key opens is deleted. Returns how many were closed afresh. */
  async reclose(): Promise<number> {
    const { db, box, newest } = this.#deps
    let done = 0
    for (let after = ''; ;) {
      const rows = await db.read('birth_dates').where('person_id', '>', after).orderBy('person_id').limit(PART).select('person_id', 'closed') as { person_id: string; closed: string }[]
      const old = rows.filter((row) => newest.open(row.closed) === null)
      if (old.length > 0) {
        await db.transaction(async () => {
          for (const { person_id: personId, closed } of old) {
            const secret = box.open(closed)
            if (secret === null) await db.sql('birth_dates').where({ person_id: personId, closed }).del()
            else done += await db.sql('birth_dates').where({ person_id: personId, closed }).update({ closed: newest.close(secret) })
          }
        })
      }
      if (rows.length < PART) return done
      after = rows.at(-1)?.person_id ?? ''
    }
  }

  #open(personId: string, closed: string): CalendarDate | null {
    const secret = this.#deps.box.open(closed)
    return secret?.startsWith(`${personId} `) ? secret.slice(personId.length + 1) : null
  }
}

/** Whole years from one day to another; negative before it. */
export function yearsBetween(born: CalendarDate, on: CalendarDate): number {
  return Number(on.slice(0, 4)) - Number(born.slice(0, 4)) - (on.slice(5) < born.slice(5) ? 1 : 0)
}
