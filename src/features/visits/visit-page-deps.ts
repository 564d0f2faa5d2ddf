import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { SharedLimits } from '../../http/shared-limiter.ts'
import type { Brand } from '../../http/views.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { VisitService } from './visit-service.ts'
import type { VisitStore } from './visit-store.ts'

/** What the pages of visits stand on. */
export interface VisitPagesDeps {
  clock: Clock
  ids: Ids
  sharedLimits: SharedLimits
  config: { baseUrl: string }
  schools: SchoolStore
  requests: RequestStore
  visits: VisitService
  visitStore: VisitStore
  brandOf(school: School | null): Brand
}
