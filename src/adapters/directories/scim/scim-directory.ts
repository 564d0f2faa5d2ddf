import { OutsideFailure } from '../../../shared/errors.ts'
import { expected, onlyOutcome } from '../batches.ts'
import type { Step } from '../change-steps.ts'
import { type Directory, DirectoryRefusal, type ObservedAccount, type ReadOutcome } from '../directory.ts'
import { foldName } from '../names.ts'
import { refusals } from '../refusals.ts'
import { type Call, isGood } from '../web/answers.ts'
import { changeInBatches, type CloudAccounts } from '../web/change-in-batches.ts'
import { judgeAnswer } from '../web/judge-answer.ts'
import { type Outside, realOutside } from '../web/outside.ts'
import { patch, quoted, ScimClient, scimType } from './scim-client.ts'
import { ScimGroups } from './scim-groups.ts'
import { scimLife } from './scim-life.ts'
import { assertUsableScim, type ScimSettings } from './scim-settings.ts'
import { ENTERPRISE, type ScimUser, type ServiceProviderConfig } from './scim-types.ts'

const ATTRIBUTES = `userName,displayName,name,active,externalId,emails,roles,${ENTERPRISE}:employeeNumber`
/** An id goes into a path; one of another form cannot be asked for. */
const ID = /^[\w.~@+=:-]{1,120}$/
/** Tried once where a server knows versions; told by its configuration. */
interface Abilities { versions: boolean }

/**
 * A system that speaks SCIM 2.0 (RFC 7643, RFC 7644). Accounts are known by the server's id. There are no organisational units and
 * no sessions to end; where the server knows versions, a change says which one it was made for.
 * @throws UnusableInput when the settings cannot be used, listing every problem.
 */
