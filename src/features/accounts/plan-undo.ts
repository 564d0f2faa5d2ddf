import type { Plan, PlanState } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { Refused } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import type { AccessPlans } from './access-plans.ts'
import { statementOf } from './ended-people.ts'
import type { StoredRestriction } from './restriction-store.ts'
import { desiredOf, ItemStager, targetsById } from './stage-items.ts'

/** States in which a plan may have placed something. */
const UNDOABLE: PlanState[] = ['applied', 'held', 'applying', 'undone', 'superseded']

/**
 * Makes the plan that undoes another: a line for each account of everybody whom that plan restricted and whose restriction
 * still stands. From here on the undone plan can no longer be applied, and its people are kept (U1). An undo that was begun
 * and not finished is taken up again.
 */
export async function stageUndo(deps: AccessDeps, plans: AccessPlans, plan: Plan, { actor, on }: { actor: string; on: CalendarDate }): Promise<Plan> {
  const begun = await unfinishedUndo(deps, plan.id)
  if (begun) return begun
  if (plan.undoOf !== null) throw new Refused({ what: 'This plan is an undo itself.', remedy: 'Make a new leavers plan instead.' })
  if (plan.approvedAt !== null && deps.clock.now() > plan.approvedAt + deps.settings.undoDays * 86_400_000) {
    throw new Refused({ what: `U1: this plan was approved more than ${deps.settings.undoDays} days ago, so it is not undone as a whole any more.`, remedy: 'Give access back to single people, or let the roster say that they have returned.' })
  }
  if (!UNDOABLE.includes(plan.state)) {
    throw new Refused({ what: `This plan is ${plan.state}: it has changed nothing that could be undone.`, remedy: 'Open the list of plans.' })
  }
  const first = await deps.db.sql('restrictions').where({ plan_id: plan.id }).whereNull('released_at').first('id')
  if (!first && !await deps.placeEnds.any(plan.id)) {
    throw new Refused({ what: 'Nothing that this plan placed is still in force, so there is nothing to undo.', remedy: 'Look at the person concerned: another restriction may hold.' })
  }
  const undo = await plans.open('undo', actor, plan.id)
  const stager = new ItemStager(deps, undo.id)
  const targets = targetsById(deps)
  const people = new Set<string>()
  for await (const standing of deps.restrictions.standingOfPlan(plan.id)) {
    const batch = [...Map.groupBy(standing, (restriction) => restriction.personId)].filter(([id]) => !people.has(id))
    const ids = batch.map(([id]) => id)
    for (const id of ids) people.add(id)
    const all = Map.groupBy(await deps.restrictions.ofPlan(plan.id, ids), (restriction) => restriction.personId)
    const accounts = await deps.accounts.ofPeople(ids)
    const desired = await desiredOf(deps, ids, on)
    for (const id of ids) {
      const release = (all.get(id) ?? []).filter(stands).map((restriction) => restriction.id)
      for (const account of accounts.get(id) ?? []) {
        const target = targets.get(account.directoryId)
        if (!target) continue
        await stager.add({
          personId: id, account, target, action: 'restore', desired: desired(id, [], release), population: null, release,
          reason: `undo of plan ${plan.id}`, state: 'planned',
        })
      }
    }
  }
  await stager.flush()
  await begin(deps, plan, undo, { people, actor, planned: stager.count })
  return await deps.plans.get(undo.id) as Plan
}

const stands = (restriction: StoredRestriction): boolean => restriction.releasedAt === null

/**
 * One transaction: the old plan is over, its people are kept, and everything it placed is released, also for people whose
 * account is gone. The directories follow; if they do not get so far, reconcile does.
 */
async function begin(deps: AccessDeps, plan: Plan, undo: Plan, { people, actor, planned }: { people: ReadonlySet<string>; actor: string; planned: number }): Promise<void> {
  const { db, plans, restrictions, kept, clock, audit } = deps
  const now = clock.now()
  await db.transaction(async () => {
    if (!await plans.advance(plan.id, UNDOABLE, { state: 'undone', finishedAt: plan.finishedAt ?? now })) {
      throw new Refused({ what: 'This plan has changed meanwhile.', remedy: 'Open it again.' })
    }
    await deps.placeEnds.giveBack(plan.id, null)
    const affiliations = await deps.people.affiliationsOf([...people])
    await kept.keep(new Map([...people].map((id) => [id, statementOf(affiliations.get(id) ?? [])])), undo.id, now)
    await deps.lists.unconfirm(plan.id, null)
    for await (const batch of restrictions.standingOfPlan(plan.id)) await restrictions.release(batch.map(({ id }) => id), { at: now, actor })
    await plans.update(undo.id, { state: 'applying', counts: { people: people.size, planned }, approvedBy: actor, approvedAt: now })
    await db.sql('plan_items').where({ plan_id: plan.id }).whereIn('state', ['applied', 'verified', 'failed']).update({ state: 'reverted' })
    await audit.record({ actor, event: 'access.undo-begun', subject: `plan:${plan.id}`, payload: { undo: undo.id, people: people.size } })
  })
}

async function unfinishedUndo(deps: AccessDeps, planId: string): Promise<Plan | null> {
  const row = await deps.db.sql('plans').where({ kind: 'access', undo_of: planId }).whereIn('state', ['applying', 'held']).first('id') as { id: string } | undefined
  return row ? deps.plans.get(row.id) : null
}
