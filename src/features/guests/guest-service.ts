import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { JobHandlers, Outbox } from '../../db/outbox.ts'
import { addDays, type CalendarDate, isCalendarDate, longDate, today } from '../../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import type { AccessService } from '../accounts/access-service.ts'
import type { AccessTasks } from '../accounts/life/access-tasks.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { IssueService } from '../issuing/issue-service.ts'
import type { PeopleStore } from '../people/people-store.ts'
import { type Guest, guestKey, type GuestKind, roleOfGuest, standingOf } from './guest.ts'
import { GuestStore } from './guest-store.ts'

export interface GuestDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; people: PeopleStore; access: AccessService; tasks: AccessTasks; issuing: IssueService
}

export interface NewGuest {
  forename: string
  surname: string
  email: string | null
  kind: GuestKind
  organisation: string | null
  purpose: string
  schoolId: string
  fromDate: CalendarDate
  untilDate: CalendarDate
  approverId: string
  actor: string
}

/** Kind of the job that puts the short agreement to an approved guest. */
const ISSUE = 'guests.issue'

/** Guests from the request to the end: asked, approved by a person, signed, dated, expired by itself. */
export class GuestService {
  readonly #deps: GuestDeps
  readonly store: GuestStore
  constructor(deps: GuestDeps) {
    this.#deps = deps
    this.store = new GuestStore(deps.db)
  }

  /** Asks for a guest. Nothing is open to them before somebody else approves. Returns the guest's id. */
  async ask(wanted: NewGuest): Promise<string> {
    const { db, ids, clock, audit, people } = this.#deps
    const id = ids.next()
    await db.transaction(async () => {
      const [personId = ''] = await people.insert([{ preferredForename: wanted.forename, surname: wanted.surname, email: wanted.email, username: null, feedDisabled: false }])
      await this.store.insert({
        id, personId, schoolId: wanted.schoolId, kind: wanted.kind, organisation: wanted.organisation, purpose: wanted.purpose, fromDate: wanted.fromDate, untilDate: wanted.untilDate,
        state: 'asked', askedBy: wanted.actor, askedAt: clock.now(), approverId: wanted.approverId, decidedBy: null, decidedAt: null, endedBy: null, endedAt: null,
      })
      await audit.record({ actor: wanted.actor, event: 'guest.asked', subject: `person:${personId}`, payload: { guest: id, from: wanted.fromDate, until: wanted.untilDate, approver: wanted.approverId } })
    })
    return id
  }

