import type { LinkFact, RosterFact } from '../../../adapters/sources/source.ts'
import type { Database } from '../../../db/database.ts'
import type { NewPlanItem, PlanItem, PlanStore } from '../../../db/plan-store.ts'
import { chunks } from '../../../shared/chunks.ts'
import type { CalendarDate } from '../../../shared/dates.ts'
import { compareRow, rank } from '../fact-changes.ts'
import type { Source, SourceStore } from '../source-store.ts'
import { linkPhase, type Staged, type StagedRow } from '../stage-rows.ts'

interface Reading { db: Database; plans: PlanStore; sources: SourceStore; source: Source; planId: string; staged: Staged; on: CalendarDate }

/**
 * Joiners that an undo took out come back as joiners once the source says something new about them: then all their rows count as new.
 * Those whose rows are as they were stay out. Costs one query where no undo took anybody out.
 */
export async function rejoinWithdrawn(reading: Reading): Promise<void> {
  const { db, source, plans, planId } = reading
  const withdrawn = new Set((await db.read('withdrawn_joiners').where({ source_id: source.id }).select('external_id')).map((row) => row.external_id as string))
  if (withdrawn.size === 0) return
  const back = new Set<string>()
  for (const part of chunks([...withdrawn], 300)) for (const item of await plans.itemsOf(planId, part)) if (speaks(item)) back.add(item.subject)
  for (let wanted = [...back]; wanted.length > 0;) wanted = await bringIn(reading, wanted, withdrawn, back)
}

const speaks = ({ action }: PlanItem): boolean => action === 'add' || action === 'change' || action === 'return'

/** Returns the withdrawn adults whom these people's links name: they have to come with them. */
async function bringIn({ db, plans, sources, source, planId, staged, on }: Reading, subjects: string[], withdrawn: ReadonlySet<string>, back: Set<string>): Promise<string[]> {
  const adults = new Set<string>()
  for (const part of chunks(subjects, 300)) {
    const items = (await plans.itemsOf(planId, part)).filter(speaks)
    const rows = await sources.rowsAbout(source.id, part)
    const known = await sources.knownRows(source.id, rows.map(({ rowKey }) => rowKey))
    const there = new Set(items.map(({ itemKey }) => itemKey))
    const more: NewPlanItem[] = rows.filter(({ rowKey }) => !there.has(rowKey) && staged.seen.has(known.get(rowKey)?.slot ?? -1)).map(({ rowKey, subject, facts }) => {
      const digest = known.get(rowKey)?.digest ?? ''
      const after: StagedRow = { digest, was: digest, facts }
      return {
        seq: staged.nextSeq++, keyed: false, itemKey: rowKey, subject, action: 'return', rank: compareRow(null, facts, on).rank, phase: isLink(facts) ? linkPhase : 0,
        state: 'planned', before: null, after, file: null, line: null, reason: 'was taken out by an undo; the source says something new',
      }
    })
    await db.step(async () => {
      for (const item of items) {
        const facts = (item.after as StagedRow).facts
        await db.sql('plan_items').where({ plan_id: planId, seq: item.seq }).update({
          before: null, action: item.action === 'add' ? 'add' : 'return', rank: compareRow(null, facts, on).rank, population: null, reason: 'was taken out by an undo; the source says something new',
        })
      }
      await plans.addItems(planId, more)
    })
    for (const facts of [...items.map((item) => (item.after as StagedRow).facts), ...rows.map((row) => row.facts)]) for (const key of guardiansIn(facts)) adults.add(key)
  }
  const next = [...adults].filter((key) => withdrawn.has(key) && !back.has(key))
  for (const key of next) back.add(key)
  return next
}

const isLink = (facts: readonly RosterFact[]): boolean => facts.some((fact) => fact.kind === 'link')
const guardiansIn = (facts: readonly RosterFact[]): string[] => facts.filter((fact): fact is LinkFact => fact.kind === 'link').map((fact) => fact.guardianKey)

/** Nobody is missing who was taken out: their rows go, and that is all. */
export async function forgetWithdrawn({ db, source, planId }: Pick<Reading, 'db' | 'source' | 'planId'>): Promise<void> {
  const rows = await db.read('withdrawn_joiners').where({ source_id: source.id }).select('external_id')
  for (const part of chunks(rows.map((row) => row.external_id as string), 300)) {
    await db.step(async () => {
      await db.sql('plan_items').where({ plan_id: planId }).whereIn('action', ['missing', 'gone']).whereIn('subject', part)
        .update({ action: 'rekeyed', rank: rank.none, population: null, reason: 'was taken out by an undo' })
    })
  }
}

/** Of these people those whose end an undo has lifted and of whom this reading says nothing new: they are kept (U1). */
export async function keptBy(db: Database, sourceId: string, personIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const part of chunks(personIds)) for (const row of await db.read('kept_places').where({ source_id: sourceId }).whereIn('person_id', part).select('person_id')) found.add(row.person_id)
  return found
}

/** Once a reading is applied: who came back is no longer out, and who was spoken of is no longer kept. Joins the caller's transaction. */
export async function settleUndone(db: Database, sourceId: string, planId: string): Promise<void> {
  const out = (await db.sql('withdrawn_joiners').where({ source_id: sourceId }).select('external_id')).map((row) => row.external_id as string)
  for (const part of chunks(out, 300)) {
    const here = (await db.sql('source_people').where({ source_id: sourceId }).whereIn('external_id', part).select('external_id')).map((row) => row.external_id as string)
    const rows = new Set((await db.sql('source_rows').where({ source_id: sourceId }).whereIn('subject', part).distinct('subject')).map((row) => row.subject as string))
    await db.sql('withdrawn_joiners').where({ source_id: sourceId }).whereIn('external_id', [...here, ...part.filter((key) => !rows.has(key))]).del()
  }
  const kept = (await db.sql('kept_places as k').join('source_people as s', function join() { this.on('s.person_id', 'k.person_id').andOn('s.source_id', 'k.source_id') })
    .where('k.source_id', sourceId).select('k.person_id', 's.external_id')) as { person_id: string; external_id: string }[]
  for (const part of chunks(kept, 300)) {
    const spoken = new Set((await db.sql('plan_items').where({ plan_id: planId }).whereIn('subject', part.map((row) => row.external_id)).whereNot({ state: 'held' }).distinct('subject')).map((row) => row.subject as string))
    await db.sql('kept_places').where({ source_id: sourceId }).whereIn('person_id', part.filter((row) => spoken.has(row.external_id)).map((row) => row.person_id)).del()
  }
}
