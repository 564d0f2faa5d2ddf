import type { User } from '@microsoft/microsoft-graph-types'
import { OutsideFailure } from '../../../shared/errors.ts'
import { onlyOutcome } from '../batches.ts'
import type { Step } from '../change-steps.ts'
import { type Directory, DirectoryRefusal, type ObservedAccount, type ReadOutcome } from '../directory.ts'
import { foldName } from '../names.ts'
import { refusals } from '../refusals.ts'
import { type Answer, type Call, isGood } from '../web/answers.ts'
import { changeInBatches, type CloudAccounts } from '../web/change-in-batches.ts'
import { judgeAnswer } from '../web/judge-answer.ts'
import { type Outside, realOutside } from '../web/outside.ts'
import { type EntraRules, readEntraUser, USER_SELECT, USER_SELECT_WITH_SIGN_INS } from './entra-account.ts'
import { entraBatch } from './entra-batch.ts'
import { codeOf, EntraClient } from './entra-client.ts'
import { entraLife } from './entra-life.ts'
import { EntraGroups } from './entra-groups.ts'
import { ENTRA_ENDPOINTS, type EntraSettings, GUID } from './entra-settings.ts'

/**
 * Microsoft Entra over Graph. Accounts are known by object id. There are no organisational units; a hybrid account is enabled and
 * disabled in the Active Directory it follows, while its sessions and groups in the cloud are changed here.
 * @throws UnusableInput when the settings cannot be used, listing every problem.
 */
export function createEntraDirectory(settings: EntraSettings, outside: Outside = realOutside): Directory {
  const client = new EntraClient(settings, outside)
  const groups = new EntraGroups(client, settings, outside.clock)
  const endings = settings.domains.map((domain) => `@${domain.toLowerCase()}`)
  const inScope = (user: User) => user.userType !== 'Guest' && (endings.length === 0 || endings.some((ending) => user.userPrincipalName?.toLowerCase().endsWith(ending)))
  const see = (user: User, theirs: readonly string[], rules: EntraRules, withSignIns = false) => readable(() => readEntraUser(user, theirs, rules, withSignIns), client.where)
  const signIns = settings.signIns === true
  // Graph gives 999 users at a time, 500 where it has to look their sign-ins up (user-list, "Optional query parameters").
  const page = signIns ? `$select=${USER_SELECT_WITH_SIGN_INS}&$top=500` : `$select=${USER_SELECT}&$top=999`
  /** Ids of groups that steps name; known because their targets were asked for before. */
  const groupIds = new Map<string, string>()

  const readMany = async (ids: readonly string[]): Promise<ReadOutcome[]> => {
    const asked = ids.filter((id) => GUID.test(id))
    const rules = await groups.rules()
    const users = await client.many(asked.map((id): Call => ({ method: 'GET', path: `/users/${id}?$select=${USER_SELECT}` })))
    const memberships = await groups.of(asked)
    const found = new Map<string, ReadOutcome>()
    for (const [at, id] of asked.entries()) {
      const answer = users[at] as Answer
      const theirs = memberships.get(id)
      if (answer.status === 404) found.set(id, { account: null })
      else if (!isGood(answer)) found.set(id, { error: client.failureOf(answer) })
      else if (!Array.isArray(theirs)) found.set(id, theirs ? { error: theirs } : { account: null })
      else found.set(id, { account: inScope(answer.body as User) ? see(answer.body as User, theirs, rules) : null })
    }
    return ids.map((id) => found.get(id) ?? { account: null })
  }

  const cloud: CloudAccounts = {
    client, readMany,
    async targetProblem(step: Step): Promise<DirectoryRefusal | null> {
      if (step.does === 'move') return refusals.noContainers(step.target)
      if (step.does !== 'add' && step.does !== 'remove') return null
      const id = await groups.changeable(step.target)
      if (id instanceof DirectoryRefusal) return id
      groupIds.set(foldName(step.target), id)
      return null
    },
    callsFor: ({ immutableId }, steps) => steps.flatMap((step): { call: Call; steps: Step[] }[] => {
      if (!('target' in step)) {
        return [{ call: { method: 'PATCH', path: `/users/${immutableId}`, body: { accountEnabled: step.does === 'enable' } satisfies User }, steps: [step] }]
      }
      const members = `/groups/${groupIds.get(foldName(step.target)) ?? ''}/members`
      if (step.does === 'add') return [{ call: { method: 'POST', path: `${members}/$ref`, body: { '@odata.id': `${ENTRA_ENDPOINTS.graph}/directoryObjects/${immutableId}` } }, steps: [step] }]
      return step.does === 'remove' ? [{ call: { method: 'DELETE', path: `${members}/${immutableId}/$ref` }, steps: [step] }] : []
    }),
    endSessions: ({ immutableId }) => ({ method: 'POST', path: `/users/${immutableId}/revokeSignInSessions`, body: {} }),
    judge(answer, step, account) {
      // Somebody added them a moment ago: Graph calls that a bad request.
      if (answer.status === 400 && step !== 'end-sessions' && step.does === 'add' && /already exist/.test(messageOf(answer))) return 'overtaken'
      return judgeAnswer(client, answer, step, account, codeOf(answer))
    },
  }

  const changeMany: Directory['changeMany'] = (orders) => changeInBatches(cloud, orders, outside)

  return {
    kind: 'entra',
    life: entraLife(client, outside, readMany, messageOf),
    batchSize: entraBatch.size,

    async check() {
      groups.forget()
      await client.good({ method: 'GET', path: `/users?$select=${signIns ? USER_SELECT_WITH_SIGN_INS : USER_SELECT}&$top=1` })
      await groups.rules()
      for (const group of settings.groups) {
        const id = await groups.changeable(group)
        if (id instanceof DirectoryRefusal) throw new OutsideFailure({ what: id.message, where: client.where, remedy: id.remedy })
      }
    },

    async *list() {
      groups.forget()
      const rules = await groups.rules()
      const members = await groups.everybody()
      let count = 0
      for await (const user of client.all<User>(`/users?${page}`)) {
        if (!inScope(user)) continue
        count += 1
        yield see(user, members.get(user.id ?? '') ?? [], rules, signIns)
      }
      if (count === 0) throw new OutsideFailure({ what: 'The directory holds no account in the domains that the settings name.', where: client.where, remedy: 'Correct the domains in the directory settings.' })
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

/** Graph's own text; only ever compared, never shown. */
function messageOf(answer: Answer): string {
  const { error } = (answer.body ?? {}) as { error?: { message?: unknown } }
  return typeof error?.message === 'string' ? error.message : ''
}

function readable<T>(read: () => T, where: string): T {
  try {
    return read()
  } catch (error) {
    throw new OutsideFailure({ what: 'An account could not be read in full: its id, sign-in name or state is missing.', where, remedy: 'Give the app the permission User.Read.All.' }, error)
  }
}
