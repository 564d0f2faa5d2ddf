import type { Group, UnifiedRoleAssignment, User } from '@microsoft/microsoft-graph-types'
import type { FixedClock } from '../../../src/adapters/clock.ts'
import { Delayed, type TwinAnswer, type TwinQuestion, TwinQuota, twinServer } from './twin-server.ts'

const MOST_IN_A_BATCH = 20
const MOST_ON_A_PAGE = 999
/** Where the sign-ins of the users are asked for. */
const MOST_WITH_SIGN_INS = 500
const GRAPH = 'https://graph.microsoft.com/v1.0'
export const TENANT = '00000000-0000-4000-8000-0000000000aa'
export const CLIENT = '00000000-0000-4000-8000-0000000000bb'
export const SECRET = 'the secret of the app'

export interface TwinGroup extends Omit<Group, 'members'> {
  id: string
  members: string[]
}

export interface EntraTwinOptions {
  clock: FixedClock
  users: User[]
  groups: TwinGroup[]
  /** Ids of those who hold a role. */
  roles?: string[]
  /** Ids of those who may take one; null where the tenant has no licence for it. */
  eligible?: string[] | null
  /** Whether the tenant has the licence, and the app the right, to read sign-ins. */
  signIns?: boolean
  lag?: number
  pageSize?: number
}

/**
 * A twin of Microsoft Graph and its token service, as far as Assent asks: `$batch` of twenty with unordered answers and a status
 * each, `$top` and nextLink, resource units and writes with Retry-After, late visibility, hybrid accounts and administrators
 * that may not be changed, and Graph's error bodies. Typed with Microsoft's own types.
 */
