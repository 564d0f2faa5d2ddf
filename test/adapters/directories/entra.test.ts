import type { User } from '@microsoft/microsoft-graph-types'
import { afterEach, describe, expect, it } from 'vitest'
import { changeMany } from '../../../src/adapters/directories/batches.ts'
import { type ChangeOutcome, DirectoryRefusal, type ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { createEntraDirectory } from '../../../src/adapters/directories/entra/entra-directory.ts'
import type { EntraSettings } from '../../../src/adapters/directories/entra/entra-settings.ts'
import { chunks } from '../../../src/shared/chunks.ts'
import { OutsideFailure, UnusableInput } from '../../../src/shared/errors.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { CLIENT, entraTwin, type EntraTwinOptions, SECRET, TENANT, type TwinGroup } from '../../support/twins/entra-twin.ts'
import { twinOutside } from '../../support/twins/twin-server.ts'
import { directoryContract } from './directory-contract.ts'

const id = (n: number) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`
const groupId = (n: number) => `00000000-0000-4000-a000-${String(n).padStart(12, '0')}`
const pupil = (n: number, more: User = {}): User => ({
  id: id(n), userPrincipalName: `pupil${n}@school.example`, displayName: `Pupil ${n}`, accountEnabled: true, employeeId: `A${n}`, userType: 'Member', onPremisesSyncEnabled: null, mail: null, ...more,
})
const groups = (): TwinGroup[] => [
  { id: groupId(1), displayName: 'Filtered internet', groupTypes: [], members: [] }, { id: groupId(2), displayName: 'Library loans', groupTypes: [], members: [] },
  { id: groupId(3), displayName: 'Helpdesk role', groupTypes: [], isAssignableToRole: true, members: [id(95), groupId(4)] }, { id: groupId(4), displayName: 'Nested', groupTypes: [], members: [id(96)] },
  { id: groupId(5), displayName: 'By rule', groupTypes: ['DynamicMembership'], members: [] }, { id: groupId(6), displayName: 'Twice', groupTypes: [], members: [] }, { id: groupId(7), displayName: 'Twice', groupTypes: [], members: [] },
  { id: groupId(8), displayName: "Head's office", groupTypes: [], onPremisesSyncEnabled: true, members: [id(97)] },
]
const settings: Omit<EntraSettings, 'endpoints'> = {
  name: 'entra', tenantId: TENANT, clientId: CLIENT, clientSecret: SECRET, domains: ['school.example'], groups: ['Filtered internet', 'Library loans'],
}

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function world(options: Partial<EntraTwinOptions> = {}, more: Partial<EntraSettings> = {}) {
  const outside = twinOutside()
  const twin = await entraTwin({ clock: outside.clock, users: [pupil(1), pupil(2), pupil(3)], groups: groups(), ...options })
  open.push(twin)
  return { outside, twin, directory: createEntraDirectory({ ...settings, endpoints: twin.endpoints, ...more }, outside) }
}

async function listed(directory: ReturnType<typeof createEntraDirectory>): Promise<ObservedAccount[]> {
  const all: ObservedAccount[] = []
  for await (const account of directory.list()) all.push(account)
  return all
}

for (const lag of [0, 4000]) {
  directoryContract(lag === 0 ? 'entra' : 'entra, seen four seconds late', async () => {
    const outside = twinOutside()
    const twin = await entraTwin({
      clock: outside.clock, lag, pageSize: 5, groups: groups(), roles: [id(91)],
      users: [...Array.from({ length: 10 }, (_, n) => pupil(n)), pupil(90, { accountEnabled: false }), pupil(91), pupil(80, { userPrincipalName: 'x@elsewhere.example' }), pupil(81, { userType: 'Guest' })],
    })
    return {
      directory: createEntraDirectory({ ...settings, endpoints: twin.endpoints }, outside),
      ordinary: Array.from({ length: 10 }, (_, n) => id(n)), disabled: id(90), protected: id(91), neverThere: id(999), count: 12,
      home: '', otherContainer: null, missingContainer: '/Nowhere', groups: ['Filtered internet', 'Library loans'], missingGroup: 'Nobody',
      byHand: {
        setEnabled: async (key, enabled) => { twin.edit(key, { accountEnabled: enabled }) },
        move: async () => undefined,
        delete: async (key) => { twin.remove(key) },
      },
      end: twin.close,
    }
  })
}

describe('Microsoft Entra', () => {
  it('revokes the sessions of whom it disables, after disabling', async () => {
    const { directory, twin } = await world()
    await directory.change(id(1), { enabled: false })
    await directory.change(id(2), { addGroups: ['Filtered internet'] })
    expect(twin.state.revoked).toEqual([id(1)])
    expect(twin.state.asked.filter((line) => !line.startsWith('GET'))).toEqual([`PATCH /users/${id(1)}`, `POST /users/${id(1)}/revokeSignInSessions`, `POST /groups/${groupId(1)}/members/$ref`])
  })

  it('points a hybrid account back to Active Directory, and still ends its sessions and changes its cloud groups', async () => {
    const { directory, twin } = await world({ users: [pupil(1, { onPremisesSyncEnabled: true }), pupil(2)] })
    expect(await directory.read(id(1))).toMatchObject({ mirrored: true, enabled: true })
    const refused = await directory.change(id(1), { enabled: false }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(DirectoryRefusal)
    expect((refused as DirectoryRefusal).message).toContain('Active Directory')
    expect(twin.state.asked.some((line) => line.startsWith('PATCH'))).toBe(false)
    expect((await directory.change(id(1), { endSessions: true, addGroups: ['Library loans'] })).groups).toEqual(['Library loans'])
    expect(twin.state.revoked).toEqual([id(1)])
  })

  it('B4: holders of roles, those who may take one, members of role groups at any depth and named accounts are protected', async () => {
    const users = [1, 2, 93, 95, 96, 97].map((n) => pupil(n))
    const { directory } = await world({ users, roles: [id(1)], eligible: [id(93)] }, { protectedGroups: ["Head's office"] })
    expect((await listed(directory)).map((account) => account.protected)).toEqual([true, false, true, true, true, true])
    const named = await world({ users, eligible: null }, { protectedUsers: ['PUPIL2@school.example'] })
    expect((await named.directory.read(id(2)))?.protected).toBe(true)
  })

  it('B4: when roles cannot be read, or a protected group is not there, nothing is changed', async () => {
    const { directory, twin } = await world()
    twin.state.fault = ({ path }) => (path.startsWith('/roleManagement') ? { status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'x' } } } : null)
    await expect(directory.change(id(1), { enabled: false })).rejects.toThrow(/may not do that/)
    expect(twin.user(id(1))?.accountEnabled).toBe(true)
    const other = await world({}, { protectedGroups: ['Gone'] })
    await expect(other.directory.check()).rejects.toThrow(/protected group/)
  })

  it.each([['By rule', 'worked out by a rule'], ['Helpdesk role', 'administrator roles'], ['Twice', 'several groups'], ["Head's office", 'follows'], ['Typo', 'no group']])('refuses the group "%s": %s', async (group, why) => {
    const { directory } = await world({}, { groups: [group] })
    await expect(directory.change(id(1), { enabled: false, addGroups: [group] })).rejects.toThrow(why)
    await expect(directory.check()).rejects.toThrow(why)
    expect((await directory.read(id(1)))?.enabled).toBe(true)
  })

  it('walks nextLink to its end; a page that fails or a link elsewhere is never the end', async () => {
    const { directory, twin } = await world({ users: Array.from({ length: 2500 }, (_, n) => pupil(n)), pageSize: 700 })
    expect(await listed(directory)).toHaveLength(2500)
    twin.state.fault = ({ path, query }) => (path === '/users' && query.has('$skiptoken') ? { status: 400, body: { error: { code: 'Directory_ExpiredPageToken', message: 'x' } } } : null)
    await expect(listed(directory)).rejects.toThrow(OutsideFailure)
    twin.state.fault = ({ path }) => (path === '/users' ? { status: 200, body: { value: [], '@odata.nextLink': 'https://evil.example/users' } } : null)
    await expect(listed(directory)).rejects.toThrow(/read to its end/)
  })

  it('changes hundreds in batches of twenty with one outcome each, a partial failure hurting nobody else', async () => {
    const users = Array.from({ length: 90 }, (_, n) => pupil(n, n === 5 ? { onPremisesSyncEnabled: true } : {}))
    const { directory, twin } = await world({ users, lag: 2500, roles: [id(6)] })
    twin.remove(id(7))
    twin.state.fault = ({ method, path }) => (method === 'PATCH' && path.endsWith(id(8)) ? { status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'x' } } } : null)
    const outcomes = await directory.changeMany?.(users.map((user) => ({ immutableId: user.id as string, change: { enabled: false } }))) ?? []
    expect(outcomes.flatMap(({ error }, n) => (error instanceof DirectoryRefusal ? [n] : []))).toEqual([5, 6, 7, 8])
    expect(outcomes.filter(({ account }) => account?.enabled === false)).toHaveLength(86)
    expect(Math.max(...twin.state.batches)).toBe(20)
    expect(twin.state.revoked).toHaveLength(86)
  })

  it('keeps to the quota of writes by itself, and uses nine tenths of it', async () => {
    const users = Array.from({ length: 6000 }, (_, n) => pupil(n + 1000))
    const { directory, twin, outside } = await world({ users })
    const before = outside.clock.now()
    const outcomes: ChangeOutcome[] = []
    for (const part of chunks(users, directory.batchSize)) outcomes.push(...await changeMany(directory, part.map((user) => ({ immutableId: user.id as string, change: { enabled: false } }))))
    const windows = (outside.clock.now() - before) / 150_000
    expect(outcomes.every(({ account }) => account?.enabled === false)).toBe(true)
    expect(twin.writes.used / windows).toBeGreaterThan(0.9 * 3000)
    expect(twin.writes.refused + twin.units.refused).toBe(0)
  }, 60_000)

  it('waits as long as Retry-After says, per item of a batch; a storm without end is a failure that may pass', async () => {
    const { directory, twin, outside } = await world()
    let storm = 3
    twin.state.fault = ({ method }) => (method === 'PATCH' && storm-- > 0 ? { status: 429, headers: { 'Retry-After': '17' }, body: { error: { code: 'TooManyRequests', message: 'x' } } } : null)
    const outcomes = await directory.changeMany?.([1, 2].map((n) => ({ immutableId: id(n), change: { enabled: false } }))) ?? []
    expect(outcomes.map(({ account }) => account?.enabled)).toEqual([false, false])
    expect(outside.waited.filter((ms) => ms >= 17_000)).toHaveLength(2)
    storm = Number.POSITIVE_INFINITY
    await expect(directory.change(id(3), { enabled: false })).rejects.toThrow(/asked too much/)
    expect((await directory.read(id(3)))?.enabled).toBe(true)
  })

  it('waits for a fraction of a second too, as Graph writes it', async () => {
    const { directory, twin, outside } = await world()
    let busy = 1
    twin.state.fault = ({ method }) => (method === 'PATCH' && busy-- > 0 ? { status: 429, headers: { 'Retry-After': '2.128' }, body: { error: { code: 'TooManyRequests', message: 'x' } } } : null)
    expect((await directory.change(id(1), { enabled: false })).enabled).toBe(false)
    expect(outside.waited.filter((ms) => ms >= 2128 && ms < 3200)).toHaveLength(1)
  })

  it('a group that takes mail is refused before anything is changed; a Microsoft 365 group is not', async () => {
    const mailed = [{ id: groupId(20), displayName: 'All pupils', groupTypes: [], mailEnabled: true, members: [] }, { id: groupId(21), displayName: 'Team', groupTypes: ['Unified'], mailEnabled: true, members: [] }]
    const { directory, twin } = await world({ groups: [...groups(), ...mailed] }, { groups: ['All pupils', 'Team'] })
    await expect(directory.change(id(1), { enabled: false, addGroups: ['All pupils'] })).rejects.toThrow(/takes mail/)
    expect(twin.user(id(1))?.accountEnabled).toBe(true)
    expect((await directory.change(id(1), { addGroups: ['Team'] })).groups).toEqual(['Team'])
    await expect(directory.check()).rejects.toThrow(/takes mail/)
  })

  it('says when people were last in where the tenant may know it, and nothing where it is not asked for', async () => {
    const users = [
      pupil(1, { signInActivity: { lastSuccessfulSignInDateTime: '2026-11-01T07:00:00Z', lastSignInDateTime: '2026-11-02T07:00:00Z' } }),
      pupil(2, { signInActivity: { lastSignInDateTime: '2023-01-02T07:00:00Z', lastNonInteractiveSignInDateTime: '2023-02-03T07:00:00Z' } }), pupil(3),
    ]
    const { directory } = await world({ users, signIns: true }, { signIns: true })
    await directory.check()
    expect((await listed(directory)).map(({ lastSignIn }) => lastSignIn)).toEqual([Date.parse('2026-11-01T07:00:00Z'), Date.parse('2023-02-03T07:00:00Z'), null])
    // A look at one account does not ask for it, and says nothing.
    expect(await directory.read(id(1))).not.toHaveProperty('lastSignIn')
    expect((await listed((await world({ users, signIns: true })).directory)).every((account) => !('lastSignIn' in account))).toBe(true)
    await expect((await world({ users }, { signIns: true })).directory.check()).rejects.toThrow(/may not do that/)
  })

  it('a token that ended is renewed; a secret that expired says so', async () => {
    const { directory, twin, outside } = await world()
    await directory.check()
    twin.revokeTokens()
    expect(await directory.read(id(1))).not.toBeNull()
    twin.state.loginError = 7000222
    outside.clock.advance(3_600_000)
    twin.revokeTokens()
    await expect(directory.read(id(1))).rejects.toMatchObject({ name: 'OutsideFailure', what: expect.stringContaining('expired'), remedy: expect.stringContaining('new secret') })
  })

  it('signs in with a certificate as well', async () => {
    const { key, certificate } = selfSigned('assent')
    const { twin, outside } = await world()
    const { clientSecret: _, ...rest } = settings
    // A P-256 key is no RSA key, which Microsoft asks for: the refusal comes before anything is sent.
    const wrong = createEntraDirectory({ ...rest, certificate: `${certificate}\n${key}`, endpoints: twin.endpoints }, outside)
    await expect(wrong.check()).rejects.toThrow(OutsideFailure)
  })

  it('an unreachable server is a failure that may pass', async () => {
    const { directory, twin } = await world()
    await twin.close()
    open.pop()
    await expect(directory.check()).rejects.toThrow(OutsideFailure)
  })

  it('lists every problem of its settings at once', () => {
    const make = () => createEntraDirectory({ ...settings, tenantId: 'x', clientId: 'y', certificate: 'z', domains: ['nowhere'] })
    expect(make).toThrow(UnusableInput)
    expect(make).toThrow(/tenantId.*clientId.*not both.*certificate file.*"nowhere"/)
  })
})
