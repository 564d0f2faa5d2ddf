import type { PdfRecords } from '../../adapters/pdf/pdf-records.ts'
import type { Database } from '../../db/database.ts'
import type { PlanStore } from '../../db/plan-store.ts'
import type { AuditQueries } from '../audit/audit-queries.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import type { PeopleQueries, Person } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { AccessJobs } from './access-jobs.ts'
import type { AccessPageQueries } from './access-page-queries.ts'
import type { AccessQueries } from './access-queries.ts'
import type { AccessService } from './access-service.ts'
import type { AccountDecisions } from './account-decisions.ts'
import type { DirectoryJobs } from './directory-jobs.ts'
import type { DirectoryQueries } from './directory-queries.ts'
import type { TaskService } from './task-service.ts'
import type { ListedLeavers } from './leavers/listed-leavers.ts'
import type { PlanChoices } from './leavers/plan-choices.ts'
import type { AssuranceQueries } from './assurance/assurance-queries.ts'
import type { AccessSettings } from './access-deps.ts'
import type { AccessApprovals } from './life/access-approvals.ts'
import type { LifePlans } from './life/life-plans.ts'
import type { Retention } from './life/retention.ts'
import type { AccessTasks } from './life/access-tasks.ts'
import type { LegalHolds } from './life/legal-holds.ts'
import type { PasswordRuleStore } from './passwords/password-rules.ts'
import type { PasswordStore } from './passwords/password-store.ts'
import type { TemporaryPasswords } from './passwords/temporary-passwords.ts'
import type { ReconcileService } from './reconcile-service.ts'
import type { SingleRestrictions } from './restricting/single-restrictions.ts'

/** What the pages of access need. */
export interface AccessPageDeps {
  db: Database
  /** Prints login slips. */
  pdf: Pick<PdfRecords, 'slips'>
  access: AccessService
  holds: LegalHolds
  tasks: AccessTasks
  retention: Retention
  life: LifePlans
  approvals: AccessApprovals
  passwords: TemporaryPasswords
  passwordRules: PasswordRuleStore
  passwordStore: PasswordStore
  settings: Pick<AccessSettings, 'retention' | 'roleProfiles'>
  assurance: AssuranceQueries
  reconcile: Pick<ReconcileService, 'pause' | 'setAside'>
  queries: Pick<AccessQueries, 'timeline'>
  pages: AccessPageQueries
  decisions: AccountDecisions
  directoryTasks: TaskService
  directoryJobs: DirectoryJobs
  directoryQueries: DirectoryQueries
  jobs: AccessJobs
  choices: PlanChoices
  listed: ListedLeavers
  single: SingleRestrictions
  auditQueries: AuditQueries
  /** A list to try with; only in the demo. */
  sampleList: string | null
  plans: PlanStore
  people: PeopleQueries
  /** People by name among those of these schools. */
  find(text: string, schools: 'all' | readonly string[], on: CalendarDate): Promise<Person[]>
  schools: SchoolStore
  /** Roles that people were given and that are in force. */
  rolesOf(personIds: readonly string[]): Promise<Map<string, { role: string; schoolId: string | null }[]>>
}
