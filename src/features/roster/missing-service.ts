import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { addDays, type CalendarDate, today } from '../../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { ListedEnd, PlaceEnds } from '../people/place-ends.ts'
import { isProposedLeaver, type MissingPlace, missingPlaces } from './missing-places.ts'

/** The three answers to a proposed leaver (R4). */
export type MissingAnswer = { kind: 'left'; on: CalendarDate } | { kind: 'stays' } | { kind: 'ask'; note: string }

/** Answers about people who are missing from their source. */
export class MissingService {
  readonly #deps: { db: Database; clock: Clock; audit: AuditLog; ends: PlaceEnds }
  constructor(deps: { db: Database; clock: Clock; audit: AuditLog; ends: PlaceEnds }) {
    this.#deps = deps
  }

  /**
   * Left: the place ends on that day (access ends the day after). Stays: no longer missing, and kept until the source says
   * something new about them. Ask: a note only; they stay in the list.
   * @throws NotFound when this place is not missing; Refused before it is proved twice; UnusableInput for an impossible day.
   */
  async answerMissing(affiliationId: string, answer: MissingAnswer, actor: string): Promise<MissingPlace> {
    const { db, audit, clock } = this.#deps
    return db.transaction(async () => {
      const [place] = await missingPlaces(db, { on: today(clock.now()), affiliationId })
      if (!place) throw new NotFound('This person is not missing any more.')
      if (!isProposedLeaver(place)) {
        throw new Refused({ what: 'R4: this person has not been missing for long enough to be asked about.', remedy: 'Wait for the next complete reading, at least 48 hours after the first.' })
      }
      if (answer.kind === 'left') this.#ensurePossible(place, answer.on)
      const change = this.#changeOf(answer)
      if (change) await db.sql('affiliations').where({ id: affiliationId }).update({ ...change, missing_since: null, missing_runs: 0, deleted_in_source: 0, updated_at: clock.now() })
      await audit.record({
        actor, event: `roster.missing-${answer.kind}`, subject: `affiliation:${affiliationId}`,
        payload: { person: place.personId, school: place.schoolId, ...(answer.kind === 'left' ? { on: answer.on } : {}), ...(answer.kind === 'ask' ? { note: answer.note } : {}) },
      })
      return place
    })
  }

  /**
   * Answers about somebody whom a confirmed list ended and whom the source states all the same (R5): they have left, or they are here and
   * have their place again. @throws NotFound when there is nothing to answer any more.
   */
  async answerListed(affiliationId: string, answer: 'left' | 'stays', actor: string): Promise<ListedEnd> {
    const { db, audit, ends } = this.#deps
    return db.transaction(async () => {
      const [place] = await ends.stillStated({ schools: 'all', affiliationId })
      if (!place || !await ends.answer(affiliationId, answer)) throw new NotFound('This has been answered already.')
      await audit.record({ actor, event: `roster.still-stated-${answer}`, subject: `affiliation:${affiliationId}`, payload: { person: place.personId, school: place.schoolId, list: place.planId } })
      return place
    })
  }

  #changeOf(answer: MissingAnswer): object | null {
    if (answer.kind === 'left') return { end_date: answer.on, end_reason: 'office' }
    return answer.kind === 'stays' ? {} : null
  }

  #ensurePossible(place: MissingPlace, on: CalendarDate): void {
    if (place.startDate !== null && on < place.startDate) {
      throw new UnusableInput({ what: 'The last day lies before the first day at this school.', where: 'on', remedy: 'Check the date with the MIS.' })
    }
    const now = today(this.#deps.clock.now())
    if (on < addDays(now, -730) || on > addDays(now, 366)) {
      throw new UnusableInput({ what: 'The last day is more than a year ahead or two years ago.', where: 'on', remedy: 'Check the year of the date.' })
    }
  }
}
