import type { AssentError } from '../../../shared/errors.ts'
import { didNotStick, remainingSteps, type Step } from '../change-steps.ts'
import type { AccountChange, AccountOrder, ChangeOutcome, DirectoryRefusal, ObservedAccount, ReadOutcome } from '../directory.ts'
import { refusals } from '../refusals.ts'
import type { Answer, Call } from './answers.ts'
import type { Outside } from './outside.ts'
import type { RestClient } from './rest-client.ts'

/** What differs between the vendors of directories in the cloud. */
export interface CloudAccounts {
  client: RestClient
  /** One outcome for each, in the order asked. */
  readMany(immutableIds: readonly string[]): Promise<ReadOutcome[]>
  /** Why a step cannot be done to anybody, such as an unknown group; asked before anything is changed. */
  targetProblem(step: Step): Promise<DirectoryRefusal | null>
  /** The question that does these steps to this account; `together` allows a move with disabling or enabling in one. */
  callsFor(account: ObservedAccount, steps: readonly Step[]): { call: Call; steps: readonly Step[] }[]
  /** Accounts can be marked as archived. */
  archives?: true
  /** Signs the account out everywhere; null where the vendor cannot. */
  endSessions(account: ObservedAccount): Call | null
  /** What an answer means for the account: done, to be looked at afresh, or why not. */
  judge(answer: Answer, step: Step | 'end-sessions', account: ObservedAccount): 'done' | 'overtaken' | AssentError | DirectoryRefusal
}

/** How often somebody else may be faster before an account is given up. */
const MOST_OVERTAKEN = 3
/** A change may be seen late: how long to wait between looks, in milliseconds. Half a minute in all. */
const LOOKS = [0, 500, 1000, 2000, 4000, 8000, 16_000]

interface Job {
  order: AccountOrder
  account: ObservedAccount | null
  error: AssentError | DirectoryRefusal | null
  /** What was written and has to be seen. */
  wrote: boolean
  overtaken: boolean
}

/**
 * Changes many accounts at once, one outcome each: reads them, refuses what may not be (B4, unknown targets) before anything is
 * changed, disables first, enables last, ends sessions of whom it disabled, and reads back until every change is seen.
 */
export async function changeInBatches(cloud: CloudAccounts, orders: readonly AccountOrder[], outside: Outside): Promise<ChangeOutcome[]> {
  const jobs: Job[] = orders.map((order) => ({ order, account: null, error: null, wrote: false, overtaken: false }))
  await look(cloud, jobs)
  for (const job of jobs) if (job.account && !job.error) job.error = await problemOf(cloud, job.account, job.order.change)
  let open = jobs.filter(isOpen)
  for (let turn = 0; open.length > 0 && turn < MOST_OVERTAKEN; turn++) {
    await perform(cloud, open)
    open = open.filter(isOpen)
    const overtaken = open.filter((job) => job.overtaken)
    await readBack(cloud, open.filter((job) => !job.overtaken && job.wrote), outside)
    if (overtaken.length > 0) await look(cloud, overtaken)
    open = overtaken.filter(isOpen)
  }
  for (const job of open) job.error = refusals.overtaken(job.order.immutableId)
  return jobs.map(({ account, error, order }) => (error ? { error } : account ? { account } : { error: refusals.gone(order.immutableId) }))
}

const isOpen = (job: Job): boolean => job.error === null && job.account !== null

async function look(cloud: CloudAccounts, jobs: readonly Job[]): Promise<void> {
  const outcomes = await cloud.readMany(jobs.map(({ order }) => order.immutableId))
  for (const [at, job] of jobs.entries()) {
    const outcome = outcomes[at]
    job.overtaken = false
    if (outcome?.error) job.error = outcome.error
    else if (!outcome?.account) job.error = refusals.gone(job.order.immutableId)
    else job.account = outcome.account
  }
}

async function problemOf(cloud: CloudAccounts, account: ObservedAccount, change: AccountChange): Promise<DirectoryRefusal | AssentError | null> {
  if (account.protected) return refusals.protected(account.immutableId)
  const steps = remainingSteps(account, change)
  if (!cloud.archives && change.archived !== undefined) return refusals.noArchive(account.immutableId)
  if (account.archived && change.archived !== false && steps.some(({ does }) => does === 'enable')) return refusals.archived(account.immutableId)
  if (account.mirrored && steps.some(({ does }) => does === 'enable' || does === 'disable' || does === 'move')) return refusals.mirrored(account.immutableId)
  for (const step of steps) {
    const problem = await cloud.targetProblem(step)
    if (problem) return problem
  }
  return null
}

/** Closing first, then groups, then opening, then signing out: so that nobody is let in before the limits are in place. */
async function perform(cloud: CloudAccounts, jobs: readonly Job[]): Promise<void> {
  const disabling = new Set(jobs.filter(({ order, account }) => account && order.change.enabled === false && account.enabled))
  const closing = (job: Job, step: Step) => step.does === 'disable' || (step.does === 'move' && disabling.has(job))
  const grouping = (_: Job, step: Step) => step.does === 'add' || step.does === 'remove'
  for (const belongs of [closing, grouping, (job: Job, step: Step) => !closing(job, step) && !grouping(job, step)]) {
    const asked = jobs.filter((job) => isOpen(job) && !job.overtaken).flatMap((job) => {
      const { account, order } = job
      if (!account) return []
      return cloud.callsFor(account, remainingSteps(account, order.change).filter((step) => belongs(job, step))).map((each) => ({ job, account, ...each }))
    })
    const answers = await cloud.client.many(asked.map(({ call }) => call))
    for (const [at, { job, account, steps }] of asked.entries()) note(cloud, job, account, steps[0] ?? 'end-sessions', answers[at])
  }
  const leaving = jobs.filter((job) => isOpen(job) && !job.overtaken && (disabling.has(job) || job.order.change.endSessions)).flatMap((job) => {
    const call = job.account && cloud.endSessions(job.account)
    return call && job.account ? [{ job, account: job.account, call }] : []
  })
  const answers = await cloud.client.many(leaving.map(({ call }) => call))
  for (const [at, { job, account }] of leaving.entries()) note(cloud, job, account, 'end-sessions', answers[at])
}

function note(cloud: CloudAccounts, job: Job, account: ObservedAccount, step: Step | 'end-sessions', answer: Answer | undefined): void {
  if (!answer) return
  const verdict = cloud.judge(answer, step, account)
  if (verdict === 'overtaken') job.overtaken = true
  else if (verdict !== 'done') job.error ??= verdict
  else if (step !== 'end-sessions') job.wrote = true
}

/** Looks until what was written is seen: these services answer from copies that follow. */
async function readBack(cloud: CloudAccounts, jobs: readonly Job[], outside: Outside): Promise<void> {
  let open = jobs
  for (const wait of LOOKS) {
    if (open.length === 0) return
    if (wait > 0) await outside.pause(wait)
    await look(cloud, open)
    open = open.filter((job) => isOpen(job) && job.account && remainingSteps(job.account, job.order.change).length > 0)
  }
  for (const job of open) {
    const [step] = job.account ? remainingSteps(job.account, job.order.change) : []
    if (step) job.error = didNotStick(step, job.order.immutableId, cloud.client.where)
  }
}
