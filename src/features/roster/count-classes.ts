import type { Database } from '../../db/database.ts'
import { rank } from './fact-changes.ts'
import type { RunReport } from './roster-run.ts'

/** Counts people by the highest class of their lines (leavers > joiners > movers > changed > unchanged). */
export async function countClasses(db: Database, planId: string, people: number): Promise<Pick<RunReport, 'read' | 'joiners' | 'movers' | 'leavers' | 'missing' | 'changed' | 'unchanged'>> {
  const rows = await db.rows(
    `select top_rank, count(*) as n from (select subject, max(${'`rank`'}) as top_rank from plan_items where plan_id = ? group by subject) as per_person group by top_rank`,
    [planId],
  )
  const of = (wanted: number): number => Number(rows.find((row) => Number(row['top_rank']) === wanted)?.['n'] ?? 0)
  const gone = await db.read('plan_items').where({ plan_id: planId, action: 'missing' }).where('rank', '>', rank.none).countDistinct({ n: 'subject' }).first()
  const missing = Number(gone?.['n'] ?? 0)
  const leavers = of(rank.leaver)
  const joiners = of(rank.joiner)
  const movers = of(rank.mover)
  // Present people who lost a school without an explicit end: a change to be looked at, not an absence of theirs.
  const changed = of(rank.changed) + Math.max(0, of(rank.missing) - missing)
  return { read: people, joiners, movers, leavers, missing, changed, unchanged: Math.max(0, people - joiners - movers - leavers - changed) }
}

/** How many people's lines are held: the number an approver types. */
export async function countHeldPeople(db: Database, planId: string): Promise<number> {
  const row = await db.read('plan_items').where({ plan_id: planId, state: 'held' }).countDistinct({ n: 'subject' }).first()
  return Number(row?.['n'] ?? 0)
}
