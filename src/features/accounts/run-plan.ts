import type { PlanItem, PlanItemState } from '../../db/plan-store.ts'
import { safeReason } from '../../db/safe-reason.ts'
import { DirectoryRefusal } from '../../adapters/directories/directory.ts'
import { chunks } from '../../shared/chunks.ts'
import { today } from '../../shared/dates.ts'
import { OutsideFailure } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import { afterOf, isLifeAction } from './access-item.ts'
import type { Account } from './account-store.ts'
import { bringAboutMany, type BroughtOutcome, stillDiffer } from './bring-about.ts'
import { targetOf } from './life/archived-mapping.ts'
import { LifeLines } from './life/life-lines.ts'
import { prepareItems } from './prepare-items.ts'
import { desiredOf, type NamedTarget, targetsById } from './stage-items.ts'
import { UrgentPeople } from './urgent-people.ts'

const CANARY = 3
const BATCH = 50
/** Shown beside a line whose directory is a task list. */
const WAITS_FOR_A_PERSON = 'A task for a person; done once it is ticked off.'
/** B6: stop at 10 % errors, and never for fewer than three. */
const MIN_ERRORS = 3
const ERROR_SHARE = 10

export interface RunOptions {
  planId: string
  /** Who lets it run; automation never acts on the approver (B4). */
  actor: string
  /** Whether lines that the brake held may run. */
  approved: boolean
  /** Fires when a lease was lost. */
  signal: AbortSignal
}

/**
 * Does the lines of a plan: a canary of three, read back, then batches of fifty (B6). Lines that failed in an earlier run
 * come last, so that one bad account never blocks the rest. Returns why it stopped early, or null.
 */
export async function runPlan(deps: AccessDeps, options: RunOptions): Promise<string | null> {
  const run = new PlanRun(deps, options)
  const failedBefore = await run.seqs('failed')
  const verified = await run.verifyWritten()
  if (verified !== null) return verified
  return await run.walk(options.approved ? ['planned', 'held'] : ['planned'], null) ?? await run.walk(['failed'], failedBefore)
}

class PlanRun {
  readonly #deps: AccessDeps
  readonly #options: RunOptions
  readonly #targets: Map<string, NamedTarget>
  readonly #on: string
  readonly #urgent: UrgentPeople
  readonly #life: LifeLines
  #processed = 0
  #errors = 0
  /** Accounts in a row for which the directory did not answer. */
  #silent = 0
  /** Lines that failed before are tried again. */
  #again = false

  constructor(deps: AccessDeps, options: RunOptions) {
    this.#deps = deps
    this.#options = options
    this.#targets = targetsById(deps)
    this.#on = today(deps.clock.now())
    this.#urgent = new UrgentPeople(deps)
    this.#life = new LifeLines(deps)
  }

