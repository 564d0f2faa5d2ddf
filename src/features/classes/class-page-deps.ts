import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { SharedLimits } from '../../http/shared-limiter.ts'
import type { Brand } from '../../http/views.ts'
import type { AgreementService } from '../agreements/agreement-service.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { SigningQueries } from '../signing/signing-queries.ts'
import type { ClassCover } from './class-cover.ts'
import type { ClassQueries } from './class-queries.ts'
import type { ClassService } from './class-service.ts'
import type { ClassStore } from './class-store.ts'

/** What the pages of class sessions stand on. */
export interface ClassPagesDeps {
  clock: Clock
  ids: Ids
  sharedLimits: SharedLimits
  config: { baseUrl: string }
  schools: SchoolStore
  agreements: AgreementService
  signingQueries: SigningQueries
  classes: ClassService
  classCover: ClassCover
  classQueries: ClassQueries
  classStore: ClassStore
  brandOf(school: School | null): Brand
}
