import type { admin_directory_v1 } from '@googleapis/admin'
import type { User } from '@microsoft/microsoft-graph-types'
import { describe, expect, it } from 'vitest'
import { createEntraDirectory } from '../../../src/adapters/directories/entra/entra-directory.ts'
import { createGoogleDirectory } from '../../../src/adapters/directories/google/google-directory.ts'
import { createScimDirectory } from '../../../src/adapters/directories/scim/scim-directory.ts'
import { memorySimulatedStore } from '../../../src/adapters/directories/simulated-store.ts'
import { createSimulatedDirectory } from '../../../src/adapters/directories/simulated.ts'
import { OutsideFailure } from '../../../src/shared/errors.ts'
import { CLIENT, entraTwin, SECRET, TENANT } from '../../support/twins/entra-twin.ts'
import { GOOGLE_ADMIN, GOOGLE_KEY, googleTwin } from '../../support/twins/google-twin.ts'
import { SCIM_TOKEN, scimCounterpart } from '../../support/twins/scim-counterpart.ts'
import { twinOutside } from '../../support/twins/twin-server.ts'
import { lifeContract } from './life-contract.ts'

const gid = (n: number) => `1000000000000000${String(n).padStart(5, '0')}`
const guser = (n: number, more: admin_directory_v1.Schema$User = {}): admin_directory_v1.Schema$User => ({
  id: gid(n), primaryEmail: `pupil${n}@school.example`, name: { fullName: `Pupil ${n}` }, suspended: false, archived: false, isAdmin: false, isDelegatedAdmin: false, orgUnitPath: '/Pupils', ...more,
})

async function google(lag = 0) {
  const outside = twinOutside()
  const twin = await googleTwin({ clock: outside.clock, lag, groups: {}, units: ['/Pupils', '/Archive'], users: [guser(1), guser(2, { suspended: true }), guser(3, { isDelegatedAdmin: true })] })
  const directory = createGoogleDirectory({ name: 'google', serviceAccountKey: GOOGLE_KEY, adminUser: GOOGLE_ADMIN, orgUnits: [], groups: [], endpoints: twin.endpoints }, outside)
  return { twin, directory }
}

for (const lag of [0, 3000]) {
  lifeContract(lag === 0 ? 'google' : 'google, seen three seconds late', async () => {
    const { twin, directory } = await google(lag)
    return {
      directory, enabled: gid(1), disabled: gid(2), protected: gid(3), neverThere: gid(999), container: '/Pupils', domain: 'school.example', weak: 'hat-sun',
      hasPassword: async (id, password) => twin.user(id)?.password === password,
      mustChange: async (id) => twin.user(id)?.changePasswordAtNextLogin ?? null,
      end: twin.close,
    }
  })
}

const eid = (n: number) => `00000000-0000-4000-9000-${String(n + 900).padStart(12, '0')}`
const euser = (n: number, more: User = {}): User => ({ id: eid(n), userPrincipalName: `pupil${n}@school.example`, displayName: `Pupil ${n}`, accountEnabled: true, userType: 'Member', onPremisesSyncEnabled: null, mail: null, ...more })

async function entra(lag = 0) {
  const outside = twinOutside()
  const twin = await entraTwin({ clock: outside.clock, lag, groups: [], roles: [eid(3)], users: [euser(1), euser(2, { accountEnabled: false }), euser(3), euser(4, { onPremisesSyncEnabled: true })] })
  const directory = createEntraDirectory({ name: 'entra', tenantId: TENANT, clientId: CLIENT, clientSecret: SECRET, domains: ['school.example'], groups: [], endpoints: twin.endpoints }, outside)
  return { twin, directory }
}

for (const lag of [0, 4000]) {
  lifeContract(lag === 0 ? 'entra' : 'entra, seen four seconds late', async () => {
    const { twin, directory } = await entra(lag)
    return {
      directory, enabled: eid(1), disabled: eid(2), protected: eid(3), neverThere: eid(999), container: '', domain: 'school.example', weak: 'boat-hat-sock',
      hasPassword: async (id, password) => twin.user(id)?.passwordProfile?.password === password,
      mustChange: async (id) => twin.user(id)?.passwordProfile?.forceChangePasswordNextSignIn ?? null,
      end: twin.close,
    }
  })
}

