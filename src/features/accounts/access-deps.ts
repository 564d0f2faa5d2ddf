import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { PlanStore } from '../../db/plan-store.ts'
import type { BrakeSettings } from '../../shared/brake.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { PlaceEnds } from '../people/place-ends.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { AccountStore } from './account-store.ts'
import type { BulkPause } from './bulk-pause.ts'
import type { DirectoryStore, DirectoryTargets } from './directory-store.ts'
import type { KeptPeopleStore } from './kept-people-store.ts'
import type { LeaverListStore } from './leavers/leaver-list-store.ts'
import type { PlanStops } from './leavers/plan-stops.ts'
import type { LookStore } from './look-store.ts'
import type { MatchDeps } from './match-accounts.ts'
import type { RestrictionStore } from './restriction-store.ts'
import type { TaskStore } from './task-store.ts'

/** Settings of access; each has a default. */
export interface AccessSettings {
  brake: BrakeSettings
  /** P3: a place that starts within so many days keeps somebody from being a leaver. */
  startsWithinDays: number
  /** Days after the last day until a leaver is planned for: by role, and of pupils by year code before that. */
  grace: { roles: Readonly<Record<string, number>>; years: Readonly<Record<string, number>> }
  /** After how many days of suspension a leaver's account is proposed for the next step. */
  retention: { archiveAfterDays: number; deleteAfterDays: number }
  /** For how many days nobody has been in by an account until the assurance report names it. */
  unusedDays: number
  /** I7: kinds of access that a head approves, from the least. */
  roleProfiles: readonly { name: string; hint: string }[]
  /** U1: how long after its approval a plan can be undone. */
  undoDays: number
  /** A1: pupils of these years who leave between two days (`MM-DD`) of a summer keep their access up to the second. */
  summer: { years: readonly string[]; from: string; until: string }
}

/** What the composition root gives. */
export interface AccessOutside {
  db: Database
  clock: Clock
  ids: Ids
  audit: AuditLog
  outbox: Outbox
  people: PeopleQueries
  schools: SchoolStore
  targets: DirectoryTargets
  /** Keys by which the sources know people, for matching accounts. */
  sourceKeys: MatchDeps['sourceKeys']
  /** People automation never acts on: administrators, IT, DSL, head (B4). */
  protectedPeople: () => Promise<ReadonlySet<string>>
  /** B6: why the accounts of a plan should not be changed at a moment (lessons, exams), or null. */
  bulkPause?: (at: Instant, planId: string) => Promise<BulkPause | null>
  /** The date so many school days after one, by the calendar of a school (I6). */
  schoolDaysAfter?: (schoolId: string | null, from: CalendarDate, days: number) => Promise<CalendarDate>
  /** R8: of these people those on the list confirmed for a school that is inside its roll-over window: `school|person` (B1, B2). */
  expectedLeavers?: (personIds: readonly string[], on: CalendarDate) => Promise<ReadonlySet<string>>
  /** I5: of these release keys, those whose cause still stands (a request that is still open). */
  stillDue?: (keys: readonly string[]) => Promise<ReadonlySet<string>>
  settings: AccessSettings
}

/** The same with the feature's own stores. */
export interface AccessDeps extends AccessOutside {
  plans: PlanStore
  restrictions: RestrictionStore
  accounts: AccountStore
  directories: DirectoryStore
  kept: KeptPeopleStore
  lists: LeaverListStore
  placeEnds: PlaceEnds
  stops: PlanStops
  looks: LookStore
  tasks: TaskStore
}
