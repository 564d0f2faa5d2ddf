import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { SourceClaim } from '../../adapters/sources/source-claims.ts'
import type { OpenSource, RosterSource } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import { withLease } from '../../db/lease.ts'
import { noBrake, type Plan, PlanStore } from '../../db/plan-store.ts'
import type { BrakeSettings } from '../../shared/brake.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { PeopleStore } from '../people/people-store.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { approvalProblem } from '../../db/plan-approval.ts'
import { type ApplyRunContext, applyRun, unknownGuardians } from './apply-run.ts'
import { applyContext } from './apply-deps.ts'
import { countClasses, countHeldPeople } from './count-classes.ts'
import { findMissing } from './find-missing.ts'
import { type BirthDatesKept, keepBirthDates } from './keep-birth-dates.ts'
import { judgeBrake } from './judge-brake.ts'
import { type EndingContext, inferLeavers, judgeEndings } from './judge-endings.ts'
import { countAlike, matchNewPeople } from './match-people.ts'
import { ownershipOf, ownershipProblems, settleOwned } from './ownership.ts'
import { planLines } from './plan-digest.ts'
import { looksLikeNewIds, refusalsOf } from './refusals.ts'
import { emptyReport, type RosterRun, type RunProblem, type RunProof, type RunReport } from './roster-run.ts'
import { RunStore } from './run-store.ts'
import { mapSchools } from './map-schools.ts'
import { type Source, SourceStore } from './source-store.ts'
import { settleReplaced } from './settle-replaced.ts'
import { stageRows } from './stage-rows.ts'
import { forgetWithdrawn, rejoinWithdrawn, settleUndone } from './undo/after-undo.ts'
import { problemOf, type SyncCommand } from './sync-command.ts'

export interface RosterDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog
  people: PeopleStore; peopleQueries: PeopleQueries; schools: SchoolStore
  sourceOf: (format: string) => RosterSource
  /** People automation never acts on (B4). */
  protectedPeople: () => Promise<ReadonlySet<string>>
  brake: BrakeSettings
  /** Of these people those confirmed as leavers of a school inside its roll-over window, as `school|person` (R8). */
  expectedLeavers: (personIds: readonly string[], on: CalendarDate) => Promise<ReadonlySet<string>>
  /** School -> first day of the coming year, where promotions read on that day wait for it (R8). */
  comingYears: (on: CalendarDate) => Promise<ReadonlyMap<string, CalendarDate>>
  startsWithinDays: number
  /** What each configured source owns where several supply one school (R1). */
  claims: readonly SourceClaim[]
  /** Absent: no dates of birth are read. */
  birthDates?: BirthDatesKept
  /** When no school is configured, the first feed may introduce them. */
  mayAddSchools: boolean
}

/** How long an approval may wait before the run lapses (R9). */
const HELD_FOR_MS = 7 * 86_400_000

/** Reads sources: staged, diffed, planned, then refused, held or applied. */
export class RosterService {
  readonly #deps: RosterDeps
  readonly sources: SourceStore
  readonly runs: RunStore
  readonly plans: PlanStore

  constructor(deps: RosterDeps) {
    this.#deps = deps
    this.sources = new SourceStore(deps.db, deps.clock, deps.ids)
    this.runs = new RunStore(deps.db)
    this.plans = new PlanStore(deps.db)
  }

  /** Makes the run of a reading that a worker will do; joins the caller's transaction. Returns the run's id. */
  async begin(command: Pick<SyncCommand, 'name' | 'format' | 'mode' | 'planOnly' | 'actor'>, file?: RunReport['file']): Promise<string> {
    const { db, clock, ids } = this.#deps
    const source = await this.sources.ensure(command.name, command.format, command.mode)
    const runId = ids.next()
    const planId = ids.next()
    const report: RunReport = { ...emptyReport(runId, source.name), planOnly: command.planOnly, ...(file ? { file } : {}) }
    await db.transaction(async () => {
      await this.plans.create({ id: planId, kind: 'roster', about: source.id, state: 'planning', createdBy: command.actor, createdAt: clock.now() })
      await this.runs.create({ id: runId, sourceId: source.id, planId, actor: command.actor, startedAt: clock.now(), report })
    })
    return runId
  }

