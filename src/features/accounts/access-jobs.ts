import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { JobHandlers, Outbox } from '../../db/outbox.ts'
import type { Plan, PlanStore } from '../../db/plan-store.ts'
import { approvalProblem } from '../../db/plan-approval.ts'
import type { Instant } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { BulkPause } from './bulk-pause.ts'
import type { ReconcileService } from './reconcile-service.ts'

/** Kinds of the jobs that pages ask for, so that nobody waits at a page for a directory. */
const PLAN = 'access.plan'
const APPLY = 'access.apply'
const UNDO = 'access.undo'

/** States in which a plan waits for a decision, or to be gone on with. */
const WAITING: readonly Plan['state'][] = ['planned', 'held']

/** A job that the worker has not finished. */
export interface WaitingJob {
  what: 'look' | 'apply' | 'undo'
  /** Why the last attempt failed; it is tried again unless given up. */
  trouble: string | null
  givenUp: boolean
  /** When it begins, where somebody chose a later time; else null. */
  startsAt: Instant | null
}

export interface AccessJobsDeps {
  db: Database
  clock: Clock
  ids: Ids
  outbox: Outbox
  plans: PlanStore
  reconcile: ReconcileService
  /** B6: why many accounts should not be changed at that time, or null. */
  bulkPause?: (at: Instant, planId: string) => Promise<BulkPause | null>
}

/** What a page may ask the worker to do with access: look for leavers, apply a plan, undo one. */
export class AccessJobs {
  readonly #deps: AccessJobsDeps
  constructor(deps: AccessJobsDeps) {
    this.#deps = deps
  }

  /** Asks for a plan of the leavers as they are now. Asked twice before it is made, it is made once. */
  async requestPlan(actor: string): Promise<void> {
    await this.#put(PLAN, 'leavers', { actor })
  }

