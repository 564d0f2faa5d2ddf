import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import type { AuditQueries } from '../audit/audit-queries.ts'
import type { PlaceEnds } from '../people/place-ends.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import type { ExpectedLeavers } from './expected-leavers.ts'
import type { MergeService } from './merge-service.ts'
import type { MissingService } from './missing-service.ts'
import type { RosterQueries } from './roster-queries.ts'
import type { RosterRun } from './roster-run.ts'
import type { RosterService } from './roster-service.ts'
import type { Reader } from './roster-scope.ts'
import type { RosterUploads } from './roster-uploads.ts'
import type { RosterUndo } from './undo/roster-undo.ts'
import type { UndoJobs } from './undo/undo-jobs.ts'
import type { RosterSample } from './roster-views.ts'

/** What an approved run means for access, for its page. */
export interface AccessAfter {
  text: string
  href: string | null
  linkText: string
}

/** What the roster's pages need. */
export interface RosterPageDeps {
  db: Database
  roster: Pick<RosterService, 'approve'>
  queries: RosterQueries
  uploads: RosterUploads
  missing: MissingService
  placeEnds: PlaceEnds
  merges: MergeService
  rosterUndo: RosterUndo
  undoJobs: UndoJobs
  expectedLeavers: ExpectedLeavers
  calendar: CalendarStore
  schools: SchoolStore
  auditQueries: Pick<AuditQueries, 'bySubject'>
  /** The demo's files; empty elsewhere. */
  samples: readonly RosterSample[]
  /** What the run's endings mean for access, for those who may see access. */
  accessAfter: (run: RosterRun, actor: Actor) => Promise<AccessAfter | null>
  /** Called when a run has ended places, so that the plan for their access is made. */
  whenEnded: (actor: Actor) => Promise<void>
}

/** Who reads, for the queries. */
export const readerOf = (actor: Actor): Reader => ({ schools: actor.schools('roster.view'), label: actor.label })
