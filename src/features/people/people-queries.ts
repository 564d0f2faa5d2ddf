import type { AffiliationRole } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import { type CalendarDate, type Language, today } from '../../shared/dates.ts'
import { emailNorm, searchText } from '../../shared/names.ts'
import { searchWords } from './name-search.ts'
import type { Affiliation } from './affiliation.ts'
import type { PlacedAt } from './placed-at.ts'
import type { Responsibility } from './responsibility.ts'

export interface Person {
  id: string
  preferredForename: string
  surname: string
  /** Preferred name as shown everywhere (P5). */
  name: string
  email: string | null
  username: string | null
  bandOverride: string | null
  /** The language last chosen for own pages and mails (G6); null: none was. */
  language: Language | null
}

export interface GuardianLink {
  id: string
  pupilId: string
  guardianId: string
  relationship: string
  maySign: boolean
  /** F1: by what a person stated about the link, else by what the feed says. */
  mayConsent: boolean
  /** What a person stated; null: nobody has, and the feed's word counts. No feed writes it. */
  stated: Responsibility | null
  doNotContact: boolean
  priority: number
}

/** What other features may ask about people. */
export class PeopleQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async person(id: string): Promise<Person | null> {
    return (await this.people([id])).get(id) ?? null
  }

  async people(ids: readonly string[]): Promise<Map<string, Person>> {
    const found = new Map<string, Person>()
    for (const row of await this.#db.rowsBy('select * from people where id in (:list)', 'id', ids)) found.set(row['id'] as string, personFromRow(row))
    return found
  }

  async affiliationsOf(ids: readonly string[]): Promise<Map<string, Affiliation[]>> {
    const found = new Map<string, Affiliation[]>()
    for (const row of await this.#db.rowsBy('select * from affiliations where person_id in (:list) order by id', 'person_id', ids)) {
      const affiliation = affiliationFromRow(row)
      const list = found.get(affiliation.personId)
      if (list) list.push(affiliation)
      else found.set(affiliation.personId, [affiliation])
    }
    return found
  }

  /** Active links of these pupils, best contact first. */
  async guardiansOf(pupilIds: readonly string[]): Promise<Map<string, GuardianLink[]>> {
    return this.#links('pupil_id', pupilIds, (link) => link.pupilId)
  }

  /** Active links of these adults. */
  async childrenOf(guardianIds: readonly string[]): Promise<Map<string, GuardianLink[]>> {
    return this.#links('guardian_id', guardianIds, (link) => link.guardianId)
  }

  async #links(column: 'pupil_id' | 'guardian_id', ids: readonly string[], key: (link: GuardianLink) => string): Promise<Map<string, GuardianLink[]>> {
    const found = new Map<string, GuardianLink[]>()
    for (const row of await this.#db.rowsBy(`select * from guardian_links where ${column} in (:list) and ended_at is null order by priority, id`, column, ids)) {
      const link = linkFromRow(row)
      const list = found.get(key(link))
      if (list) list.push(link)
      else found.set(key(link), [link])
    }
    return found
  }

  /** Everybody whose address this is, in its lookup form (`emailNorm`); families may share one. */
  async withEmail(norm: string): Promise<string[]> {
    return (await this.#db.read('people').where({ email_norm: norm }).orderBy('id').select('id')).map((row) => row.id as string)
  }

  /** True when somebody else has the same address: a mail to it proves less (F3). */
  async sharesAddress(id: string): Promise<boolean> {
    const norm = emailNorm((await this.person(id))?.email ?? null)
    return norm !== null && (await this.withEmail(norm)).some((other) => other !== id)
  }

  /** Registration groups somebody belongs to on a day; for staff, those they take. */
  async registrationGroupsOf(personId: string, on: CalendarDate): Promise<{ schoolId: string; name: string }[]> {
    const rows = await this.#db.read('group_memberships').where({ person_id: personId, registration: 1 })
      .where((w) => { void w.whereNull('start_date').orWhere('start_date', '<=', on) }).where((w) => { void w.whereNull('end_date').orWhere('end_date', '>=', on) })
      .orderBy('name').select('school_id', 'name') as { school_id: string; name: string }[]
    return rows.map((row) => ({ schoolId: row.school_id, name: row.name }))
  }

  /** By parts of a name in any order, for pickers and search; at most `limit`, none for no word. `within`: only people whose affairs are those of some schools (`placedAt('people.id', ...)`). */
  async search(text: string, limit: number, within?: PlacedAt): Promise<Person[]> {
    const words = searchWords(text)
    if (words.length === 0) return []
    const query = this.#db.read('people').orderBy('name_search').limit(limit)
    for (const word of words) void query.where('name_search', 'like', `%${word}%`)
    if (within) void query.whereRaw(within.sql, within.values)
    return (await query as Record<string, unknown>[]).map(personFromRow)
  }

  /** By exact login name, address or full name; at most `limit`. */
  async exactly(text: string, limit: number): Promise<Person[]> {
    const norm = emailNorm(text)
    const login = await this.#db.read('people').where((w) => {
      void w.where({ username: text.trim() })
      if (norm !== null) void w.orWhere({ email_norm: norm })
    }).orderBy('id').limit(limit)
    if (login.length > 0) return login.map(personFromRow)
    const words = searchWords(text)
    if (words.length < 2) return []
    const query = this.#db.read('people').orderBy('id').limit(50)
    for (const word of words) void query.where('name_search', 'like', `%${word}%`)
    return (await query).map(personFromRow).filter(({ preferredForename, surname }) => searchText(`${preferredForename} ${surname}`) === words.join(' ')).slice(0, limit)
  }

  /** Head count per school and role on a day: the populations of the brake (B1). */
  async populations(now: number): Promise<Map<string, number>> {
    const on: CalendarDate = today(now)
    const rows = await this.#db.read('affiliations')
      .where((w) => { void w.whereNull('end_date').orWhere('end_date', '>=', on) })
      .groupBy('school_id', 'role').select('school_id', 'role').countDistinct({ n: 'person_id' }) as unknown as
      { school_id: string; role: AffiliationRole; n: number }[]
    return new Map(rows.map((row) => [`${row.school_id}|${row.role}`, Number(row.n)]))
  }
}

