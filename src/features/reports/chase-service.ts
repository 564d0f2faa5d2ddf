import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { today } from '../../shared/dates.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import { reminderDay } from '../schools/reminder-day.ts'
import type { BoardQueries } from './board-queries.ts'
import { type BoardQuestion, isOpen } from './board-sql.ts'

export interface ChaseDeps { db: Database; clock: Clock; outbox: Outbox; audit: AuditLog; board: BoardQueries; calendar: CalendarStore }

/** What a press of "chase" came to. */
export interface ChaseReport {
  /** People who get a mail by this press. */
  mails: number
  /** Of those asked for, people who were chased on this school day already; a weekend belongs to its Friday (I6). */
  already: number
  /** Agreements for which nobody who still has to sign has an e-mail address. */
  unreached: number
}

const AT_ONCE = 500

/** Reminds those who still have to sign, one mail a person and day whatever the number of agreements (F3). */
export class ChaseService {
  readonly #deps: ChaseDeps
  constructor(deps: ChaseDeps) {
    this.#deps = deps
  }

  /** Puts the mails of these lines into the outbox; who may be written to is checked again at sending (F2). */
  async chase(question: BoardQuestion, by: { actor: string; what: Record<string, string> }): Promise<ChaseReport> {
    const { db, audit, board } = this.#deps
    const day = await this.#day()
    const report: ChaseReport = { mails: 0, already: 0, unreached: 0 }
    const seen = new Set<string>()
    for await (const lines of board.all({ ...question, status: question.status ?? 'open' })) {
      const open = [...new Set(lines.filter((line) => isOpen(line.status)).map((line) => line.requestId))]
      const found = await this.#recipients(open)
      report.unreached += open.filter((id) => !found.has(id)).length
      const fresh = [...new Set([...found.values()].flat())].filter((id) => !seen.has(id))
      for (const id of fresh) seen.add(id)
      report.mails += await this.#put(day, fresh)
    }
    report.already = seen.size - report.mails
    await db.transaction(() => audit.record({ actor: by.actor, event: 'requests.chased', subject: null, payload: { ...by.what, ...report } }))
    return report
  }

  /** The same for whoever has still to sign this one request; who asks has looked whether it may be chased. */
  async chaseOne(requestId: string, by: { actor: string; what: Record<string, string> }): Promise<ChaseReport> {
    const { db, audit } = this.#deps
    const day = await this.#day()
    return db.transaction(async () => {
      const people = [...new Set((await this.#recipients([requestId])).get(requestId) ?? [])]
      const mails = await this.#put(day, people)
      const report: ChaseReport = { mails, already: people.length - mails, unreached: people.length === 0 ? 1 : 0 }
      await audit.record({ actor: by.actor, event: 'requests.chased', subject: null, payload: { ...by.what, ...report } })
      return report
    })
  }

  /** The school day that a reminder of today belongs to. */
  async #day(): Promise<string> {
    const on = today(this.#deps.clock.now())
    return reminderDay((await this.#deps.calendar.around(on, []))(null), on)
  }

  async #put(day: string, personIds: readonly string[]): Promise<number> {
    const { db, outbox } = this.#deps
    let mails = 0
    for (let from = 0; from < personIds.length; from += AT_ONCE) {
      const part = personIds.slice(from, from + AT_ONCE)
      mails += await db.transaction(() => outbox.putMany(part.map((personId) => ({ kind: 'messages.remind', payload: { personId }, dedupeKey: `remind:${day}:${personId}` }))))
    }
    return mails
  }

  /** Request -> people with an address whose required slot is still open. */
  async #recipients(requestIds: readonly string[]): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    for (let from = 0; from < requestIds.length; from += AT_ONCE) {
      const ids = requestIds.slice(from, from + AT_ONCE)
      const rows = await this.#deps.db.rows(
        `select s.request_id, case when s.slot = 'guardian' then g.id else p.id end as person_id
         from signatories s join requests r on r.id = s.request_id join people p on p.id = r.person_id
         left join guardian_links l on s.slot = 'guardian' and l.pupil_id = r.person_id and (s.holder_id = '' or s.holder_id = l.guardian_id) and l.ended_at is null and l.may_sign = 1 and l.do_not_contact = 0
         left join people g on g.id = l.guardian_id and g.email_norm is not null
         where s.request_id in (${ids.map(() => '?').join(', ')}) and s.required = 1 and s.state = 'open'
           and (case when s.slot = 'guardian' then g.id is not null else p.email_norm is not null end)`, ids)
      for (const row of rows) {
        const request = row['request_id'] as string
        found.set(request, [...found.get(request) ?? [], row['person_id'] as string])
      }
    }
    return found
  }
}
