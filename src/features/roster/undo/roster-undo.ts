import type { Clock } from '../../../adapters/clock.ts'
import type { Ids } from '../../../adapters/ids.ts'
import type { Database } from '../../../db/database.ts'
import { withLease } from '../../../db/lease.ts'
import { approvalProblem } from '../../../db/plan-approval.ts'
import type { Plan, PlanStore } from '../../../db/plan-store.ts'
import { type BrakeSettings } from '../../../shared/brake.ts'
import { DAY_MS, today } from '../../../shared/dates.ts'
import { NotFound, Refused } from '../../../shared/errors.ts'
import type { AuditLog } from '../../audit/audit-log.ts'
import type { PeopleStore } from '../../people/people-store.ts'
import { planLines } from '../plan-digest.ts'
import type { RosterRun } from '../roster-run.ts'
import type { RunStore } from '../run-store.ts'
import type { SourceStore } from '../source-store.ts'
import { applyUndo } from './apply-undo.ts'
import { stageUndo, type UndoCounts } from './stage-undo.ts'

/** Longer than this nothing of a run is kept (U1). */
const UNDO_DAYS = 30
const LAPSES_MS = 7 * DAY_MS

/** What undoing reads, writes and tells. */
export interface RosterUndoDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; people: PeopleStore; plans: PlanStore; runs: RunStore; sources: SourceStore; brake: BrakeSettings
  /** What hangs on these people, in words; with an instant: only whether they have been asked to sign since. */
  whatHangs: (personIds: readonly string[], since: number | null) => Promise<Map<string, string[]>>
  /** Called when an undo is through, so that access follows. */
  whenDone: (actor: string) => Promise<void>
}

/** What `assent sync --undo` prints. */
export interface UndoReport extends UndoCounts {
  run: string
  undo: string
  source: string
  state: 'planned' | 'applied'
  /** People left as they are, or in part, with the reason; the first thousand. */
  left: { subject: string; reason: string }[]
  /** Newer readings of the source: what they have changed stays. */
  newer: number
}

/** Undoing a run as a plan of its own (U1): worked out, looked at, approved, done; taken up again after a crash. */
export class RosterUndo {
  readonly #deps: RosterUndoDeps
  constructor(deps: RosterUndoDeps) {
    this.#deps = deps
  }

  /** Takes away what was kept of runs that can no longer be undone (V1). */
  async forgetOld(): Promise<void> {
    const { db, clock } = this.#deps
    const old = await db.read('plans as p').where('p.kind', 'roster').where('p.finished_at', '<', clock.now() - (UNDO_DAYS + 1) * DAY_MS)
      .whereExists(db.read('roster_changes as c').whereRaw('c.plan_id = p.id').select(db.read.raw('1'))).select('p.id') as { id: string }[]
    for (const { id } of old) await db.step(async () => { await db.sql('roster_changes').where({ plan_id: id }).del() })
  }

  /** The undo of a run that waits or is under way; null where there is none. */
  async waitingFor(runId: string): Promise<Plan | null> {
    const run = await this.#deps.runs.get(runId)
    const undo = run ? await this.of(run) : null
    return undo?.state === 'applied' ? null : undo
  }

  /** The newest undo of a run that has not been given up, or null. */
  async of(run: Pick<RosterRun, 'planId'>): Promise<Plan | null> {
    const row = await this.#deps.db.read('plans').where({ kind: 'roster', undo_of: run.planId }).whereIn('state', ['planned', 'applying', 'applied']).orderBy('id', 'desc').first('id') as { id: string } | undefined
    return row ? this.#deps.plans.get(row.id) : null
  }