  /** Ends a run that could not be read; what was wrong is kept with it. A run that has ended stays as it is. */
  async fail(runId: string, problem: RunProblem, more: Pick<RunReport, 'again'> = {}): Promise<void> {
    const { db, clock } = this.#deps
    await db.transaction(async () => {
      const run = await this.runs.get(runId)
      if (run?.state !== 'reading') return
      await this.runs.finish(runId, { state: 'failed', report: { ...run.report, refused: [problem.what], error: problem, ...more }, finishedAt: clock.now() })
      if (run.planId) await this.plans.update(run.planId, { state: 'refused', finishedAt: clock.now() })
    })
  }

  /**
   * One reading of one source.
   * @throws UnusableInput when the input cannot be read at all; nothing was applied then.
   */
  async sync(command: SyncCommand): Promise<RunReport> {
    const { db, clock } = this.#deps
    const source = await this.sources.ensure(command.name, command.format, command.mode)
    return withLease(db, clock, `source:${source.id}`, command.actor, async () => {
      const open = await this.#deps.sourceOf(command.format).open({
        path: command.path, today: today(clock.now()),
        ...(source.profile ? { profile: source.profile } : {}), ...(command.schoolKey ? { schoolKey: command.schoolKey } : {}),
      })
      try {
        const run = await this.runs.get(command.runId ?? await this.begin(command))
        if (!run?.planId) throw new NotFound('There is no such run.')
        return await this.#read(command, await this.sources.byId(source.id) ?? source, open, run.id, run.planId, run.report)
      } finally {
        await open.close()
      }
    })
  }

  async #read(command: SyncCommand, source: Source, open: OpenSource, runId: string, planId: string, report: RunReport): Promise<RunReport> {
    try {
      return await this.#planAndApply(command, source, open, runId, planId, report)
    } catch (error) {
      await this.fail(runId, problemOf(error, command))
      throw error
    }
  }

  async #planAndApply(command: SyncCommand, source: Source, open: OpenSource, runId: string, planId: string, report: RunReport): Promise<RunReport> {
    const { db, clock } = this.#deps
    const on = today(clock.now())
    const schoolList = await this.#deps.schools.all()
    const schoolsOf = (mayWrite: boolean) => mapSchools({ open, source, sources: this.sources, schools: this.#deps.schools, mayAdd: this.#deps.mayAddSchools, mayWrite })
    // A run that is refused, or only planned, introduces no school.
    const mapped = await schoolsOf(false)
    report.warnings.push(...open.warnings, ...mapped.warnings)
    const before = await this.sources.countPresent(source.id)
    const staged = await stageRows({
      db, plans: this.plans, sources: this.sources, runs: this.runs, source, open, runId, planId, on,
      fresh: before.rows === 0 && source.slots === 0, present: before.rows, schoolKeys: new Set(open.schools.map((school) => school.key).filter((key) => mapped.known.has(key))),
    })
    report.rejectedCount = staged.rejected
    const proof = open.proof()
    const last = source.lastGoodRunId ? (await this.runs.get(source.lastGoodRunId))?.proof ?? null : null
    const refused = refusalsOf({
      proof, last, people: staged.people, rows: staged.rows, delta: open.delta, unreadable: staged.unreadable, schoolKeys: open.schools.map((school) => school.key),
      suppliedSchools: new Map((last?.schoolKeys ?? []).map((key) => [key, schoolList.find((school) => school.id === mapped.ids.get(key))?.name ?? key])),
    })
    const schoolKeys = new Set(open.schools.map((school) => school.key))
    const ownership = await ownershipOf({ db, sources: this.sources, source, claims: this.#deps.claims, schoolIds: [...new Set(mapped.ids.values())] })
    refused.push(...ownershipProblems(ownership, source))
    const context: EndingContext = {
      db, plans: this.plans, sources: this.sources, people: this.#deps.peopleQueries, source, planId, staged, on,
      startsWithinDays: this.#deps.startsWithinDays, schools: mapped.ids, expectedLeavers: this.#deps.expectedLeavers, ownership,
    }
    if (refused.length === 0) await rejoinWithdrawn(context)
    if (refused.length === 0 && !open.delta) {
      await findMissing({ db, plans: this.plans, sources: this.sources, source, planId, staged, schoolKeys, on, present: before.rows })
      await forgetWithdrawn(context)
    }
    const matched = refused.length === 0 && await this.sources.knowsAnybody() ? await matchNewPeople(context) : new Map<string, string>()
    if (refused.length === 0 && staged.notable + matched.size > 0) await settleReplaced(context, matched)
    if (refused.length === 0 && staged.notable > 0) {
      const churn = looksLikeNewIds(await countAlike({ db, plans: this.plans, planId }))
      if (churn) refused.push(churn)
    }
    if (refused.length === 0) await settleOwned({ ...context, ownership }, matched)
    if (refused.length === 0 && proof.infersLeavers) await inferLeavers(context)
    if (refused.length === 0 && staged.notable > 0) await judgeEndings(context)
    Object.assign(report, await countClasses(db, planId, staged.people))
    if (refused.length > 0) return this.#refuse(command, runId, planId, report, refused)

    const brake = staged.notable === 0 ? noBrake : await judgeBrake({
      db, plans: this.plans, sources: this.sources, people: this.#deps.peopleQueries, source, planId, on, now: clock.now(),
      schoolNames: new Map(schoolList.map((school) => [school.id, school.shortName])),
      protectedPeople: this.#deps.protectedPeople, settings: this.#deps.brake, expectedLeavers: this.#deps.expectedLeavers, mayApply: command.mode === 'enforce',
    })
    report.heldPeople = await countHeldPeople(db, planId)
    report.held = brake.held.map(({ rule, text }) => `${rule}: ${text}`)
    await this.plans.update(planId, { brake: { ...brake, count: report.heldPeople }, counts: countsOf(report) })
    const runProof: RunProof = {
      files: proof.files.map(({ name, rows, header }) => ({ name, rows, header })), people: staged.people,
      schoolKeys: [...new Set([...(open.delta ? last?.schoolKeys ?? [] : []), ...open.schools.map((school) => school.key)])],
      schoolIds: Object.fromEntries(mapped.ids),
    }
    if (command.planOnly || command.mode === 'observe') return this.#keepPlan(command, source, runId, planId, report, runProof)

    const { ids: schools } = await schoolsOf(true)
    const applied = await applyRun(await this.#applyContext(source, runId, planId, schools, matched, staged.rejected), 'planned')
    report.rejectedCount = applied.rejected
    await keepBirthDates(this.#deps.birthDates, this.sources, source, open)
    return this.#finish(command, source, { runId, planId, report, runProof, complete: !open.delta, profile: open.profile })
  }

  #applyContext(source: Source, runId: string, planId: string, schools: Map<string, string>, matched: Map<string, string>, rejected: number): Promise<ApplyRunContext> {
    return applyContext({ ...this.#deps, sources: this.sources, plans: this.plans, runs: this.runs }, { source, runId, planId, schools, matched, rejected })
  }

  async #refuse(command: SyncCommand, runId: string, planId: string, report: RunReport, refused: string[]): Promise<RunReport> {
    const { db, clock, audit } = this.#deps
    report.refused = refused
    report.state = 'refused'
    await db.transaction(async () => {
      await this.plans.update(planId, { state: 'refused', finishedAt: clock.now() })
      await this.runs.finish(runId, { state: 'refused', report, finishedAt: clock.now() })
      await audit.record({ actor: command.actor, event: 'roster.refused', subject: `run:${runId}`, payload: { source: report.source, refused } })
    })
    return this.#withRejections(report)
  }

  async #keepPlan(command: SyncCommand, source: Source, runId: string, planId: string, report: RunReport, proof: RunProof): Promise<RunReport> {
    const { db, clock } = this.#deps
    if (!command.planOnly) report.held.push('R10: this source only observes; nothing was applied.')
    const unknown = await unknownGuardians({ plans: this.plans, sources: this.sources, source, planId })
    await db.transaction(async () => {
      await this.runs.addRejections(runId, report.rejectedCount, unknown)
      report.state = 'planned'
      await this.plans.update(planId, { state: 'planned', finishedAt: clock.now() })
      await this.runs.finish(runId, { state: 'planned', report: { ...report, rejectedCount: report.rejectedCount + unknown.length }, proof, finishedAt: clock.now() })
    })
    report.rejectedCount += unknown.length
    return this.#withRejections(report)
  }

  async #finish(command: SyncCommand, source: Source, run: { runId: string; planId: string; report: RunReport; runProof: RunProof; complete: boolean; profile: OpenSource['profile'] }): Promise<RunReport> {
    const { db, clock, audit } = this.#deps
    const { runId, planId, report } = run
    const state = report.held.length > 0 ? 'held' : 'applied'
    report.state = state
    report.someApplied = true
    const digest = await audit.digest(planLines(db, planId))
    await db.transaction(async () => {
      if (run.complete) await this.sources.countMissing(source.id, (await this.runs.get(runId))?.startedAt ?? 0)
      await this.runs.supersede(source.id, runId)
      await settleUndone(db, source.id, planId)
      await this.plans.update(planId, { state, finishedAt: clock.now(), expiresAt: state === 'held' ? clock.now() + HELD_FOR_MS : null })
      await this.runs.finish(runId, { state, report, proof: run.runProof, finishedAt: clock.now() })
      await this.sources.update(source.id, {
        lastGoodRunId: runId, ...(run.profile ? { profile: run.profile } : {}),
      })
      await audit.recordBulk({
        actor: command.actor, event: 'roster.applied', subject: `run:${runId}`, items: digest,
        payload: { source: source.name, plan: planId, ...countsOf(report), held: report.heldPeople, rejected: report.rejectedCount },
      })
    })
    return this.#withRejections(report)
  }

  /**
   * Applies what a run holds, after a person looked (B5, R9).
   * @throws Refused when the count is wrong, a second person is needed, or the run has lapsed or been superseded.
   */
  async approve(runId: string, approval: { actor: string; count: number | null }): Promise<RunReport> {
    const { db, clock, audit } = this.#deps
    const run = await this.runs.get(runId)
    const plan = run?.planId ? await this.plans.get(run.planId) : null
    const source = run ? await this.sources.byId(run.sourceId) : null
    if (!run || !plan || !source) throw new NotFound('There is no such run.')
    return withLease(db, clock, `source:${source.id}`, approval.actor, async () => {
      this.#mayApprove(plan, run, approval)
      if (!await this.plans.advance(plan.id, ['held'], { state: 'applying', approvedBy: approval.actor, approvedAt: clock.now() })) {
        throw new Refused({ what: 'This run is no longer waiting for approval.', remedy: 'Open the newest run of the source.' })
      }
      const applied = await applyRun(await this.#applyContext(source, run.id, plan.id, await this.sources.schoolMap(source.id), new Map(), run.report.rejectedCount), 'held')
      const report: RunReport = { ...run.report, state: 'applied', held: [], heldPeople: 0, rejectedCount: applied.rejected }
      if (applied.skipped > 0) report.warnings = [...report.warnings, `R9: ${applied.skipped} lines were skipped because the source has said something else since.`]
      const digest = await audit.digest(planLines(db, plan.id))
      await db.transaction(async () => {
        await this.plans.update(plan.id, { state: 'applied', finishedAt: clock.now() })
        await this.runs.finish(run.id, { state: 'applied', report, finishedAt: clock.now() })
        await this.sources.update(source.id, { tookAccessAway: true })
        await audit.recordBulk({
          actor: approval.actor, event: 'roster.approved', subject: `run:${run.id}`, items: digest,
          payload: { source: source.name, plan: plan.id, applied: applied.items, skipped: applied.skipped, count: approval.count ?? run.report.heldPeople },
        })
      })
      return this.#withRejections(report)
    })
  }

  #mayApprove(plan: Plan, run: RosterRun, approval: { actor: string; count: number | null }): void {
    const problem = approvalProblem(plan, { ...approval, now: this.#deps.clock.now() })
    if (problem) throw problem
    if (run.state !== 'held') throw new Refused({ what: `This run is ${run.state}; it does not wait for approval.`, remedy: 'Open the newest run of the source.' })
  }

  async #withRejections(report: RunReport): Promise<RunReport> {
    return { ...report, rejected: await this.runs.rejections(report.run) }
  }
}

function countsOf(report: RunReport): Record<string, number> {
  const { read, joiners, movers, leavers, missing, changed, unchanged } = report
  return { read, joiners, movers, leavers, missing, changed, unchanged }
}
