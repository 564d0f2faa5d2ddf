import type { PlanStore } from '../../db/plan-store.ts'

/** One text per line of an access plan, in order, for the ledger's Merkle root (L1): identifiers, never names. */
export async function* accessPlanLines(plans: PlanStore, planId: string): AsyncIterable<string> {
  for await (const batch of plans.items(planId)) {
    for (const item of batch) yield [item.seq, item.itemKey, item.rank, item.state].join('|')
  }
}
