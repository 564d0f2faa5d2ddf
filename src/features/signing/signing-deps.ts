import type { Ids } from '../../adapters/ids.ts'
import type { Actor } from '../../http/actor.ts'
import type { Brand } from '../../http/views.ts'
import type { AgreementService } from '../agreements/agreement-service.ts'
import type { GrantedRole } from '../identity/permissions.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { ResponsibilityService } from '../people/responsibility-service.ts'
import type { IssueService } from '../issuing/issue-service.ts'
import type { TrainingService } from '../issuing/training-service.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { AskedLinks } from './asked-links.ts'
import type { ConsentListQueries } from './consent-list-queries.ts'
import type { ConsentService } from './consent-service.ts'
import type { ConsentStore } from './consent-store.ts'
import type { SealingService } from './sealing-service.ts'
import type { SigningQueries } from './signing-queries.ts'
import type { SigningService } from './signing-service.ts'
import type { SigningStore } from './signing-store.ts'

/** What the pages of this feature stand on; the bundle of services has all of it by these names. */
export interface SigningPagesDeps {
  trust: { name: string }
  config: { mail: { from: string } | null; demo: boolean }
  ids: Ids
  people: PeopleQueries
  responsibility: ResponsibilityService
  agreements: AgreementService
  signing: SigningService
  signingQueries: SigningQueries
  signingStore: SigningStore
  consents: ConsentService
  consentStore: ConsentStore
  consentLists: ConsentListQueries
  schools: SchoolStore
  issuing: Pick<IssueService, 'trainings' | 'attested'>
  trainings: TrainingService
  sealing: SealingService
  askedLinks: AskedLinks
  /** The schools' own sign-in, as the public page lists it. */
  signIn: { ways(): Promise<{ label: string; href: string; school: string | null }[]> }
  clock: { now(): number }
  roleStore: { holdersOf(role: GrantedRole, now: number): Promise<{ personId: string; schoolId: string | null; groupName: string | null }[]> }
  /** Work that a member of staff may go to from their own list. */
  workLinks(actor: Actor): { text: string; href: string }[]
  /** The school that leads a page; null for the trust. */
  brandOf(school: School | null): Brand
}
