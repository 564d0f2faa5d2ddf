import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { yearOnSql } from '../people/year-on.ts'
import type { Placed } from './due-requests.ts'

/** People handled in one transaction: short enough for somebody signing meanwhile. */
const BATCH = 400

/** What the requirements need to know of people beside their places. */
export interface WalkNeeds { groups: boolean; guardians: boolean }

/** Everybody with a current affiliation, by person, a batch at a time; of a few chosen people only those. */
export async function* walkPeople(db: Database, on: CalendarDate, needs: WalkNeeds, only: readonly string[] | null = null): AsyncIterable<Placed[]> {
  let after = ''
  for (;;) {
    const last = only === null ? await lastOf(db, after) : only.filter((id) => id > after).toSorted()[0] ?? null
    if (last === null) return
    const rows = await db.rows(
      `select a.person_id, a.school_id, a.role, ${yearOnSql('a')} as year_code, a.reg_group, a.start_date, p.band_override, p.email_norm is not null as has_email, p.username is not null as has_login
       from affiliations a join people p on p.id = a.person_id
       where a.person_id ${only === null ? '>' : '>='} ? and a.person_id <= ? and (a.end_date is null or a.end_date >= ?) order by a.person_id, a.id`,
      [on, only === null ? after : last, last, on])
    after = last
    const batch: Placed[] = []
    for (const row of rows) {
      const id = row['person_id'] as string
      let open = batch.at(-1)
      if (open?.id !== id) {
        open = { id, hasEmail: Boolean(row['has_email']), hasLogin: Boolean(row['has_login']), bandOverride: row['band_override'] as string | null, places: [] }
        batch.push(open)
      }
      open.places.push({
        schoolId: row['school_id'] as string, role: row['role'] as Placed['places'][number]['role'], yearCode: row['year_code'] as string | null,
        startDate: row['start_date'] as string | null, regGroup: row['reg_group'] as string | null,
      })
    }
    if (needs.groups) await addGroups(db, on, batch)
    if (needs.guardians) await addGuardians(db, batch)
    if (batch.length > 0) yield batch
  }
}

async function lastOf(db: Database, after: string): Promise<string | null> {
  const rows = await db.rows(
    `select max(person_id) as last from (select distinct person_id from affiliations where person_id > ? order by person_id limit ${BATCH}) as part`, [after])
  return (rows[0]?.['last'] as string | null) ?? null
}

async function addGroups(db: Database, on: CalendarDate, batch: Placed[]): Promise<void> {
  const rows = await db.rowsIn('select person_id, school_id, name from group_memberships where (end_date is null or end_date >= ?) and person_id in (:list)', [on], batch.map((person) => person.id))
  const found = new Map<string, Set<string>>()
  for (const row of rows) {
    const id = row['person_id'] as string
    found.set(id, (found.get(id) ?? new Set()).add(`${row['school_id'] as string}|${row['name'] as string}`))
  }
  for (const person of batch) {
    const groups = found.get(person.id)
    if (groups) person.groups = groups
  }
}

/** F1, F2: those who may sign and may be written to, best contact first. */
async function addGuardians(db: Database, batch: Placed[]): Promise<void> {
  const rows = await db.rowsIn(
    'select pupil_id, guardian_id from guardian_links where ended_at is null and may_sign = 1 and do_not_contact = 0 and pupil_id in (:list) order by priority, id',
    [], batch.map((person) => person.id))
  const found = new Map<string, string[]>()
  for (const row of rows) found.set(row['pupil_id'] as string, [...new Set([...found.get(row['pupil_id'] as string) ?? [], row['guardian_id'] as string])])
  for (const person of batch) {
    const guardians = found.get(person.id)
    if (guardians) person.guardians = guardians
  }
}
