import type { Clock } from '../../adapters/clock.ts'
import { DirectoryRefusal, type ObservedAccount } from '../../adapters/directories/directory.ts'
import { OutsideFailure } from '../../shared/errors.ts'
import { type AccountPlan, type DriftNote, planAccountChange } from './account-change.ts'
import { nextDelta } from './account-delta.ts'
import type { Account, AccountStore, Intent } from './account-store.ts'
import type { DesiredAccess } from './desired-access.ts'
import type { DirectoryTarget } from './directory-store.ts'

export interface BringAboutContext {
  accounts: AccountStore
  clock: Clock
}

export interface Wish {
  desired: DesiredAccess
  planId: string | null
  /** A person saw the drift and wants it so all the same (A4). */
  confirmed?: boolean
}

/** What became of one account. */
export type Brought =
  | { kind: 'changed' }
  | { kind: 'as-wanted' }
  /** Only a person can go on: protected, undone by hand, unmapped. */
  | { kind: 'waits'; why: string }
  | { kind: 'gone' }

/**
 * Brings one account to the access its person should have: read, plan, change, read back, remember. The intent is stored
 * before the directory is asked and ends in the same row update that keeps the delta. Whenever the process dies, the next
 * call compares the account with the intent and so knows exactly what was Assent's doing (A4). The caller holds the
 * directory's lease.
 * @throws OutsideFailure or DirectoryRefusal as the directory does.
 */
export async function bringAbout(context: BringAboutContext, target: DirectoryTarget, account: Account, wish: Wish): Promise<Brought> {
  const { accounts, clock } = context
  const { directory, mapping } = target
  const before = await directory.read(account.immutableId)
  if (before === null) {
    await accounts.markGone([account.id], clock.now())
    return { kind: 'gone' }
  }
  const delta = settledDelta(account, before, target)
  const plan = planAccountChange(before, wish.desired, delta, mapping, { confirmed: wish.confirmed ?? false })
  if (plan.change === null) {
    const left = nextDelta({ delta, before, change: null, after: before, desired: wish.desired, mapping })
    await accounts.settle(account.id, { observed: before, observedAt: clock.now(), delta: before.protected ? delta : left, drift: plan.drift })
    return nothingToDo(plan)
  }
  if (account.intent) await accounts.settle(account.id, { observed: before, observedAt: clock.now(), delta, drift: account.drift })
  const { level, profiles, emergency } = wish.desired
  const intent: Intent = { planId: wish.planId, at: clock.now(), before, change: plan.change, desired: { level, profiles, emergency } }
  if (!await accounts.begin(account.id, intent)) throw unfinished(account)
  const after = await directory.change(account.immutableId, plan.change).catch(async (error: unknown) => {
    // A refusal is an answer: nothing more will happen there. After no answer the change may still arrive, so the intent stays.
    if (error instanceof DirectoryRefusal) await settleRefused(context, target, { ...account, delta, intent })
    throw error
  })
  const kept = nextDelta({ delta, before, change: plan.change, after, desired: wish.desired, mapping })
  await accounts.settle(account.id, { observed: after, observedAt: clock.now(), delta: kept, drift: plan.drift })
  return { kind: 'changed' }
}

/**
 * Looks at the account afresh and says what still differs from what it should be; null when all is as it should be.
 * @throws OutsideFailure when the directory does not answer.
 */
export async function stillDiffers(context: BringAboutContext, target: DirectoryTarget, accountId: string, desired: DesiredAccess): Promise<string | null> {
  const account = await context.accounts.get(accountId)
  if (!account) return 'The account is not known any more.'
  const observed = await target.directory.read(account.immutableId)
  if (observed === null) return 'The account was deleted meanwhile.'
  const delta = settledDelta(account, observed, target)
  const plan = planAccountChange(observed, desired, delta, target.mapping)
  await context.accounts.settle(account.id, { observed, observedAt: context.clock.now(), delta, drift: plan.drift })
  if (plan.change !== null) return 'Read back, the account is not as it was written.'
  return waitingText(plan.drift)
}

/** What is Assent's in the account, once an intent that a crash left open is compared with what is there now. */
export function settledDelta(account: Account, observed: ObservedAccount, target: DirectoryTarget): Account['delta'] {
  if (!account.intent) return account.delta
  const { before, change, desired } = account.intent
  return nextDelta({ delta: account.delta, before, change, after: observed, desired: { ...desired, because: [] }, mapping: target.mapping })
}

async function settleRefused(context: BringAboutContext, target: DirectoryTarget, account: Account): Promise<void> {
  const now = await target.directory.read(account.immutableId).catch(() => null)
  if (now === null) return
  await context.accounts.settle(account.id, {
    observed: now, observedAt: context.clock.now(), delta: settledDelta(account, now, target), drift: account.drift,
  })
}

function nothingToDo(plan: AccountPlan): Brought {
  const why = waitingText(plan.drift)
  return why === null ? { kind: 'as-wanted' } : { kind: 'waits', why }
}

function waitingText(drift: readonly DriftNote[]): string | null {
  return drift.find((note) => note.waits)?.text ?? null
}

function unfinished(account: Account): OutsideFailure {
  return new OutsideFailure({
    what: 'Another change of this account has not ended yet.', where: `account ${account.id}`, remedy: 'Run it again in a minute.',
  })
}