export async function entraTwin(options: EntraTwinOptions) {
  const { clock, lag = 0 } = options
  const users = new Map(options.users.map((user) => [user.id as string, new Delayed<User | null>(user, clock)]))
  const groups = new Map(options.groups.map((group) => [group.id, { group, members: new Delayed(new Set(group.members), clock) }]))
  const units = new TwinQuota(3500, 10_000, clock)
  const writes = new TwinQuota(3000, 150_000, clock)
  const tokens = new Set<string>()
  const skips = new Map<string, number>()
  const state = {
    revoked: [] as string[], asked: [] as string[], batches: [] as number[], loginError: null as number | null,
    maySetPasswords: true, mayWriteUsers: true,
    fault: null as ((question: TwinQuestion) => TwinAnswer | null) | null,
  }

  const server = await twinServer((question) => {
    if (question.path.endsWith('/oauth2/v2.0/token')) return giveToken(question)
    if (!tokens.has(question.headers['authorization']?.replace('Bearer ', '') ?? '')) return problem(401, 'InvalidAuthenticationToken', 'Access token has expired or is not yet valid.')
    if (question.path === '/v1.0/$batch') return batch(question)
    return one({ ...question, path: question.path.replace(/^\/v1\.0/, '') })
  })

  function giveToken({ text, path }: TwinQuestion): TwinAnswer {
    const form = new URLSearchParams(text)
    const fail = (number: number) => ({ status: number === 700016 || number === 90002 ? 400 : 401, body: { error: 'invalid_client', error_description: `AADSTS${number}: ... Trace ID: x`, error_codes: [number] } })
    if (state.loginError !== null) return fail(state.loginError)
    if (!path.startsWith(`/${TENANT}/`)) return fail(90002)
    if (form.get('client_id') !== CLIENT) return fail(700016)
    if (form.get('client_secret') !== SECRET && !form.get('client_assertion')) return fail(7000215)
    if (form.get('grant_type') !== 'client_credentials' || form.get('scope')?.split(' ')[0] !== 'https://graph.microsoft.com/.default') return { status: 400, body: { error: 'invalid_scope' } }
    const token = `t${tokens.size}`
    tokens.add(token)
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token } }
  }

  function batch(question: TwinQuestion): TwinAnswer {
    const { requests = [] } = JSON.parse(question.text) as { requests?: { id: string; method: string; url: string; body?: unknown; headers?: Record<string, string> }[] }
    state.batches.push(requests.length)
    if (requests.length > MOST_IN_A_BATCH) return problem(400, 'MaximumValueExceeded', 'Number of batch request steps exceeds the maximum value of 20.')
    if (new Set(requests.map(({ id }) => id)).size < requests.length) return problem(400, 'BadRequest', 'Request ids must be unique.')
    const responses = requests.map(({ id, method, url, body, headers }) => {
      const target = new URL(`http://twin${url}`)
      if (body !== undefined && headers?.['Content-Type'] !== 'application/json') return { id, ...problem(400, 'BadRequest', 'A body needs a Content-Type.') }
      const answer = one({ method, path: target.pathname, query: target.searchParams, headers: question.headers, text: body === undefined ? '' : JSON.stringify(body) })
      return { id, status: answer.status, headers: answer.headers ?? {}, body: answer.body ?? null }
    })
    return { status: 200, body: { responses: responses.toReversed() } }
  }

  function one(question: TwinQuestion): TwinAnswer {
    state.asked.push(`${question.method} ${question.path}`)
    const fault = state.fault?.(question)
    if (fault) return fault
    const list = question.method === 'GET' && !/^\/(?:users|groups)\/[0-9a-f-]{36}$/.test(question.path)
    const wait = units.take(list ? 2 : 1) ?? (question.method === 'GET' ? null : writes.take(1))
    if (wait !== null) {
      return { ...problem(429, 'TooManyRequests', 'Too many requests.'), headers: { 'Retry-After': (wait / 1000).toFixed(3), 'x-ms-throttle-scope': 'Tenant_Application/ReadWrite/x/y', 'x-ms-throttle-information': 'WriteLimitExceeded' } }
    }
    return route(question)
  }

  function route({ method, path, query, text }: TwinQuestion): TwinAnswer {
    const [kind = '', key = '', under = '', member = ''] = path.slice(1).split('/').map(decodeURIComponent)
    if (path === '/roleManagement/directory/roleAssignments') return page((options.roles ?? []).map((principalId): UnifiedRoleAssignment => ({ principalId })), path, query)
    if (path === '/roleManagement/directory/roleEligibilityScheduleInstances') {
      return options.eligible === null ? problem(400, 'AadPremiumLicenseRequired', 'The tenant needs a Premium P2 license.') : page((options.eligible ?? []).map((principalId) => ({ principalId })), path, query)
    }
    if (kind === 'users' && query.get('$select')?.includes('signInActivity')) {
      if (options.signIns !== true) return problem(403, 'Authentication_RequestFromNonPremiumTenantOrB2CTenant', 'Neither tenant is B2C or tenant doesn’t have premium license')
      if (Number(query.get('$top') ?? 100) > MOST_WITH_SIGN_INS) return problem(400, 'Request_BadRequest', 'Invalid page size specified.')
    }
    if (kind === 'users' && key === '' && method === 'POST') return addUser(JSON.parse(text) as User)
    if (kind === 'users' && key === '') return page([...users.values()].flatMap((user) => user.seen ?? []), path, query)
    if (kind === 'users') return ofUser(method, key, under, text, path, query)
    if (kind === 'groups' && key === '') return page([...groups.values()].map(({ group }) => group).filter((group) => matches(group, query.get('$filter') ?? '')).map(bare), path, query)
    const group = groups.get(key)
    if (kind !== 'groups' || !group) return missing(key)
    if (under === '') return { status: 200, body: bare(group.group) }
    if (method === 'GET') return page(membersOf(group, under === 'transitiveMembers').map((id) => ({ '@odata.type': '#microsoft.graph.user', id })), path, query)
    if (group.group.mailEnabled && !group.group.groupTypes?.includes('Unified')) return problem(400, 'Request_BadRequest', 'Unable to update the specified properties for objects that have originated within an external service.')
    if (group.group.isAssignableToRole) return problem(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
    const now = group.members.now
    if (method === 'POST') {
      const id = (JSON.parse(text) as { '@odata.id': string })['@odata.id'].replace(`${GRAPH}/directoryObjects/`, '')
      if (!users.get(id)?.now) return missing(id)
      if (now.has(id)) return problem(400, 'Request_BadRequest', "One or more added object references already exist for the following modified properties: 'members'.")
      group.members.write(new Set([...now, id]), lag)
      return { status: 204 }
    }
    if (!now.has(member)) return missing(member)
    group.members.write(new Set([...now].filter((each) => each !== member)), lag)
    return { status: 204 }
  }

  function ofUser(method: string, key: string, under: string, text: string, path: string, query: URLSearchParams): TwinAnswer {
    const user = users.get(key) ?? [...users.values()].find((each) => each.now?.userPrincipalName?.toLowerCase() === key.toLowerCase())
    if (!user?.now) return missing(key)
    if (under === 'memberOf') return page([...groups.values()].filter(({ members }) => members.seen.has(key)).map(({ group }) => ({ '@odata.type': '#microsoft.graph.group', id: group.id })), path, query)
    if (under === 'revokeSignInSessions') {
      state.revoked.push(key)
      return { status: 200, body: { value: true } }
    }
    if (method === 'GET') return user.seen ? { status: 200, body: chosen(user.seen, query) } : missing(key)
    if (options.roles?.includes(key)) return problem(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
    if (method === 'DELETE') {
      if (state.mayWriteUsers === false) return problem(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
      user.write(null, lag)
      return { status: 204 }
    }
    const change = JSON.parse(text) as User
    if (change.passwordProfile && !state.maySetPasswords) return problem(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
    if (change.passwordProfile && !isStrong(change.passwordProfile.password)) return problem(400, 'Request_BadRequest', 'The specified password does not comply with password complexity requirements. Please provide a different password.')
    if (user.now.onPremisesSyncEnabled && ('accountEnabled' in change || 'passwordProfile' in change)) return problem(400, 'Request_BadRequest', 'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.')
    user.write({ ...user.now, ...change }, lag)
    return { status: 204 }
  }

  function addUser(user: User): TwinAnswer {
    if (!state.mayWriteUsers) return problem(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
    if (!user.userPrincipalName || !user.mailNickname || !user.displayName || typeof user.accountEnabled !== 'boolean' || !user.passwordProfile) return problem(400, 'Request_BadRequest', 'A value is required for a property of the resource.')
    if (!isStrong(user.passwordProfile.password)) return problem(400, 'Request_BadRequest', 'The specified password does not comply with password complexity requirements.')
    if ([...users.values()].some(({ now }) => now?.userPrincipalName?.toLowerCase() === user.userPrincipalName?.toLowerCase())) return problem(400, 'Request_BadRequest', 'Another object with the same value for property userPrincipalName already exists.')
    const id = `00000000-0000-4000-9000-${String(users.size).padStart(12, '0')}`
    const slot = new Delayed<User | null>(null, clock)
    slot.write({ ...user, id, userType: 'Member' }, lag)
    users.set(id, slot)
    return { status: 201, body: { id } }
  }

  function membersOf({ members }: { members: Delayed<Set<string>> }, deep: boolean): string[] {
    return [...members.seen].flatMap((id) => { const nested = groups.get(id); return nested && deep ? [id, ...membersOf(nested, true)] : [id] })
  }

  function page(all: object[], path: string, query: URLSearchParams): TwinAnswer {
    const top = Number(query.get('$top') ?? 100)
    if (top > MOST_ON_A_PAGE || top < 1) return problem(400, 'Request_BadRequest', `Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`)
    const size = Math.min(top, options.pageSize ?? top)
    const token = query.get('$skiptoken')
    const from = token === null ? 0 : skips.get(token)
    if (from === undefined) return problem(400, 'Directory_ExpiredPageToken', 'The specified page token value has expired.')
    const next = new URLSearchParams(query)
    if (from + size < all.length) {
      const name = `s${skips.size}`
      skips.set(name, from + size)
      next.set('$skiptoken', name)
    }
    const value = all.slice(from, from + size).map((each) => chosen(each, query))
    return { status: 200, body: { '@odata.context': 'x', value, ...(next.get('$skiptoken') && next.get('$skiptoken') !== token ? { '@odata.nextLink': `${server.url}/v1.0${path}?${next.toString()}` } : {}) } }
  }

  return {
    endpoints: { graph: `${server.url}/v1.0`, login: server.url },
    units, writes, state,
    user: (id: string) => users.get(id)?.now ?? null,
    members: (id: string) => [...groups.get(id)?.members.now ?? []],
    edit: (id: string, change: Partial<User>) => { const user = users.get(id); user?.write({ ...user.now, ...change }, 0) },
    remove: (id: string) => { users.get(id)?.write(null, 0) },
    revokeTokens: () => { tokens.clear() },
    close: server.close,
  }
}

/** Eight to 256 characters of three kinds. */
function isStrong(password: string | null | undefined): boolean {
  const text = password ?? ''
  return text.length >= 8 && text.length <= 256 && [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length >= 3
}

const bare = ({ members: _members, ...group }: TwinGroup): Group => group

function matches(group: TwinGroup, filter: string): boolean {
  const name = /^displayName eq '(.*)'$/.exec(filter)?.[1]
  if (name !== undefined) return group.displayName?.toLowerCase() === name.replaceAll("''", "'").toLowerCase()
  return filter === '' || (filter === 'isAssignableToRole eq true' && group.isAssignableToRole === true)
}

/** `$select`: only what is named is given. */
function chosen(object: object, query: URLSearchParams): object {
  const select = query.get('$select')?.split(',')
  return select ? Object.fromEntries(Object.entries(object).filter(([name]) => name.startsWith('@') || select.includes(name))) : object
}

const missing = (id: string): TwinAnswer => problem(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`)

function problem(status: number, code: string, message: string): TwinAnswer {
  return { status, body: { error: { code, message, innerError: { date: '2026-11-02T09:00:00', 'request-id': 'x', 'client-request-id': 'x' } } } }
}
