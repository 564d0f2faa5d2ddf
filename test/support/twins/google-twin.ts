import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import type { admin_directory_v1 } from '@googleapis/admin'
import type { FixedClock } from '../../../src/adapters/clock.ts'
import { Delayed, type TwinAnswer, type TwinQuestion, TwinQuota, twinServer } from './twin-server.ts'

type User = admin_directory_v1.Schema$User
const API = '/admin/directory/v1'
const BATCH = '/batch/admin/directory_v1'
const MOST_IN_A_BATCH = 1000
const MOST_USERS = 500
const MOST_MEMBERS = 200
const QUERIES_A_MINUTE = 2400
const TOKEN_SECONDS = 3600

export interface GoogleTwinOptions {
  clock: FixedClock
  users: User[]
  /** Addresses and the ids of their members. A member that is an address is a nested group. */
  groups: Record<string, string[]>
  units: string[]
  /** How late a change is seen, in milliseconds. */
  lag?: number
  /** Scopes that domain-wide delegation names; all of them unless told. */
  delegated?: string[]
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const GOOGLE_ADMIN = 'assent@school.example'
/** A service account's key file, as Google gives it. */
export const GOOGLE_KEY = JSON.stringify({
  type: 'service_account', client_email: 'assent@project.iam.gserviceaccount.com', private_key_id: 'k1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
})

/**
 * A twin of Google's Directory API, as far as Assent asks: its paging, field masks, batches, quota (a query in a batch counts),
 * late visibility, refusals about administrators, and error bodies. Typed with Google's own types.
 */
export async function googleTwin(options: GoogleTwinOptions) {
  const { clock, lag = 0 } = options
  const users = new Map(options.users.map((user) => [user.id as string, new Delayed<User | null>(user, clock)]))
  const groups = new Map(Object.entries(options.groups).map(([address, members]) => [address.toLowerCase(), { address, members: new Delayed(new Set(members), clock) }]))
  const quota = new TwinQuota(QUERIES_A_MINUTE, 60_000, clock)
  const tokens = new Map<string, number>()
  const pageTokens = new Map<string, number>()
  const state = { signOuts: [] as string[], asked: [] as string[], archiveLicences: 100, fault: null as ((question: TwinQuestion) => TwinAnswer | null) | null }

  const server = await twinServer((question) => {
    if (question.path === '/token') return giveToken(question)
    if (question.path === BATCH) return batch(question)
    return one(question)
  })

  function giveToken({ text, method }: TwinQuestion): TwinAnswer {
    const form = new URLSearchParams(text)
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    const said = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { sub: string; scope: string; aud: string; iat: number; exp: number; iss: string }
    const signed = verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), Buffer.from(signature, 'base64url'))
    const now = clock.now() / 1000
    if (method !== 'POST' || form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return { status: 400, body: { error: 'unsupported_grant_type' } }
    if (!signed || said.aud !== 'https://oauth2.googleapis.com/token' || said.exp - said.iat > 3600 || said.exp < now || said.iat > now + 60) return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } }
    if (said.sub !== GOOGLE_ADMIN) return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid email or User ID' } }
    if (options.delegated && said.scope.split(' ').some((scope) => !options.delegated?.includes(scope))) return { status: 401, body: { error: 'unauthorized_client', error_description: 'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.' } }
    const token = `t${tokens.size}-${clock.now()}`
    tokens.set(token, clock.now() + TOKEN_SECONDS * 1000)
    return { status: 200, body: { access_token: token, expires_in: TOKEN_SECONDS, token_type: 'Bearer' } }
  }

  function one(question: TwinQuestion): TwinAnswer {
    if (!((tokens.get(question.headers['authorization']?.replace('Bearer ', '') ?? '') ?? 0) > clock.now())) return problem(401, 'authError', 'Invalid Credentials')
    state.asked.push(`${question.method} ${question.path}`)
    const fault = state.fault?.(question)
    if (fault) return fault
    if (quota.take(1) !== null) return quota.refused % 2 === 0 ? problem(429, 'rateLimitExceeded', 'Quota exceeded') : problem(403, 'userRateLimitExceeded', 'Quota exceeded for quota metric')
    const answer = route(question)
    return answer.status === 200 && answer.body !== undefined ? { ...answer, body: masked(answer.body, question.query.get('fields')) } : answer
  }

  function batch(question: TwinQuestion): TwinAnswer {
    const boundary = /boundary=([^;]+)/.exec(question.headers['content-type'] ?? '')?.[1] ?? ''
    const parts = question.text.split(`--${boundary}`).slice(1, -1)
    if (!question.headers['content-type']?.startsWith('multipart/mixed') || parts.length > MOST_IN_A_BATCH || parts.length === 0) return problem(400, 'badRequest', 'The batch request could not be processed.')
    const answers = parts.map((part) => {
      const id = /Content-ID: <(.+)>/i.exec(part)?.[1] ?? ''
      const [, method = '', target = '', rest = ''] = /\r\n\r\n([A-Z]+) (\S+) HTTP\/1\.1\r\n([\s\S]*)$/.exec(part) ?? []
      const url = new URL(target, 'http://twin')
      const answer = one({ method, path: url.pathname, query: url.searchParams, headers: question.headers, text: rest.split('\r\n\r\n').slice(1).join('').trim() || rest.trim() })
      const body = answer.body === undefined ? '' : JSON.stringify(answer.body)
      return `Content-Type: application/http\r\nContent-ID: <response-${id}>\r\n\r\nHTTP/1.1 ${answer.status} X\r\nContent-Type: application/json\r\n\r\n${body}\r\n`
    })
    // Their order is not promised.
    const raw = `${answers.toReversed().map((answer) => `--batch_x\r\n${answer}`).join('')}--batch_x--`
    return { status: 200, raw, headers: { 'content-type': 'multipart/mixed; boundary=batch_x' } }
  }

  function route({ method, path, query, text }: TwinQuestion): TwinAnswer {
    const parts = path.slice(API.length + 1).split('/').map(decodeURIComponent)
    const [kind = '', key = '', under = '', member = ''] = parts
    if (kind === 'customer' && under === 'orgunits') return options.units.includes(`/${parts.slice(3).join('/')}`) ? { status: 200, body: { orgUnitPath: `/${parts.slice(3).join('/')}` } } : notFound('orgUnit')
    if (kind === 'users' && key === '' && method === 'POST') return addUser(JSON.parse(text) as User)
    if (kind === 'users' && key === '') return listUsers(query)
    if (kind === 'users') return ofUser(method, key, under, text)
    if (kind === 'groups' && key === '') return { status: 200, body: { groups: [...groups.values()].filter(({ members }) => members.seen.has(query.get('userKey') ?? '')).map(({ address }) => ({ email: address })) } satisfies admin_directory_v1.Schema$Groups }
    const group = groups.get(key.toLowerCase())
    if (kind !== 'groups' || !group) return notFound('groupKey')
    if (under === '') return { status: 200, body: { email: group.address } satisfies admin_directory_v1.Schema$Group }
    if (method === 'GET') return listMembers(group, query)
    const now = group.members.now
    if (method === 'POST') {
      const { id = '' } = JSON.parse(text) as admin_directory_v1.Schema$Member
      if (now.has(id as string)) return problem(409, 'duplicate', 'Member already exists.')
      if (!users.get(id as string)?.now) return notFound('memberKey')
      group.members.write(new Set([...now, id as string]), lag)
      return { status: 200, body: { id, role: 'MEMBER', type: 'USER' } }
    }
    if (!now.has(member)) return notFound('memberKey')
    group.members.write(new Set([...now].filter((each) => each !== member)), lag)
    return { status: 204 }
  }

  function ofUser(method: string, key: string, under: string, text: string): TwinAnswer {
    const user = users.get(key) ?? [...users.values()].find((each) => each.now?.primaryEmail === key)
    if (!user?.now) return notFound('userKey')
    if (under === 'signOut') {
      state.signOuts.push(key)
      return { status: 204 }
    }
    if (method === 'GET') return user.seen ? { status: 200, body: user.seen } : notFound('userKey')
    if (user.now.isAdmin) return problem(403, 'forbidden', 'Not Authorized to access this resource/api')
    if (method === 'DELETE') {
      user.write(null, lag)
      return { status: 204 }
    }
    const change = JSON.parse(text) as User
    if (change.password !== undefined && !isPassword(change.password)) return problem(400, 'invalid', 'Invalid Password')
    if (change.archived === true && state.archiveLicences <= 0) return problem(412, 'conditionNotMet', 'Insufficient archived user licenses')
    if (change.archived === true) state.archiveLicences -= 1
    // Whoever is taken out of the archive is active again, unless told otherwise.
    if (change.archived === false && user.now.archived) change.suspended ??= false
    if (change.orgUnitPath && !options.units.includes(change.orgUnitPath)) return problem(400, 'invalid', 'Invalid Input: INVALID_OU_ID')
    user.write({ ...user.now, ...change }, lag)
    return { status: 200, body: user.now }
  }

  function addUser(user: User): TwinAnswer {
    if (!user.primaryEmail?.includes('@') || !user.name?.givenName || !user.name.familyName || !isPassword(user.password)) return problem(400, 'invalid', 'Invalid Input: required')
    if (user.orgUnitPath && !options.units.includes(user.orgUnitPath)) return problem(400, 'invalid', 'Invalid Input: INVALID_OU_ID')
    if ([...users.values()].some((each) => each.now?.primaryEmail?.toLowerCase() === user.primaryEmail?.toLowerCase())) return problem(409, 'duplicate', 'Entity already exists.')
    const id = `2000000000000000${String(users.size).padStart(5, '0')}`
    const made: User = { isAdmin: false, isDelegatedAdmin: false, suspended: false, archived: false, orgUnitPath: '/', ...user, id, name: { ...user.name, fullName: `${user.name.givenName} ${user.name.familyName}` } }
    const slot = new Delayed<User | null>(null, clock)
    slot.write(made, lag)
    users.set(id, slot)
    return { status: 200, body: made }
  }

  function listUsers(query: URLSearchParams): TwinAnswer {
    const size = Number(query.get('maxResults') ?? 100)
    if (size > MOST_USERS || size < 1) return problem(400, 'invalid', 'Invalid Input: maxResults')
    if (query.get('customer') !== 'my_customer') return problem(400, 'badRequest', 'Bad Request')
    return page('users', [...users.values()].flatMap((user) => user.seen ?? []), size, query)
  }

  function listMembers(group: { members: Delayed<Set<string>> }, query: URLSearchParams): TwinAnswer {
    const size = Number(query.get('maxResults') ?? MOST_MEMBERS)
    if (size > MOST_MEMBERS) return problem(400, 'invalid', 'Invalid Input: maxResults')
    const deep = query.get('includeDerivedMembership') === 'true'
    const flat = (members: Set<string>): string[] => [...members].flatMap((id) => (id.includes('@') ? deep ? flat(groups.get(id)?.members.seen ?? new Set()) : [] : [id]))
    return page('members', flat(group.members.seen).map((id): admin_directory_v1.Schema$Member => ({ id, type: 'USER' })), size, query)
  }

  function page(name: 'users' | 'members', all: unknown[], size: number, query: URLSearchParams): TwinAnswer {
    const token = query.get('pageToken')
    const from = token === null ? 0 : pageTokens.get(token)
    if (from === undefined) return problem(400, 'invalid', 'Invalid Input: pageToken')
    const next = from + size < all.length ? `p${pageTokens.size}` : undefined
    if (next) pageTokens.set(next, from + size)
    return { status: 200, body: { kind: `admin#directory#${name}`, [name]: all.slice(from, from + size), ...(next ? { nextPageToken: next } : {}) } }
  }

  return {
    endpoints: { directory: server.url, token: `${server.url}/token` },
    quota,
    state,
    /** As it really is, however late others see it. */
    user: (id: string) => users.get(id)?.now ?? null,
    membersOf: (group: string) => [...groups.get(group.toLowerCase())?.members.now ?? []],
    edit: (id: string, change: Partial<User>) => { const user = users.get(id); user?.write({ ...user.now, ...change }, 0) },
    remove: (id: string) => { users.get(id)?.write(null, 0) },
    revokeTokens: () => { tokens.clear() },
    close: server.close,
  }
}

const notFound = (what: string): TwinAnswer => problem(404, 'notFound', `Resource Not Found: ${what}`)

function problem(code: number, reason: string, message: string): TwinAnswer {
  return { status: code, body: { error: { code, message, errors: [{ message, domain: 'global', reason }] } } }
}

/** Eight to a hundred characters of ASCII. */
const isPassword = (password: string | null | undefined): boolean => /^[ -~]{8,100}$/.test(password ?? '')

/** Google's partial answers: `a,b(c,d),e/f`. Only what is named is given. */
function masked(body: unknown, fields: string | null): unknown {
  if (fields === null || body === null || typeof body !== 'object') return body
  if (Array.isArray(body)) return body.map((each) => masked(each, fields))
  const result: Record<string, unknown> = {}
  for (const [, name = '', inner, sub] of fields.matchAll(/(\w+)(?:\(([^()]*)\)|\/(\w+))?(?:,|$)/g)) {
    const value = (body as Record<string, unknown>)[name]
    if (value !== undefined) result[name] = masked(value, inner ?? sub ?? null)
  }
  return result
}
