import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { withLease } from '../../db/lease.ts'
import type { Outbox } from '../../db/outbox.ts'
import { PlanStore } from '../../db/plan-store.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import { familyOf } from '../agreements/band.ts'
import type { Requirement } from '../agreements/requirement-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { CalendarStore } from '../schools/calendar-store.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { AccountGates } from './account-gates.ts'
import { AdultDates } from './adult-dates.ts'
import { AttestedStore } from './attested-store.ts'
import { type Due, dueFor, type ExistingRequest, type IssueRules, type Placed } from './due-requests.ts'
import { type IssuePreview, PreviewCounts } from './issue-preview.ts'
import { walkPeople } from './people-walk.ts'
import { type NewRequest, RequestStore } from './request-store.ts'
import { type NewTraining, TrainingStore } from './training-store.ts'

export interface IssueDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; agreements: AgreementStore; schools: SchoolStore
}

export interface IssueCommand {
  actor: string
  date?: CalendarDate
  planOnly: boolean
  /** These people alone; `visit`: what is asked at each visit is asked for the visit that begins on this day. */
  only?: { people: readonly string[]; visit?: CalendarDate }
}

export interface IssueReport {
  plan: string
  created: number
  /** Already put, or covered by a signature that carries over. */
  existing: number
  /** People asked by a request that no known route reaches yet. */
  unreachable: { person: string; reason: string }[]
}

/** What a run looks up once. */
interface Round { rules: IssueRules; attested: boolean; trainings: ReadonlyMap<string, Requirement> }

/** Puts due requests: one per person, requirement and occasion (I1). */
export class IssueService {
  readonly #deps: IssueDeps
  readonly store: RequestStore
  readonly trainings: TrainingStore
  readonly attested: AttestedStore
  readonly adults: AdultDates
  readonly gates: AccountGates
  readonly #plans: PlanStore
  constructor(deps: IssueDeps) {
    this.#deps = deps
    this.store = new RequestStore(deps.db, deps.clock)
    this.trainings = new TrainingStore(deps.db, deps.clock)
    this.attested = new AttestedStore(deps.db, deps.clock, this.store)
    this.adults = new AdultDates(deps.db, deps.clock)
    this.gates = new AccountGates(deps.db, deps.clock)
    this.#plans = new PlanStore(deps.db)
  }