function personFromRow(row: Record<string, unknown>): Person {
  return {
    id: row['id'] as string,
    preferredForename: row['preferred_forename'] as string,
    surname: row['surname'] as string,
    name: `${row['preferred_forename']} ${row['surname']}`.trim(),
    email: row['email'] as string | null,
    username: row['username'] as string | null,
    bandOverride: row['band_override'] as string | null,
    language: row['language'] === 'cy' || row['language'] === 'en-GB' ? row['language'] : null,
  }
}

function affiliationFromRow(row: Record<string, unknown>): Affiliation {
  return {
    id: row['id'] as string,
    personId: row['person_id'] as string,
    schoolId: row['school_id'] as string,
    role: row['role'] as AffiliationRole,
    yearCode: row['year_code'] as string | null,
    yearNext: (row['year_next'] ?? null) as string | null,
    yearFrom: (row['year_from'] ?? null) as CalendarDate | null,
    regGroup: row['reg_group'] as string | null,
    startDate: row['start_date'] as string | null,
    endDate: row['end_date'] as string | null,
    endReason: row['end_reason'] as string | null,
    sourceId: row['source_id'] as string | null,
    missingSince: row['missing_since'] as number | null,
    missingRuns: row['missing_runs'] as number,
  }
}

function linkFromRow(row: Record<string, unknown>): GuardianLink {
  const stated = row['stated_responsibility'] as Responsibility | null
  return {
    id: row['id'] as string,
    pupilId: row['pupil_id'] as string,
    guardianId: row['guardian_id'] as string,
    relationship: row['relationship'] as string,
    maySign: Boolean(row['may_sign']),
    mayConsent: stated === null ? Boolean(row['may_consent']) : stated !== 'no',
    stated,
    doNotContact: Boolean(row['do_not_contact']),
    priority: row['priority'] as number,
  }
}
