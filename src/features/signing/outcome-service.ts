import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { addDays, type CalendarDate, today } from '../../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { EXCUSE_CAUSES, type ExcuseCause } from '../issuing/request.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { DeclineStore } from './decline-store.ts'
import type { SigningStore } from './signing-store.ts'

export interface OutcomeDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; requests: RequestStore; store: SigningStore; declines: DeclineStore
}

/** The longest that somebody can be excused at once. */
const LONGEST_EXCUSE_DAYS = 400

/** What staff do about requests: excuse, ask again, invalidate, pass a reason to the DSL (I4, S4). All of it stays in the log. */
export class OutcomeService {
  readonly #deps: OutcomeDeps
  constructor(deps: OutcomeDeps) {
    this.#deps = deps
  }

  /**
   * Nobody is chased about this request until the day after `until`, and it is counted apart (I4).
   * @throws UnusableInput for a day in the past or too far off; Refused when the request is neither open nor excused.
   */
  async excuse(requestId: string, excuse: { until: CalendarDate; cause: ExcuseCause }, actor: string): Promise<void> {
    const { db, clock, requests, audit } = this.#deps
    const on = today(clock.now())
    if (!EXCUSE_CAUSES.includes(excuse.cause)) throw new UnusableInput({ what: 'Choose why they need not sign.', where: 'cause', remedy: '' })
    if (excuse.until < on || excuse.until > addDays(on, LONGEST_EXCUSE_DAYS)) {
      throw new UnusableInput({ what: 'The last day must lie ahead, and not more than a year or so.', where: 'until', remedy: 'Look at the date again.' })
    }
    await db.transaction(async () => {
      const request = await requests.lock(requestId)
      if (!request) throw new NotFound()
      if (request.state !== 'open' && request.state !== 'excused') throw new Refused({ what: 'Only what is still open can be excused.', remedy: 'Look at the list again.' })
      await requests.update(requestId, { state: 'excused', excuse })
      await audit.record({ actor, event: 'request.excused', subject: `person:${request.personId}`, payload: { request: requestId, ...excuse } })
    })
  }

  /** The request is asked again; false when it was not excused. */
  async endExcuse(requestId: string, actor: string): Promise<boolean> {
    const { db, requests, audit } = this.#deps
    return db.transaction(async () => {
      const request = await requests.lock(requestId)
      if (request?.state !== 'excused') return false
      await requests.update(requestId, { state: 'open', excuse: null })
      await audit.record({ actor, event: 'request.excuse-ended', subject: `person:${request.personId}`, payload: { request: requestId } })
      return true
    })
  }

  /** For the schedule: excuses end the day after their last day (T1). Returns how many. */
  async endExcuses(): Promise<number> {
    const rows = await this.#deps.db.read('requests').where({ state: 'excused' }).where('excused_until', '<', today(this.#deps.clock.now())).select('id')
    for (const row of rows) await this.endExcuse(row.id as string, 'system')
    return rows.length
  }

  /**
   * Asks again after a "no", in words or with a mail: the slot is open as if nobody had answered, and the "no" stays in the log.
   * False when no "no" stands there.
   */
  async askAgain(declineId: string, actor: string): Promise<boolean> {
    const { db, ids, requests, declines, audit, outbox } = this.#deps
    const decline = await declines.get(declineId)
    if (!decline?.active) return false
    return db.transaction(async () => {
      const request = await requests.lock(decline.requestId)
      const slot = await requests.signatory(decline.signatoryId)
      if (!request || slot?.state !== 'declined' || !['declined', 'open', 'complete'].includes(request.state)) return false
      await requests.setSignatory(slot.id, 'open')
      await declines.end(slot.id)
      const slots = (await requests.signatoriesOf([request.id])).get(request.id) ?? []
      if (request.state === 'declined' && !slots.some((one) => one.id !== slot.id && one.required && one.state === 'declined')) await requests.update(request.id, { state: 'open' })
      await audit.record({ actor, event: 'request.asked-again', subject: `person:${request.personId}`, payload: { request: request.id, signatory: slot.id, decline: declineId } })
      const planId = `again-${ids.next()}`
      await outbox.put('messages.sign-link', { personId: decline.signerId, planId }, { dedupeKey: `sign-link:${planId}` })
      return true
    })
  }

  /** A worrying reason goes to the DSL; false when it had been passed on before. */
  async passToDsl(declineId: string, actor: string): Promise<boolean> {
    const { db, clock, declines, audit } = this.#deps
    const decline = await declines.get(declineId)
    if (!decline) throw new NotFound()
    return db.transaction(async () => {
      if (!await declines.pass(declineId, actor, clock.now())) return false
      await audit.record({ actor, event: 'decline.passed-to-dsl', subject: `person:${decline.subjectId}`, payload: { decline: declineId } })
      return true
    })
  }
}
