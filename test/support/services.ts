import { FixedClock } from '../../src/adapters/clock.ts'
import { createIds } from '../../src/adapters/ids.ts'
import { createSource } from '../../src/adapters/sources/create-source.ts'
import type { Database } from '../../src/db/database.ts'
import { AuditLog } from '../../src/features/audit/audit-log.ts'
import { PeopleQueries } from '../../src/features/people/people-queries.ts'
import { PeopleStore } from '../../src/features/people/people-store.ts'
import { comingYears } from '../../src/features/roster/coming-years.ts'
import { ExpectedLeavers } from '../../src/features/roster/expected-leavers.ts'
import { RosterService } from '../../src/features/roster/roster-service.ts'
import type { SourceClaim } from '../../src/adapters/sources/source-claims.ts'
import { RosterUndo } from '../../src/features/roster/undo/roster-undo.ts'
import { CalendarStore } from '../../src/features/schools/calendar-store.ts'
import { SchoolStore } from '../../src/features/schools/school-store.ts'
import { BRAKE_DEFAULTS } from '../../src/shared/brake.ts'
import { whatHangs } from '../../src/what-hangs.ts'

/** The roster's services over one database, with a clock that stands still. */
export function rosterServices(db: Database, options: { now?: string; protectedPeople?: string[]; claims?: SourceClaim[] } = {}) {
  const clock = new FixedClock(options.now ?? '2026-11-02T09:00:00Z')
  const ids = createIds(clock)
  const audit = new AuditLog(db, clock, ids)
  const schools = new SchoolStore(db, clock, ids)
  const people = new PeopleQueries(db)
  const guarded = new Set(options.protectedPeople ?? [])
  const calendar = new CalendarStore(db, clock, ids)
  const expectedLeavers = new ExpectedLeavers({ db, clock, audit, schools, calendar })
  const roster = new RosterService({
    expectedLeavers: (personIds, on) => expectedLeavers.inWindow(personIds, on), comingYears: (on) => comingYears({ schools, calendar }, on),
    db, clock, ids, audit, people: new PeopleStore(db, clock, ids), peopleQueries: people, schools, sourceOf: createSource,
    protectedPeople: async () => guarded, brake: BRAKE_DEFAULTS, startsWithinDays: 60, mayAddSchools: true, claims: options.claims ?? [],
  })
  const asked: string[] = []
  const undo = new RosterUndo({
    db, clock, ids, audit, people: new PeopleStore(db, clock, ids), plans: roster.plans, runs: roster.runs, sources: roster.sources, brake: BRAKE_DEFAULTS,
    whatHangs: (personIds, since) => whatHangs(db, personIds, since), whenDone: async (actor) => { asked.push(actor) },
  })
  return { clock, ids, audit, schools, people, roster, guarded, calendar, expectedLeavers, undo, asked }
}
