import type { admin_directory_v1 } from '@googleapis/admin'
import { afterEach, describe, expect, it } from 'vitest'
import { createGoogleDirectory } from '../../../src/adapters/directories/google/google-directory.ts'
import { GOOGLE_SCOPES, type GoogleSettings } from '../../../src/adapters/directories/google/google-settings.ts'
import { DirectoryRefusal, type ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { OutsideFailure, UnusableInput } from '../../../src/shared/errors.ts'
import { GOOGLE_ADMIN, GOOGLE_KEY, googleTwin, type GoogleTwinOptions } from '../../support/twins/google-twin.ts'
import { twinOutside } from '../../support/twins/twin-server.ts'
import { directoryContract } from './directory-contract.ts'

const id = (n: number) => `1000000000000000${String(n).padStart(5, '0')}`
const pupil = (n: number, more: admin_directory_v1.Schema$User = {}): admin_directory_v1.Schema$User => ({
  id: id(n), primaryEmail: `pupil${n}@school.example`, name: { fullName: `Pupil ${n}` }, suspended: false, archived: false, isAdmin: false,
  isDelegatedAdmin: false, orgUnitPath: '/Pupils', externalIds: [{ type: 'organization', value: `A${n}` }], ...more,
})
const GROUPS = { 'filtered@school.example': [], 'loans@school.example': [], 'leaders@school.example': ['heads@school.example'], 'heads@school.example': [id(96)] }
const settings: Omit<GoogleSettings, 'endpoints'> = {
  name: 'google', serviceAccountKey: GOOGLE_KEY, adminUser: GOOGLE_ADMIN, orgUnits: ['/Pupils'], groups: ['filtered@school.example', 'loans@school.example'],
}

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function world(options: Partial<GoogleTwinOptions> = {}, more: Partial<GoogleSettings> = {}) {
  const outside = twinOutside()
  const twin = await googleTwin({ clock: outside.clock, users: [pupil(1), pupil(2), pupil(3)], groups: GROUPS, units: ['/Pupils', '/Pupils/Away', '/Staff'], ...options })
  open.push(twin)
  return { outside, twin, directory: createGoogleDirectory({ ...settings, endpoints: twin.endpoints, ...more }, outside) }
}

async function listed(directory: ReturnType<typeof createGoogleDirectory>): Promise<ObservedAccount[]> {
  const all: ObservedAccount[] = []
  for await (const account of directory.list()) all.push(account)
  return all
}

for (const lag of [0, 3000]) {
  directoryContract(lag === 0 ? 'google' : 'google, seen three seconds late', async () => {
    const outside = twinOutside()
    const twin = await googleTwin({
      clock: outside.clock, lag, groups: GROUPS, units: ['/Pupils', '/Pupils/Away'],
      users: [...Array.from({ length: 10 }, (_, n) => pupil(n)), pupil(90, { suspended: true }), pupil(91, { isDelegatedAdmin: true })],
    })
    return {
      directory: createGoogleDirectory({ ...settings, endpoints: twin.endpoints }, outside),
      ordinary: Array.from({ length: 10 }, (_, n) => id(n)), disabled: id(90), protected: id(91), neverThere: id(999), count: 12,
      home: '/Pupils', otherContainer: '/Pupils/Away', missingContainer: '/Pupils/Nowhere',
      groups: ['filtered@school.example', 'loans@school.example'], missingGroup: 'nobody@school.example',
      byHand: {
        setEnabled: async (key, enabled) => { twin.edit(key, { suspended: !enabled }) },
        move: async (key, container) => { twin.edit(key, { orgUnitPath: container }) },
        delete: async (key) => { twin.remove(key) },
      },
      end: twin.close,
    }
  })
}

describe('Google Workspace', () => {
  it('signs out whom it suspends, after suspending, and nobody else', async () => {
    const { directory, twin } = await world()
    await directory.change(id(1), { enabled: false, moveTo: '/Pupils/Away' })
    await directory.change(id(2), { addGroups: ['filtered@school.example'] })
    expect(twin.state.signOuts).toEqual([id(1)])
    const writes = twin.state.asked.filter((line) => !line.startsWith('GET'))
    expect(writes.slice(0, 2)).toEqual([`PATCH /admin/directory/v1/users/${id(1)}`, `POST /admin/directory/v1/users/${id(1)}/signOut`])
    await directory.change(id(2), { endSessions: true })
    expect(twin.state.signOuts).toEqual([id(1), id(2)])
  })

  it('says that somebody suspended may still be signed in, and is tried again', async () => {
    const { directory, twin } = await world()
    twin.state.fault = ({ path }) => (path.endsWith('/signOut') ? { status: 404, body: {} } : null)
    await expect(directory.change(id(1), { enabled: false })).rejects.toThrow(/could not be signed out/)
    expect(twin.user(id(1))?.suspended).toBe(true)
    twin.state.fault = null
    await directory.change(id(1), { enabled: false, endSessions: true })
    expect(twin.state.signOuts).toEqual([id(1)])
  })

  it('B4: super administrators, members of protected groups at any depth and named accounts are protected', async () => {
    const { directory } = await world(
      { users: [pupil(1, { isAdmin: true }), pupil(2), pupil(3), pupil(96)] },
      { protectedGroups: ['leaders@school.example'], protectedUsers: ['Pupil2@school.example'] },
    )
    expect((await listed(directory)).map((account) => account.protected)).toEqual([true, true, false, true])
    expect((await directory.read(id(96)))?.protected).toBe(true)
  })

  it('B4: a protected group that is not there stops everything', async () => {
    const { directory } = await world({}, { protectedGroups: ['gone@school.example'] })
    await expect(directory.check()).rejects.toThrow(/protected group/)
    await expect(listed(directory)).rejects.toThrow(OutsideFailure)
    await expect(directory.change(id(1), { enabled: false })).rejects.toThrow(OutsideFailure)
  })

  it('says when people were last in; the beginning of 1970 is never', async () => {
    const { directory } = await world({ users: [pupil(1, { lastLoginTime: '2026-11-01T07:00:00.000Z' }), pupil(2, { lastLoginTime: '1970-01-01T00:00:00.000Z' }), pupil(3)] })
    const seen: unknown[] = []
    for await (const account of directory.list()) seen.push(account.lastSignIn)
    expect(seen).toEqual([Date.parse('2026-11-01T07:00:00Z'), null, undefined])
  })

  it('walks every page, and only its own units', async () => {
    const users = Array.from({ length: 1203 }, (_, n) => pupil(n, n % 3 === 0 ? { orgUnitPath: '/Staff' } : {}))
    const { directory, twin } = await world({ users, groups: { ...GROUPS, 'loans@school.example': users.slice(0, 450).map((user) => user.id as string) } })
    const all = await listed(directory)
    expect(all).toHaveLength(802)
    expect(all.filter((account) => account.groups.includes('loans@school.example'))).toHaveLength(300)
    expect(twin.state.asked.filter((line) => line === 'GET /admin/directory/v1/users')).toHaveLength(3)
  })

  it('a unit that is renamed or emptied throws, a failing page throws: a short list is never the whole', async () => {
    const { directory, twin } = await world({ users: [pupil(1, { orgUnitPath: '/Staff' })] })
    await expect(listed(directory)).rejects.toThrow(/not there or holds no account/)
    twin.state.fault = ({ query }) => (query.has('maxResults') ? { status: 400, body: { error: { code: 400, errors: [{ reason: 'invalid' }] } } } : null)
    await expect(listed(directory)).rejects.toThrow(OutsideFailure)
  })

  it('changes hundreds in batches of fifty with one outcome each, a partial failure hurting nobody else', async () => {
    const users = Array.from({ length: 230 }, (_, n) => pupil(n, n === 7 ? { isAdmin: true } : {}))
    const { directory, twin } = await world({ users, lag: 1500 })
    twin.remove(id(11))
    twin.state.fault = ({ method, path }) => (method === 'PATCH' && path.endsWith(id(13)) ? { status: 400, body: { error: { code: 400, errors: [{ reason: 'invalid' }] } } } : null)
    const outcomes = await directory.changeMany?.(users.map((user) => ({ immutableId: user.id as string, change: { enabled: false } }))) ?? []
    expect(outcomes.flatMap(({ error }, n) => (error ? [n] : []))).toEqual([7, 11, 13])
    expect([7, 11, 13].every((n) => outcomes[n]?.error instanceof DirectoryRefusal)).toBe(true)
    expect(users.filter((user) => twin.user(user.id as string)?.suspended).length).toBe(227)
    expect(outcomes[0]?.account?.enabled).toBe(false)
    expect(twin.state.signOuts).toHaveLength(227)
  })

  it('keeps to the quota by itself: thousands of queries, hardly one refused, and nine tenths of the rate', async () => {
    const users = Array.from({ length: 3000 }, (_, n) => pupil(n))
    const { directory, twin, outside } = await world({ users })
    const before = outside.clock.now()
    const outcomes = await directory.changeMany?.(users.map((user) => ({ immutableId: user.id as string, change: { enabled: false } }))) ?? []
    const minutes = (outside.clock.now() - before) / 60_000
    expect(outcomes.every(({ account }) => account?.enabled === false)).toBe(true)
    expect(twin.quota.used / minutes).toBeGreaterThan(0.9 * 2400)
    expect(twin.quota.refused).toBe(0)
  }, 60_000)

  it('a storm of refusals (403 userRateLimitExceeded, 429) is waited out; one without end becomes a failure that may pass', async () => {
    const { directory, twin, outside } = await world()
    let storm = 6
    twin.state.fault = () => (storm-- > 0 ? { status: storm % 2 ? 403 : 429, body: { error: { code: 403, errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }] } } } : null)
    expect((await directory.change(id(1), { enabled: false })).enabled).toBe(false)
    expect(outside.waited.some((ms) => ms >= 4000)).toBe(true)
    storm = Number.POSITIVE_INFINITY
    const failure = await directory.change(id(2), { enabled: false }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(OutsideFailure)
    expect((failure as OutsideFailure).what).toContain('asked too much')
    expect(twin.user(id(2))?.suspended).toBe(false)
  })

  it('a long Retry-After is not waited for', async () => {
    const { directory, twin, outside } = await world()
    twin.state.fault = () => ({ status: 429, headers: { 'retry-after': '7200' }, body: {} })
    await expect(directory.check()).rejects.toThrow(/asked too much/)
    expect(outside.waited.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(60_000)
  })

  it('a revoked token is renewed once; credentials that end stop the run with what to do', async () => {
    const { directory, twin, outside } = await world()
    await directory.check()
    twin.revokeTokens()
    expect(await directory.read(id(1))).not.toBeNull()
    outside.clock.advance(2 * 3_600_000)
    expect(await directory.read(id(1))).not.toBeNull()
    twin.state.fault = () => ({ status: 401, body: { error: { code: 401, errors: [{ reason: 'authError' }] } } })
    await expect(directory.read(id(1))).rejects.toThrow(/does not accept Assent's credentials/)
  })

  it('says which right or name is missing', async () => {
    const { directory } = await world({ delegated: GOOGLE_SCOPES.slice(0, 2) })
    await expect(directory.check()).rejects.toMatchObject({ what: expect.stringContaining('not delegated'), remedy: expect.stringContaining('domain-wide delegation') })
    const other = await world({}, { adminUser: 'nobody@school.example' })
    await expect(other.directory.check()).rejects.toThrow(/invalid_grant/)
    const unit = await world({}, { orgUnits: ['/Pupils', '/Old'] })
    await expect(unit.directory.check()).rejects.toThrow(/\/Old/)
    const group = await world({}, { groups: ['typo@school.example'] })
    await expect(group.directory.check()).rejects.toThrow(/typo@school\.example/)
  })

  it('an unreachable or breaking server, and an answer of a proxy, are failures that may pass', async () => {
    const { directory, twin } = await world()
    twin.state.fault = () => ({ status: 200, raw: '<html>Filtered</html>' })
    await expect(directory.check()).rejects.toThrow(/not the directory/)
    await expect(listed(directory)).rejects.toThrow(OutsideFailure)
    await twin.close()
    await expect(directory.read(id(1))).rejects.toThrow(OutsideFailure)
    open.pop()
  })

  it('an archived account is not enabled, an alias is not an id', async () => {
    const { directory } = await world({ users: [pupil(1, { archived: true }), pupil(2)] })
    expect(await directory.read(id(1))).toMatchObject({ enabled: false, archived: true })
    await expect(directory.change(id(1), { enabled: true })).rejects.toThrow(/archived/)
    expect(await directory.read('pupil2@school.example')).toBeNull()
  })

  it('lists every problem of its settings at once', () => {
    const make = () => createGoogleDirectory({ ...settings, serviceAccountKey: '{}', adminUser: 'x', orgUnits: ['Pupils'], groups: ['x'] })
    expect(make).toThrow(UnusableInput)
    expect(make).toThrow(/key file.*adminUser.*Pupils.*group "x"/)
  })
})
