import type { JobHandler } from '../../db/outbox.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import { type AccessPlans, type AccessReport, dateOf } from './access-plans.ts'
import type { Account } from './account-store.ts'
import { bringAbout, settledDelta, type Brought } from './bring-about.ts'
import { desiredAccess } from './desired-access.ts'
import { emptyStaging, stageAccounts } from './plan-reconcile.ts'
import type { ReconcileService } from './reconcile-service.ts'
import type { StoredRestriction } from './restriction-store.ts'
import { runPlan } from './run-plan.ts'
import { ItemStager, type NamedTarget, targetsById } from './stage-items.ts'

/**
 * Makes the directories follow one person. Giving back is never braked, nor is an emergency (B7). What a person decided about
 * one person counts towards the brake's sums and is not held for being the first; what nobody decided waits like any run (R10).
 */
export class PersonReconciler {
  readonly #deps: AccessDeps
  readonly #plans: AccessPlans
  readonly #service: ReconcileService
  constructor(deps: AccessDeps, plans: AccessPlans, service: ReconcileService) {
    this.#deps = deps
    this.#plans = plans
    this.#service = service
  }

  /** The outbox handler of `access.reconcile-person`. @throws so that the job is tried again while accounts fail. */
  readonly handler: JobHandler = async (payload) => {
    const report = await this.reconcilePerson(String(payload['personId']), { actor: 'system' })
    if (report !== null && report.failed > 0) {
      throw new Refused({ what: `${report.failed} of this person's accounts could not be changed.`, where: `plan ${report.run}`, remedy: 'It is tried again.' })
    }
  }

  /** Null when nothing had to be done. */
  async reconcilePerson(personId: string, { actor }: { actor: string }): Promise<AccessReport | null> {
    const deps = this.#deps
    const targets = targetsById(deps)
    const theirs = (await deps.accounts.ofPeople([personId])).get(personId) ?? []
    const involved = [...targets.values()].filter((target) => theirs.some((account) => account.directoryId === target.id))
    if (involved.length === 0) return null
    return this.#service.withDirectories(involved, actor, async (signal) => {
      for (const account of theirs) await this.#lookAgain(account, targets.get(account.directoryId))
      const standing = await deps.restrictions.unreleasedOf([personId])
      const plan = await this.#plans.open(`person:${personId}`, actor)
      const stager = new ItemStager(deps, plan.id)
      const staging = { deps, plan, stager, on: dateOf(deps), protectedIds: await deps.protectedPeople(), mayWrite: true }
      const staged = emptyStaging()
      const fresh = (await deps.accounts.ofPeople([personId])).get(personId) ?? []
      for (const target of involved) await stageAccounts(staging, target, fresh.filter((account) => account.directoryId === target.id), standing, staged)
      await stager.flush()
      if (stager.count === 0) {
        // Most jobs find everything as it should be; they leave no plan behind.
        await deps.db.sql('plans').where({ id: plan.id }).del()
        return null
      }
      const decided = decidedByPerson(standing.get(personId) ?? [], dateOf(deps))
      const losing = decided === 'emergency' ? [] : [...staged.losing.values()]
      const brake = await this.#plans.judge(plan, {
        losing, moves: 0, protectedCount: staged.protectedCount, mayTake: decided !== 'nobody' || involved.every((target) => target.mode === 'enforce'),
      }, { firstRunMatters: decided === 'nobody' })
      const items = await deps.plans.countItems(plan.id)
      await deps.db.transaction(async () => {
        if (this.#plans.holds(brake)) await this.#plans.holdTakingAway(plan.id)
        await deps.plans.update(plan.id, { state: 'applying', brake, counts: { planned: items.planned ?? 0, people: 1 } })
        await this.#plans.supersede(plan)
      })
      const stopped = await runPlan(deps, { planId: plan.id, actor, approved: false, signal })
      return this.#plans.close(plan.id, { actor, event: 'access.person-reconciled', stopped })
    })
  }

  /** A person saw that Assent's work was undone by hand and wants it so all the same (A4). */
  async confirmDrift(accountId: string, actor: string): Promise<Brought> {
    const deps = this.#deps
    const known = await deps.accounts.get(accountId)
    const target = known && targetsById(deps).get(known.directoryId)
    if (!known || !target || known.personId === null) throw new NotFound('There is no such account.')
    const personId = known.personId
    return this.#service.withDirectories([target], actor, async () => {
      if ((await deps.protectedPeople()).has(personId)) throw new Refused({ what: 'B4: protected, so a person has to do it in the directory.' })
      if ((await deps.directories.paused()).has(target.id)) throw new Refused({ what: `B6: the directory "${target.name}" is paused.` })
      const account = await deps.accounts.get(accountId)
      const on = dateOf(deps)
      const desired = desiredAccess((await deps.restrictions.unreleasedOf([personId])).get(personId) ?? [], (await deps.restrictions.exemptionsOf([personId], on)).get(personId) ?? [], on)
      await deps.db.transaction(() => deps.audit.record({ actor, event: 'access.drift-confirmed', subject: `person:${personId}`, payload: { account: accountId } }))
      return bringAbout(deps, target, account ?? known, { desired, planId: null, confirmed: true })
    })
  }

  async #lookAgain(account: Account, target: NamedTarget | undefined): Promise<void> {
    const { accounts, clock } = this.#deps
    const observed = await target?.directory.read(account.immutableId)
    if (!target || observed === undefined) return
    if (observed === null) await accounts.markGone([account.id], clock.now())
    // Not done yet: the intent goes on waiting for the person's answer.
    else if (observed.pending) await accounts.setObserved(account.id, observed, clock.now())
    else await accounts.settle(account.id, { observed, observedAt: clock.now(), delta: settledDelta(account, observed, target), drift: account.drift })
  }
}

/** Who stands behind what holds for this person today: the DSL or head at once, a person, or automation alone. */
function decidedByPerson(restrictions: readonly StoredRestriction[], on: string): 'emergency' | 'person' | 'nobody' {
  const active = restrictions.filter((each) => each.fromDate <= on && (each.untilDate === null || on <= each.untilDate))
  if (active.some((each) => each.emergency)) return 'emergency'
  return active.length > 0 && active.every((each) => each.placedBy !== 'system') ? 'person' : 'nobody'
}
