import type { PlanStore } from '../../db/plan-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { AccessJobs } from './access-jobs.ts'
import type { AccessPageQueries } from './access-page-queries.ts'
import type { AccessQueries } from './access-queries.ts'
import type { AccessService } from './access-service.ts'
import type { AccountDecisions } from './account-decisions.ts'
import type { DirectoryJobs } from './directory-jobs.ts'
import type { DirectoryQueries } from './directory-queries.ts'
import type { ReconcileService } from './reconcile-service.ts'
import type { TaskService } from './task-service.ts'

/** What the pages of access need. */
export interface AccessPageDeps {
  access: Pick<AccessService, 'accessOf' | 'registerShared'>
  reconcile: Pick<ReconcileService, 'pause' | 'setAside'>
  queries: Pick<AccessQueries, 'timeline'>
  pages: AccessPageQueries
  decisions: AccountDecisions
  tasks: TaskService
  directoryJobs: DirectoryJobs
  directoryQueries: DirectoryQueries
  jobs: AccessJobs
  plans: PlanStore
  people: PeopleQueries
  schools: SchoolStore
}