  async seqs(state: PlanItemState): Promise<ReadonlySet<number>> {
    const found = new Set<number>()
    for await (const batch of this.#deps.plans.items(this.#options.planId, { states: [state] })) for (const item of batch) found.add(item.seq)
    return found
  }

  /** Lines that a crash left written but not read back. */
  async verifyWritten(): Promise<string | null> {
    for await (const batch of this.#deps.plans.items(this.#options.planId, { states: ['applied'] }, BATCH)) {
      await this.#verify(batch)
      const stop = await this.#stopReason(null)
      if (stop !== null) return stop
    }
    return null
  }

  async walk(states: PlanItemState[], only: ReadonlySet<number> | null): Promise<string | null> {
    if (only?.size === 0) return null
    this.#again = only !== null
    const protectedIds = await this.#deps.protectedPeople()
    for await (const batch of inBatches(this.#deps.plans.items(this.#options.planId, { states }), only)) {
      const canary = only === null && this.#processed < CANARY
      await this.#urgent.attend({ targets: this.#targets, protectedIds, on: this.#on })
      const stop = await this.#batch(batch, protectedIds)
      if (stop !== null) return stop
      if (canary && this.#errors > 0) return `B6: ${this.#errors} of the first ${this.#processed} accounts could not be changed, so the rest was not begun.`
    }
    return null
  }

  async #batch(batch: PlanItem[], protectedIds: ReadonlySet<string>): Promise<string | null> {
    const { actor, planId } = this.#options
    const context = { planId, actor, protectedIds, on: this.#on, targets: this.#targets }
    const go = [
      ...await prepareItems(this.#deps, context, batch.filter(({ action }) => !isLifeAction(action))), ...await this.#life.prepare(context, batch.filter(({ action }) => isLifeAction(action))),
    ]
    const desired = await desiredOf(this.#deps, go.map((item) => item.subject), this.#on)
    const accounts = await this.#deps.accounts.many(go.map((item) => afterOf(item).accountId))
    const written: PlanItem[] = []
    let stop: string | null = null
    for (const { target, items } of this.#byDirectory(go)) {
      stop = await this.#stopReason(target)
      if (stop !== null) break
      if (items.some(({ action }) => action === 'delete' || action === 'create')) {
        this.#processed += items.length
        await this.#note(items, await this.#life.bring(target, items))
        continue
      }
      const wanted = items.flatMap((item) => {
        const account: Account | undefined = accounts.get(afterOf(item).accountId)
        return account ? [{ item, account, wish: { desired: desired(item.subject), planId } }] : []
      })
      this.#processed += wanted.length
      const outcomes = await bringAboutMany(this.#deps, target, wanted)
      written.push(...await this.#note(wanted.map(({ item }) => item), outcomes))
    }
    await this.#verify(written)
    return stop ?? this.#stopReason(null)
  }

  /** The lines of one directory together, as many as it takes at once; those of retention apart, since they see the directory otherwise. */
  * #byDirectory(items: readonly PlanItem[]): Iterable<{ target: NamedTarget; items: PlanItem[] }> {
    for (const theirs of Map.groupBy(items, (item) => `${afterOf(item).directoryId} ${isLifeAction(item.action) ? `${item.action} ${afterOf(item).backTo ?? ''}` : ''}`).values()) {
      const [first] = theirs
      const target = first && this.#targets.get(afterOf(first).directoryId)
      if (target) for (const part of chunks(theirs, target.directory.batchSize ?? 1)) yield { target: targetOf(target, first), items: part }
    }
  }

  /** Keeps what became of some lines; returns those that were written and have to be read back. */
  async #note(items: readonly PlanItem[], outcomes: readonly BroughtOutcome[]): Promise<PlanItem[]> {
    const marks = new Map<string, PlanItem[]>()
    const mark = (item: PlanItem, state: PlanItemState, error: string | null) => {
      const key = JSON.stringify([state, error])
      marks.set(key, [...marks.get(key) ?? [], item])
    }
    const written: PlanItem[] = []
    for (const [at, item] of items.entries()) {
      const outcome = outcomes[at]
      if (!outcome) continue
      if (outcome.error) {
        const task = outcome.error instanceof DirectoryRefusal ? await this.#life.asTask(item, outcome.error) : null
        if (task !== null) mark(item, 'skipped', task)
        else await this.#fail(item, outcome.error)
        continue
      }
      this.#silent = 0
      const brought = outcome.account
      if (brought.kind === 'changed') {
        mark(item, 'applied', null)
        written.push(item)
      } else if (brought.kind === 'as-wanted') mark(item, 'verified', null)
      else if (brought.kind === 'asked') mark(item, 'applied', WAITS_FOR_A_PERSON)
      else mark(item, 'skipped', brought.kind === 'gone' ? 'The account is not in the directory any more.' : brought.why)
    }
    await this.#life.verified(items.filter((_, at) => outcomes[at]?.account?.kind === 'as-wanted'))
    for (const [key, marked] of marks) {
      const [state, error] = JSON.parse(key) as [PlanItemState, string | null]
      await this.#deps.plans.setItems(this.#options.planId, marked.map(({ seq }) => seq), { state, error: error?.slice(0, 500) ?? null })
    }
    return written
  }

  async #verify(items: PlanItem[]): Promise<void> {
    const desired = await desiredOf(this.#deps, items.map((item) => item.subject), this.#on)
    for (const { target, items: theirs } of this.#byDirectory(items)) {
      const found = await stillDiffer(this.#deps, target, theirs.map((item) => ({ accountId: afterOf(item).accountId, desired: desired(item.subject) })))
      const fine: PlanItem[] = []
      for (const [at, item] of theirs.entries()) {
        const differs = found[at]
        if (differs === null) fine.push(item)
        else if (differs !== undefined) await this.#fail(item, differs)
      }
      if (fine.length === 0) continue
      await this.#deps.plans.setItems(this.#options.planId, fine.map(({ seq }) => seq), { state: 'verified', error: null })
      await this.#life.verified(fine)
    }
  }

  async #fail(item: PlanItem, error: unknown): Promise<void> {
    this.#errors += 1
    if (error instanceof OutsideFailure) this.#silent += 1
    const text = typeof error === 'string' ? error : error instanceof DirectoryRefusal ? `${error.message} ${error.remedy}` : safeReason(error)
    await this.#deps.plans.setItems(item.planId, [item.seq], { state: 'failed', error: text.slice(0, 500) })
  }

  async #stopReason(next: NamedTarget | null): Promise<string | null> {
    if (this.#options.signal.aborted) return 'The lease of the directory was lost, so the run stopped after the last account.'
    // Those that failed before are expected to fail again; only a silent directory ends the second try.
    const tooMany = this.#again ? this.#silent >= MIN_ERRORS : this.#errors >= MIN_ERRORS && this.#errors * ERROR_SHARE >= this.#processed
    if (tooMany) {
      return `B6: ${this.#errors} of ${this.#processed} accounts could not be changed, so the run stopped.`
    }
    if (await this.#deps.stops.asked(this.#options.planId)) return 'B6: somebody stopped this run, so it ended after the last account.'
    if (next === null) return null
    return (await this.#deps.directories.paused()).has(next.id) ? `B6: the directory "${next.name}" is paused, so the run stopped after the last account.` : null
  }
}

/** The canary first, then batches. */
async function* inBatches(pages: AsyncIterable<PlanItem[]>, only: ReadonlySet<number> | null): AsyncIterable<PlanItem[]> {
  let size = CANARY
  let batch: PlanItem[] = []
  for await (const page of pages) {
    for (const item of page) {
      if (only !== null && !only.has(item.seq)) continue
      batch.push(item)
      if (batch.length < size) continue
      yield batch
      batch = []
      size = BATCH
    }
  }
  if (batch.length > 0) yield batch
}
