import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import { createSource } from '../../adapters/sources/create-source.ts'
import type { SourceClaim } from '../../adapters/sources/source-claims.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { BrakeSettings } from '../../shared/brake.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { PlaceEnds } from '../people/place-ends.ts'
import type { PeopleStore } from '../people/people-store.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { comingYears } from './coming-years.ts'
import { ExpectedLeavers } from './expected-leavers.ts'
import { MergeService } from './merge-service.ts'
import { MissingService } from './missing-service.ts'
import { RosterQueries } from './roster-queries.ts'
import { type RosterDeps, RosterService } from './roster-service.ts'
import { RosterUploads } from './roster-uploads.ts'
import { RosterUndo } from './undo/roster-undo.ts'
import { UndoJobs } from './undo/undo-jobs.ts'

/** What the feature is wired from. */
export interface RosterParts {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; schools: SchoolStore; calendar: CalendarStore
  people: PeopleQueries; peopleStore: PeopleStore; protectedPeople: () => Promise<ReadonlySet<string>>
  /** Where files lie that a worker is to read. */
  uploadFolder: string
  brake: BrakeSettings; startsWithinDays: number; mayAddSchools: boolean
  /** Where source and DPO allow it (P4). */
  birthDates: NonNullable<RosterDeps['birthDates']>
  /** What each configured source owns (R1). */
  claims: readonly SourceClaim[]
  /** Called when places have ended or come back, so that a plan for their access is made. */
  whenEnded: (actor: string) => Promise<void>
  whatHangs: (personIds: readonly string[], since: number | null) => Promise<Map<string, string[]>>
}

/** Everything about rosters, put together. */
export function createRosterFeature(parts: RosterParts) {
  const { db, clock, ids, audit, outbox, schools, calendar, people, peopleStore, brake, claims, protectedPeople, startsWithinDays, mayAddSchools } = parts
  const expectedLeavers = new ExpectedLeavers({ db, clock, audit, schools, calendar })
  const roster = new RosterService({
    db, clock, ids, audit, people: peopleStore, peopleQueries: people, schools, sourceOf: createSource, protectedPeople, brake, startsWithinDays, mayAddSchools, claims,
    birthDates: parts.birthDates, expectedLeavers: (personIds, on) => expectedLeavers.inWindow(personIds, on), comingYears: (on) => comingYears({ schools, calendar }, on),
  })
  const { sources, runs, plans } = roster
  const placeEnds = new PlaceEnds(db, clock)
  const rosterUndo = new RosterUndo({ db, clock, ids, audit, people: peopleStore, plans, runs, sources, brake, whatHangs: parts.whatHangs, whenDone: parts.whenEnded })
  return {
    expectedLeavers, roster, rosterUndo, undoJobs: new UndoJobs({ db, ids, outbox, undo: rosterUndo }),
    rosterUploads: new RosterUploads({ db, clock, ids, outbox, roster, schools, sourceOf: createSource, folder: parts.uploadFolder, whenEnded: parts.whenEnded }),
    rosterQueries: new RosterQueries({ db, sources, runs, plans, people, schools }), merges: new MergeService({ db, clock, audit, plans, runs, sources }),
    missing: new MissingService({ db, clock, audit, ends: placeEnds }), placeEnds,
  }
}

/** Derived, never hand-kept. */
export type RosterFeature = ReturnType<typeof createRosterFeature>
