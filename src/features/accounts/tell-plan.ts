import type { PlanItemState, PlanStore } from '../../db/plan-store.ts'
import type { Account } from './account-store.ts'

const ACTIONS = ['suspend', 'restrict', 'restore', 'school-move'] as const

/** Tells the plan that asked a person for something in this account what came of it; nothing where no plan did. */
export async function tellPlan(plans: Pick<PlanStore, 'byKeys' | 'setItems'>, account: Pick<Account, 'id' | 'personId' | 'intent'> | null, came: { state: PlanItemState; error: string | null }): Promise<void> {
  const planId = account?.intent?.planId
  if (!planId || !account.personId) return
  const items = await plans.byKeys(planId, ACTIONS.map((action) => `${action}:${account.personId}:${account.id}`))
  const seqs = items.filter(({ state }) => state === 'applied').map(({ seq }) => seq)
  if (seqs.length > 0) await plans.setItems(planId, seqs, came)
}
