import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { addDays, type CalendarDate, today } from '../../shared/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { AdultDates } from '../issuing/adult-dates.ts'
import { isComplete } from '../issuing/request.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { BirthDates } from '../people/birth-dates.ts'
import type { DeclineStore } from './decline-store.ts'

const ADULT = 18

export interface ComingOfAgeDeps {
  db: Database; clock: Clock; audit: AuditLog; adults: AdultDates; requests: RequestStore; declines: DeclineStore
  /** Ends the consents that guardians gave for this person, in the open transaction; returns how many. */
  lapseConsents: (personId: string) => Promise<number>
  birthDates: BirthDates
}

/** Written in the place of a person's name where the age was worked out; such a row does not tell the birthday. */
export const BY_AGE = 'age'

/** From the 18th birthday the student alone signs (G4). Whoever knows the day writes it; where dates of birth are kept (P4), nobody has to. */
export class ComingOfAge {
  readonly #deps: ComingOfAgeDeps
  constructor(deps: ComingOfAgeDeps) {
    this.#deps = deps
  }

  /**
   * Writes the day of the 18th birthday, or with null takes it back. A day that has come counts at once.
   * @throws UnusableInput for a day that is no 18th birthday of anybody at school.
   */
  async mark(personId: string, adultFrom: CalendarDate | null, actor: string): Promise<void> {
    const { db, clock, adults, audit } = this.#deps
    const on = today(clock.now())
    if (adultFrom !== null && (adultFrom < addDays(on, -3660) || adultFrom > addDays(on, 366 * 16))) {
      throw new UnusableInput({ what: 'That cannot be an 18th birthday of somebody at school.', where: 'adult', remedy: 'Write the day on which they turn 18.' })
    }
    await db.transaction(async () => {
      await adults.set(personId, adultFrom, actor)
      await audit.record({ actor, event: adultFrom ? 'person.adult-from' : 'person.adult-from-removed', subject: `person:${personId}`, payload: { adultFrom } })
      if (adultFrom !== null && adultFrom <= on) await this.#apply(personId)
    })
  }

  /**
   * For the schedule: pupils who are 18 by the date of birth that is kept (P4, G4). The row says "since the start of the year" and the log no day,
   * so that neither tells the birthday. Returns how many are new.
   */
  async noticeAges(): Promise<number> {
    const { db, clock, adults, birthDates, audit } = this.#deps
    const on = today(clock.now())
    const known = await adults.all()
    const grown = (await birthDates.atLeast(ADULT, on)).filter((personId) => { const from = known.get(personId); return from === undefined || from > on })
    for (const personId of grown) {
      await db.transaction(async () => {
        await adults.set(personId, `${on.slice(0, 4)}-01-01`, BY_AGE)
        await audit.record({ actor: 'system', event: 'person.adult-by-age', subject: `person:${personId}`, payload: {} })
      })
    }
    return grown.length
  }

  /** For the schedule: those whose day has come. Returns how many. */
  async applyDue(): Promise<number> {
    const { db, clock, adults } = this.#deps
    const due = await adults.due(today(clock.now()))
    for (const personId of due) await db.transaction(() => this.#apply(personId))
    return due.length
  }

  /** Guardians are asked for nothing any more; what the student has or will sign is enough. Signatures of guardians stay as history. */
  async #apply(personId: string): Promise<void> {
    const { clock, adults, requests, declines, audit, lapseConsents } = this.#deps
    const open = (await requests.ofPeople([personId])).filter((request) => request.family === 'pupil' && ['open', 'declined', 'excused'].includes(request.state))
    const slots = await requests.signatoriesOf(open.map((request) => request.id))
    let stopped = 0
    for (const request of open) {
      const own = slots.get(request.id) ?? []
      for (const slot of own.filter((one) => one.slot === 'guardian' && one.state !== 'signed')) {
        await requests.setSignatory(slot.id, 'cancelled')
        await requests.setRequired(slot.id, false)
        await declines.end(slot.id)
        stopped += 1
      }
      for (const slot of own.filter((one) => one.slot !== 'guardian' && request.compulsory)) await requests.setRequired(slot.id, true)
      const theirs = own.filter((one) => one.slot !== 'guardian').map((slot) => ({ ...slot, required: request.compulsory || slot.required }))
      if (request.state === 'excused') continue
      if (theirs.length > 0 && request.compulsory && isComplete(theirs)) await requests.update(request.id, { state: 'complete', completedAt: clock.now() })
      else if (request.state === 'declined' && !theirs.some((slot) => slot.state === 'declined')) await requests.update(request.id, { state: 'open' })
    }
    const lapsed = await lapseConsents(personId)
    await adults.applied(personId)
    await audit.record({ actor: 'system', event: 'person.came-of-age', subject: `person:${personId}`, payload: { guardianSlotsStopped: stopped, consentsLapsed: lapsed } })
  }
}