  /** @throws Refused when it was decided already, its days are over, or by whoever asked. */
  async decide(id: string, approve: boolean, actor: string): Promise<void> {
    const { db, clock, audit, outbox, ids } = this.#deps
    const guest = await this.get(id)
    const now = clock.now()
    if (guest.askedBy === actor) throw new Refused({ what: 'You asked for this guest, so somebody else approves.', remedy: 'Ask the person named as approver.' })
    if (guest.state !== 'asked' || standingOf(guest, today(now)) === 'over') throw new Refused({ what: 'This does not wait for a decision any more.', remedy: 'Look at the list of guests.' })
    await db.transaction(async () => {
      if (!await this.store.advance(id, 'asked', { state: approve ? 'approved' : 'declined', decidedBy: actor, decidedAt: now })) throw new Refused({ what: 'Somebody has decided it meanwhile.' })
      await audit.record({ actor, event: approve ? 'guest.approved' : 'guest.declined', subject: `person:${guest.personId}`, payload: { guest: id, from: guest.fromDate, until: guest.untilDate } })
      if (!approve) return
      await db.sql('affiliations').insert({
        id: ids.next(), person_id: guest.personId, school_id: guest.schoolId, role: roleOfGuest[guest.kind], year_code: null, reg_group: null, start_date: guest.fromDate, end_date: guest.untilDate,
        end_reason: null, source_id: null, missing_since: null, missing_runs: 0, created_at: now, updated_at: now,
      })
      await this.#date(guest, guest.untilDate, actor)
      await this.#deps.tasks.put([{
        kind: 'guest-account', personId: guest.personId, accountId: null, what: `Open an account that ends on ${longDate(guest.untilDate)}, where this guest needs one`, dueOn: guest.fromDate, key: `guest-account:${id}`,
      }], { actor, approvedBy: actor })
      await outbox.put(ISSUE, { guest: id }, { dedupeKey: `${ISSUE}:${id}` })
    })
  }

  /** Moves the last day; a later one is for somebody else than who asked. @throws UnusableInput, Refused */
  async extend(id: string, untilDate: CalendarDate, actor: string): Promise<void> {
    const { db, clock, audit } = this.#deps
    const guest = await this.get(id)
    const on = today(clock.now())
    if (!isCalendarDate(untilDate) || untilDate < on) throw new UnusableInput({ what: 'Write the new last day, today or later.', where: 'until' })
    if (untilDate > addDays(on, 366)) throw new UnusableInput({ what: 'At most a year from today.', where: 'until' })
    if (guest.askedBy === actor && untilDate > guest.untilDate) throw new Refused({ what: 'You asked for this guest, so somebody else lengthens the stay.', remedy: 'Ask the person named as approver.' })
    if (guest.state !== 'approved') throw new Refused({ what: 'Only an approved guest can be extended.', remedy: 'Ask for the guest anew.' })
    await db.transaction(async () => {
      await this.store.advance(id, 'approved', { untilDate })
      await this.#endPlace(guest, untilDate)
      await this.#deps.access.releaseByKey(guestKey(id), actor)
      await this.#date(guest, untilDate, actor)
      await audit.record({ actor, event: 'guest.extended', subject: `person:${guest.personId}`, payload: { guest: id, until: untilDate } })
    })
  }

  /** Ends it now: access goes at once. @throws Refused */
  async end(id: string, actor: string): Promise<void> {
    const { db, clock, audit, outbox, tasks } = this.#deps
    const guest = await this.get(id)
    const now = clock.now()
    await db.transaction(async () => {
      if (!await this.store.advance(id, 'approved', { state: 'ended', endedBy: actor, endedAt: now })) throw new Refused({ what: 'This guest is not here.', remedy: 'Look at the list of guests.' })
      await this.#endPlace(guest, addDays(today(now), -1))
      await this.#deps.access.releaseByKey(guestKey(id), actor)
      await this.#deps.access.place({ personId: guest.personId, cause: 'guest-expired', level: 'suspended', reason: 'The visit was ended', fromDate: today(now), releaseKey: guestKey(id), actor })
      await tasks.callOff([`guest-account:${id}`])
      await outbox.put('identity.end-sessions', { personId: guest.personId }, { dedupeKey: `end-sessions:${guest.personId}:${id}` })
      await audit.record({ actor, event: 'guest.ended', subject: `person:${guest.personId}`, payload: { guest: id } })
    })
  }

  /** @throws NotFound */
  async get(id: string): Promise<Guest> {
    const guest = await this.store.get(id)
    if (!guest) throw new NotFound('There is no such guest.')
    return guest
  }

  readonly handlers: JobHandlers = {
    [ISSUE]: async (payload) => {
      const guest = await this.get(String(payload['guest']))
      if (guest.state === 'approved') await this.#deps.issuing.issue({ actor: 'system', planOnly: false, only: { people: [guest.personId], visit: guest.fromDate } })
    },
  }

  /** From the day after the last one nothing is open to them, whether anybody thinks of it or not. */
  async #date(guest: Guest, untilDate: CalendarDate, actor: string): Promise<void> {
    await this.#deps.access.place({
      personId: guest.personId, cause: 'guest-expired', level: 'suspended', reason: `The visit ended on ${untilDate}`, fromDate: addDays(untilDate, 1), releaseKey: guestKey(guest.id), actor,
    })
  }

  async #endPlace(guest: Guest, endDate: CalendarDate): Promise<void> {
    await this.#deps.db.sql('affiliations').where({ person_id: guest.personId, school_id: guest.schoolId }).whereNull('source_id').update({ end_date: endDate, updated_at: this.#deps.clock.now() })
  }
}