  /**
   * Works out what undoing would change. An undo worked out before is replaced; one that was begun is told as it is.
   * @throws Refused where the run has changed nothing, is undone already or too old.
   */
  async plan(runId: string, actor: string): Promise<UndoReport> {
    const { plans, clock, ids } = this.#deps
    const { run, plan, source } = await this.#theRun(runId)
    const begun = await this.of(run)
    if (begun && begun.state !== 'planned') return this.#report(run, begun)
    const problem = this.problem(run, plan)
    if (problem) throw problem
    return withLease(this.#deps.db, clock, `source:${source.id}`, actor, async () => {
      if (begun) await plans.update(begun.id, { state: 'superseded', finishedAt: clock.now() })
      const undo = { id: ids.next(), kind: 'roster' as const, about: source.id, state: 'planning' as const, createdBy: actor, createdAt: clock.now(), undoOf: plan.id }
      await plans.create(undo)
      const counts = await stageUndo(this.#deps, { run, plan, source, undoId: undo.id, on: today(clock.now()) })
      const newer = (await this.#newer(run)).length
      const { first, second } = this.#deps.brake
      await plans.update(undo.id, {
        state: 'planned', counts: { ...counts, newer }, expiresAt: clock.now() + LAPSES_MS,
        brake: { held: [], count: counts.people, typedCount: counts.people > first.count, secondPerson: counts.endsSet + counts.withdrawn > second.count },
      })
      return this.#report(run, await plans.get(undo.id) as Plan)
    })
  }

  /**
   * Does what was worked out, or goes on with it. `undo`: the one that was looked at and no other (R9).
   * @throws Refused when it was worked out anew meanwhile, the count is wrong, a second person is needed, the plan has lapsed, or nothing was worked out.
   */
  async apply(runId: string, approval: { actor: string; count: number | null; undo?: string }): Promise<UndoReport> {
    const { db, clock, plans } = this.#deps
    const { run, source } = await this.#theRun(runId)
    const report = await withLease(db, clock, `source:${source.id}`, approval.actor, async () => {
      const undo = await this.of(run)
      if (!undo || undo.state === 'applied') throw new Refused({ what: 'There is no undo of this run that waits.', remedy: 'Work it out first, and look at it.' })
      if (approval.undo !== undefined && undo.id !== approval.undo) throw new Refused({ what: 'This undo was worked out anew meanwhile.', remedy: 'Look at it again.' })
      if (undo.state === 'planned') await this.#begin(run, undo, approval)
      await applyUndo(this.#deps, { run, undoId: undo.id, sourceId: source.id, on: today(clock.now()) })
      await this.#finish(run, undo.id, approval.actor)
      return this.#report(run, await plans.get(undo.id) as Plan)
    })
    await this.#deps.whenDone(approval.actor)
    return report
  }

  /** Says why an undo may not be approved as it is now, or nothing. @throws Refused */
  mayApprove(undo: Plan, approval: { actor: string; count: number | null }): void {
    const problem = approvalProblem(undo, { ...approval, now: this.#deps.clock.now() })
    if (problem) throw problem
  }

  /** From here on nobody can approve what the run holds. */
  async #begin(run: RosterRun, undo: Plan, approval: { actor: string; count: number | null }): Promise<void> {
    const { db, plans, clock, audit } = this.#deps
    this.mayApprove(undo, approval)
    await db.transaction(async () => {
      if (!await plans.advance(run.planId as string, ['applied', 'held', 'superseded'], { state: 'undone' })
        || !await plans.advance(undo.id, ['planned'], { state: 'applying', approvedBy: approval.actor, approvedAt: clock.now() })) {
        throw new Refused({ what: 'This run has changed meanwhile.', remedy: 'Open it again.' })
      }
      await audit.record({ actor: approval.actor, event: 'roster.undo-begun', subject: `run:${run.id}`, payload: { undo: undo.id, ...undo.counts } })
    })
  }

  async #finish(run: RosterRun, undoId: string, actor: string): Promise<void> {
    const { db, plans, runs, clock, audit } = this.#deps
    const digest = await audit.digest(planLines(db, undoId))
    const done = await plans.countItems(undoId)
    await markReverted(db, run.planId as string)
    await db.transaction(async () => {
      // Whoever was missing already was counted once more by this run (R4); that proof is taken back.
      await db.sql('affiliations').where({ source_id: run.sourceId }).where('missing_since', '<', run.startedAt).where('missing_runs', '>', 1).update({ missing_runs: db.sql.raw('missing_runs - 1') })
      const last = await db.sql('roster_runs').where({ source_id: run.sourceId }).whereIn('state', ['applied', 'held', 'superseded']).whereNot({ id: run.id }).where('started_at', '<', run.startedAt)
        .orderBy([{ column: 'started_at', order: 'desc' }, { column: 'id', order: 'desc' }]).select('id', 'report') as { id: string; report: string }[]
      const good = last.find(({ report }) => (JSON.parse(report) as { someApplied?: boolean }).someApplied === true)
      await db.sql('sources').where({ id: run.sourceId, last_good_run_id: run.id }).update({ last_good_run_id: good?.id ?? null })
      await runs.finish(run.id, { state: 'undone', report: { ...run.report, held: [], heldPeople: 0 }, finishedAt: run.finishedAt ?? clock.now() })
      await plans.update(undoId, { state: 'applied', finishedAt: clock.now() })
      await audit.recordBulk({ actor, event: 'roster.undone', subject: `run:${run.id}`, items: digest, payload: { undo: undoId, applied: done.applied ?? 0, left: done.skipped ?? 0 } })
    })
  }

  async #theRun(runId: string) {
    const run = await this.#deps.runs.get(runId)
    const plan = run?.planId ? await this.#deps.plans.get(run.planId) : null
    const source = run ? await this.#deps.sources.byId(run.sourceId) : null
    if (!run || !plan || !source) throw new NotFound('There is no such run.')
    return { run, plan, source }
  }

  /** Why a run cannot be undone, or null. */
  problem(run: RosterRun, plan: Plan): Refused | null {
    if (run.state === 'undone' || plan.state === 'undone') return new Refused({ what: 'This run has been undone.', remedy: 'Read the file again if it should count after all.' })
    if (!['applied', 'held', 'superseded'].includes(run.state) || !run.report.someApplied) {
      return new Refused({ what: `This run is ${run.state}: it has changed nothing that could be undone.`, remedy: 'Open the newest run of the source.' })
    }
    if (this.#deps.clock.now() > (plan.finishedAt ?? run.startedAt) + UNDO_DAYS * DAY_MS) {
      return new Refused({ what: `U1: this run is more than ${UNDO_DAYS} days old, so what it changed is no longer kept.`, remedy: 'Put single people right in the MIS, and read the file again.' })
    }
    return null
  }

  async #newer(run: RosterRun): Promise<{ id: string }[]> {
    return this.#deps.db.read('roster_runs').where({ source_id: run.sourceId }).whereIn('state', ['applied', 'held', 'superseded']).where('started_at', '>', run.startedAt).select('id')
  }

