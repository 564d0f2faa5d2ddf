import type { Database } from '../db/database.ts'
import type { AccessLevel } from '../features/accounts/desired-access.ts'
import { RestrictionStore } from '../features/accounts/restriction-store.ts'
import { sourceKeys } from '../features/roster/source-keys.ts'
import { CalendarStore } from '../features/schools/calendar-store.ts'
import { type School, SchoolStore } from '../features/schools/school-store.ts'
import { chunks } from '../shared/chunks.ts'
import type { CalendarDate } from '../shared/dates.ts'
import type { Clock } from '../adapters/clock.ts'
import type { Ids } from '../adapters/ids.ts'

/** By what an export may know somebody of this installation. */
export interface PersonKeys {
  /** As sources have called them: external id, admission number, MIS id. */
  keys: string[]
  email: string | null
  username: string | null
}

/** A school as files and settings name it. */
export type SchoolName = Pick<School, 'name' | 'urn' | 'dfeNumber'>

/** What this installation knows that changes whom Assent suspends: plain data, which a thread can be given. As it stands today, also for days long ago. */
export interface ReplayInstallation {
  /** Declared roll-over windows (R8); of every school where none is named. */
  windows: { school: SchoolName | null; name: string; from: CalendarDate; to: CalendarDate }[]
  /** Confirmed as leavers of a school year (R8). */
  expected: { person: PersonKeys; school: SchoolName; schoolYear: string; yearCode: string }[]
  /** Never acted upon by automation (B4). */
  protected: PersonKeys[]
  /** Not stricter than this until then (A1). */
  exemptions: { person: PersonKeys; floorLevel: AccessLevel; untilDate: CalendarDate }[]
}

/** What a new installation knows. */
export const NOTHING_KNOWN: ReplayInstallation = { windows: [], expected: [], protected: [], exemptions: [] }

/** Reads it; writes nothing. `protectedPeople`: those whom their role protects; accounts that their directory marks come beside. */
export async function readInstallation({ db, clock, ids, protectedPeople }: { db: Database; clock: Clock; ids: Ids; protectedPeople: () => Promise<ReadonlySet<string>> }): Promise<ReplayInstallation> {
  const schools = new Map((await new SchoolStore(db, clock, ids).all()).map(({ id, name, urn, dfeNumber }) => [id, { name, urn, dfeNumber }]))
  const windows = (await new CalendarStore(db, clock, ids).periods('0001-01-01')).filter(({ kind }) => kind === 'rollover')
  const expected = await db.read('expected_leavers').orderBy('person_id').select('person_id', 'school_id', 'school_year', 'year_code') as Record<'person_id' | 'school_id' | 'school_year' | 'year_code', string>[]
  const marked = await db.read('accounts').where({ protected: 1 }).whereNotNull('person_id').whereNull('gone_at').distinct('person_id') as { person_id: string }[]
  const guarded = [...new Set([...await protectedPeople(), ...marked.map((row) => row.person_id)])]
  const exemptions = await new RestrictionStore(db).exemptions('0001-01-01')
  const keys = await keysOf(db, [...expected.map((row) => row.person_id), ...guarded, ...exemptions.map(({ personId }) => personId)])
  const of = (id: string): PersonKeys => keys.get(id) ?? { keys: [], email: null, username: null }
  return {
    windows: windows.map(({ schoolId, name, from, to }) => ({ school: schoolId === null ? null : schools.get(schoolId) ?? null, name, from, to })).filter((_, at) => windows[at]?.schoolId === null || schools.has(windows[at]?.schoolId ?? '')),
    expected: expected.flatMap((row) => {
      const school = schools.get(row.school_id)
      return school ? [{ person: of(row.person_id), school, schoolYear: row.school_year, yearCode: row.year_code }] : []
    }),
    protected: guarded.map(of),
    exemptions: exemptions.map(({ personId, floorLevel, untilDate }) => ({ person: of(personId), floorLevel, untilDate })),
  }
}

async function keysOf(db: Database, personIds: readonly string[]): Promise<Map<string, PersonKeys>> {
  const wanted = [...new Set(personIds)]
  const found = new Map<string, PersonKeys>()
  for (const part of chunks(wanted)) {
    for (const row of await db.read('people').whereIn('id', part).select('id', 'email_norm', 'username')) found.set(row.id, { keys: [], email: row.email_norm, username: row.username })
  }
  if (found.size > 0) for await (const people of sourceKeys(db)) for (const { personId, keys } of people) found.get(personId)?.keys.push(...keys)
  return found
}
