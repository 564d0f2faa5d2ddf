import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { withLease } from '../../db/lease.ts'
import type { Outbox } from '../../db/outbox.ts'
import { PlanStore } from '../../db/plan-store.ts'
import { academicYear, today } from '../../shared/dates.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { Requirement } from '../agreements/requirement-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { CalendarStore } from '../schools/calendar-store.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { AgreementRequest } from './request.ts'
import type { NewRequest, RequestStore } from './request-store.ts'

export interface ReissueDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; agreements: AgreementStore; schools: SchoolStore; requests: RequestStore
}

const BATCH = 200
const CHANGED = 'the agreement has changed'

/**
 * After a major version: who signed, half signed or declined the old text is asked anew about the new one (G1, I2). Requests that
 * nobody has begun show the new text by themselves and are left alone, as are excused ones and those of people who have left.
 */
export class ReissueService {
  readonly #deps: ReissueDeps
  constructor(deps: ReissueDeps) {
    this.#deps = deps
  }

  /** Outbox handler; running it twice changes nothing more. Returns how many requests were put anew. */
  async reissue(versionId: string): Promise<number> {
    const { db, clock, agreements } = this.#deps
    const stored = await agreements.version(versionId)
    if (!stored || stored.version.status !== 'published' || stored.version.change !== 'major') return 0
    const requirements = new Map((await agreements.requirements()).map((requirement) => [requirement.id, requirement]))
    return withLease(db, clock, 'issuing', `version ${versionId}`, () => this.#walk(stored.agreementId, stored.version.number, requirements))
  }

  async #walk(agreementId: string, number: number, requirements: Map<string, Requirement>): Promise<number> {
    let count = 0
    for (let after = ''; ;) {
      const found = await this.#affected(agreementId, number, after)
      if (found.length === 0) return count
      after = found.at(-1)?.id ?? ''
      count += await this.#deps.db.step(() => this.#put(found, agreementId, number, requirements))
    }
  }

  /** One piece is a plan of its own, written with its mails in one transaction: a crash leaves no piece half done. */
  async #put(found: { id: string }[], agreementId: string, number: number, requirements: Map<string, Requirement>): Promise<number> {
    const { db, clock, ids, audit, outbox } = this.#deps
    const planId = ids.next()
    const plans = new PlanStore(db)
    const items = await this.#replace(found, number, planId, requirements)
    if (items.length === 0) return 0
    const now = clock.now()
    await plans.create({ id: planId, kind: 'issue', about: `version ${number}`, state: 'applying', createdBy: 'system', createdAt: now })
    await plans.update(planId, { state: 'applied', finishedAt: now, counts: { created: items.length } })
    const digest = await audit.digest((async function* lines() { yield* items })())
    await audit.recordBulk({ actor: 'system', event: 'requests.issued-anew', subject: `plan:${planId}`, items: digest, payload: { agreement: agreementId, number, created: items.length } })
    await outbox.put('issuing.invite', { planId }, { dedupeKey: `invite:${planId}` })
    return items.length
  }

  /** Live requests about an older version, of people who are still at that school. */
  async #affected(agreementId: string, number: number, after: string): Promise<{ id: string }[]> {
    const { db, clock } = this.#deps
    const rows = await db.rows(
      `select r.id from requests r left join agreement_versions v on v.id = r.version_id
       where r.agreement_id = ? and r.live = 1 and r.id > ? and (r.state = 'declined' or (r.state in ('open', 'complete') and v.number < ?))
       and exists (select 1 from affiliations a where a.person_id = r.person_id and a.school_id = r.school_id and (a.end_date is null or a.end_date >= ?))
       order by r.id limit ${BATCH}`,
      [agreementId, after, number, today(clock.now())])
    return rows.map((row) => ({ id: row['id'] as string }))
  }

  async #replace(found: { id: string }[], number: number, planId: string, requirements: Map<string, Requirement>): Promise<string[]> {
    const { requests, ids, schools, clock, db } = this.#deps
    const calendarOf = await new CalendarStore(db, clock, ids).around(today(clock.now()), await schools.all())
    const fresh: NewRequest[] = []
    const slots = await requests.signatoriesOf(found.map(({ id }) => id))
    for (const { id } of found) {
      const request = await requests.lock(id)
      const requirement = request ? requirements.get(request.requirementId) : undefined
      if (!request || !requirement || !['open', 'complete', 'declined'].includes(request.state)) continue
      const school = await schools.get(request.schoolId)
      const on = today(clock.now(), school?.timezone)
      if (isOver(request, academicYear(on, school?.yearStart))) continue
      await requests.update(request.id, { state: 'superseded' })
      const days = calendarOf(request.schoolId)
      const dueOn = days.addSchoolDays(on, requirement.dueSchoolDays)
      // The same is asked of the same people as before; only the text and the day are new.
      const { state: _, versionId: __, createdAt: ___, completedAt: ____, ...same } = request
      fresh.push({
        ...same, id: ids.next(), occasion: request.occasion.replace(/:v\d+$/, `:v${number}`), dueOn,
        graceUntil: days.addSchoolDays(dueOn, requirement.graceSchoolDays),
        reasons: [...request.reasons.filter((reason) => reason !== CHANGED), CHANGED], planId,
        slots: (slots.get(id) ?? []).map(({ requestId: _request, state: _state, ...slot }) => ({ ...slot, id: ids.next() })),
      })
    }
    await requests.insert(fresh)
    return fresh.map((one) => `${one.id}|${one.personId}|${one.agreementId}|${one.signerRule}|${one.occasion}`)
  }
}

/** A school year that has ended is history. */
function isOver(request: AgreementRequest, year: string): boolean {
  return /^\d{4}\/\d{2}$/.test(request.occasion) && request.occasion < year
}
