import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { addDays, type CalendarDate, longDate, today } from '../../shared/dates.ts'
import { NotFound, UnusableInput } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { PersonalLinks } from '../identity/personal-links.ts'
import type { IssueService } from '../issuing/issue-service.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SigningQueries } from './signing-queries.ts'

export interface StarterDeps {
  db: Database; clock: Clock; audit: AuditLog; outbox: Outbox; people: PeopleQueries; queries: SigningQueries; issuing: IssueService; mail: MailService; links: PersonalLinks; baseUrl: string
}

/** A new member of staff and how far their chain is (I7). */
export interface Starter {
  personId: string
  name: string
  schoolId: string
  startsOn: CalendarDate
  /** A private address is kept until the start. */
  hasAddress: boolean
  sentAt: number | null
  waitsFor: number
  trainingsOpen: number
  accountWaits: boolean
}

const LINK_DAYS = 28
/** How far ahead new staff are listed, and how long after their start. */
const AHEAD_DAYS = 90
const AFTER_DAYS = 21

/**
 * New staff before day one (I7): a link to a private address that HR or the office enters, and that is deleted after the first day.
 * What they do there: read, tell of a training, sign.
 */
export class Starters {
  readonly #deps: StarterDeps
  constructor(deps: StarterDeps) {
    this.#deps = deps
  }

  /** Staff who start soon or started lately, at these schools; soonest first. */
  async list(schools: 'all' | readonly string[]): Promise<Starter[]> {
    const { db, clock } = this.#deps
    const on = today(clock.now())
    const rows = await db.rows(
      `select a.person_id, a.school_id, a.start_date, p.preferred_forename, p.surname, c.email, c.sent_at,
         (select count(*) from signatories s join requests r on r.id = s.request_id where r.person_id = a.person_id and r.family = 'staff' and r.state = 'open' and s.state = 'open' and s.required = 1) as waits_for,
         (select count(*) from trainings t where t.person_id = a.person_id and t.state = 'open') as trainings_open,
         (select count(*) from account_gates g where g.person_id = a.person_id and g.released_at is null) as gates
       from affiliations a join people p on p.id = a.person_id left join starter_contacts c on c.person_id = a.person_id
       where a.role in ('teacher', 'support', 'trainee', 'supply') and a.start_date >= ? and a.start_date <= ? and (a.end_date is null or a.end_date >= ?)
       order by a.start_date, p.name_search, a.id`, [addDays(on, -AFTER_DAYS), addDays(on, AHEAD_DAYS), on])
    const seen = new Set<string>()
    return rows.filter((row) => (schools === 'all' || schools.includes(row['school_id'] as string)) && !seen.has(row['person_id'] as string) && seen.add(row['person_id'] as string)).map((row) => ({
      personId: row['person_id'] as string, name: `${row['preferred_forename'] as string} ${row['surname'] as string}`.trim(), schoolId: row['school_id'] as string,
      startsOn: row['start_date'] as string, hasAddress: row['email'] !== null, sentAt: row['sent_at'] === null ? null : Number(row['sent_at']),
      waitsFor: Number(row['waits_for']), trainingsOpen: Number(row['trainings_open']), accountWaits: Number(row['gates']) > 0,
    }))
  }

  /**
   * Keeps the private address and sends the link there.
   * @throws NotFound for somebody who starts at none of these schools; UnusableInput once they have started.
   */
  async invite(personId: string, email: string, schools: 'all' | readonly string[], actor: string): Promise<void> {
    const { db, clock, audit, outbox } = this.#deps
    const starter = (await this.list(schools)).find((one) => one.personId === personId)
    if (!starter) throw new NotFound()
    if (starter.startsOn < today(clock.now())) throw new UnusableInput({ what: 'They have started: from now on mail goes to the school address.', where: 'email', remedy: 'Add the school address in the MIS.' })
    await db.transaction(async () => {
      await db.sql('starter_contacts').where({ person_id: personId }).delete()
      await db.sql('starter_contacts').insert({ person_id: personId, school_id: starter.schoolId, email, starts_on: starter.startsOn, entered_by: actor, entered_at: clock.now(), sent_at: null })
      await audit.record({ actor, event: 'starter.invited', subject: `person:${personId}`, payload: { startsOn: starter.startsOn } })
      const key = `${personId}:${clock.now()}`
      await outbox.put('messages.starter-link', { personId, key }, { dedupeKey: `starter-link:${key}` })
    })
  }

  /** Outbox handler of `messages.starter-link`. */
  async send(personId: string, key: string): Promise<void> {
    const { db, clock, people, queries, mail, links, baseUrl } = this.#deps
    const contact = await db.read('starter_contacts').where({ person_id: personId }).first()
    const person = contact ? await people.person(personId) : null
    if (!contact || !person) return
    const open = (await queries.tasksOf(personId)).filter((task) => task.link === null && task.standing.kind === 'open')
    const due = open.map((task) => task.request.dueOn).filter((on): on is string => on !== null).sort()[0]
    const sent = await mail.send({
      dedupeKey: `starter-link:${key}`, personId, to: contact.email as string, template: 'staff-sign-link',
      variables: async () => {
        const link = await links.issueLink({ personId, purpose: 'sign', route: 'mail', ttl: LINK_DAYS * 86_400_000 })
        return {
          schoolName: open[0]?.school.name ?? '', recipientName: person.name, agreements: [...new Set(open.map((task) => task.title))].map((title) => ({ title })),
          link: `${baseUrl}${link.path}`, linkExpiresOn: longDate(addDays(today(clock.now()), LINK_DAYS)), startsOn: longDate(contact.starts_on as string),
          dueOn: due ? longDate(due) : '', askUrl: `${baseUrl}/ask`,
        }
      },
    })
    if (sent) await db.sql('starter_contacts').where({ person_id: personId }).update({ sent_at: clock.now() })
    // The recipient is kept with every mail; a private address is not kept longer than the table it stands in.
    await db.sql('mails').where({ dedupe_key: `starter-link:${key}` }).update({ recipient: 'private address' })
  }

  /** For the schedule: private addresses go the day after the first day. Returns how many. */
  async forget(): Promise<number> {
    return this.#deps.db.sql('starter_contacts').where('starts_on', '<', today(this.#deps.clock.now())).delete()
  }
}
