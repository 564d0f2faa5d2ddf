import type { PlanItem } from '../../db/plan-store.ts'
import type { Affiliation } from '../people/affiliation.ts'
import type { Account } from './account-store.ts'
import type { AccessDeps } from './access-deps.ts'
import { accessRank, afterOf, type ItemRestriction } from './access-item.ts'
import type { DesiredAccess } from './desired-access.ts'
import { staysInTrust, statementOf } from './ended-people.ts'
import type { NewRestriction, StoredRestriction } from './restriction-store.ts'
import { desiredOf, type NamedTarget } from './stage-items.ts'

export interface PrepareContext {
  planId: string
  actor: string
  protectedIds: ReadonlySet<string>
  on: string
  targets: ReadonlyMap<string, NamedTarget>
}

interface Facts {
  accounts: Map<string, Account>
  affiliations: Map<string, Affiliation[]>
  kept: Map<string, string>
  standing: Map<string, StoredRestriction[]>
  ofPlan: StoredRestriction[]
  desired: (personId: string) => DesiredAccess
  /** Release keys whose cause still stands (I5). */
  due: ReadonlySet<string>
}

/**
 * Looks again whether each line may still be done, then places and releases the restrictions of those that may, in one
 * transaction before any directory is asked: from then on reconcile would bring the same about, whatever happens here.
 * Returns the lines to go on with; the others are marked skipped with the reason.
 */
export async function prepareItems(deps: AccessDeps, context: PrepareContext, batch: PlanItem[]): Promise<PlanItem[]> {
  const { planId, on, actor } = context
  const people = [...new Set(batch.map((item) => item.subject))]
  const facts: Facts = {
    accounts: await deps.accounts.many(batch.map((item) => afterOf(item).accountId)),
    affiliations: await deps.people.affiliationsOf(people),
    kept: await deps.kept.statementsOf(people),
    standing: await deps.restrictions.unreleasedOf(people),
    ofPlan: await deps.restrictions.ofPlan(planId, people),
    desired: await desiredOf(deps, people, on),
    due: await deps.stillDue?.(batch.flatMap((item) => afterOf(item).place?.releaseKey ?? [])) ?? new Set(),
  }
  const judged = batch.map((item) => ({ item, problem: problemOf(item, facts, context, deps.settings.startsWithinDays) }))
  const go = judged.filter(({ problem }) => problem === null).map(({ item }) => item)
  const now = deps.clock.now()
  const placing = restrictionsToPlace(go, facts.ofPlan, (personId, place): NewRestriction => ({
    id: deps.ids.next(), personId, cause: place.cause, level: place.level, profile: place.profile, reason: place.reason.slice(0, 500),
    fromDate: on, untilDate: null, placedBy: actor, placedAt: now, releaseKey: place.releaseKey ?? null, emergency: false, planId,
  }))
  await deps.db.transaction(async () => {
    await deps.restrictions.insert(placing)
    await endListed(deps, planId, go)
    await deps.restrictions.release([...new Set(go.flatMap((item) => afterOf(item).release))], { at: now, actor })
    await deps.outbox.putMany(placing.filter(({ cause }) => cause === 'leaver').map(({ personId }) => ({
      kind: 'identity.end-sessions', payload: { personId }, dedupeKey: `end-sessions:${personId}:${planId}`,
    })))
    for (const { item, problem } of judged) if (problem !== null) await deps.plans.setItems(planId, [item.seq], { state: 'skipped', error: problem })
  })
  return go
}

