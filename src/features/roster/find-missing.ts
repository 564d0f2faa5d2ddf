import type { RosterFact } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { NewPlanItem, PlanStore } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { compareRow, rank } from './fact-changes.ts'
import type { Source, SourceStore } from './source-store.ts'
import { linkPhase, type Staged } from './stage-rows.ts'

/**
 * Adds a plan line for every row the source stated before and does not now (R4). A person's own row makes them *missing*;
 * what else is gone of a missing person is noted and left as it is, because nothing happens to somebody who is missing.
 */
export async function findMissing(input: {
  db: Database; plans: PlanStore; sources: SourceStore; source: Source; planId: string; staged: Staged
  schoolKeys: ReadonlySet<string>; on: CalendarDate
  /** Rows as last applied that are not gone. */
  present: number
}): Promise<void> {
  const { db, plans, sources, source, planId, staged } = input
  if (input.present === 0) return
  const returned = await plans.countActions(planId, 'return')
  if (staged.seen.size - returned >= input.present) return
  for await (const rows of sources.present(source.id)) {
    const items: NewPlanItem[] = []
    for (const row of rows) {
      if (staged.seen.has(row.slot)) continue
      const facts = JSON.parse(row.facts) as RosterFact[]
      if (!judged(facts, input.schoolKeys)) continue
      const person = facts.some((fact) => fact.kind === 'person')
      const change = compareRow(facts, [], input.on)
      items.push({
        seq: staged.nextSeq++,
        keyed: false,
        itemKey: row.rowKey,
        subject: row.subject,
        action: person ? 'missing' : 'gone',
        rank: person ? rank.missing : change.rank,
        phase: facts.some((fact) => fact.kind === 'link') ? linkPhase : 0,
        population: change.takesAway && !person ? 'clearing' : null,
        state: 'planned',
        before: facts,
        after: null,
        file: null,
        line: null,
        reason: person ? 'not in the file; nothing happens to them until it is proved twice and answered' : change.reason || 'not in the file',
      })
    }
    staged.notable += items.length
    if (items.length > 0) await db.step(async () => { await plans.addItems(planId, items) })
  }
  await leaveMissingAlone(db, planId)
}

/** R1: absence is judged only for schools that are in the file. */
function judged(facts: RosterFact[], schoolKeys: ReadonlySet<string>): boolean {
  const keys = facts.flatMap((fact) => (fact.kind === 'affiliation' || fact.kind === 'group' ? [fact.schoolKey] : []))
  return keys.length === 0 || keys.some((key) => schoolKeys.has(key))
}

async function leaveMissingAlone(db: Database, planId: string): Promise<void> {
  const missing = await db.read('plan_items').where({ plan_id: planId, action: 'missing' }).distinct('subject')
  for (let from = 0; from < missing.length; from += 900) {
    const subjects = missing.slice(from, from + 900).map((row) => row.subject)
    await db.step(async () => {
      await db.sql('plan_items').where({ plan_id: planId, action: 'gone' }).whereIn('subject', subjects).update({ rank: rank.missing, population: null })
    })
  }
}
