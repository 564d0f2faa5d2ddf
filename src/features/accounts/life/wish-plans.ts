import type { AccessDeps } from '../access-deps.ts'
import { type AccessPlans, type AccessReport, dateOf } from '../access-plans.ts'
import type { ItemRestriction } from '../access-item.ts'
import { asRestriction } from '../plan-leavers.ts'
import type { ReconcileService } from '../reconcile-service.ts'
import { desiredOf, ItemStager, targetsById } from '../stage-items.ts'

/** A restriction that another feature wants placed on one person, by way of a plan that somebody reads and approves. */
export interface Wish {
  personId: string
  place: ItemRestriction
  schoolId: string
  role: string
  yearCode: string | null
  regGroup: string | null
}

/** Plans of restrictions that other features propose: stored, judged by the brake, approved, undone like any other. */
export class WishPlans {
  readonly #deps: AccessDeps
  readonly #plans: AccessPlans
  readonly #reconcile: ReconcileService
  constructor(deps: AccessDeps, plans: AccessPlans, reconcile: ReconcileService) {
    this.#deps = deps
    this.#plans = plans
    this.#reconcile = reconcile
  }

  /** Always waits for a person. `about` names it; an earlier one about the same that nobody approved is set aside (R9). */
  async plan(about: string, wishes: readonly Wish[], actor: string): Promise<AccessReport> {
    const deps = this.#deps
    const targets = targetsById(deps)
    return this.#reconcile.withDirectories([...targets.values()], actor, async (signal) => {
      const plan = await this.#plans.open(about, actor)
      const stager = new ItemStager(deps, plan.id)
      const on = dateOf(deps)
      const protectedIds = await deps.protectedPeople()
      const staged = { losing: [], moves: 0, protectedCount: 0, mayTake: false } as Parameters<AccessPlans['judge']>[1]
      for (let from = 0; from < wishes.length; from += 500) {
        const part = wishes.slice(from, from + 500)
        const ids = part.map(({ personId }) => personId)
        const accounts = await deps.accounts.ofPeople(ids)
        const desired = await desiredOf(deps, ids, on)
        for (const wish of part) {
          const guarded = protectedIds.has(wish.personId) || (accounts.get(wish.personId) ?? []).some(({ observed }) => observed.protected)
          const then = desired(wish.personId, [asRestriction({ deps, plan, on }, wish.personId, wish.place)])
          let lines = 0
          for (const account of accounts.get(wish.personId) ?? []) {
            const target = targets.get(account.directoryId)
            if (!target) continue
            lines += 1
            await stager.add({
              personId: wish.personId, account, target, action: 'restrict', desired: then, population: `${wish.schoolId}|${wish.role}`, place: wish.place,
              reason: guarded ? `${wish.place.reason}. B4: protected, so a person has to do it in the directory` : wish.place.reason, state: guarded ? 'skipped' : 'planned',
            })
          }
          if (lines === 0) continue
          if (guarded) staged.protectedCount += 1
          else staged.losing.push({ personId: wish.personId, schoolId: wish.schoolId, role: wish.role, yearCode: wish.yearCode, regGroup: wish.regGroup, current: true })
        }
      }
      await stager.flush()
      const report = await this.#reconcile.settle(plan, { ...staged, counts: { people: staged.losing.length, protected: staged.protectedCount } }, { planOnly: true, actor, signal })
      await this.#plans.supersede(plan)
      return report
    })
  }

  /** Names of the profiles that some directory gives a meaning to. */
  profiles(): Set<string> {
    return new Set([...this.#deps.targets.values()].flatMap(({ mapping }) => Object.keys(mapping.profiles)))
  }

  /** Which of these release keys a restriction was ever placed under: what was decided once is not proposed again. */
  async everPlaced(keys: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>()
    for (let from = 0; from < keys.length; from += 900) {
      for (const row of await this.#deps.db.read('restrictions').whereIn('release_key', keys.slice(from, from + 900)).distinct('release_key')) found.add(row.release_key)
    }
    return found
  }
}
