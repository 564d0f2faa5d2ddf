import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { withLease } from '../../db/lease.ts'
import type { Outbox } from '../../db/outbox.ts'
import { PlanStore } from '../../db/plan-store.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { dueFor, type ExistingRequest, type IssueRules, type Placed } from './due-requests.ts'
import { type NewRequest, RequestStore } from './request-store.ts'

export interface IssueDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; agreements: AgreementStore; schools: SchoolStore
}

export interface IssueReport {
  plan: string
  created: number
  /** Already put, or covered by a signature that carries over. */
  existing: number
  /** People asked by a request that no known route reaches yet. */
  unreachable: { person: string; reason: string }[]
}

/** People handled in one transaction: short enough for somebody signing meanwhile. */
const BATCH = 400

/** Puts due requests: one per person, requirement and occasion (I1). */
export class IssueService {
  readonly #deps: IssueDeps
  readonly store: RequestStore
  readonly #plans: PlanStore
  constructor(deps: IssueDeps) {
    this.#deps = deps
    this.store = new RequestStore(deps.db, deps.clock)
    this.#plans = new PlanStore(deps.db)
  }

  /** With `planOnly` nothing is written and the numbers are the same. */
  async issue(command: { actor: string; date?: CalendarDate; planOnly: boolean }): Promise<IssueReport> {
    const { db, clock } = this.#deps
    if (command.planOnly) return this.#run(command, this.#deps.ids.next())
    return withLease(db, clock, 'issuing', command.actor, () => this.#run(command, this.#deps.ids.next()))
  }

  async #run(command: { actor: string; date?: CalendarDate; planOnly: boolean }, planId: string): Promise<IssueReport> {
    const { db, clock, audit, outbox } = this.#deps
    const on = command.date ?? today(clock.now())
    const rules = await this.#rules(on)
    const report: IssueReport = { plan: planId, created: 0, existing: 0, unreachable: [] }
    if (!command.planOnly) {
      await db.transaction(() => this.#plans.create({ id: planId, kind: 'issue', about: on, state: 'applying', createdBy: command.actor, createdAt: clock.now() }))
    }
    for await (const people of this.#people(on)) await this.#put(people, rules, planId, command.planOnly, report)
    if (command.planOnly) return report
    const digest = await audit.digest(this.#requestLines(planId))
    await db.transaction(async () => {
      await this.#plans.update(planId, { state: 'applied', finishedAt: clock.now(), counts: { created: report.created, existing: report.existing, unreachable: report.unreachable.length } })
      await audit.recordBulk({ actor: command.actor, event: 'requests.issued', subject: `plan:${planId}`, items: digest, payload: { date: on, created: report.created, existing: report.existing, unreachable: report.unreachable.length } })
      if (report.created > 0) await outbox.put('issuing.invite', { planId }, { dedupeKey: `invite:${planId}` })
    })
    return report
  }

  async #rules(on: CalendarDate): Promise<IssueRules> {
    const requirements = await this.#deps.agreements.requirements()
    const majors = new Map<string, number>()
    const published = new Map<string, CalendarDate>()
    const families = new Map((await this.#deps.agreements.all()).map((agreement) => [agreement.id, agreement.family]))
    for (const requirement of requirements) {
      const current = await this.#deps.agreements.current(requirement.agreementId)
      if (!current) continue
      // Minor edits leave signatures good (G1): occasions and "signed since" go by the last major version.
      const major = await this.#deps.agreements.lastMajor(requirement.agreementId) ?? current
      majors.set(requirement.agreementId, major.version.number)
      if (major.version.publishedOn) published.set(requirement.agreementId, major.version.publishedOn)
    }
    const yearStarts = new Map((await this.#deps.schools.all()).map((school) => [school.id, school.yearStart]))
    return { on, requirements: requirements.filter((requirement) => majors.has(requirement.agreementId)), majors, published, families, yearStarts, dueDays: new Map() }
  }

  async #put(people: Placed[], rules: IssueRules, planId: string, planOnly: boolean, report: IssueReport): Promise<void> {
    const { db, ids } = this.#deps
    const existing = await this.#existing(people.map((person) => person.id))
    const due = people.flatMap((person) => dueFor(person, rules, existing.get(person.id) ?? []))
    report.existing += due.filter((entry) => entry.covered).length
    const fresh: NewRequest[] = due.filter((entry) => !entry.covered).map((entry) => ({
      ...entry.request, id: ids.next(), planId, slots: entry.slots.map((slot) => ({ id: ids.next(), ...slot })),
    }))
    report.unreachable.push(...await this.#unreachable(people, fresh))
    if (planOnly) report.created += fresh.length
    else if (fresh.length > 0) {
      const added = await db.step(() => this.store.insert(fresh))
      report.created += added
      report.existing += fresh.length - added
    }
  }

  async #existing(ids: string[]): Promise<Map<string, ExistingRequest[]>> {
    const rows = await this.#deps.db.rowsIn(
      'select person_id, family, signer_rule, occasion, state, completed_at from requests where live = 1 and person_id in (:list)', [], ids)
    const found = new Map<string, ExistingRequest[]>()
    for (const row of rows) {
      const entry: ExistingRequest = {
        family: row['family'] as string, signerRule: row['signer_rule'] as string, occasion: row['occasion'] as string,
        state: row['state'] as string, completedAt: row['completed_at'] as number | null,
      }
      const list = found.get(row['person_id'] as string)
      if (list) list.push(entry)
      else found.set(row['person_id'] as string, [entry])
    }
    return found
  }

  /** Who is asked and cannot be reached: no guardian with an address, or no address or login of their own. */
  async #unreachable(people: Placed[], requests: NewRequest[]): Promise<{ person: string; reason: string }[]> {
    if (requests.length === 0) return []
    const byId = new Map(people.map((person) => [person.id, person]))
    const needGuardian = [...new Set(requests.filter((request) => request.slots.some((slot) => slot.slot === 'guardian')).map((request) => request.personId))]
    const reached = new Set<string>()
    if (needGuardian.length > 0) {
      const rows = await this.#deps.db.rowsIn(
        `select distinct l.pupil_id from guardian_links l join people p on p.id = l.guardian_id
         where l.pupil_id in (:list) and l.ended_at is null and l.may_sign = 1 and l.do_not_contact = 0 and p.email_norm is not null`,
        [], needGuardian)
      for (const row of rows) reached.add(row['pupil_id'] as string)
    }
    const found: { person: string; reason: string }[] = needGuardian.filter((id) => !reached.has(id))
      .map((person) => ({ person, reason: 'no parent or carer who may sign has an e-mail address' }))
    for (const request of requests) {
      const person = byId.get(request.personId)
      const own = request.slots.some((slot) => slot.slot !== 'guardian' && slot.required)
      if (own && person && !person.hasEmail && !person.hasLogin) found.push({ person: person.id, reason: 'no e-mail address and no login known' })
    }
    return found
  }

  /** Everybody with a current affiliation, by person, a batch at a time. */
  async* #people(on: CalendarDate): AsyncIterable<Placed[]> {
    let after = ''
    for (;;) {
      const last = await this.#lastOf(after)
      if (last === null) break
      const rows = await this.#deps.db.rows(
        `select a.person_id, a.school_id, a.role, a.year_code, a.start_date, p.band_override, p.email_norm is not null as has_email, p.username is not null as has_login
         from affiliations a join people p on p.id = a.person_id
         where a.person_id > ? and a.person_id <= ? and (a.end_date is null or a.end_date >= ?) order by a.person_id, a.id`,
        [after, last, on])
      after = last
      const batch: Placed[] = []
      for (const row of rows) {
        const id = row['person_id'] as string
        let open = batch.at(-1)
        if (open?.id !== id) {
          open = { id, hasEmail: Boolean(row['has_email']), hasLogin: Boolean(row['has_login']), bandOverride: row['band_override'] as string | null, places: [] }
          batch.push(open)
        }
        open.places.push({
          schoolId: row['school_id'] as string, role: row['role'] as Placed['places'][number]['role'],
          yearCode: row['year_code'] as string | null, startDate: row['start_date'] as string | null,
        })
      }
      if (batch.length > 0) yield batch
    }
  }

  async #lastOf(after: string): Promise<string | null> {
    const rows = await this.#deps.db.rows(
      `select max(person_id) as last from (select distinct person_id from affiliations where person_id > ? order by person_id limit ${BATCH}) as part`, [after])
    return (rows[0]?.['last'] as string | null) ?? null
  }

  async* #requestLines(planId: string): AsyncIterable<string> {
    // Identifiers rise, and the plan's is older than those of its requests. `coalesce` keeps the walk in the order of identifiers:
    // through the index of plans every page would sort them all.
    for (let after = planId; ;) {
      const rows = await this.#deps.db.rows(
        "select id, person_id, agreement_id, occasion, signer_rule from requests where id > ? and coalesce(plan_id, '') = ? order by id limit 2000", [after, planId])
      for (const row of rows) yield `${row['id']}|${row['person_id']}|${row['agreement_id']}|${row['signer_rule']}|${row['occasion']}`
      if (rows.length < 2000) return
      after = rows.at(-1)?.['id'] as string
    }
  }
}
