import { createHash } from 'node:crypto'
import type { Database } from '../../db/database.ts'
import { addDays, type CalendarDate } from '../../shared/dates.ts'
import { type Affiliation, keepsAccess } from '../people/affiliation.ts'
import type { PeopleQueries } from '../people/people-queries.ts'

/** Somebody with no place left in the trust (P3). */
export interface EndedPerson {
  personId: string
  /** The place they held last. */
  last: Affiliation & { endDate: CalendarDate }
  /** See `statementOf`. */
  statement: string
}

/** Being a parent keeps nobody's own account: a teacher who leaves may well stay a parent. Of who is only a parent, that counts. */
function counted(affiliations: readonly Affiliation[]): readonly Affiliation[] {
  const own = affiliations.filter(({ role }) => role !== 'guardian')
  return own.length > 0 ? own : affiliations
}

/** Whether these affiliations keep their holder's accounts (P3). Somebody missing from a feed is not ended, so stays (R4). */
export function staysInTrust(affiliations: readonly Affiliation[], on: CalendarDate, startsWithinDays: number): boolean {
  return counted(affiliations).some((affiliation) => keepsAccess(affiliation, on, startsWithinDays))
}

/** The affiliation that ended last, or null when none has ended before `on`. In a fixed order. */
export function lastEnded(affiliations: readonly Affiliation[], on: CalendarDate): EndedPerson['last'] | null {
  const ended = counted(affiliations).filter((affiliation): affiliation is EndedPerson['last'] => affiliation.endDate !== null && affiliation.endDate < on)
  return ended.toSorted((a, b) => (a.endDate === b.endDate ? (a.id < b.id ? -1 : 1) : a.endDate < b.endDate ? 1 : -1))[0] ?? null
}

/** Digest of what the sources say about the person's places and their ends: as long as it is the same, an undo stands (U1). */
export function statementOf(affiliations: readonly Affiliation[]): string {
  const lines = counted(affiliations)
    .map(({ schoolId, role, startDate, endDate, sourceId }) => [schoolId, role, sourceId ?? '', startDate ?? '', endDate ?? ''].join('|')).toSorted()
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** Everybody with no place left, in batches: one grouped walk over the affiliations, then the rule itself on what it finds. */
export async function* endedPeople(
  context: { db: Database; people: PeopleQueries; startsWithinDays: number }, on: CalendarDate, size = 1000,
): AsyncIterable<EndedPerson[]> {
  const sql = `select person_id from affiliations where person_id > ? group by person_id
    having max(case when role <> 'guardian' and (end_date is null or end_date >= ?) and (start_date is null or start_date <= ?) then 1 else 0 end) = 0
    and max(case when end_date < ? then 1 else 0 end) = 1 order by person_id limit ?`
  let after = ''
  for (;;) {
    const rows = await context.db.rows(sql, [after, on, addDays(on, context.startsWithinDays), on, size])
    const ids = rows.map((row) => row['person_id'] as string)
    const affiliations = await context.people.affiliationsOf(ids)
    yield ids.flatMap((personId) => {
      const theirs = affiliations.get(personId) ?? []
      const last = lastEnded(theirs, on)
      return last === null || staysInTrust(theirs, on, context.startsWithinDays) ? [] : [{ personId, last, statement: statementOf(theirs) }]
    })
    after = ids.at(-1) ?? ''
    if (ids.length < size) return
  }
}
