import type { Clock } from '../../src/adapters/clock.ts'
import type { ObservedAccount } from '../../src/adapters/directories/directory.ts'
import { createIds } from '../../src/adapters/ids.ts'
import type { Database } from '../../src/db/database.ts'
import { SchoolStore } from '../../src/features/schools/school-store.ts'

/** So many pupils of twenty schools, of whom the first `leavers` have left, known to one source by `A0`, `A1`, ... */
export async function putPeople(db: Database, clock: Clock, people: number, leavers: number): Promise<void> {
  const ids = createIds(clock)
  const schools: string[] = []
  for (let n = 0; n < 20; n++) schools.push((await new SchoolStore(db, clock, ids).add({ name: `School ${n}`, shortName: `S${n}` })).id)
  const now = clock.now()
  const source = ids.next()
  await db.sql('sources').insert({ id: source, name: 'mis', format: 'csv', mode: 'enforce', profile: null, slots: 0, last_good_run_id: null, took_access_away: 0, created_at: now })
  for (let from = 0; from < people; from += 5000) {
    const numbers = Array.from({ length: Math.min(5000, people - from) }, (_, n) => from + n)
    const rows = numbers.map((n) => ({ n, id: ids.next() }))
    await db.transaction(async () => {
      await db.insertMany('people', rows.map(({ n, id }) => ({
        id, preferred_forename: 'Made', surname: `Up${n}`, name_search: `up${n} made`, email: null, email_norm: null, username: `pupil${n}`, band_override: null,
        feed_disabled: 0, created_at: now, updated_at: now,
      })))
      await db.insertMany('affiliations', rows.map(({ n, id }) => ({
        id: ids.next(), person_id: id, school_id: schools[n % 20], role: 'pupil', year_code: String(7 + n % 5), reg_group: `${7 + n % 5}${'ABCDEF'[n % 6]}`, start_date: '2025-09-01', end_date: n < leavers ? '2026-11-13' : null,
        end_reason: null, source_id: source, missing_since: null, missing_runs: 0, created_at: now, updated_at: now,
      })))
      await db.insertMany('source_people', rows.map(({ n, id }) => ({ source_id: source, external_id: `A${n}`, person_id: id, admission_number: null, mis_id: null, upn: null })))
    })
  }
}

/** The account of the n-th of them. */
export function accountOf(n: number, more: Partial<ObservedAccount> = {}): ObservedAccount {
  return {
    immutableId: `b-${n}`, username: `pupil${n}`, displayName: `Made Up${n}`, enabled: true, container: '/Pupils', groups: ['internet', 'mail'], protected: false,
    match: { employeeId: `A${n}`, upn: `pupil${n}@school.example` }, ...more,
  }
}
