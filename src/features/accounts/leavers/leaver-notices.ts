import type { JobHandlers } from '../../../db/outbox.ts'
import { addDays, type CalendarDate, longDate, today } from '../../../shared/dates.ts'
import type { MailService } from '../../messages/mail-service.ts'
import { type Affiliation, STAFF_ROLES } from '../../people/affiliation.ts'
import type { AccessDeps } from '../access-deps.ts'
import { staysInTrust } from '../ended-people.ts'
import type { AccessTasks, NewTask } from '../life/access-tasks.ts'

/** A6: told so many days before the last day, once each. */
const NOTICE_DAYS = [30, 7] as const

const NOTICE = 'access.leaver-notice'
const BATCH = 1000

/** What a member of staff hands over (A6). */
const HANDOVER = [
  ['mail', 'Mail: who takes it over, and what the automatic reply says'], ['files', 'Files and shared folders: a new owner for each'],
  ['logins', 'Shared logins, subscriptions and devices: changed, moved, returned'],
] as const

/** Tells people who leave on a known day how to take their work, and puts the handover of staff on the task list (A6). */
export class LeaverNotices {
  readonly #deps: AccessDeps
  readonly #mail: Pick<MailService, 'send'>
  readonly #tasks: AccessTasks
  readonly #baseUrl: string
  constructor(deps: AccessDeps, parts: { mail: Pick<MailService, 'send'>; tasks: AccessTasks; baseUrl: string }) {
    this.#deps = deps
    this.#mail = parts.mail
    this.#tasks = parts.tasks
    this.#baseUrl = parts.baseUrl
  }

  /** Daily: finds whose last day is near and puts what is owed; returns how many notices were new. */
  async run(): Promise<number> {
    const { db, people, clock } = this.#deps
    const on = today(clock.now())
    let put = 0
    for (let after = ''; ;) {
      const rows = await db.rows(`select distinct person_id from affiliations where person_id > ? and end_date > ? and end_date <= ? and role <> 'guardian' order by person_id limit ?`,
        [after, on, addDays(on, NOTICE_DAYS[0]), BATCH])
      const ids = rows.map((row) => row['person_id'] as string)
      const affiliations = await people.affiliationsOf(ids)
      put += await this.#put(ids.flatMap((id) => {
        const lastDay = this.#lastDay(affiliations.get(id) ?? [], on)
        return lastDay === null ? [] : [{ id, lastDay, staff: (affiliations.get(id) ?? []).some(({ role }) => STAFF_ROLES.has(role)) }]
      }), on)
      if (ids.length < BATCH) return put
      after = ids.at(-1) ?? ''
    }
  }

  readonly handlers: JobHandlers = {
    [NOTICE]: async (payload) => this.#send(String(payload['personId']), String(payload['lastDay']), Number(payload['days'])),
  }

  async #put(leaving: { id: string; lastDay: CalendarDate; staff: boolean }[], on: CalendarDate): Promise<number> {
    const { db, clock, outbox } = this.#deps
    const due = leaving.map((one) => ({ ...one, days: NOTICE_DAYS.filter((days) => addDays(one.lastDay, -days) <= on).at(-1) })).filter(({ days }) => days !== undefined)
    let put = 0
    for (const { id, lastDay, staff, days } of due) {
      await db.transaction(async () => {
        if (await db.insertNew('leaver_notices', [{ person_id: id, last_day: lastDay, days_before: days, at: clock.now() }]) === 0) return
        put += 1
        await outbox.put(NOTICE, { personId: id, lastDay, days }, { dedupeKey: `${NOTICE}:${id}:${lastDay}:${days}` })
        if (!staff) return
        await this.#tasks.put(HANDOVER.map(([key, what]): NewTask => ({ kind: 'handover', personId: id, accountId: null, what, dueOn: lastDay, key: `handover:${id}:${lastDay}:${key}` })), { actor: 'system' })
      })
    }
    return put
  }

  /** The last day of somebody who then has no place left (P3); null for who stays. */
  #lastDay(affiliations: readonly Affiliation[], on: CalendarDate): CalendarDate | null {
    const own = affiliations.filter(({ role, endDate }) => role !== 'guardian' && (endDate === null || endDate >= on))
    const last = own.map(({ endDate }) => endDate ?? '').toSorted().at(-1) ?? ''
    if (last === '' || own.some(({ endDate }) => endDate === null)) return null
    return staysInTrust(affiliations, addDays(last, 1), this.#deps.settings.startsWithinDays) ? null : last
  }

  /** Looked up at the moment of sending: who stays after all, or has no address, gets nothing. */
  async #send(personId: string, lastDay: CalendarDate, days: number): Promise<void> {
    const { people, schools, clock } = this.#deps
    const person = await people.person(personId)
    const affiliations = (await people.affiliationsOf([personId])).get(personId) ?? []
    const on = today(clock.now())
    if (!person?.email || this.#lastDay(affiliations, on) !== lastDay) return
    const place = affiliations.find(({ role, endDate }) => role !== 'guardian' && endDate === lastDay)
    const school = place ? await schools.get(place.schoolId) : null
    const pupil = place?.role === 'pupil'
    await this.#mail.send({
      dedupeKey: `leaver:${days}:${lastDay}:${personId}`, personId, to: person.email, template: 'leaver-notice',
      variables: async () => ({
        schoolName: school?.name ?? '', recipientName: pupil ? person.preferredForename : person.name, lastDay: longDate(lastDay), soon: days === NOTICE_DAYS[1],
        staff: STAFF_ROLES.has(place?.role ?? ''), link: `${this.#baseUrl}/me`,
      }),
    })
  }
}
