import type { Database } from '../../db/database.ts'

/** One text per line of a plan, in order, for the ledger's Merkle root over a bulk run (L1). */
export async function* planLines(db: Database, planId: string): AsyncIterable<string> {
  let after = -1
  for (;;) {
    const rows = await db.read('plan_items').where({ plan_id: planId }).andWhere('seq', '>', after).orderBy('seq').limit(2000)
      .select('seq', 'item_key', 'subject', 'action', 'rank', 'state')
    if (rows.length === 0) return
    for (const row of rows) yield `${row.seq}|${row.item_key}|${row.subject}|${row.action}|${row.rank}|${row.state}`
    if (rows.length < 2000) return
    after = rows[rows.length - 1].seq
  }
}
