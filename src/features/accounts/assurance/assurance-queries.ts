import type { ObservedAccount } from '../../../adapters/directories/directory.ts'
import type { Database } from '../../../db/database.ts'
import { addDays, type CalendarDate, DAY_MS, type Instant, longDate, today } from '../../../shared/dates.ts'
import { isCurrent } from '../../people/affiliation.ts'
import type { PeopleQueries } from '../../people/people-queries.ts'
import type { Schools } from '../access-page-queries.ts'
import { FAMILY_MEMBER, isOfFamilyOnly } from '../family-names.ts'

/** An account that somebody should look at. */
export interface AssuredAccount {
  username: string
  directory: string
  personId: string | null
  name: string | null
  /** What is odd about it, in words. */
  text: string
}

/** One that nobody has used for long. */
export interface UnusedAccount extends AssuredAccount {
  kind: 'person' | 'administrator' | 'shared' | 'nobody'
  /** The day; null: never since Assent first saw it. */
  lastSignIn: CalendarDate | null
}

/** What one directory tells of sign-ins. */
export interface SignInsKnown {
  directory: string
  active: number
  known: number
  /** What a reader has to know about it; null where nothing. */
  note: string | null
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
  /** Switched on, and nobody has been in by it for so many days; administrators and shared logins among them. */
  unused: UnusedAccount[]
  unusedDays: number
  /** Of how many of the accounts that are switched on a directory says when somebody was last in, by directory. */
  signIns: SignInsKnown[]
  leaving: LeavingTimes
}

const BATCH = 2000
/** So late a directory writes down that somebody was in: an account counts as unused only after so many days more. */
const LATE_DAYS: Readonly<Record<string, number>> = { 'active-directory': 14 }
const NOTES: Readonly<Record<string, string>> = {
  'active-directory': 'writes sign-ins down 9 to 14 days late, so 14 days more are allowed',
  entra: 'says it only with Entra ID P1 or P2, the permission AuditLog.Read.All and the setting signIns',
  scim: 'does not say: SCIM has no such field', 'task-list': 'does not say: a person keeps it',
}
const YEAR_MS = 365 * DAY_MS

interface AccountRow { id: string; person_id: string | null; username: string; directory: string; kind: string; observed: string; shared_owner_id: string | null; last_sign_in: string | null }

/** The access assurance report: what an auditor, a governor or an insurer asks about accounts. */
export class AssuranceQueries {
  readonly #db: Database
  readonly #people: PeopleQueries
  readonly #unusedDays: number
  constructor(db: Database, people: PeopleQueries, unusedDays: number) {
    this.#db = db
    this.#unusedDays = unusedDays
    this.#people = people
  }

  /** Of the whole trust, or of accounts whose person is or was at one of the schools; accounts of nobody are the whole trust's. Without `families` no name of theirs. */
  async report(schools: Schools, now: Instant, options: { families: boolean } = { families: true }): Promise<Assurance> {
    const on = today(now)
    const report: Assurance = { on, accounts: 0, active: 0, withoutPerson: [], administrators: [], shared: [], unused: [], unusedDays: this.#unusedDays, signIns: [], leaving: await this.#leaving(schools, now) }
    for (let after = ''; ;) {
      const rows = await this.#db.read('accounts as a').join('directories as d', 'd.id', 'a.directory_id').whereNull('a.gone_at').where('a.id', '>', after).orderBy('a.id').limit(BATCH)
        .select('a.id', 'a.person_id', 'a.username', 'a.observed', 'a.shared_owner_id', 'a.last_sign_in', 'd.name as directory', 'd.kind as kind') as AccountRow[]
      await this.#add(rows, schools, report, options.families)
      if (rows.length < BATCH) return { ...report, unused: report.unused.toSorted((a, b) => ((a.lastSignIn ?? '') < (b.lastSignIn ?? '') ? -1 : 1)), signIns: report.signIns.toSorted((a, b) => (a.directory < b.directory ? -1 : 1)) }
      after = rows.at(-1)?.id ?? ''
    }
  }

  async #add(rows: readonly AccountRow[], schools: Schools, report: Assurance, families: boolean): Promise<void> {
    const ids = [...new Set(rows.flatMap(({ person_id, shared_owner_id }) => [person_id, shared_owner_id]).filter((id) => id !== null))]
    const people = await this.#people.people(ids)
    const places = await this.#people.affiliationsOf(ids)
    for (const row of rows) {
      const holder = row.person_id ?? row.shared_owner_id
      const theirs = holder === null ? [] : places.get(holder) ?? []
      if (schools !== 'all' && !theirs.some(({ schoolId }) => schools.includes(schoolId))) continue
      const observed = JSON.parse(row.observed) as ObservedAccount
      const name = holder === null ? null : !families && isOfFamilyOnly(theirs) ? FAMILY_MEMBER : people.get(holder)?.name ?? null
      const account = { username: row.username, directory: row.directory, personId: row.person_id, name }
      report.accounts += 1
      if (observed.enabled) {
        report.active += 1
        this.#used(row, { ...account, protected: observed.protected }, report)
      }
      const current = theirs.some((place) => isCurrent(place, report.on))
      if (row.shared_owner_id !== null) report.shared.push({ ...account, text: current ? `answered for by ${name ?? 'nobody'}` : `its owner ${name ?? ''} is not at the trust any more`.replace('  ', ' ') })
      else if (observed.protected) report.administrators.push({ ...account, text: observed.enabled ? 'switched on' : 'switched off' })
      else if (observed.enabled && row.person_id === null) report.withoutPerson.push({ ...account, text: 'belongs to nobody known' })
      else if (observed.enabled && !current) report.withoutPerson.push({ ...account, text: 'its person has no current place' })
    }
  }

  #used(row: AccountRow, { protected: guarded, ...account }: Omit<AssuredAccount, 'text'> & { protected: boolean }, report: Assurance): void {
    let known = report.signIns.find(({ directory }) => directory === row.directory)
    if (!known) report.signIns.push(known = { directory: row.directory, active: 0, known: 0, note: noteOf(row.kind) })
    known.active += 1
    if (row.last_sign_in === null) return
    known.known += 1
    const never = row.last_sign_in === 'never'
    // What was never used counts from when it was first seen, so that the accounts of a new year are not listed in September.
    const since = never ? today(timeOf(row.id)) : row.last_sign_in
    const allowed = report.unusedDays + (LATE_DAYS[row.kind] ?? 0)
    if (addDays(since, allowed) >= report.on) return
    report.unused.push({
      ...account, kind: row.shared_owner_id !== null ? 'shared' : guarded ? 'administrator' : row.person_id === null ? 'nobody' : 'person', lastSignIn: never ? null : row.last_sign_in,
      text: never ? `never used, first seen on ${longDate(since)}` : `last used on ${LATE_DAYS[row.kind] === undefined ? '' : 'about '}${longDate(since)}`,
    })
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

const noteOf = (kind: string): string | null => NOTES[kind] ?? null

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** When an id was made: the first ten signs of a ULID are milliseconds. */
const timeOf = (id: string): Instant => Array.from(id.slice(0, 10)).reduce((at, sign) => at * 32 + CROCKFORD.indexOf(sign), 0)
