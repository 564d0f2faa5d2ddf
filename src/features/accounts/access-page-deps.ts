import type { PlanStore } from '../../db/plan-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { AccessJobs } from './access-jobs.ts'
import type { AccessPageQueries } from './access-page-queries.ts'
import type { AccessQueries } from './access-queries.ts'
import type { AccessService } from './access-service.ts'
import type { ReconcileService } from './reconcile-service.ts'

/** What the pages of access need. */
export interface AccessPageDeps {
  access: Pick<AccessService, 'accessOf'>
  reconcile: Pick<ReconcileService, 'pause' | 'setAside'>
  queries: Pick<AccessQueries, 'timeline'>
  pages: AccessPageQueries
  jobs: AccessJobs
  plans: PlanStore
  people: PeopleQueries
  schools: SchoolStore
}
