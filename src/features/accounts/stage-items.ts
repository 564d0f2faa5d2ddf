import type { NewPlanItem } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { planAccountChange } from './account-change.ts'
import type { Account } from './account-store.ts'
import type { AccessDeps } from './access-deps.ts'
import { type AccessAction, accessRank, beforeOf, type ItemAfter } from './access-item.ts'
import { type DesiredAccess, desiredAccess } from './desired-access.ts'
import type { DirectoryTarget } from './directory-store.ts'
import type { NewRestriction } from './restriction-store.ts'

/** A directory with its configured name. */
export type NamedTarget = DirectoryTarget & { name: string }

/** The connected directories by id, in the order in which their leases are taken. */
export function targetsById(deps: Pick<AccessDeps, 'targets'>): Map<string, NamedTarget> {
  return new Map([...deps.targets].map(([name, target]) => [target.id, { ...target, name }] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Writes the lines of one plan, numbering them. */
export class ItemStager {
  readonly #deps: AccessDeps
  readonly #planId: string
  #seq = 0
  #waiting: NewPlanItem[] = []

  constructor(deps: AccessDeps, planId: string) {
    this.#deps = deps
    this.#planId = planId
  }

  get count(): number {
    return this.#seq
  }

  async add(item: {
    personId: string; account: Account; target: NamedTarget; action: AccessAction; desired: DesiredAccess
    population: string | null; reason: string; state: NewPlanItem['state']
    place?: ItemAfter['place']; release?: string[]; backTo?: string; file?: string | null; line?: number | null
  }): Promise<void> {
    const { account, target, desired } = item
    const after: ItemAfter = {
      accountId: account.id, directoryId: target.id, directory: target.name, username: account.username,
      place: item.place ?? null, release: item.release ?? [], level: desired.level, profiles: desired.profiles,
      change: planAccountChange(account.observed, desired, account.delta, target.mapping).change, ...(item.backTo === undefined ? {} : { backTo: item.backTo }),
    }
    this.#waiting.push({
      seq: this.#seq++, itemKey: `${item.action}:${item.personId}:${account.id}`, subject: item.personId, action: item.action,
      rank: item.action === 'restore' || item.action === 'unarchive' ? accessRank.giving : item.action === 'school-move' ? accessRank.move : accessRank.loss,
      population: item.population, state: item.state, before: beforeOf(account), after,
      file: item.file ?? null, line: item.line ?? null, reason: item.reason.slice(0, 500),
    })
    if (this.#waiting.length >= 500) await this.flush()
  }

  async flush(): Promise<void> {
    const items = this.#waiting
    this.#waiting = []
    if (items.length > 0) await this.#deps.db.transaction(() => this.#deps.plans.addItems(this.#planId, items))
  }
}

/** The access these people should have on a day, from everything that stands; with few statements. */
export async function desiredOf(
  deps: Pick<AccessDeps, 'restrictions'>, personIds: readonly string[], on: CalendarDate,
): Promise<(personId: string, more?: NewRestriction[], without?: readonly string[]) => DesiredAccess> {
  const restrictions = await deps.restrictions.unreleasedOf(personIds)
  const exemptions = await deps.restrictions.exemptionsOf(personIds, on)
  return (personId, more = [], without = []) => desiredAccess([
    ...(restrictions.get(personId) ?? []).filter((restriction) => !without.includes(restriction.id)),
    ...more.map((restriction) => ({ ...restriction, releasedAt: null })),
  ], exemptions.get(personId) ?? [], on)
}
