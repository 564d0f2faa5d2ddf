import type { admin_directory_v1 } from '@googleapis/admin'
import { OutsideFailure } from '../../../shared/errors.ts'
import { onlyOutcome } from '../batches.ts'
import type { Step } from '../change-steps.ts'
import type { Directory, DirectoryRefusal, ObservedAccount, ReadOutcome } from '../directory.ts'
import { foldName, sameName } from '../names.ts'
import { refusals } from '../refusals.ts'
import { type Answer, type Call, isGood } from '../web/answers.ts'
import { changeInBatches, type CloudAccounts } from '../web/change-in-batches.ts'
import { type Outside, realOutside } from '../web/outside.ts'
import { judgeAnswer } from '../web/judge-answer.ts'
import type { RestClient } from '../web/rest-client.ts'
import { type GoogleRules, readGoogleUser, USER_FIELDS } from './google-account.ts'
import { googleBatch } from './google-batch.ts'
import { createGoogleClient, reasonOf } from './google-client.ts'
import { googleLife } from './google-life.ts'
import { GoogleGroups } from './google-groups.ts'
import { pages } from './google-pages.ts'
import { type GoogleSettings, usableGoogleSettings } from './google-settings.ts'

const API = '/admin/directory/v1'
const PAGE = 500
/** Google's ids are digits; anything else would be taken for an address or alias, and so for somebody else. */
const ID = /^\d{5,30}$/

/**
 * Google Workspace over the Directory API. Accounts are known by Google's own id, never by an address, which may be an alias.
 * @throws UnusableInput when the settings cannot be used, listing every problem.
 */
export function createGoogleDirectory(settings: GoogleSettings, outside: Outside = realOutside): Directory {
  const client = createGoogleClient(settings, usableGoogleSettings(settings), outside)
  const groups = new GoogleGroups(client, settings, outside.clock)
  const inScope = (path: string) => settings.orgUnits.length === 0 || settings.orgUnits.some((unit) => isUnder(path, unit))
  const unitExists = async (path: string) => {
    const answer = await client.call({ method: 'GET', path: `${API}/customer/my_customer/orgunits/${path.split('/').filter(Boolean).map(encodeURIComponent).join('/')}` })
    if (answer.status !== 404 && answer.status !== 400 && !isGood(answer)) throw client.failureOf(answer)
    return isGood(answer)
  }
  const see = (user: admin_directory_v1.Schema$User, theirs: readonly string[], rules: GoogleRules) => readable(() => readGoogleUser(user, theirs, rules), client.where)

  const readMany = async (ids: readonly string[]): Promise<ReadOutcome[]> => {
    const asked = ids.filter((id) => ID.test(id))
    const rules = await groups.rules()
    const [users, memberships] = await Promise.all([
      client.many(asked.map((id): Call => ({ method: 'GET', path: `${API}/users/${id}?fields=${encodeURIComponent(USER_FIELDS)}` }))),
      groups.of(asked),
    ])
    const found = new Map<string, ReadOutcome>()
    for (const [at, id] of asked.entries()) {
      const user = users[at] as Answer
      const theirs = memberships.get(id)
      if (user.status === 404) found.set(id, { account: null })
      else if (!isGood(user)) found.set(id, { error: client.failureOf(user) })
      else if (theirs === undefined || !Array.isArray(theirs)) found.set(id, { error: theirs ?? client.failureOf(user) })
      else {
        const account = see(user.body as admin_directory_v1.Schema$User, theirs, rules)
        found.set(id, { account: account.immutableId === id ? account : null })
      }
    }
    return ids.map((id) => found.get(id) ?? { account: null })
  }

  const cloud: CloudAccounts = {
    client, readMany, archives: true,
    async targetProblem(step: Step): Promise<DirectoryRefusal | null> {
      if (step.does === 'move') return !inScope(step.target) ? refusals.outOfScope(`The organisational unit ${step.target}`) : await unitExists(step.target) ? null : refusals.unknownContainer(step.target)
      return step.does === 'add' && await groups.find(step.target) === null ? refusals.unknownGroup(step.target) : null
    },
    callsFor: (account, steps) => callsFor(account, steps),
    endSessions: (account) => ({ method: 'POST', path: `${API}/users/${account.immutableId}/signOut` }),
    judge(answer, step, account) {
      // No precondition was set, so this is the licence for archived users.
      if (answer.status === 412) return refusals.noLicence(account.immutableId)
      return judgeAnswer(client, answer, step, account, reasonOf(answer))
    },
  }

  const changeMany: Directory['changeMany'] = async (orders) => {
    await groups.rules()
    const outcomes = await changeInBatches(cloud, orders.filter(({ immutableId }) => ID.test(immutableId)), outside)
    let at = 0
    return orders.map(({ immutableId }) => (ID.test(immutableId) ? outcomes[at++] : undefined) ?? { error: refusals.gone(immutableId) })
  }

  return {
    kind: 'google',
    life: googleLife(client, outside, readMany),
    batchSize: googleBatch.size,

    async check() {
      groups.forget()
      await client.good({ method: 'GET', path: `${API}/users?customer=my_customer&maxResults=1&fields=users(${USER_FIELDS})` })
      await groups.rules()
      for (const unit of settings.orgUnits) if (unit !== '/' && !await unitExists(unit)) throw missingUnit(unit, client)
      for (const group of settings.groups) if (await groups.find(group) === null) throw missingGroup(group, client)
    },

    async *list() {
      groups.forget()
      const rules = await groups.rules()
      const members = await groups.everybody()
      const perUnit = new Map(settings.orgUnits.map((unit) => [unit, 0]))
      const seen = new Set<string>()
      const path = `${API}/users?customer=my_customer&maxResults=${PAGE}&orderBy=email&fields=nextPageToken,users(${USER_FIELDS})`
      for await (const page of pages(client, path)) {
        for (const user of (page as admin_directory_v1.Schema$Users).users ?? []) {
          const account = see(user, members.get(user.id ?? '') ?? [], rules)
          if (!inScope(account.container) || seen.has(account.immutableId)) continue
          seen.add(account.immutableId)
          for (const unit of settings.orgUnits) if (isUnder(account.container, unit)) perUnit.set(unit, (perUnit.get(unit) ?? 0) + 1)
          yield account
        }
      }
      for (const [unit, count] of perUnit) if (count === 0) throw missingUnit(unit, client)
    },

    async read(immutableId) {
      return onlyOutcome<ObservedAccount | null>(await readMany([immutableId]))
    },
    readMany,
    async change(immutableId, change) {
      return onlyOutcome<ObservedAccount>(await changeMany([{ immutableId, change }]))
    },
    changeMany,
    async close() {},
  }
}

