import { join } from 'node:path'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createWords } from '../../../src/adapters/words/words.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import { Outbox } from '../../../src/db/outbox.ts'
import type { Database } from '../../../src/db/database.ts'
import { createAgreementsFeature } from '../../../src/features/agreements/agreements-feature.ts'
import { readStarterSet } from '../../../src/features/agreements/starter-set.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { MailRenderer } from '../../../src/features/messages/mail-renderer.ts'
import { MailService } from '../../../src/features/messages/mail-service.ts'
import type { OutgoingMail } from '../../../src/adapters/mail/mail-transport.ts'
import { PeopleQueries } from '../../../src/features/people/people-queries.ts'
import { PeopleStore } from '../../../src/features/people/people-store.ts'
import { SchoolStore } from '../../../src/features/schools/school-store.ts'
import { templateFolder } from '../../../src/http/assets.ts'

const TABLES = ['school_parts', 'agreement_reviews', 'renditions', 'requirements', 'agreement_versions', 'agreements', 'people', 'schools', 'outbox', 'mails']

/** The feature as the composition root wires it, over a real database with the starter set; mails are caught. */
export async function authoringWorld(db: Database, now = '2026-09-07T08:30:00Z') {
  for (const table of TABLES) await db.sql(table).del()
  const clock = new FixedClock(now)
  const ids = createIds(clock)
  const audit = new AuditLog(db, clock, ids)
  const outbox = new Outbox(db, clock, ids)
  const schools = new SchoolStore(db, clock, ids)
  const people = new PeopleStore(db, clock, ids)
  const sent: OutgoingMail[] = []
  const words = createWords(templateFolder())
  const mail = new MailService({
    db, clock, ids, transport: { reaches: false, async send(one) { sent.push(one) } }, renderer: new MailRenderer(templateFolder(), words), host: 'sign.example',
    common: async () => ({ trustName: 'Fellside Learning Trust', serviceOrigin: 'https://sign.example', officeEmail: '', language: 'en-GB' }),
  })
  const [ownerId = '', fallbackId = ''] = await people.insert([
    { preferredForename: 'Ruth', surname: 'Larkin', email: 'ruth@school.example', username: 'ruth', feedDisabled: false },
    { preferredForename: 'Dora', surname: 'Slade', email: 'dora@school.example', username: 'dora', feedDisabled: false },
  ])
  const feature = createAgreementsFeature({
    db, clock, ids, audit, outbox, schools, mail, people: new PeopleQueries(db), baseUrl: 'https://sign.example', trustName: () => 'Fellside Learning Trust', words, fallbackOwners: async () => [fallbackId],
  })
  await feature.agreements.seedStarters(readStarterSet(join(templateFolder(), 'agreements')), 'system')
  const idOf = async (key: string) => (await feature.agreements.store.byKey(key))?.id ?? ''
  const openOf = async (key: string) => (await feature.drafts.openVersion(await idOf(key)))?.version
  const currentOf = async (key: string) => (await feature.agreements.store.current(await idOf(key)))?.version
  const drain = async () => { await outbox.drain(feature.handlers, { worker: 'test' }) }
  return { db, clock, ...feature, schools, outbox, sent, ownerId, idOf, openOf, currentOf, drain }
}