  async #report(run: RosterRun, undo: Plan): Promise<UndoReport> {
    const { db, sources } = this.#deps
    const rows = await db.read('plan_items').where({ plan_id: undo.id }).whereNotNull('reason').orderBy('seq').limit(1000).select('subject', 'reason')
    return {
      ...undo.counts as unknown as UndoCounts, newer: undo.counts['newer'] ?? 0, run: run.id, undo: undo.id, source: (await sources.byId(run.sourceId))?.name ?? '',
      state: undo.state === 'applied' ? 'applied' : 'planned', left: rows.map((row) => ({ subject: row.subject as string, reason: row.reason as string })),
    }
  }
}

/** The lines of the run count for nothing any more, also in the brake's history (B1). A part at a time: a run has many. */
async function markReverted(db: Database, planId: string): Promise<void> {
  const [row] = await db.rows('select max(seq) as last from plan_items where plan_id = ?', [planId])
  for (let from = 0; from <= Number(row?.['last'] ?? -1); from += 2000) {
    await db.step(async () => {
      const part = () => db.sql('plan_items').where({ plan_id: planId }).whereBetween('seq', [from, from + 1999])
      await part().where({ state: 'applied' }).update({ state: 'reverted' })
      await part().where({ state: 'held' }).update({ state: 'skipped', error: 'The run was undone.' })
    })
  }
}
