import type { Plan } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { isCurrent } from '../people/affiliation.ts'
import { sameChange } from './access-task.ts'
import { type AccountPlan, planAccountChange } from './account-change.ts'
import type { LosingPerson } from './access-brake.ts'
import type { AccessDeps } from './access-deps.ts'
import type { AccessAction } from './access-item.ts'
import type { Account } from './account-store.ts'
import { settledDelta } from './bring-about.ts'
import { type DesiredAccess, desiredAccess } from './desired-access.ts'
import { lastEnded } from './ended-people.ts'
import type { StoredRestriction } from './restriction-store.ts'
import type { ItemStager, NamedTarget } from './stage-items.ts'

export interface ReconcileStaging {
  deps: AccessDeps
  plan: Pick<Plan, 'id'>
  stager: ItemStager
  on: CalendarDate
  protectedIds: ReadonlySet<string>
  /** Whether drift may be noted beside the accounts; not under `--plan`. */
  mayWrite: boolean
}

export interface StagedReconcile {
  /** By person: one person counts once, however many accounts. */
  losing: Map<string, LosingPerson>
  protectedCount: number
  /** Accounts that wait for a person because somebody changed them by hand (A4). */
  drift: number
}

export const emptyStaging = (): StagedReconcile => ({ losing: new Map(), protectedCount: 0, drift: 0 })

/** A person's standing restrictions beside their account: what a difference is judged by. */
interface Difference {
  account: Account
  desired: DesiredAccess
  action: AccessAction
}

/** Compares every account of one directory with what its person should have; only the differences become lines. */
export async function stageDirectory(staging: ReconcileStaging, target: NamedTarget): Promise<StagedReconcile> {
  const found: StagedReconcile = emptyStaging()
  for await (const accounts of staging.deps.accounts.near(target.id)) {
    const standing = await staging.deps.restrictions.unreleasedOf([...new Set(accounts.flatMap(({ personId }) => personId ?? []))])
    await stageAccounts(staging, target, accounts, standing, found)
  }
  return found
}

/** The same for some accounts of one directory. */
export async function stageAccounts(
  staging: ReconcileStaging, target: NamedTarget, accounts: Account[], standing: ReadonlyMap<string, StoredRestriction[]>, found: StagedReconcile,
): Promise<void> {
  const { deps, on, stager } = staging
  const people = accounts.flatMap(({ personId }) => personId ?? [])
  const exemptions = await deps.restrictions.exemptionsOf(people.filter((id) => standing.has(id)), on)
  const differences: Difference[] = []
  for (const account of accounts) {
    if (account.personId === null) continue
    const desired = desiredAccess(standing.get(account.personId) ?? [], exemptions.get(account.personId) ?? [], on)
    const delta = settledDelta(account, account.observed, target)
    const plan = planAccountChange(account.observed, desired, delta, target.mapping)
    if (plan.drift.some((note) => note.waits)) found.drift += 1
    if (staging.mayWrite && JSON.stringify(plan.drift) !== JSON.stringify(account.drift)) await deps.accounts.setDrift(account.id, plan.drift)
    if (plan.change === null && account.intent === null) continue
    // Asked of a person already: it waits in the task list, and is no news.
    if (plan.change !== null && account.observed.pending && sameChange(plan.change, account.observed.pending)) continue
    const action = actionOf(plan, desired)
    differences.push({ account, desired, action })
  }
  const affiliations = await deps.people.affiliationsOf([...new Set(differences.flatMap(({ account }) => account.personId ?? []))])
  for (const { account, desired, action } of differences) {
    const personId = account.personId ?? ''
    const theirs = affiliations.get(personId) ?? []
    const home = theirs.find((affiliation) => affiliation.role !== 'guardian' && isCurrent(affiliation, on)) ?? lastEnded(theirs, on)
    const guarded = action !== 'restore' && staging.protectedIds.has(personId)
    await stager.add({
      personId, account, target, action, desired, population: home ? `${home.schoolId}|${home.role}` : null,
      reason: reasonOf(action, guarded), state: guarded ? 'skipped' : 'planned',
    })
    if (guarded) found.protectedCount += 1
    else if (action !== 'restore') {
      found.losing.set(personId, {
        personId, schoolId: home?.schoolId ?? '', role: home?.role ?? 'person', yearCode: home?.yearCode ?? null, regGroup: home?.regGroup ?? null,
        current: home !== null && home !== undefined && isCurrent(home, on),
      })
    }
  }
}

/** What the change is to the person: a login given back counts as giving, even where groups still narrow it. */
function actionOf(plan: AccountPlan, desired: DesiredAccess): AccessAction {
  const does = new Set(plan.because.map((step) => step.does))
  if (does.has('disable')) return 'suspend'
  if (does.has('enable') || plan.because.every((step) => step.why === 'restore')) return 'restore'
  return desired.level === 'suspended' || desired.level === 'none-yet' ? 'suspend' : 'restrict'
}

/** Names no cause: whoever reads plans need not be in the circle (A5). */
function reasonOf(action: AccessAction, guarded: boolean): string {
  const text = action === 'restore' ? 'no longer restricted in this way' : 'a restriction that stands is not in force in this directory'
  return guarded ? `${text}. B4: protected, so a person has to do it in the directory` : text
}
