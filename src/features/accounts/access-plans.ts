import type { BrakeOutcome, Plan } from '../../db/plan-store.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import { judgeAccess, type LosingPerson } from './access-brake.ts'
import type { AccessDeps } from './access-deps.ts'
import { accessRank } from './access-item.ts'
import { accessPlanLines } from './plan-lines.ts'

/** What the command line prints for `leavers` and `reconcile`. */
export interface AccessReport {
  /** The plan's id: what `--apply` and `--undo` take. */
  run: string
  /** Lines that were to be done when the plan was made. */
  planned: number
  applied: number
  verified: number
  failed: number
  held: string[]
}

/** How long a plan may wait for its approval (R9). */
export const HELD_FOR_MS = 7 * 86_400_000

/** Making, judging and closing the stored plans of access. */
export class AccessPlans {
  readonly #deps: AccessDeps
  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  async open(about: string, actor: string, undoOf: string | null = null): Promise<Plan> {
    const { plans, ids, clock } = this.#deps
    const id = ids.next()
    await plans.create({ id, kind: 'access', about, state: 'planning', createdBy: actor, createdAt: clock.now(), undoOf })
    return await plans.get(id) as Plan
  }

  /** B1-B5, R10: why the plan waits. `mayTake` says whether access may be taken away without a person at all. */
  async judge(plan: Plan, staged: { losing: LosingPerson[]; moves: number; protectedCount: number; mayTake: boolean }, options: { firstRunMatters: boolean }): Promise<BrakeOutcome> {
    const { db, people, clock, settings, schools } = this.#deps
    const schoolNames = new Map((await schools.all()).map((school) => [school.id, school.shortName]))
    const verdict = await judgeAccess({
      db, people, settings: settings.brake, now: clock.now(), on: dateOf(this.#deps), schoolNames, planId: plan.id, ...options,
      ...(this.#deps.expectedLeavers ? { expectedLeavers: this.#deps.expectedLeavers } : {}),
    }, staged.losing)
    const held: BrakeOutcome['held'] = [...verdict.reasons]
    const count = staged.losing.length + staged.moves
    if (!staged.mayTake && count > 0) held.push({ rule: 'R10', text: `${count} ${count === 1 ? 'person' : 'people'} would lose something; access is only proposed, so a person approves it.` })
    if (staged.protectedCount > 0) {
      const n = staged.protectedCount
      held.push({ rule: 'B4', text: `${n} protected ${n === 1 ? 'person' : 'people'} (administrator, head, DSL, service): never changed automatically, left out.` })
    }
    return { held, secondPerson: verdict.secondPerson, typedCount: verdict.typedCount, count }
  }

  /** True where the lines that take something away have to wait; leaving out the protected holds nobody else. */
  holds(brake: BrakeOutcome): boolean {
    return brake.held.some(({ rule }) => rule !== 'B4')
  }

  async holdTakingAway(planId: string): Promise<void> {
    await this.#deps.db.sql('plan_items').where({ plan_id: planId, state: 'planned' }).where('rank', '>', accessRank.giving).update({ state: 'held' })
  }

  /** An earlier plan about the same that nobody has approved is out of date now (R9), as is one whose process died. */
  async supersede(plan: Plan): Promise<void> {
    await this.#deps.db.sql('plans').where({ kind: 'access', about: plan.about }).whereIn('state', ['held', 'planned', 'planning', 'applying']).whereNull('approved_by')
      .whereNot({ id: plan.id }).update({ state: 'superseded', finished_at: this.#deps.clock.now() })
  }

  /** Closes a run: the plan's state, one audit entry over all lines, the report. */
  async close(planId: string, run: { actor: string; event: string; stopped: string | null }): Promise<AccessReport> {
    const { plans, clock, audit, db } = this.#deps
    const plan = await plans.get(planId) as Plan
    const items = await plans.countItems(planId)
    const waiting = (items.planned ?? 0) + (items.held ?? 0)
    const failed = items.failed ?? 0
    const open = waiting + failed > 0 || run.stopped !== null
    const trouble = run.stopped ?? (failed > 0 ? `${failed} ${failed === 1 ? 'account' : 'accounts'} could not be changed.` : null)
    const kept = plan.approvedBy === null ? plan.brake.held.filter(({ rule }) => rule !== 'B6') : plan.brake.held.filter(({ rule }) => rule === 'B4')
    const held = trouble === null ? kept : [...kept, { rule: 'B6', text: `${trouble.replace(/^B6: /, '')} Apply the plan again to go on.` }]
    const counts = { ...plan.counts, applied: (items.applied ?? 0) + (items.verified ?? 0), verified: items.verified ?? 0, failed, skipped: items.skipped ?? 0, waiting }
    const digest = await audit.digest(accessPlanLines(plans, planId))
    await db.transaction(async () => {
      await plans.update(planId, {
        state: open ? 'held' : 'applied', finishedAt: clock.now(), counts, brake: { ...plan.brake, held },
        expiresAt: open ? plan.expiresAt ?? clock.now() + HELD_FOR_MS : plan.expiresAt,
      })
      await audit.recordBulk({
        actor: run.actor, event: run.event, subject: `plan:${planId}`, items: digest,
        payload: { about: plan.about ?? '', ...counts, ...(run.stopped === null ? {} : { stopped: run.stopped }) },
      })
    })
    return this.report(planId)
  }

  async report(planId: string): Promise<AccessReport> {
    const plan = await this.#deps.plans.get(planId) as Plan
    const items = await this.#deps.plans.countItems(planId)
    return {
      run: planId, planned: plan.counts['planned'] ?? 0, applied: (items.applied ?? 0) + (items.verified ?? 0), verified: items.verified ?? 0,
      failed: items.failed ?? 0, held: plan.brake.held.map(({ rule, text }) => `${rule}: ${text}`),
    }
  }
}

/** Today's date by the feature's clock. */
export function dateOf(deps: Pick<AccessDeps, 'clock'>): CalendarDate {
  return today(deps.clock.now())
}
