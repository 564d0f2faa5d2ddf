import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { addDays, today } from '../../shared/dates.ts'
import { saidDay } from '../../shared/sentence.ts'
import type { PersonalLinks } from '../identity/personal-links.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries, Person } from '../people/people-queries.ts'
import type { ProtectionFlags } from '../people/protection-flags.ts'
import { mayBeWritten } from './may-be-written.ts'
import type { SigningQueries, SigningTask } from './signing-queries.ts'

export interface InvitationDeps {
  db: Database; clock: Clock; outbox: Outbox; links: PersonalLinks; mail: MailService; people: PeopleQueries; queries: SigningQueries; protection: ProtectionFlags
  baseUrl: string
}

const LINK_DAYS = 28
const BATCH = 500

/** Asks people to sign: one mail a person with one link, whatever the number of children or agreements (F3). */
export class Invitations {
  readonly #deps: InvitationDeps
  constructor(deps: InvitationDeps) {
    this.#deps = deps
  }

  /** Outbox handler of `issuing.invite`: one job for each person whom a plan's requests ask. */
  async fanOut(planId: string): Promise<void> {
    const { db, outbox } = this.#deps
    let after = ''
    for (;;) {
      const rows = await db.read('requests').where({ plan_id: planId }).andWhere('id', '>', after).orderBy('id').limit(BATCH).select('id', 'person_id', 'signer_rule')
      if (rows.length === 0) return
      const recipients = new Set<string>()
      const pupils = rows.filter((row) => row.signer_rule !== 'self').map((row) => row.person_id as string)
      for (const row of rows) if (row.signer_rule !== 'guardian') recipients.add(row.person_id)
      for (const links of (await this.#deps.people.guardiansOf(pupils)).values()) {
        for (const link of links) if (link.maySign && !link.doNotContact) recipients.add(link.guardianId)
      }
      await db.transaction(() => outbox.putMany([...recipients].map((personId) => ({
        kind: 'messages.sign-link', payload: { personId, planId }, dedupeKey: `sign-link:${planId}:${personId}`,
      }))))
      if (rows.length < BATCH) return
      after = rows[rows.length - 1].id
    }
  }

  /** Outbox handler of `messages.sign-link`. What is outstanding, and who may be written to, is looked up now (F2). `asked`: the person asked for the link. */
  async invite(personId: string, planId: string, options: { asked?: boolean } = {}): Promise<void> {
    const { people, mail, queries, protection } = this.#deps
    const person = await people.person(personId)
    if (!person?.email) return
    const all = await queries.tasksOf(personId)
    // Who asked is answered; nobody is written to first about a child whose contact goes through the office (P6).
    const tasks = options.asked ? all : await mayBeWritten(protection, all)
    const open = tasks.filter((task) => task.signatory.state === 'open' && task.request.state === 'open')
    // Who asks for a link may want what they signed, or to take it back; a plan has nothing to say to them.
    if (open.length === 0 && !(options.asked && tasks.length > 0)) return
    const pupilsOwn = (open.length > 0 ? open : tasks).every((task) => task.signatory.slot === 'pupil' || (task.signatory.slot === 'self' && task.request.family === 'pupil'))
    const children = [...new Set(open.filter((task) => task.link).map((task) => task.subject.preferredForename))]
    const template = open.length === 0 ? 'own-link' : pupilsOwn ? 'pupil-sign-link' : children.length > 0 ? 'guardian-sign-link' : 'staff-sign-link'
    await mail.send({
      dedupeKey: `sign-link:${planId}:${personId}`, personId, to: person.email, template,
      variables: () => this.#variables(person, open.length > 0 ? open : tasks, children, pupilsOwn),
    })
  }

  async #variables(person: Person, open: SigningTask[], children: string[], pupilsOwn: boolean): Promise<object> {
    const { clock, baseUrl, links } = this.#deps
    const now = clock.now()
    const due = open.map((task) => task.request.dueOn).filter((on): on is string => on !== null).sort()[0]
    // A pupil's mail holds no secret: the pupil signs in at school.
    const link = pupilsOwn ? null : await links.issueLink({ personId: person.id, purpose: 'sign', route: 'mail', ttl: LINK_DAYS * 86_400_000 })
    return {
      schoolName: open[0]?.school.name ?? '',
      recipientName: person.name,
      forename: person.preferredForename,
      children: children.map((forename) => ({ forename })),
      agreements: [...new Set(open.map((task) => task.title))].map((title) => ({ title })),
      link: link ? `${baseUrl}${link.path}` : `${baseUrl}/me`,
      linkExpiresOn: link ? saidDay(addDays(today(now), LINK_DAYS)) : '',
      dueOn: due ? saidDay(due) : '',
      askUrl: `${baseUrl}/ask`,
    }
  }
}
