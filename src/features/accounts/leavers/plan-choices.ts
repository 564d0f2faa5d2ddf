import type { Plan } from '../../../db/plan-store.ts'
import { NotFound, Refused } from '../../../shared/errors.ts'
import type { AccessDeps } from '../access-deps.ts'
import { accessRank } from '../access-item.ts'
import { type AccessService, RECONCILE_PERSON } from '../access-service.ts'
import { statementOf } from '../ended-people.ts'

/** Said on lines that a person left out; they can be put back while the plan waits. */
export const LEFT_OUT = 'Left out by a person.'

/** What a person decides about single lines and people of a plan. */
export class PlanChoices {
  readonly #deps: AccessDeps
  readonly #access: AccessService
  constructor(deps: AccessDeps, access: AccessService) {
    this.#deps = deps
    this.#access = access
  }

  /** For how many days a plan, or one person of it, can be undone (U1). */
  get undoDays(): number {
    return this.#deps.settings.undoDays
  }

  /**
   * Leaves these people out of a plan that waits, or puts back those left out; returns how many lines that was. The count that
   * an approval has to type follows; what the brake asked for stands.
   * @throws Refused when the plan does not wait any more.
   */
  async leaveOut(planId: string, personIds: readonly string[], leave: boolean, actor: string): Promise<number> {
    const { db, plans, audit } = this.#deps
    return db.transaction(async () => {
      const plan = await this.#waiting(planId)
      const lines = (await plans.itemsOf(planId, [...personIds])).filter((item) => item.rank > accessRank.giving
        && (leave ? ['planned', 'held'].includes(item.state) : item.state === 'skipped' && item.error === LEFT_OUT))
      await plans.setItems(planId, lines.map(({ seq }) => seq), leave ? { state: 'skipped', error: LEFT_OUT } : { state: 'held', error: null })
      const row = await db.sql('plan_items').where({ plan_id: planId }).whereIn('state', ['planned', 'held']).where('rank', '>', accessRank.giving).countDistinct({ n: 'subject' }).first()
      await plans.update(planId, { brake: { ...plan.brake, count: Number(row?.['n'] ?? 0) } })
      if (lines.length > 0) {
        await audit.record({ actor, event: leave ? 'access.left-out' : 'access.put-back', subject: `plan:${planId}`, payload: { people: [...new Set(lines.map(({ subject }) => subject))] } })
      }
      return lines.length
    })
  }

  /**
   * Gives one person back what a plan took, and keeps them until their source says something new (U1). Returns how many
   * restrictions were lifted. @throws Refused when nothing of it stands, or the days for it are over.
   */
  async giveBack(planId: string, personId: string, actor: string): Promise<number> {
    const { db, plans, clock, restrictions, kept, lists, people, placeEnds, settings, outbox, ids } = this.#deps
    const plan = await plans.get(planId)
    if (plan?.kind !== 'access') throw new NotFound('There is no such access plan.')
    if (plan.approvedAt !== null && clock.now() > plan.approvedAt + settings.undoDays * 86_400_000) {
      throw new Refused({ what: `U1: this plan was approved more than ${settings.undoDays} days ago.`, remedy: 'Lift the restriction on the person’s own page.' })
    }
    const standing = (await restrictions.ofPlan(planId, [personId])).filter(({ releasedAt }) => releasedAt === null)
    if (standing.length === 0) throw new Refused({ what: 'Nothing that this plan placed on this person is still in force.', remedy: 'Look at the person: another restriction may hold.' })
    return db.transaction(async () => {
      await placeEnds.giveBack(planId, [personId])
      const statement = statementOf((await people.affiliationsOf([personId])).get(personId) ?? [])
      await kept.keep(new Map([[personId, statement]]), planId, clock.now())
      await lists.unconfirm(planId, [personId])
      let lifted = 0
      for (const { id } of standing) lifted += await this.#access.releaseById(id, actor)
      const lines = (await plans.itemsOf(planId, [personId])).filter(({ state }) => ['applied', 'verified', 'failed'].includes(state)).map(({ seq }) => seq)
      await plans.setItems(planId, lines, { state: 'reverted' })
      await outbox.put(RECONCILE_PERSON, { personId }, { dedupeKey: `${RECONCILE_PERSON}:${personId}:given-back:${ids.next()}` })
      return lifted
    })
  }

  /** Asks a run to stop after the account it is at; one that has not begun is called off by its job (B6). */
  async stop(planId: string, actor: string): Promise<void> {
    const { db, plans, stops, audit } = this.#deps
    const plan = await plans.get(planId)
    if (plan?.kind !== 'access') throw new NotFound('There is no such access plan.')
    await db.transaction(async () => {
      await stops.ask(planId, actor)
      await audit.record({ actor, event: 'access.stop-asked', subject: `plan:${planId}`, payload: {} })
    })
  }

  async #waiting(planId: string): Promise<Plan> {
    const plan = await this.#deps.plans.get(planId)
    if (plan?.kind !== 'access') throw new NotFound('There is no such access plan.')
    if (!['planned', 'held'].includes(plan.state) || plan.approvedBy !== null) {
      throw new Refused({ what: 'This plan does not wait for a decision any more.', remedy: 'Open the newest plan, or give access back to the person.' })
    }
    return plan
  }
}
