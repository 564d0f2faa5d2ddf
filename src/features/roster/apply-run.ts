import type { LinkFact, RosterFact } from '../../adapters/sources/source.ts'
import type { PlanLine, PlanItemState, PlanStore } from '../../db/plan-store.ts'
import { applyBatch } from './apply-facts.ts'
import type { ApplyContext } from './apply-context.ts'
import { applyLinks } from './apply-links.ts'
import type { RunStore } from './run-store.ts'
import type { ChangeJournal, ChangeKind } from './undo/change-journal.ts'
import { linkPhase, type StagedRow } from './stage-rows.ts'

export interface ApplyRunContext extends ApplyContext {
  plans: PlanStore; runs: RunStore; runId: string; planId: string
  rejected: number
  /** Null: nobody was known before, so there is nothing to keep. */
  journal: ChangeJournal | null
}

export interface Applied {
  items: number
  /** Rows that rejected a link to a guardian the source does not know. */
  rejected: number
  /** Lines whose row had changed since they were planned (R9). */
  skipped: number
}

/** Lines to a transaction: some thirty milliseconds. */
const BATCH = 1000

/** Applies the lines in the given state: people first, guardian links when everybody exists. Batches are short transactions. */
export async function applyRun(context: ApplyRunContext, state: Extract<PlanItemState, 'planned' | 'held'>): Promise<Applied> {
  const done: Applied = { items: 0, rejected: context.rejected, skipped: 0 }
  for await (const batch of context.plans.itemsBySubject(context.planId, { state }, BATCH)) {
    const { keep, stale } = state === 'held' ? await recheck(context, batch) : { keep: batch, stale: [] }
    await context.db.step(async () => {
      await kept(context, keep, ['person', 'place', 'group'], () => applyBatch(context, keep))
      // Links are a second walk: their lines are marked there.
      await markApplied(context, keep.filter((item) => item.phase !== linkPhase))
      await context.plans.setItems(context.planId, stale.map((item) => item.seq), { state: 'skipped', error: 'The source has said something else since.' })
    })
    done.items += keep.length
    done.skipped += stale.length
  }
  for await (const batch of context.plans.itemsBySubject(context.planId, { state, phase: linkPhase }, BATCH)) {
    const rejected = await context.db.step(async () => {
      const nobody = await kept(context, batch, ['link'], () => applyLinks(context, batch))
      const seqs = new Set(nobody.map((item) => item.seq))
      const lost = batch.filter((item) => seqs.has(item.seq))
      await context.runs.addRejections(context.runId, done.rejected, lost.map(unknownGuardian))
      await context.sources.lookAgain(context.source.id, lost.map((item) => item.itemKey))
      await markApplied(context, batch)
      return lost.length
    })
    done.rejected += rejected
  }
  return done
}

/** U1: what was there before is kept, so that the run can be undone. */
function kept<T>({ journal }: ApplyRunContext, items: PlanLine[], kinds: ChangeKind[], work: () => Promise<T>): Promise<T> {
  return journal ? journal.around(items, kinds, work) : work()
}

/**
 * New rows keep the mark they were staged with (`report.someApplied` speaks for all of them): marking each would write every page of
 * the plan a second time.
 */
async function markApplied({ plans, planId }: ApplyRunContext, items: readonly PlanLine[]): Promise<void> {
  await plans.setItems(planId, items.filter((item) => item.action !== 'add' || item.state === 'held').map((item) => item.seq), { state: 'applied' })
}

/** R9: approval acts only on rows that still say what they said when the plan was made. */
async function recheck(context: ApplyRunContext, batch: PlanLine[]): Promise<{ keep: PlanLine[]; stale: PlanLine[] }> {
  const known = await context.sources.knownRows(context.source.id, batch.map((item) => item.itemKey))
  const keep: PlanLine[] = []
  const stale: PlanLine[] = []
  for (const item of batch) {
    const was = (item.after as Partial<StagedRow> | null)?.was
    const now = known.get(item.itemKey)?.digest ?? null
    const fresh = item.action === 'end' || item.action === 'gone' || item.action === 'missing' || was === now || (item.action === 'add' && now === null)
    if (fresh) keep.push(item)
    else stale.push(item)
  }
  return { keep, stale }
}

function unknownGuardian(item: PlanLine): { file: string; line: number; reason: string } {
  const links = ((item.after as StagedRow).facts as RosterFact[]).filter((fact): fact is LinkFact => fact.kind === 'link')
  return {
    file: item.file ?? '', line: item.line ?? 0,
    reason: `The pupil ${item.subject} names a guardian (${links.map((link) => link.guardianKey).join(', ')}) who is not in the input. The pupil was imported; the link was left out. Add the guardian in the MIS, or remove the reference.`,
  }
}

/** The same finding for `--plan`, where nothing may be written into people. */
export async function unknownGuardians(context: Pick<ApplyRunContext, 'plans' | 'sources' | 'source' | 'planId'>): Promise<{ file: string; line: number; reason: string }[]> {
  const found: { file: string; line: number; reason: string }[] = []
  for await (const batch of context.plans.items(context.planId, { phase: linkPhase })) {
    const keys = [...new Set(batch.flatMap((item) => linkKeys(item)))]
    const known = await context.sources.personIds(context.source.id, keys)
    const staged = new Set((await context.plans.itemsOf(context.planId, keys.filter((key) => !known.has(key)))).map((item) => item.subject))
    for (const item of batch) if (linkKeys(item).some((key) => !known.has(key) && !staged.has(key))) found.push(unknownGuardian(item))
  }
  return found
}

const linkKeys = (item: PlanLine): string[] => ((item.after as Partial<StagedRow> | null)?.facts ?? [])
  .flatMap((fact) => (fact.kind === 'link' ? [fact.guardianKey] : []))
