import type { Clock } from '../../adapters/clock.ts'
import type { Words } from '../../adapters/words/words.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Brand } from '../../http/views.ts'
import type { AgreementService } from '../agreements/agreement-service.ts'
import type { ClassQueries } from '../classes/class-queries.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { SigningQueries } from '../signing/signing-queries.ts'
import type { SigningStore } from '../signing/signing-store.ts'
import type { LetterService } from './letter-service.ts'
import type { PaperQueries } from './paper-queries.ts'
import type { PaperService } from './paper-service.ts'
import type { PaperStore } from './paper-store.ts'

/** What the pages of the desk stand on. */
export interface PaperPagesDeps {
  clock: Clock
  ids: Ids
  config: { baseUrl: string; languages: { welsh: boolean } }
  words: Words
  people: PeopleQueries
  schools: SchoolStore
  agreements: AgreementService
  requests: RequestStore
  signingQueries: SigningQueries
  signingStore: SigningStore
  classQueries: ClassQueries
  paper: PaperService
  paperStore: PaperStore
  paperQueries: PaperQueries
  letters: LetterService
  brandOf(school: School | null): Brand
}
