import { NotFound } from '../../../shared/errors.ts'
import type { AccessDeps } from '../access-deps.ts'
import { afterOf } from '../access-item.ts'
import { dateOf } from '../access-plans.ts'
import { stillDiffer } from '../bring-about.ts'
import type { ReconcileService } from '../reconcile-service.ts'
import { desiredOf, targetsById } from '../stage-items.ts'

const BATCH = 50

/** What a fresh look at the accounts of a run found. */
export interface RunCheck {
  run: string
  /** Accounts that the run wrote and nobody has undone. */
  looked: number
  asWanted: number
  /** Tasks that nobody has ticked off yet. */
  waiting: number
  differ: { personId: string; account: string; directory: string; why: string }[]
}

/**
 * Looks afresh at every account that a run wrote: is it as it should be today? Changes no directory; what somebody changed by hand is noted
 * with the account, as every look does. @throws NotFound; Refused while somebody else uses the directories.
 */
export async function verifyRun(deps: AccessDeps, reconcile: Pick<ReconcileService, 'withDirectories'>, planId: string, actor: string): Promise<RunCheck> {
  const plan = await deps.plans.get(planId)
  if (plan?.kind !== 'access') throw new NotFound('There is no such access plan.')
  const targets = targetsById(deps)
  const found: RunCheck = { run: planId, looked: 0, asWanted: 0, waiting: 0, differ: [] }
  await reconcile.withDirectories([...targets.values()], actor, async () => {
    for await (const batch of deps.plans.items(planId, { states: ['applied', 'verified'] }, BATCH)) {
      const desired = await desiredOf(deps, batch.map(({ subject }) => subject), dateOf(deps))
      for (const [directoryId, items] of Map.groupBy(batch, (item) => afterOf(item).directoryId)) {
        const target = targets.get(directoryId)
        const looks = target
          ? await stillDiffer(deps, target, items.map((item) => ({ accountId: afterOf(item).accountId, desired: desired(item.subject) })))
          : items.map(() => 'Its directory is not connected any more.')
        for (const [at, item] of items.entries()) {
          const look = looks[at]
          found.looked += 1
          if (look === null) found.asWanted += 1
          else if (look === undefined) found.waiting += 1
          else found.differ.push({ personId: item.subject, account: afterOf(item).username, directory: afterOf(item).directory, why: look instanceof Error ? look.message : look })
        }
      }
    }
    await deps.db.transaction(() => deps.audit.record({ actor, event: 'access.verified', subject: `plan:${planId}`, payload: { looked: found.looked, asWanted: found.asWanted, differ: found.differ.length } }))
  })
  return found
}