/** R5: a confirmed list is an explicit end, of the places too. What the source says of these people from then on counts again. */
async function endListed(deps: AccessDeps, planId: string, items: readonly PlanItem[]): Promise<void> {
  const listed = items.flatMap((item) => {
    const { place } = afterOf(item)
    return place?.listed ? [{ personId: item.subject, schoolId: place.schoolId ?? null, lastDay: place.lastDay }] : []
  })
  for (const group of Map.groupBy(listed, ({ schoolId, lastDay }) => `${schoolId ?? ''}|${lastDay ?? ''}`).values()) {
    const [{ schoolId, lastDay } = { schoolId: null, lastDay: undefined }] = group
    if (lastDay !== undefined) await deps.placeEnds.end(group.map(({ personId }) => personId), { planId, schoolId, on: lastDay })
  }
  const ids = [...new Set(listed.map(({ personId }) => personId))]
  const places = await deps.people.affiliationsOf(ids)
  await deps.lists.confirm(new Map(ids.map((id) => [id, statementOf(places.get(id) ?? [])])), planId, deps.clock.now())
}

/** Why a line may not be done now, or null. */
function problemOf(item: PlanItem, facts: Facts, context: PrepareContext, startsWithinDays: number): string | null {
  const after = afterOf(item)
  const account = facts.accounts.get(after.accountId)
  const target = context.targets.get(after.directoryId)
  if (!account || account.goneAt !== null) return 'The account is not in the directory any more.'
  if (account.personId !== item.subject) return 'The account belongs to somebody else now.'
  if (!target) return `The directory "${after.directory}" is not connected any more.`
  if (target.mode === 'observe') return `R10: the directory "${after.directory}" is only observed.`
  if (item.rank > accessRank.giving) {
    if (context.protectedIds.has(item.subject) || account.observed.protected || context.actor === `person:${item.subject}`) {
      return 'B4: protected, so a person has to do it in the directory.'
    }
  }
  if (after.place) return placingProblem(item, after.place, facts, context, startsWithinDays)
  if (after.release.length > 0) return null
  const desired = facts.desired(item.subject)
  const same = desired.level === after.level && desired.profiles.join('\n') === after.profiles.join('\n')
  return same ? null : 'R9: the access this person should have has changed since the plan was made.'
}

function placingProblem(item: PlanItem, place: ItemRestriction, facts: Facts, context: PrepareContext, startsWithinDays: number): string | null {
  const own = facts.ofPlan.filter((restriction) => restriction.personId === item.subject && sameKind(restriction, place))
  if (own.length > 0) return own.some(({ releasedAt }) => releasedAt === null) ? null : 'The restriction was released meanwhile.'
  const affiliations = facts.affiliations.get(item.subject) ?? []
  if (place.cause === 'unsigned') return facts.due.has(place.releaseKey ?? '') ? null : 'I5: it was signed, or is not asked for any more.'
  if (place.cause === 'leaver' && !place.listed && staysInTrust(affiliations, context.on, startsWithinDays)) return 'R9: has a place in the trust again.'
  const statement = statementOf(affiliations)
  if (statement !== place.statement) return 'R9: the source has said something else since the plan was made.'
  if (!place.listed && facts.kept.get(item.subject) === statement) return 'U1: kept by a person until the source says something else.'
  const other = (facts.standing.get(item.subject) ?? []).some((restriction) => sameKind(restriction, place))
  return other ? 'Restricted as a leaver already.' : null
}

const sameKind = (a: Pick<StoredRestriction, 'cause' | 'profile'>, b: Pick<ItemRestriction, 'cause' | 'profile'>): boolean =>
  a.cause === b.cause && a.profile === b.profile

/** One restriction per person, however many accounts; none where an earlier run of the plan placed it already. */
function restrictionsToPlace(
  items: PlanItem[], ofPlan: StoredRestriction[], make: (personId: string, place: ItemRestriction) => NewRestriction,
): NewRestriction[] {
  const placing: NewRestriction[] = []
  for (const item of items) {
    const { place } = afterOf(item)
    if (place === null) continue
    const there = [...ofPlan, ...placing].some((restriction) => restriction.personId === item.subject && sameKind(restriction, place))
    if (!there) placing.push(make(item.subject, place))
  }
  return placing
}
