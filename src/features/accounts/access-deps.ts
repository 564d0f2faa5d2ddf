import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { PlanStore } from '../../db/plan-store.ts'
import type { BrakeSettings } from '../../shared/brake.ts'
import type { Instant } from '../../shared/dates.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { AccountStore } from './account-store.ts'
import type { DirectoryStore, DirectoryTargets } from './directory-store.ts'
import type { KeptPeopleStore } from './kept-people-store.ts'
import type { LookStore } from './look-store.ts'
import type { MatchDeps } from './match-accounts.ts'
import type { RestrictionStore } from './restriction-store.ts'
import type { TaskStore } from './task-store.ts'

/** Settings of access; each has a default. */
export interface AccessSettings {
  brake: BrakeSettings
  /** P3: a place that starts within so many days keeps somebody from being a leaver. */
  startsWithinDays: number
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
  /** B6: why many accounts should not be changed now (lessons, exams), or null. */
  bulkPause?: (now: Instant) => Promise<string | null>
  settings: AccessSettings
}

/** The same with the feature's own stores. */
export interface AccessDeps extends AccessOutside {
  plans: PlanStore
  restrictions: RestrictionStore
  accounts: AccountStore
  directories: DirectoryStore
  kept: KeptPeopleStore
  looks: LookStore
  tasks: TaskStore
}
