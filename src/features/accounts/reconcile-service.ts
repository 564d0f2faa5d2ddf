import { withLease } from '../../db/lease.ts'
import { approvalProblem } from '../../db/plan-approval.ts'
import type { Plan } from '../../db/plan-store.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import { type AccessPlans, type AccessReport, dateOf, HELD_FOR_MS } from './access-plans.ts'
import type { Observation } from './observation.ts'
import { observeAccounts } from './observe-accounts.ts'
import { stageLeavers, stageReturned } from './plan-leavers.ts'
import { emptyStaging, stageDirectory } from './plan-reconcile.ts'
import { stageSchoolMoves } from './plan-school-moves.ts'
import { stageUndo } from './plan-undo.ts'
import { runPlan } from './run-plan.ts'
import { endUnlined } from './leavers/end-unlined.ts'
import { LifePlans, RETENTION } from './life/life-plans.ts'
import { ItemStager, type NamedTarget, targetsById } from './stage-items.ts'

/** Somebody's word that a plan may run. */
export interface Approval {
  actor: string
  /** How many people it concerns, as typed; null where the plan does not ask. */
  count: number | null
  /** B6: although lessons or exams are on; kept in the ledger. */
  anyway?: boolean
}

export interface RunCommand {
  planOnly: boolean
  actor: string
}

/** Plans what the directories should become, and brings it about: plan, brake, apply, verify, undo. */
export class ReconcileService {
  readonly #deps: AccessDeps
  readonly #plans: AccessPlans
  constructor(deps: AccessDeps, plans: AccessPlans) {
    this.#deps = deps
    this.#plans = plans
  }