export function createScimDirectory(settings: ScimSettings, outside: Outside = realOutside): Directory {
  assertUsableScim(settings)
  const client = new ScimClient(settings, outside)
  const groups = new ScimGroups(client, settings)
  const named = new Set((settings.protectedUsers ?? []).map(foldName))
  const versions = new Map<string, string>()
  const groupIds = new Map<string, string>()
  let abilities: Abilities | null = null

  const learn = async (): Promise<Abilities> => {
    const { body } = await client.good({ method: 'GET', path: '/ServiceProviderConfig', headers: { accept: 'application/scim+json' } })
    const config = body as ServiceProviderConfig | null
    if (config?.patch?.supported !== true) throw new OutsideFailure({ what: 'The server does not let single values be changed (SCIM PATCH).', where: client.where, remedy: 'Ask its maker for SCIM 2.0 with PATCH, or use a task list for this system.' })
    return { versions: config.etag?.supported === true }
  }
  const see = (user: ScimUser, memberships: ReadonlyMap<string, string[]>, protectedIds: ReadonlySet<string>): ObservedAccount => {
    const account = readable(() => readScimUser(user, memberships.get(user.id ?? '') ?? []), client.where)
    if (user.meta?.version) versions.set(account.immutableId, user.meta.version)
    const isNamed = named.has(foldName(account.immutableId)) || named.has(foldName(account.username))
    return { ...account, protected: account.protected || isNamed || protectedIds.has(account.immutableId) }
  }

  const readMany = async (ids: readonly string[]): Promise<ReadOutcome[]> => {
    try {
      const memberships = await groups.memberships()
      const protectedIds = await groups.protectedIds()
      const asked = ids.filter((id) => ID.test(id))
      const answers = await client.many(asked.map((id): Call => ({ method: 'GET', path: `/Users/${encodeURIComponent(id)}?attributes=${encodeURIComponent(ATTRIBUTES)},meta`, headers: { accept: 'application/scim+json' } })))
      const found = new Map(asked.map((id, at): [string, ReadOutcome] => {
        const answer = answers[at]
        if (!answer || answer.status === 404) return [id, { account: null }]
        return [id, isGood(answer) ? { account: see(answer.body as ScimUser, memberships, protectedIds) } : { error: client.failureOf(answer) }]
      }))
      return ids.map((id) => found.get(id) ?? { account: null })
    } catch (error) {
      return ids.map(() => ({ error: expected(error) }))
    }
  }

  const cloud: CloudAccounts = {
    client, readMany,
    async targetProblem(step: Step): Promise<DirectoryRefusal | null> {
      if (step.does === 'move') return refusals.noContainers(step.target)
      if (step.does !== 'add' && step.does !== 'remove') return null
      const [group, second] = await groups.find(step.target)
      if (!group?.id) return refusals.unknownGroup(step.target)
      if (second) return new DirectoryRefusal(`The directory has several groups ${step.target}.`, 'Write the id of the right one into the mapping.')
      groupIds.set(foldName(step.target), group.id)
      return null
    },
    callsFor: ({ immutableId }, steps) => steps.flatMap((step): { call: Call; steps: Step[] }[] => {
      if (!('target' in step)) {
        const version = abilities?.versions ? versions.get(immutableId) : undefined
        return [{ call: patch(`/Users/${encodeURIComponent(immutableId)}`, [{ op: 'replace', path: 'active', value: step.does === 'enable' }], version), steps: [step] }]
      }
      const group = `/Groups/${encodeURIComponent(groupIds.get(foldName(step.target)) ?? '')}`
      if (step.does === 'add') return [{ call: patch(group, [{ op: 'add', path: 'members', value: [{ value: immutableId }] }]), steps: [step] }]
      return step.does === 'remove' ? [{ call: patch(group, [{ op: 'remove', path: `members[value eq ${quoted(immutableId)}]` }]), steps: [step] }] : []
    }),
    endSessions: () => null,
    judge: (answer, step, account) => judgeAnswer(client, answer, step, account, scimType(answer)),
  }

  const changeMany: NonNullable<Directory['changeMany']> = async (orders) => {
    try {
      abilities ??= await learn()
    } catch (error) {
      return orders.map(() => ({ error: expected(error) }))
    }
    return changeInBatches(cloud, orders, outside)
  }

  return {
    kind: 'scim',
    life: scimLife(client, outside, readMany),
    batchSize: 20,

    async check() {
      groups.forget()
      abilities = await learn()
      await client.good({ method: 'GET', path: '/Users?startIndex=1&count=1', headers: { accept: 'application/scim+json' } })
      await groups.protectedIds()
      for (const name of settings.groups) {
        const found = await groups.find(name)
        if (found.length !== 1) throw new OutsideFailure({ what: `The directory has ${found.length === 0 ? 'no group' : 'several groups'} ${name}, which the mapping names.`, where: client.where, remedy: 'Create it, or correct its name in the mapping; where two have the name, write its id.' })
      }
    },

    async *list() {
      groups.forget()
      const memberships = await groups.memberships()
      const protectedIds = await groups.protectedIds()
      for await (const user of client.all<ScimUser>(`/Users?attributes=${encodeURIComponent(ATTRIBUTES)}`)) yield see(user, memberships, protectedIds)
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

/** @throws RangeError when it lacks what every user must have: an account must not be taken for active because of that. */
function readScimUser(user: ScimUser, groups: readonly string[]): ObservedAccount {
  const { id, userName, externalId } = user
  const active = typeof user.active === 'string' ? /^(?:true|false)$/i.test(user.active) ? user.active.toLowerCase() === 'true' : undefined : user.active
  if (!id || !userName || active === undefined) throw new RangeError('id, userName or active is missing')
  const mail = (user.emails?.find(({ primary }) => primary) ?? user.emails?.[0])?.value
  const employeeId = user[ENTERPRISE]?.employeeNumber ?? externalId
  const fullName = user.name?.formatted ?? [user.name?.givenName, user.name?.familyName].filter(Boolean).join(' ')
  return {
    immutableId: id, username: userName, displayName: user.displayName || fullName || userName, enabled: active, container: '', groups: groups.toSorted(),
    protected: user.roles?.some(({ value }) => /admin|owner/i.test(value ?? '')) ?? false,
    match: { ...(employeeId ? { employeeId } : {}), upn: userName, ...(mail ? { mail } : {}) },
  }
}

function readable<T>(read: () => T, where: string): T {
  try {
    return read()
  } catch (error) {
    throw new OutsideFailure({ what: 'An account could not be read in full: its id, userName or active is missing.', where, remedy: 'Let the token read these attributes; ask the maker of the system to send them.' }, error)
  }
}
