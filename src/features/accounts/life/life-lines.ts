import { DirectoryRefusal } from '../../../adapters/directories/directory.ts'
import type { PlanItem } from '../../../db/plan-store.ts'
import { AssentError } from '../../../shared/errors.ts'
import { addDays, DAY_MS, today } from '../../../shared/dates.ts'
import type { AccessDeps } from '../access-deps.ts'
import { afterOf } from '../access-item.ts'
import type { Account } from '../account-store.ts'
import type { Brought, BroughtOutcome } from '../bring-about.ts'
import type { DesiredAccess } from '../desired-access.ts'
import type { PrepareContext } from '../prepare-items.ts'
import { desiredOf, type NamedTarget } from '../stage-items.ts'
import { AccessTasks, type NewTask } from './access-tasks.ts'
import { makeAccount, notMakeable } from './make-account.ts'
import { sparedOf } from './spared.ts'

/** Days in which a person should have done what the directory refused. */
const DUE_DAYS = 14

/** Lines of retention and of new accounts, on the road of every plan: looked at again, done, read back. */
export class LifeLines {
  readonly #deps: AccessDeps
  readonly #tasks: AccessTasks
  constructor(deps: AccessDeps) {
    this.#deps = deps
    this.#tasks = new AccessTasks(deps)
  }

  /** Looks again whether each line may still be done; the others are marked skipped with the reason. */
  async prepare(context: PrepareContext, batch: readonly PlanItem[]): Promise<PlanItem[]> {
    if (batch.length === 0) return []
    const { db, plans, accounts, clock, ids } = this.#deps
    const people = [...new Set(batch.map(({ subject }) => subject))]
    const known = await accounts.many(batch.map((item) => afterOf(item).accountId))
    const desired = await desiredOf(this.#deps, people, context.on)
    const spared = await sparedOf(this.#deps, people)
    const leavers = new Set([...await this.#deps.restrictions.unreleasedOf(people)].filter(([, all]) => all.some(({ cause }) => cause === 'leaver')).map(([id]) => id))
    const judged: { item: PlanItem; problem: string | null }[] = []
    for (const item of batch) {
      const target = context.targets.get(afterOf(item).directoryId)
      const problem = !target ? `The directory "${afterOf(item).directory}" is not connected any more.`
        : target.mode === 'observe' ? `R10: the directory "${target.name}" is only observed.`
          : item.action === 'create' ? await notMakeable(this.#deps, item, target)
            : item.action === 'unarchive' ? accountProblem(item, known.get(afterOf(item).accountId))
              : retentionProblem(item, { target, account: known.get(afterOf(item).accountId), desired: desired(item.subject), isSpared: spared.has(item.subject), hasLeft: leavers.has(item.subject), context })
      judged.push({ item, problem })
    }
    const go = judged.filter(({ problem }) => problem === null).map(({ item }) => item)
    await db.transaction(async () => {
      // Where it was is kept before it is moved, so that undoing knows (U1).
      await db.insertNew('account_archives', go.filter(({ action }) => action === 'archive').map((item) => {
        const { container, archived } = (known.get(afterOf(item).accountId) as Account).observed
        return { id: ids.next(), account_id: afterOf(item).accountId, plan_id: item.planId, before: JSON.stringify({ container, archived: archived === true }), asked_at: clock.now(), archived_at: null, undone_at: null }
      }))
      for (const { item, problem } of judged) if (problem !== null) await plans.setItems(item.planId, [item.seq], { state: 'skipped', error: problem })
    })
    return go
  }

  /** Deletes, or makes, one account after another; each reads back by itself. */
  async bring(target: NamedTarget, items: readonly PlanItem[]): Promise<BroughtOutcome[]> {
    const outcomes: BroughtOutcome[] = []
    for (const item of items) {
      try {
        outcomes.push({ account: item.action === 'delete' ? await this.#delete(target, item) : await makeAccount(this.#deps, target, item) })
      } catch (error) {
        if (!(error instanceof AssentError) && !(error instanceof DirectoryRefusal)) throw error
        outcomes.push({ error })
      }
    }
    return outcomes
  }

  /** After lines were read back: what was archived counts from now, what was undone no longer does. */
  async verified(items: readonly PlanItem[]): Promise<void> {
    const { db, clock } = this.#deps
    for (const item of items) {
      const archive = { account_id: afterOf(item).accountId }
      if (item.action === 'archive') await db.sql('account_archives').where({ ...archive, plan_id: item.planId }).whereNull('archived_at').update({ archived_at: clock.now() })
      if (item.action === 'unarchive') await db.sql('account_archives').where(archive).whereNull('undone_at').update({ undone_at: clock.now() })
    }
  }

  /** What the directory will not let Assent do becomes a task for a person, as where Assent is not asked to at all. Null: it stays a failure. */
  async asTask(item: PlanItem, error: DirectoryRefusal): Promise<string | null> {
    if (item.action !== 'archive' && item.action !== 'delete') return null
    const { db, clock, plans } = this.#deps
    const { accountId, username, directory } = afterOf(item)
    const plan = await plans.get(item.planId)
    const task: NewTask = {
      kind: item.action, personId: item.subject, accountId, what: `${item.action === 'archive' ? 'Archive' : 'Delete'} ${username} in ${directory}`, dueOn: addDays(today(clock.now()), DUE_DAYS),
      key: `${item.action}:${accountId}:${item.planId}`,
    }
    await db.transaction(() => this.#tasks.put([task], { actor: plan?.createdBy ?? 'system', ...(plan?.approvedBy ? { approvedBy: plan.approvedBy } : {}) }))
    return `A task for a person: ${error.message} ${error.remedy}`
  }

  async #delete(target: NamedTarget, item: PlanItem): Promise<Brought> {
    const { db, accounts, clock } = this.#deps
    const account = await accounts.get(afterOf(item).accountId)
    const remove = target.directory.life?.remove
    if (!account || !remove) return { kind: 'gone' }
    const recovery = await remove.recovery()
    await remove.delete(account.immutableId)
    const now = clock.now()
    await db.transaction(async () => {
      await accounts.markGone([account.id], now)
      await db.insertNew('account_deletions', [{
        account_id: account.id, plan_id: item.planId, deleted_at: now, restorable_until: recovery.days === 0 ? null : now + recovery.days * DAY_MS, recovery: recovery.text.slice(0, 500),
      }])
    })
    return { kind: 'as-wanted' }
  }
}

function accountProblem(item: PlanItem, account: Account | undefined): string | null {
  if (!account || account.goneAt !== null) return 'The account is not in the directory any more.'
  return account.personId === item.subject ? null : 'The account belongs to somebody else now.'
}

/** Why an account may not be archived or deleted now; null where it may. */
function retentionProblem(
  item: PlanItem, facts: { target: NamedTarget; account: Account | undefined; desired: DesiredAccess; isSpared: boolean; hasLeft: boolean; context: PrepareContext },
): string | null {
  const { target, account, context } = facts
  const problem = accountProblem(item, account)
  if (problem !== null || !account) return problem
  if (context.protectedIds.has(item.subject) || account.observed.protected || context.actor === `person:${item.subject}`) return 'B4: protected, so a person has to do it in the directory.'
  if (facts.isSpared) return 'A legal hold or an exemption stands.'
  if (!facts.hasLeft || facts.desired.level !== 'suspended') return 'R9: this person is no suspended leaver any more.'
  if (account.observed.enabled && !account.observed.mirrored) return 'Somebody has enabled this account again by hand.'
  const wanted = item.action === 'archive' ? target.life?.archive : target.life?.delete
  return wanted ? null : `The directory "${target.name}" is not set to do that any more.`
}
