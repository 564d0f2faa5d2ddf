import { Attribute, Change, ResultCodeError } from 'ldapts'
import type { Client } from 'ldapts'
import { ACCOUNT_DISABLED } from './active-directory-account.ts'
import type { ReadAccount } from './active-directory-account.ts'
import type { ActiveDirectorySettings } from './active-directory-settings.ts'
import { didNotStick, remainingSteps, type Step, STEP_WORDS } from './change-steps.ts'
import type { AccountChange, ObservedAccount } from './directory.ts'
import { changeRefusal } from './ldap-failures.ts'
import { exists } from './ldap-search.ts'
import { liesUnder, splitFirst } from './names.ts'
import { refusals } from './refusals.ts'

/** How often a step may find that somebody else was faster before it is given up. */
const MOST_OVERTAKEN = 3
/** No such object or value, already there: the account is not as it was read a moment ago. Read again before judging. */
const OVERTAKEN = new Set([16, 20, 32, 53, 68])

/** One step, then a fresh look, until nothing is left to do: so what is returned was read back, not assumed. */
export async function applyChange(
  client: Client, first: ReadAccount, change: AccountChange, current: () => Promise<ReadAccount>, where: string,
): Promise<ObservedAccount> {
  let account = first
  let stepsLeft = remainingSteps(first.observed, change).length
  let overtaken = 0
  for (;;) {
    const [step] = remainingSteps(account.observed, change)
    if (!step) return account.observed
    if (stepsLeft === 0) throw didNotStick(step, first.observed.immutableId, where)
    try {
      await perform(client, account, step)
      stepsLeft--
    } catch (error) {
      const again = error instanceof ResultCodeError && OVERTAKEN.has(error.code) && ++overtaken < MOST_OVERTAKEN
      if (!again) throw changeRefusal(error, STEP_WORDS[step.does], account.observed.immutableId, where)
    }
    account = await current()
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

/** Whatever the change names must exist, before anything is touched. */
export async function assertTargets(client: Client, observed: ObservedAccount, change: AccountChange, settings: ActiveDirectorySettings): Promise<void> {
  for (const step of remainingSteps(observed, change)) {
    if (step.does === 'move') {
      if (!await exists(client, step.target, '(|(objectClass=organizationalUnit)(objectClass=container))')) throw refusals.unknownContainer(step.target)
      // Outside the search bases the account would be lost from view.
      if (!isInScope(step.target, settings)) throw refusals.outOfScope(`The organisational unit ${step.target}`)
    } else if (step.does === 'add' && !await exists(client, step.target, '(objectClass=group)')) {
      throw refusals.unknownGroup(step.target)
    }
  }
}

/** True when it lies in the part of the directory that Assent looks after. */
export function isInScope(dn: string, settings: ActiveDirectorySettings): boolean {
  return settings.searchBases.some(base => liesUnder(dn, base.dn))
}
