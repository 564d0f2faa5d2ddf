import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { JobHandlers, Outbox } from '../../db/outbox.ts'
import type { Schedule } from '../../db/schedules.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { PersonalLinks } from '../identity/personal-links.ts'
import type { BirthDates } from '../people/birth-dates.ts'
import { dropBarredHolders } from '../issuing/holder-slots.ts'
import type { IssueService } from '../issuing/issue-service.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { ProtectionFlags } from '../people/protection-flags.ts'
import type { ResponsibilityService } from '../people/responsibility-service.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { ComingOfAge } from './coming-of-age.ts'
import { ConsentListQueries } from './consent-list-queries.ts'
import { ConsentQuestionService } from './consent-question-service.ts'
import { ConsentReceipts } from './consent-receipts.ts'
import type { ConsentService } from './consent-service.ts'
import type { ConsentStore } from './consent-store.ts'
import type { ConsentQuestionStore } from '../agreements/consent-question-store.ts'
import type { DeclineStore } from './decline-store.ts'
import { OutcomeService } from './outcome-service.ts'
import type { SigningQueries } from './signing-queries.ts'
import type { SigningStore } from './signing-store.ts'
import { ResponsibilityImport } from './responsibility-import.ts'
import { Starters } from './starters.ts'

export interface OutcomesOutside {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; people: PeopleQueries; schools: SchoolStore; issuing: IssueService; mail: MailService; links: PersonalLinks
  store: SigningStore; queries: SigningQueries; declines: DeclineStore; consents: ConsentService; consentStore: ConsentStore; consentQuestions: ConsentQuestionStore
  responsibility: ResponsibilityService; birthDates: BirthDates
  baseUrl: string; ledgerHead: () => Promise<{ size: number; root: string } | null>
}

/** Outcomes besides signed, coming of age, new staff, consent lists; with their jobs and schedules. */
export function createOutcomesFeature(outside: OutcomesOutside) {
  const { db, clock, ids, audit, people, issuing, consents, declines } = outside
  const outcomes = new OutcomeService({ ...outside, requests: issuing.store })
  const comingOfAge = new ComingOfAge({ db, clock, audit, adults: issuing.adults, requests: issuing.store, declines, lapseConsents: (personId) => consents.lapse(personId), birthDates: outside.birthDates })
  const protection = new ProtectionFlags(db, clock, ids)
  const consentReceipts = new ConsentReceipts({ people, consents, mail: outside.mail, baseUrl: outside.baseUrl, ledgerHead: outside.ledgerHead })
  const consentLists = new ConsentListQueries({ db, clock, questions: outside.consentQuestions, store: outside.consentStore, people, adults: issuing.adults, protection })
  const consentCatalogue = new ConsentQuestionService({ db, audit, store: outside.consentQuestions })
  const responsibilityImport = new ResponsibilityImport({ db, clock, audit, people, responsibility: outside.responsibility })
  const starters = new Starters({ ...outside, issuing })
  const handlers: JobHandlers = {
    'messages.consent-receipt': async (payload) => consentReceipts.send({ subjectId: text(payload['subjectId']), signerId: text(payload['signerId']), key: text(payload['key']) }),
    'messages.starter-link': async (payload) => starters.send(text(payload['personId']), text(payload['key'])),
  }
  const schedules: Schedule[] = [
    { name: 'outcomes', cron: '10 0 * * *', run: async () => { await outcomes.endExcuses(); await comingOfAge.noticeAges(); await comingOfAge.applyDue(); await dropBarredHolders(db, issuing.store, clock) } },
    { name: 'outcomes-tidy', cron: '40 3 * * *', run: async () => { await declines.eraseOld(clock.now()); await starters.forget(); await db.sql('queue_marks').where('erase_after', '<', clock.now()).delete() } },
  ]
  return { outcomes, comingOfAge, protection, consentLists, consentCatalogue, responsibilityImport, starters, handlers, schedules }
}

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error('A job lacks its identifier')
  return value
}