  /** Walks one directory and brings its accounts up to date. @throws as `observeAccounts`. */
  async observe(name: string, actor: string): Promise<Observation> {
    const target = this.#target(name)
    return this.withDirectories([target], actor, () => observeAccounts(this.#deps, target))
  }

  /**
   * Leavers of the whole trust (P3, R5): a stored plan, which waits for a person unless every directory enforces. Whoever has
   * come back is given their access at once (B7).
   */
  async leavers({ planOnly, actor }: RunCommand): Promise<AccessReport> {
    const targets = [...targetsById(this.#deps).values()]
    return this.withDirectories(targets, actor, async (signal) => {
      for (const target of targets) await observeAccounts(this.#deps, target)
      const plan = await this.#plans.open('leavers', actor)
      const stager = new ItemStager(this.#deps, plan.id)
      const schoolNames = new Map((await this.#deps.schools.all()).map((school) => [school.id, school.name]))
      const staging = { deps: this.#deps, plan, stager, on: dateOf(this.#deps), protectedIds: await this.#deps.protectedPeople(), schoolNames }
      const staged = await stageLeavers(staging)
      const moves = await stageSchoolMoves(staging)
      const returned = await stageReturned(staging)
      await stager.flush()
      if (!planOnly) await this.#endSessions(staged.withoutAccount)
      const counts = { people: staged.losing.length, moves, returned, exempt: staged.exempt, grace: staged.inGrace ?? 0, protected: staged.protectedCount }
      const mayTake = targets.every((target) => target.mode === 'enforce')
      return this.settle(plan, { ...staged, moves, mayTake, counts }, { planOnly, actor, signal })
    })
  }

  /** Compares everybody's desired access with what the directories hold; giving back is applied at once (B7). */
  async reconcile({ directory, planOnly, actor }: RunCommand & { directory?: string }): Promise<AccessReport> {
    const targets = directory === undefined ? [...targetsById(this.#deps).values()] : [this.#target(directory)]
    return this.withDirectories(targets, actor, async (signal) => {
      for (const target of targets) await observeAccounts(this.#deps, target)
      const plan = await this.#plans.open(directory === undefined ? 'reconcile' : `reconcile ${directory}`, actor)
      const stager = new ItemStager(this.#deps, plan.id)
      const staging = { deps: this.#deps, plan, stager, on: dateOf(this.#deps), protectedIds: await this.#deps.protectedPeople(), mayWrite: !planOnly }
      const staged = emptyStaging()
      for (const target of targets) {
        const part = await stageDirectory(staging, target)
        for (const [id, person] of part.losing) staged.losing.set(id, person)
        staged.protectedCount += part.protectedCount
        staged.drift += part.drift
      }
      await stager.flush()
      const mayTake = targets.every((target) => target.mode === 'enforce')
      const counts = { people: staged.losing.size, drift: staged.drift, protected: staged.protectedCount }
      return this.settle(plan, { losing: [...staged.losing.values()], moves: 0, protectedCount: staged.protectedCount, mayTake, counts }, { planOnly, actor, signal })
    })
  }

  /**
   * Does what a plan holds once a person has looked (B5, R9); goes on where an earlier run was stopped, failed or died.
   * @throws Refused when the approval is not good enough, or the plan is not one that waits; nothing was changed then.
   */
  async apply(planId: string, approval: Approval): Promise<AccessReport> {
    await this.#plan(planId)
    return this.withDirectories([...targetsById(this.#deps).values()], approval.actor, async (signal) => {
      const plan = await this.#plan(planId)
      await this.#mayApply(plan, approval)
      await this.#begin(plan, approval)
      const stopped = await runPlan(this.#deps, { planId, actor: approval.actor, approved: true, signal })
      return this.#plans.close(planId, { actor: approval.actor, event: 'access.applied', stopped })
    })
  }

  /**
   * A new plan that lifts what the run placed and nothing else, keeps those people until their source says something new,
   * and gives the accounts back at once (U1, B7). Called again, it goes on with the undo that was begun.
   */
  async undo(planId: string, { actor }: { actor: string }): Promise<AccessReport> {
    await this.#plan(planId)
    return this.withDirectories([...targetsById(this.#deps).values()], actor, async (signal) => {
      const plan = await this.#plan(planId)
      const undo = plan.about === RETENTION ? await new LifePlans(this.#deps, this.#plans, this).undo(plan, actor) : await stageUndo(this.#deps, this.#plans, plan, { actor, on: dateOf(this.#deps) })
      const stopped = await runPlan(this.#deps, { planId: undo.id, actor, approved: true, signal })
      return this.#plans.close(undo.id, { actor, event: 'access.undone', stopped })
    })
  }

  /** Goes on with an approved plan: what failed or was not begun, nothing twice. @throws Refused when nobody has approved it. */
  async retry(planId: string, approval: { actor: string; anyway?: boolean }): Promise<AccessReport> {
    const plan = await this.#plan(planId)
    if (plan.approvedBy === null) throw new Refused({ what: 'Nobody has approved this plan yet.', remedy: 'Approve it first.' })
    return this.apply(planId, { ...approval, count: null })
  }

  /** Sets aside a plan that waits. */
  async setAside(planId: string, actor: string): Promise<void> {
    await this.#deps.db.transaction(async () => {
      if (!await this.#deps.plans.advance(planId, ['held', 'planned'], { state: 'superseded', finishedAt: this.#deps.clock.now() })) {
        throw new Refused({ what: 'This plan does not wait for a decision any more.', remedy: 'Open the list of plans.' })
      }
      await this.#deps.audit.record({ actor, event: 'access.set-aside', subject: `plan:${planId}`, payload: {} })
    })
  }

  /** The kill switch of one directory, or of all (B6). A run stops after the account it is at. */
  async pause(name: string | null, paused: boolean, actor: string): Promise<void> {
    const id = name === null ? null : this.#target(name).id
    await this.#deps.db.transaction(async () => {
      await this.#deps.directories.setPaused(id, paused)
      await this.#deps.audit.record({ actor, event: paused ? 'access.paused' : 'access.resumed', subject: `directory:${id ?? 'all'}`, payload: {} })
    })
  }

  /** Runs `work` while nobody else touches these directories. @throws Refused saying who does. */
  withDirectories<T>(targets: readonly { id: string }[], holder: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const [first, ...others] = targets
    if (!first) return work(new AbortController().signal)
    return withLease(this.#deps.db, this.#deps.clock, `directory:${first.id}`, holder, (signal) =>
      this.withDirectories(others, holder, (inner) => work(AbortSignal.any([signal, inner]))))
  }

  /** Judges what was staged, then does what may be done at once; with `planOnly` nothing. The caller holds the directories. */
  async settle(
    plan: Plan, staged: Parameters<AccessPlans['judge']>[1] & { counts: Record<string, number> }, run: RunCommand & { signal: AbortSignal },
  ): Promise<AccessReport> {
    const { db, plans, clock } = this.#deps
    const brake = await this.#plans.judge(plan, staged, { firstRunMatters: true })
    const items = await plans.countItems(plan.id)
    await db.transaction(async () => {
      if (this.#plans.holds(brake)) await this.#plans.holdTakingAway(plan.id)
      await plans.update(plan.id, {
        state: run.planOnly ? 'planned' : 'applying', brake, counts: { ...staged.counts, planned: items.planned ?? 0 }, expiresAt: clock.now() + HELD_FOR_MS,
      })
      if (!run.planOnly) await this.#plans.supersede(plan)
    })
    if (run.planOnly) return this.#plans.report(plan.id)
    const stopped = await runPlan(this.#deps, { planId: plan.id, actor: run.actor, approved: false, signal: run.signal })
    return this.#plans.close(plan.id, { actor: run.actor, event: 'access.planned', stopped })
  }

  async #mayApply(plan: Plan, approval: Approval): Promise<void> {
    const now = this.#deps.clock.now()
    // Approved before and then stopped: the decision stands until it lapses.
    const problem = plan.approvedBy === null ? approvalProblem(plan, { ...approval, now }) : approvalProblem({ ...plan, brake: { ...plan.brake, secondPerson: false, typedCount: false } }, { ...approval, now })
    if (problem) throw problem
    if (!['held', 'planned', 'applying'].includes(plan.state)) {
      throw new Refused({ what: `This plan is ${plan.state}; it does not wait for approval.`, remedy: 'Open the newest plan.' })
    }
    const pause = plan.brake.count > 3 && !approval.anyway ? await this.#deps.bulkPause?.(now, plan.id) ?? null : null
    if (pause !== null) throw new Refused({ what: `B6: ${pause.text}`, remedy: 'Apply it after school, or say that it shall begin all the same.' })
  }

  async #begin(plan: Plan, approval: Approval): Promise<void> {
    const { db, plans, clock, audit } = this.#deps
    await db.transaction(async () => {
      const first = plan.approvedBy === null
      const going = await plans.advance(plan.id, ['held', 'planned', 'applying'], {
        state: 'applying', ...(first ? { approvedBy: approval.actor, approvedAt: clock.now() } : {}),
      })
      await this.#deps.stops.clear(plan.id)
      if (going && first) await endUnlined(this.#deps, plan)
      if (!going) throw new Refused({ what: 'This plan does not wait for approval any more.', remedy: 'Open the newest plan.' })
      await audit.record({
        actor: approval.actor, event: first ? 'access.approved' : 'access.continued', subject: `plan:${plan.id}`, payload: { count: approval.count ?? plan.brake.count, ...(approval.anyway ? { 'during-lessons': true } : {}) },
      })
    })
  }

  /** Leavers without an account in any directory lose only the session they may have here. */
  async #endSessions(people: readonly { personId: string; statement: string }[]): Promise<void> {
    for (let from = 0; from < people.length; from += 500) {
      const jobs = people.slice(from, from + 500).map(({ personId, statement }) => ({
        kind: 'identity.end-sessions', payload: { personId }, dedupeKey: `end-sessions:${personId}:${statement}`,
      }))
      await this.#deps.db.transaction(() => this.#deps.outbox.putMany(jobs))
    }
  }

  async #plan(planId: string): Promise<Plan> {
    const plan = await this.#deps.plans.get(planId)
    if (plan?.kind !== 'access') throw new NotFound('There is no such access plan.')
    return plan
  }

  #target(name: string): NamedTarget {
    const target = this.#deps.targets.get(name)
    if (!target) throw new UnusableInput({ what: `There is no directory "${name}".`, where: name, remedy: `Known are: ${[...this.#deps.targets.keys()].join(', ') || 'none'}.` })
    return { ...target, name }
  }
}
