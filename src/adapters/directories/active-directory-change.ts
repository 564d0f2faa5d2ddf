import { Attribute, Change, ResultCodeError } from 'ldapts'
import type { Client } from 'ldapts'
import { chunks } from '../../shared/chunks.ts'
import type { AssentError } from '../../shared/errors.ts'
import { ACCOUNT_DISABLED } from './active-directory-account.ts'
import type { ReadAccount } from './active-directory-account.ts'
import type { ActiveDirectorySettings } from './active-directory-settings.ts'
import { didNotStick, remainingSteps, type Step, STEP_WORDS } from './change-steps.ts'
import type { AccountChange, ChangeOutcome, DirectoryRefusal, ObservedAccount } from './directory.ts'
import { changeRefusal } from './ldap-failures.ts'
import { exists } from './ldap-search.ts'
import { liesUnder, splitFirst } from './names.ts'
import { refusals } from './refusals.ts'

/** How often a step may find that somebody else was faster before it is given up. */
const MOST_OVERTAKEN = 3
/** Questions on their way at a time; a domain controller answers them in its own order. */
const MOST_IN_FLIGHT = 16
/** No such object or value, already there: the account is not as it was read a moment ago. Read again before judging. */
const OVERTAKEN = new Set([16, 20, 32, 53, 68])

/** One account on its way through its steps. */
interface Job {
  immutableId: string
  first: ReadAccount
  account: ReadAccount
  change: AccountChange
  stepsLeft: number
  overtaken: number
  outcome: ChangeOutcome | null
}

/** Looks at these accounts afresh, in the order asked. */
export type LookAgain = (immutableIds: readonly string[]) => Promise<(ReadAccount | AssentError | DirectoryRefusal)[]>

/**
 * Changes accounts that were just read: of each one step, then a fresh look at all of them, until nothing is left to do; so what is
 * returned was read back, not assumed. The steps of different accounts travel together on the one connection (RFC 4511 section 3.1.1
 * lets a client send before the answer came), which a sequence of questions and answers would spend mostly on waiting.
 * @throws what the connection throws: then nothing is known of any of them.
 */
export async function applyChanges(
  client: Client, wanted: readonly { first: ReadAccount; change: AccountChange }[], lookAgain: LookAgain, where: string,
): Promise<ChangeOutcome[]> {
  const jobs = wanted.map(({ first, change }): Job => ({
    immutableId: first.observed.immutableId, first, account: first, change, stepsLeft: remainingSteps(first.observed, change).length, overtaken: 0, outcome: null,
  }))
  for (let open = jobs; ;) {
    const asked = open.flatMap((job) => {
      const [step] = remainingSteps(job.account.observed, job.change)
      if (!step) job.outcome = { account: job.account.observed }
      else if (job.stepsLeft === 0) job.outcome = { error: didNotStick(step, job.immutableId, where) }
      return job.outcome === null && step ? [{ job, step }] : []
    })
    if (asked.length === 0) break
    for (const part of chunks(asked, MOST_IN_FLIGHT)) await together(client, part, where)
    open = asked.map(({ job }) => job).filter(({ outcome }) => outcome === null)
    const looks = open.length > 0 ? await lookAgain(open.map(({ immutableId }) => immutableId)) : []
    for (const [at, job] of open.entries()) {
      const look = looks[at]
      if (look === undefined || look instanceof Error) job.outcome = { error: look ?? refusals.gone(job.immutableId) }
      else job.account = look
    }
  }
  return jobs.map(({ outcome, immutableId }) => outcome ?? { error: refusals.gone(immutableId) })
}

/** Sends some steps at once and waits for all their answers. @throws the first failure of the connection itself. */
async function together(client: Client, asked: readonly { job: Job; step: Step }[], where: string): Promise<void> {
  const answers = await Promise.allSettled(asked.map(({ job, step }) => perform(client, job.account, step)))
  for (const [at, { job, step }] of asked.entries()) {
    const answer = answers[at]
    if (answer?.status !== 'rejected') job.stepsLeft--
    else if (!(answer.reason instanceof ResultCodeError)) throw answer.reason
    else if (!OVERTAKEN.has(answer.reason.code) || ++job.overtaken >= MOST_OVERTAKEN) {
      job.outcome = { error: changeRefusal(answer.reason, STEP_WORDS[step.does], job.immutableId, where) }
    }
  }
}

async function perform(client: Client, account: ReadAccount, step: Step): Promise<void> {
  if (step.does === 'move') {
    // ldapts looks for a comma without a backslash before it, so a name that ends in a backslash is written in hex.
    const first = splitFirst(account.dn).first.replaceAll('\\\\', '\\5C')
    await client.modifyDN(account.dn, `${first},${step.target}`)
  } else if (step.does === 'add' || step.does === 'remove') {
    const operation = step.does === 'add' ? 'add' : 'delete'
    await client.modify(step.target, modification(operation, 'member', account.dn))
  } else {
    const before = account.userAccountControl
    const after = step.does === 'disable' ? before | ACCOUNT_DISABLED : before & ~ACCOUNT_DISABLED
    // Taking the old value out by name makes the server refuse when somebody changed another bit meanwhile.
    await client.modify(account.dn, [
      modification('delete', 'userAccountControl', String(before)), modification('add', 'userAccountControl', String(after)),
    ])
  }
}

function modification(operation: 'add' | 'delete', type: string, value: string): Change {
  return new Change({ operation, modification: new Attribute({ type, values: [value] }) })
}

/** Whatever the change names must exist, before anything is touched. `known` spares asking twice within one batch. */
export async function assertTargets(client: Client, observed: ObservedAccount, change: AccountChange, settings: ActiveDirectorySettings, known: Map<string, boolean>): Promise<void> {
  const there = async (dn: string, filter: string): Promise<boolean> => {
    const found = known.get(dn + filter) ?? await exists(client, dn, filter)
    known.set(dn + filter, found)
    return found
  }
  for (const step of remainingSteps(observed, change)) {
    if (step.does === 'move') {
      if (!await there(step.target, '(|(objectClass=organizationalUnit)(objectClass=container))')) throw refusals.unknownContainer(step.target)
      // Outside the search bases the account would be lost from view.
      if (!isInScope(step.target, settings)) throw refusals.outOfScope(`The organisational unit ${step.target}`)
    } else if (step.does === 'add' && !await there(step.target, '(objectClass=group)')) {
      throw refusals.unknownGroup(step.target)
    }
  }
}

/** True when it lies in the part of the directory that Assent looks after. */
export function isInScope(dn: string, settings: ActiveDirectorySettings): boolean {
  return settings.searchBases.some(base => liesUnder(dn, base.dn))
}