  /** With `planOnly` nothing is written and the numbers are the same. */
  async issue(command: IssueCommand): Promise<IssueReport> {
    const { db, clock } = this.#deps
    if (command.planOnly) return this.#run(command, this.#deps.ids.next())
    return withLease(db, clock, 'issuing', command.actor, () => this.#run(command, this.#deps.ids.next()))
  }

  async #run(command: IssueCommand, planId: string): Promise<IssueReport> {
    const { db, clock, audit, outbox } = this.#deps
    const on = command.date ?? today(clock.now())
    const found = await this.#round(on, await this.#deps.agreements.requirements())
    const round: Round = command.only?.visit ? { ...found, rules: { ...found.rules, visit: command.only.visit } } : found
    const report: IssueReport = { plan: planId, created: 0, existing: 0, unreachable: [] }
    if (!command.planOnly) {
      await db.transaction(() => this.#plans.create({ id: planId, kind: 'issue', about: on, state: 'applying', createdBy: command.actor, createdAt: clock.now() }))
    }
    for await (const people of walkPeople(db, on, needsOf(round.rules.requirements), command.only?.people ?? null)) await this.#put(people, round, planId, command.planOnly, report)
    if (command.planOnly) return report
    const digest = await audit.digest(this.#requestLines(planId))
    await db.transaction(async () => {
      await this.#plans.update(planId, { state: 'applied', finishedAt: clock.now(), counts: { created: report.created, existing: report.existing, unreachable: report.unreachable.length } })
      await audit.recordBulk({ actor: command.actor, event: 'requests.issued', subject: `plan:${planId}`, items: digest, payload: { date: on, created: report.created, existing: report.existing, unreachable: report.unreachable.length } })
      if (report.created > 0) await outbox.put('issuing.invite', { planId }, { dedupeKey: `invite:${planId}` })
    })
    return report
  }

  /** Whom a requirement would ask if it were in force, by the same road; `replaces` leaves out the one it stands in place of. */
  async preview(draft: Requirement, options: { replaces?: string; date?: CalendarDate } = {}): Promise<IssuePreview> {
    const on = options.date ?? today(this.#deps.clock.now())
    const others = (await this.#deps.agreements.requirements()).filter((one) => one.id !== options.replaces)
    const round = await this.#round(on, [...others, draft])
    const counts = new PreviewCounts(draft.id)
    for await (const people of walkPeople(this.#deps.db, on, needsOf(round.rules.requirements))) {
      const { due, fresh } = await this.#judge(people, round, 'preview')
      counts.add(due)
      counts.unreachable += (await this.#unreachable(people, fresh.filter((request) => request.requirementId === draft.id))).length
    }
    return counts.result()
  }

  async #round(on: CalendarDate, requirements: readonly Requirement[]): Promise<Round> {
    const { agreements, schools, db, clock, ids } = this.#deps
    const majors = new Map<string, number>()
    const published = new Map<string, CalendarDate>()
    const families = new Map<string, string>((await agreements.all()).map((agreement) => [agreement.id, agreement.family]))
    for (const { agreementId } of requirements) {
      const major = agreementId && !majors.has(agreementId) ? await agreements.major(agreementId) : null
      if (!major) continue
      majors.set(agreementId, major.number)
      if (major.publishedAt !== null) published.set(agreementId, today(major.publishedAt))
    }
    const all = await schools.all()
    const calendarOf = await new CalendarStore(db, clock, ids).around(on, all)
    return {
      attested: await this.attested.any(), trainings: new Map(requirements.filter(({ act }) => act === 'train').map((one) => [one.id, one])),
      rules: {
        on, requirements: requirements.filter((one) => one.act === 'train' || majors.has(one.agreementId)), majors, published, families,
        yearStarts: new Map(all.map((school) => [school.id, school.yearStart])), adults: await this.adults.all(),
        addSchoolDays: (schoolId, from, days) => calendarOf(schoolId).addSchoolDays(from, days), dueDays: new Map(),
      },
    }
  }

  /** What is due to these people and not put yet. */
  async #judge(people: Placed[], round: Round, planId: string): Promise<{ due: Due[]; fresh: NewRequest[]; trainings: NewTraining[] }> {
    const { ids } = this.#deps
    const personIds = people.map((person) => person.id)
    const existing = await this.#existing(personIds)
    const trained = round.trainings.size > 0
      ? await this.trainings.existing(personIds, (id) => { const known = round.trainings.get(id); return known ? familyOf(known.band) : '' }) : null
    const due = people.flatMap((person) => dueFor(person, round.rules, trained ? [...existing.get(person.id) ?? [], ...trained.get(person.id) ?? []] : existing.get(person.id) ?? []))
    const open = due.filter((entry) => !entry.covered)
    return {
      due,
      fresh: open.filter((entry) => entry.requirement.act !== 'train').map((entry) => ({
        ...entry.request, id: ids.next(), planId, slots: entry.slots.map((slot) => ({ id: ids.next(), ...slot })),
      })),
      trainings: open.filter((entry) => entry.requirement.act === 'train').map(({ request }) => ({
        id: ids.next(), requirementId: request.requirementId, personId: request.personId, schoolId: request.schoolId, occasion: request.occasion, dueOn: request.dueOn, planId,
      })),
    }
  }

  async #put(people: Placed[], round: Round, planId: string, planOnly: boolean, report: IssueReport): Promise<void> {
    const { db } = this.#deps
    const { due, fresh, trainings } = await this.#judge(people, round, planId)
    report.existing += due.length - fresh.length - trainings.length
    report.unreachable.push(...await this.#unreachable(people, fresh))
    if (planOnly) report.created += fresh.length + trainings.length
    else if (fresh.length + trainings.length > 0) {
      const opening = new Set(round.rules.requirements.filter((one) => one.opensAccount).map((one) => one.id))
      const added = await db.step(async () => {
        const inserted = await this.store.insert(fresh) + await this.trainings.insert(trainings)
        if (opening.size > 0) await this.gates.put(fresh.filter((request) => opening.has(request.requirementId)))
        if (round.attested) await this.attested.settle(fresh.map((request) => request.personId))
        return inserted
      })
      report.created += added
      report.existing += fresh.length + trainings.length - added
    }
  }

  async #existing(ids: string[]): Promise<Map<string, ExistingRequest[]>> {
    const rows = await this.#deps.db.rowsIn(
      'select person_id, family, topic, signer_rule, occasion, state, completed_at from requests where live = 1 and person_id in (:list)', [], ids)
    const found = new Map<string, ExistingRequest[]>()
    for (const row of rows) {
      const entry: ExistingRequest = {
        family: row['family'] as string, topic: row['topic'] as string, signerRule: row['signer_rule'] as string, occasion: row['occasion'] as string,
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

function needsOf(requirements: readonly Requirement[]): { groups: boolean; guardians: boolean } {
  return { groups: requirements.some((one) => one.groupName !== null), guardians: requirements.some((one) => one.signers === 'all') }
}
