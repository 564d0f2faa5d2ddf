import type { Clock } from '../../adapters/clock.ts'
import { addDays, today } from '../../shared/dates.ts'
import { saidDay } from '../../shared/sentence.ts'
import type { PersonalLinks } from '../identity/personal-links.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries, Person } from '../people/people-queries.ts'
import type { ProtectionFlags } from '../people/protection-flags.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import { reminderDay } from '../schools/reminder-day.ts'
import { mayBeWritten } from './may-be-written.ts'
import type { SigningQueries, SigningTask } from './signing-queries.ts'

export interface ReminderDeps { clock: Clock; links: PersonalLinks; mail: MailService; people: PeopleQueries; queries: SigningQueries; protection: ProtectionFlags; calendar: CalendarStore; baseUrl: string }

const LINK_DAYS = 28

/** Reminds one person of everything that still waits for their signature, in one mail a school day at most (F3, I6). */
export class Reminders {
  readonly #deps: ReminderDeps
  constructor(deps: ReminderDeps) {
    this.#deps = deps
  }

  /**
   * Outbox handler of `messages.remind`. What is outstanding, and for which children this adult may be written to, is looked
   * up now (F2): who signed meanwhile, or may not be contacted any more, gets nothing.
   */
  async remind(personId: string): Promise<void> {
    const { people, mail, queries, clock, protection } = this.#deps
    const person = await people.person(personId)
    if (!person?.email) return
    const open = await mayBeWritten(protection, (await queries.tasksOf(personId)).filter((task) => task.signatory.required && task.signatory.state === 'open' && task.request.state === 'open'))
    if (open.length === 0) return
    const on = today(clock.now())
    const day = reminderDay((await this.#deps.calendar.around(on, []))(null), on)
    await mail.send({
      dedupeKey: `reminder:${day}:${personId}`, personId, to: person.email, template: 'reminder',
      variables: () => this.#variables(person, open),
    })
  }

  async #variables(person: Person, open: SigningTask[]): Promise<object> {
    const { clock, links, baseUrl } = this.#deps
    const on = today(clock.now())
    const pupil = open.every((task) => task.signatory.slot === 'pupil' || (task.signatory.slot === 'self' && task.request.family === 'pupil'))
    const audience = pupil ? 'pupil' : open.some((task) => task.link) ? 'guardian' : 'staff'
    // A pupil's mail holds no secret: the pupil signs in at school.
    const link = pupil ? null : await links.issueLink({ personId: person.id, purpose: 'sign', route: 'mail', ttl: LINK_DAYS * 86_400_000 })
    // A date that has passed is no date to sign by.
    const due = open.map((task) => task.request.dueOn).filter((date): date is string => date !== null && date >= on).sort()[0]
    return {
      schoolName: open[0]?.school.name ?? '', audience,
      recipientName: pupil ? person.preferredForename : person.name,
      items: open.map((task) => ({ title: task.title, about: task.link ? task.subject.preferredForename : null })),
      link: link ? `${baseUrl}${link.path}` : `${baseUrl}/me`,
      linkExpiresOn: link ? saidDay(addDays(on, LINK_DAYS)) : '',
      dueOn: due ? saidDay(due) : '',
      askUrl: `${baseUrl}/ask`,
    }
  }
}
