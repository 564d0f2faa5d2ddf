import type { ObservedAccount } from '../../../adapters/directories/directory.ts'
import type { Database } from '../../../db/database.ts'
import { type CalendarDate, type Instant, today } from '../../../shared/dates.ts'
import { isCurrent } from '../../people/affiliation.ts'
import type { PeopleQueries } from '../../people/people-queries.ts'
import type { Schools } from '../access-page-queries.ts'

/** An account that somebody should look at. */
export interface AssuredAccount {
  username: string
  directory: string
  personId: string | null
  name: string | null
  /** What is odd about it, in words. */
  text: string
}

/** How quickly access ended after people left, over a year. */
export interface LeavingTimes {
  people: number
  median: number | null
  longest: number | null
  /** How many took longer than a week. */
  slow: number
}

export interface Assurance {
  on: CalendarDate
  accounts: number
  active: number
  withoutPerson: AssuredAccount[]
  administrators: AssuredAccount[]
  shared: AssuredAccount[]
  leaving: LeavingTimes
}

const BATCH = 2000
const YEAR_MS = 365 * 86_400_000
const DAY_MS = 86_400_000

interface AccountRow { id: string; person_id: string | null; username: string; directory: string; observed: string; shared_owner_id: string | null }

/** The access assurance report: what an auditor, a governor or an insurer asks about accounts. */
export class AssuranceQueries {
  readonly #db: Database
  readonly #people: PeopleQueries
  constructor(db: Database, people: PeopleQueries) {
    this.#db = db
    this.#people = people
  }

  /** Of the whole trust, or of accounts whose person is or was at one of the schools; accounts of nobody are the whole trust's. */
  async report(schools: Schools, now: Instant): Promise<Assurance> {
    const on = today(now)
    const report: Assurance = { on, accounts: 0, active: 0, withoutPerson: [], administrators: [], shared: [], leaving: await this.#leaving(schools, now) }
    for (let after = ''; ;) {
      const rows = await this.#db.read('accounts as a').join('directories as d', 'd.id', 'a.directory_id').whereNull('a.gone_at').where('a.id', '>', after).orderBy('a.id').limit(BATCH)
        .select('a.id', 'a.person_id', 'a.username', 'a.observed', 'a.shared_owner_id', 'd.name as directory') as AccountRow[]
      await this.#add(rows, schools, report)
      if (rows.length < BATCH) return report
      after = rows.at(-1)?.id ?? ''
    }
  }

  async #add(rows: readonly AccountRow[], schools: Schools, report: Assurance): Promise<void> {
    const ids = [...new Set(rows.flatMap(({ person_id, shared_owner_id }) => [person_id, shared_owner_id]).filter((id) => id !== null))]
    const people = await this.#people.people(ids)
    const places = await this.#people.affiliationsOf(ids)
    for (const row of rows) {
      const holder = row.person_id ?? row.shared_owner_id
      const theirs = holder === null ? [] : places.get(holder) ?? []
      if (schools !== 'all' && !theirs.some(({ schoolId }) => schools.includes(schoolId))) continue
      const observed = JSON.parse(row.observed) as ObservedAccount
      const name = holder === null ? null : people.get(holder)?.name ?? null
      const account = { username: row.username, directory: row.directory, personId: row.person_id, name }
      report.accounts += 1
      if (observed.enabled) report.active += 1
      const current = theirs.some((place) => isCurrent(place, report.on))
      if (row.shared_owner_id !== null) report.shared.push({ ...account, text: current ? `answered for by ${name ?? 'nobody'}` : `its owner ${name ?? ''} is not at the trust any more`.replace('  ', ' ') })
      else if (observed.protected) report.administrators.push({ ...account, text: observed.enabled ? 'switched on' : 'switched off' })
      else if (observed.enabled && row.person_id === null) report.withoutPerson.push({ ...account, text: 'belongs to nobody known' })
      else if (observed.enabled && !current) report.withoutPerson.push({ ...account, text: 'its person has no current place' })
    }
  }

  /** From the last day to the day on which the account was suspended by a plan. */
  async #leaving(schools: Schools, now: Instant): Promise<LeavingTimes> {
    const rows = await this.#db.rows(
      `select r.person_id, min(r.placed_at) as placed_at, max(a.end_date) as last_day from restrictions r
       join affiliations a on a.person_id = r.person_id and a.role <> 'guardian' and a.end_date is not null
       where r.cause = 'leaver' and r.placed_at >= ?${schools === 'all' ? '' : ` and a.school_id in (${schools.map(() => '?').join(', ') || 'null'})`} group by r.person_id`,
      [now - YEAR_MS, ...schools === 'all' ? [] : schools])
    const days = rows.map((row) => Math.round((Date.parse(`${today(Number(row['placed_at']))}T00:00:00Z`) - Date.parse(`${row['last_day'] as string}T00:00:00Z`)) / DAY_MS)).filter((n) => n >= 0).toSorted((a, b) => a - b)
    return { people: days.length, median: days[Math.floor(days.length / 2)] ?? null, longest: days.at(-1) ?? null, slow: days.filter((n) => n > 7).length }
  }
}
