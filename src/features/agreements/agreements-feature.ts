import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Words } from '../../adapters/words/words.ts'
import type { Database } from '../../db/database.ts'
import type { JobHandlers, Outbox } from '../../db/outbox.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { AgreementService } from './agreement-service.ts'
import { AgreementStore } from './agreement-store.ts'
import { AuthoringService } from './authoring-service.ts'
import { AuthoringStore } from './authoring-store.ts'
import { InForceQueries } from './in-force-queries.ts'
import { PartService } from './part-service.ts'
import { REVIEW_MAIL, ReviewService } from './review-service.ts'

export interface AgreementsOutside {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; people: PeopleQueries; schools: SchoolStore; mail: MailService
  baseUrl: string
  trustName: () => string
  words: Words
  /** Who looks after texts where no owner is named. */
  fallbackOwners: () => Promise<string[]>
}

/** What the composition root gets. */
export interface AgreementsFeature {
  agreements: AgreementService
  authoring: AuthoringService
  parts: PartService
  reviews: ReviewService
  drafts: AuthoringStore
  inForce: InForceQueries
  handlers: JobHandlers
}

/** Wires agreements together from what lies outside them. */
export function createAgreementsFeature(outside: AgreementsOutside): AgreementsFeature {
  const { db, clock, ids, audit, outbox, trustName, words } = outside
  const store = new AgreementStore(db, clock, ids)
  const drafts = new AuthoringStore(db, clock, ids)
  const agreements = new AgreementService({ db, clock, audit, outbox, store, drafts, trustName, words })
  const reviews = new ReviewService({ ...outside, store, drafts })
  return {
    agreements, drafts, reviews,
    inForce: new InForceQueries({ db, clock, store }),
    authoring: new AuthoringService({ ...outside, store, drafts, agreements }),
    parts: new PartService({ db, audit, drafts }),
    handlers: { [REVIEW_MAIL]: async (payload) => reviews.sendMail(payload) },
  }
}