/** One PATCH for the account itself, one question for each group. */
function callsFor(account: ObservedAccount, steps: readonly Step[]): { call: Call; steps: readonly Step[] }[] {
  const own = steps.filter(({ does }) => does === 'disable' || does === 'enable' || does === 'move' || does === 'archive' || does === 'unarchive')
  const body: admin_directory_v1.Schema$User = {}
  for (const step of own) {
    if (step.does === 'move') body.orgUnitPath = step.target
    else if (step.does === 'archive' || step.does === 'unarchive') body.archived = step.does === 'archive'
    else body.suspended = step.does === 'disable'
  }
  // Taken out of the archive an account would be open: it stays suspended unless it is to be opened as well.
  if (body.archived === false) body.suspended ??= true
  const patch: Call = { method: 'PATCH', path: `${API}/users/${account.immutableId}?fields=id`, body }
  return [
    ...(own.length === 0 ? [] : [{ call: patch, steps: own }]),
    ...steps.flatMap((step): { call: Call; steps: Step[] }[] => {
      if (step.does === 'add') return [{ call: { method: 'POST', path: `${API}/groups/${encodeURIComponent(step.target)}/members`, body: { id: account.immutableId, role: 'MEMBER' } }, steps: [step] }]
      if (step.does === 'remove') return [{ call: { method: 'DELETE', path: `${API}/groups/${encodeURIComponent(step.target)}/members/${account.immutableId}` }, steps: [step] }]
      return []
    }),
  ]
}

function isUnder(path: string, unit: string): boolean {
  const above = foldName(unit).replace(/\/?"$/, '')
  return unit === '/' || sameName(path, unit) || foldName(path).startsWith(`${above}/`)
}

function missingUnit(unit: string, client: RestClient): OutsideFailure {
  return new OutsideFailure({ what: `The organisational unit ${unit} is not there or holds no account.`, where: client.where, remedy: 'Correct the organisational units in the directory settings; it may have been renamed or emptied.' })
}

function missingGroup(group: string, client: RestClient): OutsideFailure {
  return new OutsideFailure({ what: `The group ${group} that the mapping names is not in the directory.`, where: client.where, remedy: 'Create it, or correct its address in the mapping.' })
}

function readable<T>(read: () => T, where: string): T {
  try {
    return read()
  } catch (error) {
    throw new OutsideFailure({ what: 'An account could not be read in full: its id, address, unit or state is missing.', where, remedy: 'Give the administrator role of Assent the right to read users.' }, error)
  }
}
