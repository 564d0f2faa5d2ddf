import { Attribute, Change, Client } from 'ldapts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_ATTRIBUTES, ACCOUNT_BYTES, ACCOUNT_FILTER, readAccount } from '../../../src/adapters/directories/active-directory-account.ts'
import { applyChanges } from '../../../src/adapters/directories/active-directory-change.ts'
import type { ActiveDirectorySettings } from '../../../src/adapters/directories/active-directory-settings.ts'
import { createActiveDirectory } from '../../../src/adapters/directories/active-directory.ts'
import { changeMany, readMany } from '../../../src/adapters/directories/batches.ts'
import { DirectoryRefusal } from '../../../src/adapters/directories/directory.ts'
import type { Directory, ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { searchSmall } from '../../../src/adapters/directories/ldap-search.ts'
import { OutsideFailure } from '../../../src/shared/errors.ts'
import { cuttableProxy } from '../../support/cuttable-proxy.ts'
import { clock, DOMAIN, SambaAdmin, sambaLab, serviceSettings, theLab } from '../../support/samba.ts'
import type { NewUser } from '../../support/samba.ts'

const SUSPENDED = `OU=Suspended pupils,${DOMAIN}`
const FILTERED = `CN=Filtered internet,OU=Groups,${DOMAIN}`

describe.skipIf(!sambaLab())('Active Directory, against a real domain controller', () => {
  let admin: SambaAdmin
  let scope: string
  const directories: Directory[] = []
  let units = 0

  beforeAll(async () => {
    admin = await new SambaAdmin().bind()
    scope = await admin.addUnit('OU=Real,OU=Pupils')
  })
  afterAll(async () => await admin.close())
  afterEach(async () => {
    for (const directory of directories.splice(0)) await directory.close()
  })

  const open = (searchBases: string[], more: Partial<ActiveDirectorySettings> = {}): Directory => {
    const directory = createActiveDirectory(serviceSettings(searchBases, more), clock)
    directories.push(directory)
    return directory
  }
  const newUnit = async () => await admin.addUnit(`OU=Unit ${++units},OU=Real,OU=Pupils`)
  const newUser = async (more: Partial<NewUser> = {}, container = scope): Promise<string> => {
    const [id = ''] = await admin.addUsers(container, [{ username: `real${++units}`, ...more }])
    return id
  }
  const set = async (dn: string, type: string, ...values: string[]) =>
    await admin.client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) }))
  const all = async (directory: Directory): Promise<ObservedAccount[]> => {
    const accounts: ObservedAccount[] = []
    for await (const account of directory.list()) accounts.push(account)
    return accounts
  }
  const failureOf = async (work: Promise<unknown>): Promise<OutsideFailure> => {
    const error: unknown = await work.then(() => null, (thrown: unknown) => thrown)
    if (!(error instanceof OutsideFailure)) throw new Error(`expected an outside failure, got ${String(error)}`)
    expect(error.where).toContain('directory "lab" at ldaps://')
    expect(error.remedy).not.toBe('')
    return error
  }
  const refusalOf = async (work: Promise<unknown>): Promise<DirectoryRefusal> => {
    const error: unknown = await work.then(() => null, (thrown: unknown) => thrown)
    if (!(error instanceof DirectoryRefusal)) throw new Error(`expected a refusal, got ${String(error)}`)
    return error
  }

  describe('listing', () => {
    it('walks many pages to the end, each account once', async () => {
      const unit = await newUnit()
      const ids = await admin.addUsers(unit, Array.from({ length: 224 }, (_, n) => ({ username: `page${n}` })))
      const read = (await all(open([unit], { pageSize: 50 }))).map(account => account.immutableId)
      expect(read.toSorted()).toEqual(ids.toSorted())
      // A number of accounts that fills the last page exactly ends as positively.
      expect(await all(open([unit], { pageSize: 56 }))).toHaveLength(224)
    })

    it('throws when a search base was renamed, instead of yielding what the other bases hold', async () => {
      const [kept, renamed] = [await newUnit(), await newUnit()]
      await newUser({}, kept)
      await newUser({}, renamed)
      const directory = open([kept, renamed])
      expect(await all(directory)).toHaveLength(2)
      await admin.client.modifyDN(renamed, `OU=Renamed ${units},${scope}`)
      expect((await failureOf(all(directory))).what).toContain('does not have an organisational unit')
      expect((await failureOf(directory.check())).what).toContain(renamed)
    })

    it('throws when a search base has become empty, unless the settings allow it', async () => {
      const unit = await newUnit()
      expect((await failureOf(all(open([unit])))).what).toContain(unit)
      expect(await all(open([], { searchBases: [{ dn: unit, mayBeEmpty: true }] }))).toEqual([])
    })
  })

  describe('the account as it is', () => {
    it('reads what is needed to match a person', async () => {
      const id = await newUser({ displayName: 'Zoë Ó Briain', employeeID: '0042', userPrincipalName: 'zoe@school.test', mail: 'zoe@school.example' })
      expect(await open([scope]).read(id)).toEqual({
        immutableId: id, username: `real${units}`, displayName: 'Zoë Ó Briain', enabled: true, container: scope, groups: [], protected: false, lastSignIn: null,
        match: { employeeId: '0042', upn: 'zoe@school.test', mail: 'zoe@school.example' },
      })
    })

    it('writes one bit of userAccountControl and carries the others along', async () => {
      const id = await newUser({ userAccountControl: String(0x200 | 0x10000 | 0x40000) })
      const directory = open([scope])
      await directory.change(id, { enabled: false })
      expect(await admin.attribute(id, 'userAccountControl')).toBe(String(0x200 | 0x10000 | 0x40000 | 0x2))
      await directory.change(id, { enabled: true })
      expect(await admin.attribute(id, 'userAccountControl')).toBe(String(0x200 | 0x10000 | 0x40000))
    })

    it('does not write over a bit that somebody else set after it had read', async () => {
      const id = await newUser()
      const client = new Client({ url: theLab().url, tlsOptions: { ca: theLab().ca, servername: theLab().servername } })
      await client.bind(theLab().serviceDn, theLab().servicePassword)
      const current = async () => {
        const [entry] = await searchSmall(client, { base: `<GUID=${id}>`, scope: 'base', filter: ACCOUNT_FILTER, attributes: ACCOUNT_ATTRIBUTES, bytes: ACCOUNT_BYTES })
        if (!entry) throw new Error('not there')
        return readAccount(entry, { groups: new Set(), groupIds: new Set(), users: new Set() })
      }
      const stale = await current()
      await set(`<GUID=${id}>`, 'userAccountControl', String(0x10200))
      const [after] = await applyChanges(client, [{ first: stale, change: { enabled: false } }], async () => [await current()], 'lab')
      expect(after?.account?.enabled).toBe(false)
      expect(await admin.attribute(id, 'userAccountControl')).toBe(String(0x10202))
      await client.unbind()
    })

    it.each([
      'CN=Byron\\, Ada', 'CN=Zoë Ó Briain', 'CN=ends in a backslash\\\\', 'CN=\\#hash \\+ plus', 'CN=a \\"quote\\" \\<b\\>\\;', 'CN=half (bracket) *star',
      'CN=\\20blank around\\20', 'CN=a\\=b',
    ])('moves %s there and back', async rdn => {
      const id = await newUser({ rdn })
      const name = await admin.attribute(id, 'name')
      const directory = open([scope, SUSPENDED])
      const before = await directory.read(id)
      const away = await directory.change(id, { enabled: false, moveTo: SUSPENDED, addGroups: [FILTERED] })
      expect(away).toEqual({ ...before, enabled: false, container: SUSPENDED, groups: [FILTERED] })
      expect(await directory.change(id, { enabled: true, moveTo: scope, removeGroups: [FILTERED] })).toEqual(before)
      expect(await admin.attribute(id, 'name')).toBe(name)
    })

    it('refuses to move onto another object of the same name, and has disabled it nevertheless', async () => {
      const id = await newUser({ rdn: 'CN=Same Name' })
      await newUser({ rdn: 'CN=Same Name' }, SUSPENDED)
      const directory = open([scope, SUSPENDED])
      const refusal = await refusalOf(directory.change(id, { enabled: false, moveTo: SUSPENDED }))
      expect(refusal.message).toContain('another object of the same name')
      expect(refusal.message).not.toContain('Same Name')
      expect(await directory.read(id)).toMatchObject({ enabled: false, container: scope })
    })
  })

  describe('B4: protected accounts', () => {
    it('administrators, built-in accounts, services, and the service account itself', async () => {
      const directory = open([DOMAIN])
      const accounts = await all(directory)
      const isProtected = (username: string) => accounts.find(account => account.username === username)?.protected
      expect(['Administrator', 'Guest', 'krbtgt', 'svc-assent'].map(isProtected)).toEqual([true, true, true, true])
      expect(accounts.some(account => account.username.endsWith('$'))).toBe(false)
      const service = await newUser({ servicePrincipalName: 'HTTP/intranet.school.test' })
      expect((await directory.read(service))?.protected).toBe(true)
    })

    it('members of the protected groups: direct, nested, and by primary group', async () => {
      const directory = open([scope], { protectedGroups: [`cn=leaders,OU=Groups,${DOMAIN}`] })
      const [direct, nested, primary, other] = [await newUser(), await newUser(), await newUser(), await newUser()]
      const member = async (group: string, id: string) => await admin.client.modify(`CN=${group},OU=Groups,${DOMAIN}`,
        new Change({ operation: 'add', modification: new Attribute({ type: 'member', values: [await admin.dnOf(id)] }) }))
      await member('Leaders', direct)
      await member('Heads', nested)
      await member('Heads', primary)
      const { searchEntries: [heads] } = await admin.client.search(`CN=Heads,OU=Groups,${DOMAIN}`, { scope: 'base', attributes: ['objectSid'], explicitBufferAttributes: ['objectSid'] })
      const sid = heads?.['objectSid']
      if (!Buffer.isBuffer(sid)) throw new Error('no group Heads')
      await set(`<GUID=${primary}>`, 'primaryGroupID', String(sid.readUInt32LE(sid.length - 4)))
      expect((await directory.read(primary))?.groups).not.toContain(`CN=Heads,OU=Groups,${DOMAIN}`)
      const found = await Promise.all([direct, nested, primary, other].map(async id => (await directory.read(id))?.protected))
      expect(found).toEqual([true, true, true, false])
    })

    it('users named in the settings, in any spelling', async () => {
      const ids = await Promise.all([newUser({ username: 'head1' }), newUser({ username: 'head2', userPrincipalName: 'head2@school.test' }), newUser({ username: 'head3' }), newUser({ username: 'head4' })])
      const directory = open([scope], { protectedUsers: ['SCHOOL\\Head1', 'HEAD2@school.test', `{${ids[2]?.toUpperCase()}}`, (await admin.dnOf(ids[3] ?? '')).toLowerCase()] })
      expect(await Promise.all(ids.map(async id => (await directory.read(id))?.protected))).toEqual([true, true, true, true])
    })

    it('fails rather than forget the protection when a protected group is not there', async () => {
      const directory = open([scope], { protectedGroups: [`CN=Renamed,OU=Groups,${DOMAIN}`] })
      const id = await newUser()
      for (const work of [directory.check(), directory.read(id), directory.change(id, { enabled: false }), all(directory)]) {
        expect((await failureOf(work)).what).toContain('CN=Renamed')
      }
    })
  })

  describe('least privilege', () => {
    it('the service account can do its work and nothing beside it', async () => {
      const id = await newUser()
      const { client } = await new SambaAdmin().bind()
      await client.bind(theLab().serviceDn, theLab().servicePassword)
      const dn = await admin.dnOf(id)
      for (const attribute of ['description', 'displayName', 'sAMAccountName', 'adminCount', 'servicePrincipalName']) {
        await expect(client.modify(dn, new Change({ modification: new Attribute({ type: attribute, values: ['1'] }) }))).rejects.toMatchObject({ code: 50 })
      }
      await expect(client.modify(`CN=Not delegated,OU=Groups,${DOMAIN}`, new Change({ modification: new Attribute({ type: 'member', values: [dn] }) }))).rejects.toMatchObject({ code: 50 })
      await expect(client.add(`OU=New,${scope}`, { objectClass: 'organizationalUnit' })).rejects.toMatchObject({ code: 50 })
      await client.unbind()
    })

    it('says which right is missing, in plain words and without a name', async () => {
      const id = await newUser()
      const elsewhere = `OU=Elsewhere,${DOMAIN}`
      const directory = open([scope, elsewhere])
      const group = await refusalOf(directory.change(id, { addGroups: [`CN=Not delegated,OU=Groups,${DOMAIN}`] }))
      const move = await refusalOf(directory.change(id, { moveTo: elsewhere }))
      const undelegated = await newUser({}, elsewhere)
      const disable = await refusalOf(directory.change(undelegated, { enabled: false }))
      expect([group, move, disable].map(refusal => refusal.message)).toEqual([
        `The directory did not add to a group the account ${id}: the service account has no right to do that there.`,
        `The directory did not move the account ${id}: the service account has no right to do that there.`,
        `The directory did not disable the account ${undelegated}: the service account has no right to do that there.`,
      ])
      expect(move.remedy).toContain('Delegate the right')
    })

    it('refuses accounts and units outside its search bases', async () => {
      const outside = await newUser({}, `OU=Staff,${DOMAIN}`)
      const inside = await newUser()
      const directory = open([scope])
      expect((await refusalOf(directory.change(outside, { enabled: false }))).message).toContain('outside the part')
      expect((await refusalOf(directory.change(inside, { moveTo: SUSPENDED }))).message).toContain('outside the part')
    })
  })

  describe('the connection', () => {
    it('wrong name in the certificate, unknown authority, no server, no TLS: each says what to do', async () => {
      const proxy = await cuttableProxy(389)
      const cases: [Partial<ActiveDirectorySettings>, what: string, remedy: string][] = [
        [{ servername: 'dc2.school.test' }, 'certificate for another name', 'servername'],
        [{ url: 'ldaps://127.0.0.1:1' }, 'did not answer', 'port 636'],
        [{ url: `ldaps://127.0.0.1:${proxy.port}`, connectTimeout: 300 }, 'broke off', 'port 636'],
      ]
      for (const [more, what, remedy] of cases) {
        const failure = await failureOf(open([scope], more).check())
        expect(failure.what).toContain(what)
        expect(failure.remedy).toContain(remedy)
      }
      const { ca: _, ...trusting } = serviceSettings([scope])
      const untrusted = createActiveDirectory(trusting, clock)
      directories.push(untrusted)
      expect((await failureOf(untrusted.check())).what).toContain('authority that is not trusted')
      await proxy.close()
    })

    it('a wrong password is told apart from a disabled and a locked service account, and is not tried again at once', async () => {
      const bindDn = `CN=svc-old,OU=Service accounts,${DOMAIN}`
      const [id = ''] = await admin.addUsers(`OU=Service accounts,${DOMAIN}`, [{ username: 'svc-old', userAccountControl: '546' }])
      await admin.client.modify(bindDn, new Change({ operation: 'replace', modification: new Attribute({ type: 'unicodePwd', values: [Buffer.from('"Passw0rd.Old1"', 'utf16le')] }) }))
      await set(bindDn, 'userAccountControl', '512')
      let now = 0
      const directory = createActiveDirectory(serviceSettings([scope], { bindDn, password: 'not this' }), { now: () => now })
      directories.push(directory)
      const tries = async () => Number(await admin.attribute(id, 'badPwdCount'))
      const refused = await failureOf(directory.check())
      expect(refused.what).toContain('does not accept the name or password')
      expect(refused.what + refused.remedy).not.toContain('not this')
      expect(await tries()).toBe(1)
      await failureOf(directory.check())
      expect(await tries()).toBe(1)
      now += 61_000
      await failureOf(directory.check())
      expect(await tries()).toBe(2)

      const right = { bindDn, password: 'Passw0rd.Old1' }
      await expect(open([scope], right).check()).resolves.toBeUndefined()
      for (let n = 0; n < 5; n++) await failureOf(open([scope], { bindDn, password: `wrong ${n}` }).check())
      expect((await failureOf(open([scope], right).check())).what).toContain('locked out')
      await set(bindDn, 'lockoutTime', '0')
      await set(bindDn, 'userAccountControl', '514')
      expect((await failureOf(open([scope], right).check())).what).toContain('service account is disabled')
    })

    it('binds again, once, when the server has dropped the connection', async () => {
      const proxy = await cuttableProxy(636)
      const directory = open([scope], { url: `ldaps://127.0.0.1:${proxy.port}` })
      const id = await newUser()
      await directory.check()
      await proxy.cut()
      expect((await directory.change(id, { enabled: false })).enabled).toBe(false)
      expect(proxy.connections()).toBe(2)
      await proxy.close()
      expect((await failureOf(directory.read(id))).what).toContain('did not answer')
    })

    it('a walk whose connection breaks on the way throws, and a new walk is whole', async () => {
      const proxy = await cuttableProxy(636)
      const unit = await newUnit()
      await admin.addUsers(unit, Array.from({ length: 30 }, (_, n) => ({ username: `broken${n}` })))
      const directory = open([unit], { url: `ldaps://127.0.0.1:${proxy.port}`, pageSize: 10 })
      let seen = 0
      await expect(async () => {
        for await (const _ of directory.list()) if (++seen === 5) await proxy.cut()
      }).rejects.toThrow(/could not be read to the end/)
      expect(seen).toBeLessThan(30)
      expect(await all(directory)).toHaveLength(30)
      await proxy.close()
    })

    it('many changes at once on one connection each come out right', async () => {
      const ids = await Promise.all(Array.from({ length: 20 }, () => newUser()))
      const directory = open([scope])
      const after = await Promise.all(ids.map((id, n) => directory.change(id, { enabled: n % 2 === 0 })))
      expect(after.map(account => account.enabled)).toEqual(ids.map((_, n) => n % 2 === 0))
    })

    it('B4 B6: a batch is read, changed and read back together; what may not be changed is refused beside the others, which are done', async () => {
      const ids = await Promise.all(Array.from({ length: 60 }, () => newUser()))
      const [outside, gone, administrator] = await Promise.all([newUser({}, SUSPENDED), newUser(), newUser()])
      await admin.client.del(`<GUID=${gone}>`)
      await set(`<GUID=${administrator}>`, 'adminCount', '1')
      const directory = open([scope])
      expect((await readMany(directory, [...ids, gone, outside, 'no id'])).map(({ account }) => account && account.immutableId)).toEqual([...ids, null, outside, null])
      const orders = [outside, ...ids, gone, administrator, 'no id'].map((immutableId, n) => ({ immutableId, change: { enabled: false, ...(n % 3 === 0 ? { addGroups: [FILTERED] } : {}) } }))
      const outcomes = await changeMany(directory, orders)
      expect(outcomes.map(({ error }) => error instanceof DirectoryRefusal)).toEqual([true, ...ids.map(() => false), true, true, true])
      for (const [n, { account }] of outcomes.slice(1, 61).entries()) expect(account).toMatchObject({ immutableId: ids[n], enabled: false, groups: (n + 1) % 3 === 0 ? [FILTERED] : [] })
      expect((await directory.read(administrator))?.enabled).toBe(true)
      expect((await changeMany(directory, [{ immutableId: ids[0] as string, change: { addGroups: [`CN=No such group,${DOMAIN}`] } }, { immutableId: ids[1] as string, change: { enabled: true } }])).map(({ error, account }) => error instanceof DirectoryRefusal || account?.enabled)).toEqual([true, true])
    })
  })
})
