import { afterEach, describe, expect, it } from 'vitest'
import { DirectoryRefusal, type ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { createScimDirectory } from '../../../src/adapters/directories/scim/scim-directory.ts'
import type { ScimSettings } from '../../../src/adapters/directories/scim/scim-settings.ts'
import { OutsideFailure, UnusableInput } from '../../../src/shared/errors.ts'
import { type CounterpartUser, SCIM_TOKEN, scimCounterpart } from '../../support/twins/scim-counterpart.ts'
import { type TwinAnswer, twinOutside, type TwinQuestion, twinServer } from '../../support/twins/twin-server.ts'
import { directoryContract } from './directory-contract.ts'

const pupil = (n: number, more: Partial<CounterpartUser> = {}): CounterpartUser => ({
  id: `u${n}`, userName: `pupil${n}@school.example`, displayName: `Pupil ${n}`, active: true, externalId: `A${n}`, ...more,
})
const groups = [{ id: 'g1', displayName: 'Filtered', members: [] as string[] }, { id: 'g2', displayName: 'Loans', members: [] as string[] }, { id: 'g3', displayName: 'Staff "IT"', members: ['u92'] }]
const settings: Omit<ScimSettings, 'baseUrl'> = { name: 'library', token: SCIM_TOKEN, groups: ['Filtered', 'Loans'] }

directoryContract('SCIM, against an independent server', async () => {
  const server = await scimCounterpart({ users: [...Array.from({ length: 10 }, (_, n) => pupil(n)), pupil(90, { active: false }), pupil(91, { roles: [{ value: 'Administrator' }] })], groups })
  const edit = (id: string, change: Partial<CounterpartUser>) => { const user = server.users.get(id); if (user) server.users.set(id, { ...user, ...change }) }
  return {
    directory: createScimDirectory({ ...settings, baseUrl: server.url }, twinOutside()),
    ordinary: Array.from({ length: 10 }, (_, n) => `u${n}`), disabled: 'u90', protected: 'u91', neverThere: 'u999', count: 12,
    home: '', otherContainer: null, missingContainer: '/Nowhere', groups: ['Filtered', 'Loans'], missingGroup: 'Nobody',
    byHand: {
      setEnabled: async (id, active) => { edit(id, { active }) },
      move: async () => undefined,
      delete: async (id) => { server.users.delete(id) },
    },
    end: server.close,
  }
})

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function listed(directory: ReturnType<typeof createScimDirectory>): Promise<ObservedAccount[]> {
  const all: ObservedAccount[] = []
  for await (const account of directory.list()) all.push(account)
  return all
}

describe('SCIM, against an independent server', () => {
  it('walks every page, with groups as their members say, and B4: members of protected groups and named accounts protected', async () => {
    const users = Array.from({ length: 450 }, (_, n) => pupil(n))
    const server = await scimCounterpart({ users, groups: [{ id: 'g1', displayName: 'Filtered', members: users.slice(0, 30).map(({ id }) => id) }, ...groups.slice(1)] })
    open.push(server)
    const directory = createScimDirectory({ ...settings, baseUrl: server.url, protectedGroups: ['Staff "IT"'], protectedUsers: ['PUPIL7@school.example'] }, twinOutside())
    const all = await listed(directory)
    expect(all).toHaveLength(450)
    expect(all.filter((account) => account.groups.includes('Filtered'))).toHaveLength(30)
    expect(all.filter((account) => account.protected).map((account) => account.immutableId).toSorted()).toEqual(['u7', 'u92'])
    await expect(directory.change('u92', { enabled: false })).rejects.toThrow(DirectoryRefusal)
  })

  it('says what is wrong with token and groups', async () => {
    const server = await scimCounterpart({ users: [pupil(1)], groups })
    open.push(server)
    await expect(createScimDirectory({ ...settings, token: 'another', baseUrl: server.url }, twinOutside()).check()).rejects.toThrow(/credentials/)
    await expect(createScimDirectory({ ...settings, groups: ['Typo'], baseUrl: server.url }, twinOutside()).check()).rejects.toThrow(/no group Typo/)
    await expect(createScimDirectory({ ...settings, protectedGroups: ['Gone'], baseUrl: server.url }, twinOutside()).check()).rejects.toThrow(/protected group/)
  })
})

/** A server with one user and the habits a test gives it. */
async function quirky(answer: (question: TwinQuestion) => TwinAnswer | null, user: object = { id: 'u1', userName: 'a', active: true, meta: { version: 'W/"1"' } }, etag = true) {
  const patches: { headers: Record<string, string>; body: string }[] = []
  const outside = twinOutside()
  const server = await twinServer((question) => {
    const said = answer(question)
    if (said) return said
    if (question.path === '/ServiceProviderConfig') return { status: 200, body: { patch: { supported: true }, etag: { supported: etag } } }
    if (question.method === 'PATCH') {
      patches.push({ headers: question.headers, body: question.text })
      Object.assign(user, { active: (JSON.parse(question.text) as { Operations: { value: boolean }[] }).Operations[0]?.value })
      return { status: 204 }
    }
    if (question.path === '/Users') return { status: 200, body: { totalResults: 1, Resources: [user] } }
    return { status: 200, body: user }
  })
  open.push(server)
  return { patches, outside, directory: createScimDirectory({ ...settings, groups: [], baseUrl: server.url }, outside) }
}

describe('SCIM servers and their habits', () => {
  it('says which version a change is for, where the server knows versions, and looks again when somebody was faster', async () => {
    let conflicts = 1
    const { directory, patches } = await quirky(({ method }) => (method === 'PATCH' && conflicts-- > 0 ? { status: 412, body: { status: '412' } } : null))
    expect((await directory.change('u1', { enabled: false })).enabled).toBe(false)
    expect(patches[0]?.headers['if-match']).toBe('W/"1"')
    const plain = await quirky(() => null, undefined, false)
    await plain.directory.change('u1', { enabled: false })
    expect(plain.patches[0]?.headers['if-match']).toBeUndefined()
    const always = await quirky(({ method }) => (method === 'PATCH' ? { status: 412, body: {} } : null))
    await expect(always.directory.change('u1', { enabled: false })).rejects.toThrow(/again and again/)
  })

  it('takes active as text; without it an account is not taken for active', async () => {
    const text = await quirky(() => null, { id: 'u1', userName: 'a', active: 'False' })
    expect((await text.directory.read('u1'))?.enabled).toBe(false)
    const without = await quirky(() => null, { id: 'u1', userName: 'a' })
    await expect(without.directory.read('u1')).rejects.toThrow(/could not be read in full/)
  })

  it.each([
    ['fewer than the server says there are', { totalResults: 3, Resources: [{ id: 'u1', userName: 'a', active: true }] }],
    ['the same entry again', { totalResults: 2, Resources: [{ id: 'u1', userName: 'a', active: true }, { id: 'u1', userName: 'a', active: true }] }],
    ['no list at all', { hello: true }],
  ])('never takes part of a list for the whole: %s', async (_, body) => {
    const { directory } = await quirky(({ path, query }) => (path === '/Users' ? { status: 200, body: query.get('startIndex') === '1' ? body : { totalResults: 3, Resources: [] } } : null))
    await expect(listed(directory)).rejects.toThrow(/read to its end/)
  })

  it('a server without PATCH is told apart at the check', async () => {
    const { directory } = await quirky(({ path }) => (path === '/ServiceProviderConfig' ? { status: 200, body: { patch: { supported: false } } } : null))
    await expect(directory.check()).rejects.toThrow(/SCIM PATCH/)
    await expect(directory.change('u1', { enabled: false })).rejects.toThrow(/SCIM PATCH/)
  })

  it('names the kind of a refusal and not its text; waits out 429', async () => {
    let busy = 2
    const { directory, outside } = await quirky(({ method }) => {
      if (method !== 'PATCH') return null
      return busy-- > 0 ? { status: 429, headers: { 'retry-after': '9' }, body: {} } : { status: 400, body: { status: '400', scimType: 'mutability', detail: 'Ada Byron cannot be changed' } }
    })
    const refused = await directory.change('u1', { enabled: false }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(DirectoryRefusal)
    expect((refused as DirectoryRefusal).message).toContain('400 mutability')
    expect((refused as DirectoryRefusal).message).not.toContain('Ada')
    expect(outside.waited.filter((ms) => ms >= 9000)).toHaveLength(2)
  })

  it('a write that does not stick, and a server that is gone, are failures that may pass', async () => {
    const { directory } = await quirky(({ method }) => (method === 'PATCH' ? { status: 204 } : null))
    await expect(directory.change('u1', { enabled: false })).rejects.toThrow(/reading it back shows no change/)
    await open.pop()?.close()
    await expect(directory.read('u1')).rejects.toThrow(OutsideFailure)
  })

  it('lists every problem of its settings at once', () => {
    const make = () => createScimDirectory({ ...settings, token: '', baseUrl: 'http://library.example/scim?x=1' })
    expect(make).toThrow(UnusableInput)
    expect(make).toThrow(/https:.*more than host.*token/)
  })
})