  /**
   * Approves a plan, or lets it go on after a stop.
   * @throws Refused when the approval is not good enough or the plan does not wait; nothing is begun then (B5, R9).
   */
  async requestApply(planId: string, approval: { actor: string; count: number | null; startAt?: Instant | null; anyway?: boolean }): Promise<void> {
    const plan = await this.#plan(planId)
    const first = plan.approvedBy === null
    const brake = first ? plan.brake : { ...plan.brake, secondPerson: false, typedCount: false }
    const problem = approvalProblem({ ...plan, brake }, { ...approval, now: this.#deps.clock.now() })
    if (problem) throw problem
    if (!WAITING.includes(plan.state)) throw new Refused({ what: `This plan is ${plan.state}; it does not wait for approval.`, remedy: 'Open the newest plan.' })
    const startAt = approval.startAt ?? null
    if (startAt !== null && plan.expiresAt !== null && startAt > plan.expiresAt) throw new Refused({ what: 'That is after the plan lapses.', remedy: 'Choose a time within seven days of when the plan was made.' })
    const pause = approval.anyway ? null : await this.pause(plan, startAt)
    if (pause !== null) throw new Refused({ what: `B6: ${pause.text}`, remedy: 'Choose a later start, or begin all the same.' })
    await this.#put(APPLY, planId, { planId, actor: approval.actor, count: approval.count, anyway: approval.anyway ?? false }, startAt)
  }

  /** Why this plan should not begin now, or at that time; null for the few that need no quiet time (B6). */
  async pause(plan: Plan, at: Instant | null = null): Promise<BulkPause | null> {
    return plan.brake.count > 3 ? await this.#deps.bulkPause?.(at ?? this.#deps.clock.now(), plan.id) ?? null : null
  }

  /** Calls off an approved plan that waits for its time; true when there was one. */
  async callOff(planId: string): Promise<boolean> {
    const { db, clock } = this.#deps
    return await db.transaction(() => this.#jobs(`${APPLY}:${planId}:`).where({ state: 'ready' }).where('available_at', '>', clock.now()).whereNull('locked_by')
      .update({ state: 'done', done_at: clock.now() })) > 0
  }

  /** @throws Refused when the plan has changed nothing. */
  async requestUndo(planId: string, actor: string): Promise<void> {
    const plan = await this.#plan(planId)
    if (plan.undoOf !== null || !['applied', 'held', 'applying'].includes(plan.state) || plan.approvedBy === null) {
      throw new Refused({ what: 'This plan has changed nothing that could be undone.', remedy: 'Open the list of plans.' })
    }
    await this.#put(UNDO, planId, { planId, actor })
  }

  /** The newest job for a plan, or for the look for leavers (null), while it is not done. */
  async waiting(planId: string | null): Promise<WaitingJob | null> {
    const prefixes = planId === null ? [`${PLAN}:leavers:`] : [`${APPLY}:${planId}:`, `${UNDO}:${planId}:`]
    const jobs: { id: string; kind: string; state: string; last_error: string | null; attempts: number; available_at: number }[] = []
    for (const prefix of prefixes) {
      const row = await this.#jobs(prefix).orderBy('id', 'desc').first('id', 'kind', 'state', 'last_error', 'attempts', 'available_at')
      if (row) jobs.push(row)
    }
    const [newest] = jobs.toSorted((a, b) => (a.id < b.id ? 1 : -1))
    if (!newest || newest.state === 'done') return null
    const later = Number(newest.attempts) === 0 && Number(newest.available_at) > this.#deps.clock.now()
    return {
      what: newest.kind === PLAN ? 'look' : newest.kind === APPLY ? 'apply' : 'undo', trouble: newest.last_error, givenUp: newest.state === 'dead',
      startsAt: later ? Number(newest.available_at) : null,
    }
  }

  readonly handlers: JobHandlers = {
    [PLAN]: async (payload) => this.#look(text(payload, 'actor')),
    [APPLY]: async (payload) => this.#noting(text(payload, 'planId'), 'B6', async () => {
      const count = typeof payload['count'] === 'number' ? payload['count'] : null
      await this.#deps.reconcile.apply(text(payload, 'planId'), { actor: text(payload, 'actor'), count, anyway: payload['anyway'] === true })
    }),
    [UNDO]: async (payload) => this.#noting(text(payload, 'planId'), 'U1', async () => {
      await this.#deps.reconcile.undo(text(payload, 'planId'), { actor: text(payload, 'actor') })
    }),
  }

  /** A look changes nothing; what an earlier look proposed and nobody approved is out of date now (R9). */
  async #look(actor: string): Promise<void> {
    const { db, clock, reconcile } = this.#deps
    const report = await reconcile.leavers({ planOnly: true, actor })
    await db.transaction(async () => {
      await db.sql('plans').where({ kind: 'access', about: 'leavers' }).whereIn('state', [...WAITING]).whereNull('approved_by').whereNot({ id: report.run })
        .update({ state: 'superseded', finished_at: clock.now() })
    })
  }

  /** A refusal is kept with the plan, for the page; a directory that somebody else uses just now is tried again later. */
  async #noting(planId: string, rule: string, work: () => Promise<void>): Promise<void> {
    const { plans } = this.#deps
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Refused) || error.where.startsWith('directory:')) throw error
      const plan = await plans.get(planId)
      if (!plan) return
      const held = [...plan.brake.held.filter((reason) => reason.rule !== rule), { rule, text: `${error.what.replace(`${rule}: `, '')} ${error.remedy}`.trim() }]
      await plans.update(planId, { brake: { ...plan.brake, held } })
    }
  }

  /** One job at a time for one thing: a second press finds the first. */
  async #put(kind: string, about: string, payload: object, startAt: Instant | null = null): Promise<void> {
    const { db, outbox, ids } = this.#deps
    const prefix = `${kind}:${about}:`
    await db.transaction(async () => {
      if (await this.#jobs(prefix).where({ state: 'ready' }).first('id')) return
      await outbox.put(kind, payload, { dedupeKey: `${prefix}${ids.next()}`, ...(startAt === null ? {} : { availableAt: startAt }) })
    })
  }

  #jobs(prefix: string) {
    return this.#deps.db.sql('outbox').where('dedupe_key', '>=', prefix).where('dedupe_key', '<', `${prefix}\uffff`)
  }

  async #plan(planId: string): Promise<Plan> {
    const plan = await this.#deps.plans.get(planId)
    if (plan?.kind !== 'access') throw new NotFound('There is no such access plan.')
    return plan
  }
}

function text(payload: Record<string, unknown>, name: string): string {
  const value = payload[name]
  if (typeof value !== 'string') throw new Error(`A job lacks its ${name}`)
  return value
}
