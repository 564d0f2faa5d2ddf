import type { Plan } from '../../../db/plan-store.ts'
import { chunks } from '../../../shared/chunks.ts'
import type { AccessDeps } from '../access-deps.ts'
import { statementOf } from '../ended-people.ts'
import { meant } from './leaver-list.ts'

/**
 * R5: people of a list for whom the plan has no line (no account, or nothing to change at their school) leave with its approval; their
 * places end in the same transaction. Whose lines are skipped as protected keep theirs.
 */
export async function endUnlined(deps: Pick<AccessDeps, 'db' | 'lists' | 'placeEnds' | 'people' | 'outbox' | 'clock' | 'protectedPeople'>, plan: Plan): Promise<void> {
  const listId = plan.about?.startsWith('leavers-list:') === true ? plan.about.slice('leavers-list:'.length) : null
  const list = listId === null ? null : await deps.lists.get(listId)
  if (!list) return
  const guarded = await deps.protectedPeople()
  const ids = [...new Set(meant(list).flatMap(({ personId }) => personId ?? []))].filter((id) => !guarded.has(id))
  const lined = new Set<string>()
  for (const part of chunks(ids)) for (const row of await deps.db.sql('plan_items').where({ plan_id: plan.id }).whereIn('subject', part).distinct('subject')) lined.add(row.subject)
  const others = ids.filter((id) => !lined.has(id))
  if (others.length === 0) return
  await deps.placeEnds.end(others, { planId: plan.id, schoolId: list.schoolId, on: list.lastDay })
  const places = await deps.people.affiliationsOf(others)
  await deps.lists.confirm(new Map(others.map((id) => [id, statementOf(places.get(id) ?? [])])), plan.id, deps.clock.now())
  if (list.schoolId === null) await deps.outbox.putMany(others.map((personId) => ({ kind: 'identity.end-sessions', payload: { personId }, dedupeKey: `end-sessions:${personId}:${plan.id}` })))
}