lifeContract('scim', async () => {
  const user = (id: string, more: object = {}) => ({ id, userName: id, active: true, ...more })
  const counterpart = await scimCounterpart({ users: [user('u1'), user('u2', { active: false }), user('u3', { roles: [{ value: 'admin' }] })], groups: [] })
  return {
    directory: createScimDirectory({ name: 'library', baseUrl: counterpart.url, token: SCIM_TOKEN, groups: [] }, twinOutside()),
    enabled: 'u1', disabled: 'u2', protected: 'u3', neverThere: 'u999', container: '', domain: '', weak: 'hat-sun',
    hasPassword: async (id, password) => counterpart.users.get(id)?.password === password, mustChange: async () => null, end: counterpart.close,
  }
})

lifeContract('simulated', async () => {
  const user = (n: number, more: object = {}) => ({ immutableId: `sim-${n}`, username: `pupil${n}`, displayName: `Pupil ${n}`, enabled: true, container: '/Pupils', groups: [], protected: false, match: {}, ...more })
  const set = new Map<string, { password: string; mustChange: boolean }>()
  const directory = createSimulatedDirectory(memorySimulatedStore([user(1), user(2, { enabled: false }), user(3, { protected: true })]), {
    containers: ['/Pupils'], groups: [], onPassword: (id, password, mustChange) => { set.set(id, { password, mustChange }) },
  })
  return {
    directory, enabled: 'sim-1', disabled: 'sim-2', protected: 'sim-3', neverThere: 'sim-9', container: '/Pupils', domain: '', weak: 'hat-sun',
    hasPassword: async (id, password) => set.get(id)?.password === password, mustChange: async (id) => set.get(id)?.mustChange ?? null, end: async () => undefined,
  }
})

describe('Google: archived accounts', () => {
  it('archives with the licence for it, and takes out of the archive without opening the account', async () => {
    const { directory, twin } = await google()
    expect(await directory.change(gid(2), { archived: true, moveTo: '/Archive' })).toMatchObject({ archived: true, enabled: false, container: '/Archive' })
    await expect(directory.change(gid(2), { enabled: true })).rejects.toThrow(/archived/)
    const back = await directory.change(gid(2), { archived: false, moveTo: '/Pupils' })
    expect(back).toMatchObject({ enabled: false, container: '/Pupils' })
    expect(back.archived).toBeUndefined()
    expect(twin.user(gid(2))).toMatchObject({ suspended: true, archived: false })
    await twin.close()
  })

  it('says that a licence is missing, and the account stays as it was', async () => {
    const { directory, twin } = await google()
    twin.state.archiveLicences = 0
    await expect(directory.change(gid(2), { archived: true })).rejects.toThrow(/no licence for it is free/)
    expect(twin.user(gid(2))).toMatchObject({ archived: false })
    await twin.close()
  })
})

describe('Microsoft Entra: limits', () => {
  it('a hybrid account follows its Active Directory, which holds its password', async () => {
    const { directory, twin } = await entra()
    await expect(directory.life?.password?.set(eid(4), { password: 'Barn-Table-Otter-47', mustChange: true })).rejects.toThrow(/follows the school's Active Directory/)
    await expect(directory.life?.remove?.delete(eid(4))).rejects.toThrow(/follows the school's Active Directory/)
    await twin.close()
  })

  it('says that the permission is missing, and that nothing can be archived', async () => {
    const { directory, twin } = await entra()
    twin.state.maySetPasswords = false
    twin.state.mayWriteUsers = false
    await expect(directory.life?.password?.set(eid(1), { password: 'Barn-Table-Otter-47', mustChange: true })).rejects.toThrow(/no right to do that/)
    await expect(directory.life?.remove?.delete(eid(2))).rejects.toThrow(/no right to do that/)
    await expect(directory.change(eid(2), { archived: true })).rejects.toThrow(/cannot mark/)
    await twin.close()
  })
})

describe('answers that are lost', () => {
  it('a new account is not made twice, a password is not called set', async () => {
    const { directory, twin } = await google()
    let posts = 0
    twin.state.fault = ({ method, path }) => (method === 'POST' && path.endsWith('/users') && posts++ === 1 ? { status: 503, body: {} } : null)
    const make = () => directory.life?.create?.make({ username: 'l.ark', domain: 'school.example', forename: 'Lou', surname: 'Ark', employeeId: 'L1', container: '/Pupils', password: 'Nobody-knows-this-one-9' })
    const first = await make()
    expect((await make())?.immutableId).toBe(first?.immutableId)
    twin.state.fault = ({ method }) => (method === 'PATCH' ? { status: 503, body: {} } : null)
    await expect(directory.life?.password?.set(gid(1), { password: 'Barn-Table-Otter-47', mustChange: true })).rejects.toBeInstanceOf(OutsideFailure)
    await twin.close()
  })
})
