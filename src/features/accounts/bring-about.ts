import type { Clock } from '../../adapters/clock.ts'
import { changeMany, onlyOutcome, readMany } from '../../adapters/directories/batches.ts'
import { type AccountChange, type AccountOrder, DirectoryRefusal, type ObservedAccount } from '../../adapters/directories/directory.ts'
import type { Database } from '../../db/database.ts'
import type { PlanStore } from '../../db/plan-store.ts'
import { OutsideFailure } from '../../shared/errors.ts'
import { type AccountPlan, type DriftNote, planAccountChange } from './account-change.ts'
import { nextDelta } from './account-delta.ts'
import type { Account, AccountStore, Intent } from './account-store.ts'
import type { DesiredAccess } from './desired-access.ts'
import type { DirectoryTarget } from './directory-store.ts'
import { tellPlan } from './tell-plan.ts'

export interface BringAboutContext {
  db: Database
  accounts: AccountStore
  plans: Pick<PlanStore, 'byKeys' | 'setItems'>
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
  /** A task list: a person has to do it first. */
  | { kind: 'asked' }
  /** Only a person can go on: protected, undone by hand, unmapped. */
  | { kind: 'waits'; why: string }
  | { kind: 'gone' }

export type BroughtOutcome = { account: Brought; error?: undefined } | { account?: undefined; error: Error }

/** One account on its way, between what was read and what will be written. */
interface Entry {
  account: Account
  wish: Wish
  before: ObservedAccount
  delta: Account['delta']
  plan: AccountPlan
  order: AccountChange
}

/**
 * Brings one account to the access its person should have. The caller holds the directory's lease.
 * @throws OutsideFailure or DirectoryRefusal as the directory does.
 */
export async function bringAbout(context: BringAboutContext, target: DirectoryTarget, account: Account, wish: Wish): Promise<Brought> {
  return onlyOutcome<Brought>(await bringAboutMany(context, target, [{ account, wish }]))
}

/**
 * The same for some accounts of one directory: read, plan, change, read back, remember. The intent is stored before the directory
 * is asked and ends in the same row update that keeps the delta. Whenever the process dies, the next call compares the account
 * with the intent and so knows exactly what was Assent's doing (A4). One outcome each, in order.
 */
export async function bringAboutMany(
  context: BringAboutContext, target: DirectoryTarget, wanted: readonly { account: Account; wish: Wish }[],
): Promise<BroughtOutcome[]> {
  const { accounts, clock, db } = context
  const outcomes = new Map<string, BroughtOutcome>()
  const looks = await readMany(target.directory, wanted.map(({ account }) => account.immutableId))
  const going: Entry[] = []
  await together(db, wanted.length, async () => {
    // A transaction that is run again begins anew.
    going.length = 0
    for (const [at, { account, wish }] of wanted.entries()) {
      const look = looks[at]
      if (look?.error) outcomes.set(account.id, { error: look.error })
      else if (!look?.account) {
        await accounts.markGone([account.id], clock.now())
        outcomes.set(account.id, { account: { kind: 'gone' } })
      } else {
        const begun = await begin(context, target, account, wish, look.account)
        if ('order' in begun) going.push(begun)
        else outcomes.set(account.id, begun)
      }
    }
  })
  const orders = going.map(({ account, order }): AccountOrder => ({ immutableId: account.immutableId, change: order }))
  const answers = orders.length > 0 ? await changeMany(target.directory, orders) : []
  const refused: { entry: Entry; error: Error }[] = []
  await together(db, going.length, async () => {
    refused.length = 0
    for (const [at, entry] of going.entries()) {
      const answer = answers[at]
      if (!answer) continue
      if (answer.error) {
        // A refusal is an answer: nothing more will happen there. After no answer the change may still arrive, so the intent stays.
        if (answer.error instanceof DirectoryRefusal) refused.push({ entry, error: answer.error })
        outcomes.set(entry.account.id, { error: answer.error })
      } else outcomes.set(entry.account.id, { account: await remember(context, target, entry, answer.account) })
    }
  })
  for (const { entry } of refused) if (entry.plan.change !== null) await settleRefused(context, target, entry)
  return wanted.map(({ account }) => outcomes.get(account.id) ?? { error: unfinished(account) })
}

/** One account needs no transaction of its own: each of its steps is one statement, and may be the last before a crash. */
async function together(db: Database, count: number, work: () => Promise<void>): Promise<void> {
  if (count > 1) await db.transaction(work)
  else await work()
}

/** Settles what needs no change; else stores the intent. */
async function begin(context: BringAboutContext, target: DirectoryTarget, account: Account, wish: Wish, before: ObservedAccount): Promise<Entry | BroughtOutcome> {
  const { accounts, clock } = context
  const { mapping } = target
  const delta = settledDelta(account, before, target)
  const plan = planAccountChange(before, wish.desired, delta, mapping, { confirmed: wish.confirmed ?? false })
  const entry = { account: { ...account, delta }, wish, before, delta, plan }
  if (plan.change === null) {
    const order = leftOver(account, before)
    if (order) return { ...entry, order }
    const left = nextDelta({ delta, before, change: null, after: before, desired: wish.desired, mapping })
    await accounts.settle(account.id, { observed: before, observedAt: clock.now(), delta: before.protected ? delta : left, drift: plan.drift })
    return { account: nothingToDo(plan) }
  }
  if (account.intent) await accounts.settle(account.id, { observed: before, observedAt: clock.now(), delta, drift: account.drift })
  const { level, profiles, emergency } = wish.desired
  const intent: Intent = { planId: wish.planId, at: clock.now(), before, change: plan.change, desired: { level, profiles, emergency } }
  if (!await accounts.begin(account.id, intent)) return { error: unfinished(account) }
  return { ...entry, account: { ...entry.account, intent }, order: plan.change }
}

/**
 * What is still to be done though nothing has to be changed: whoever was disabled without their sessions being seen to end is signed
 * out again, and a task that nobody has done yet is withdrawn.
 */
function leftOver(account: Account, before: ObservedAccount): AccountChange | null {
  if (before.protected) return null
  if (before.pending) return {}
  return account.intent?.change.enabled === false && !before.enabled ? { endSessions: true } : null
}

async function remember({ accounts, plans, clock }: BringAboutContext, { mapping }: DirectoryTarget, entry: Entry, after: ObservedAccount): Promise<Brought> {
  const { account, plan, delta, before, wish } = entry
  if (after.pending) {
    // Asked for, and not yet so: the intent stays open and tells, once it is done, what was Assent's.
    await accounts.setObserved(account.id, after, clock.now())
    return { kind: 'asked' }
  }
  if (before.pending) await tellPlan(plans, account, { state: 'skipped', error: 'Not needed any more: the task was withdrawn before anybody had done it.' })
  const kept = nextDelta({ delta, before, change: plan.change, after, desired: wish.desired, mapping })
  await accounts.settle(account.id, { observed: after, observedAt: clock.now(), delta: kept, drift: plan.drift })
  return plan.change === null ? nothingToDo(plan) : { kind: 'changed' }
}

/**
 * Looks at accounts afresh and says of each what still differs from what it should be; null where all is as it should be, undefined
 * where a person has not done it yet. What could not be read is an error.
 */
export async function stillDiffer(
  context: BringAboutContext, target: DirectoryTarget, wanted: readonly { accountId: string; desired: DesiredAccess }[],
): Promise<(string | null | undefined | Error)[]> {
  const known = await context.accounts.many(wanted.map(({ accountId }) => accountId))
  const there = wanted.flatMap(({ accountId }) => known.get(accountId) ?? [])
  const looks = await readMany(target.directory, there.map(({ immutableId }) => immutableId))
  const seen = new Map(there.map(({ id }, at) => [id, looks[at]]))
  const found: (string | null | undefined | Error)[] = []
  await together(context.db, wanted.length, async () => {
    found.length = 0
    for (const { accountId, desired } of wanted) {
      const account = known.get(accountId)
      const look = seen.get(accountId)
      if (!account) found.push('The account is not known any more.')
      else if (look?.error) found.push(look.error)
      else if (!look?.account) found.push('The account was deleted meanwhile.')
      else if (look.account.pending) found.push(undefined)
      else found.push(await differs(context, target, account, look.account, desired))
    }
  })
  return found
}

async function differs(context: BringAboutContext, target: DirectoryTarget, account: Account, observed: ObservedAccount, desired: DesiredAccess): Promise<string | null> {
  const delta = settledDelta(account, observed, target)
  const plan = planAccountChange(observed, desired, delta, target.mapping)
  await context.accounts.settle(account.id, { observed, observedAt: context.clock.now(), delta, drift: plan.drift })
  if (plan.because.some(({ does }) => does !== 'end-sessions')) return 'Read back, the account is not as it was written.'
  return waitingText(plan.drift)
}

/** What is Assent's in the account, once an intent that a crash left open is compared with what is there now. */
export function settledDelta(account: Account, observed: ObservedAccount, target: DirectoryTarget): Account['delta'] {
  if (!account.intent) return account.delta
  const { before, change, desired } = account.intent
  return nextDelta({ delta: account.delta, before, change, after: observed, desired: { ...desired, because: [] }, mapping: target.mapping })
}

async function settleRefused(context: BringAboutContext, target: DirectoryTarget, { account }: Entry): Promise<void> {
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
