import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createActiveDirectory } from '../../../src/adapters/directories/active-directory.ts'
import type { ActiveDirectorySettings } from '../../../src/adapters/directories/active-directory-settings.ts'
import type { Directory, ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { mayHoldAccounts } from '../../../src/adapters/directories/ldap-search.ts'
import { sameName } from '../../../src/adapters/directories/names.ts'
import { OutsideFailure, UnusableInput } from '../../../src/shared/errors.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { BASE, BIND_DN, PASSWORD, slapdIsHere, type SlapdOptions, startSlapd, SUFFIX } from '../../support/slapd.ts'

const NAME = 'ldap.school.test'

if (!slapdIsHere) {
  const message = 'SKIPPED "LDAP over a real wire": no slapd found. On Debian: apt-get install slapd'
  console.warn(message)
  describe('LDAP over a real wire', () => {
    if (process.env['CI'] === 'true') it('has a server', () => expect.fail(message))
    else it.skip(`${message}`, () => undefined)
  })
}

describe.skipIf(!slapdIsHere)('LDAP over a real wire (slapd)', () => {
  const open: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const end of open.splice(0)) await end()
  })
  async function against(more: Partial<ActiveDirectorySettings> | ((server: Awaited<ReturnType<typeof startSlapd>>) => Partial<ActiveDirectorySettings>) = {}, options: SlapdOptions = {}) {
    const server = await startSlapd(options)
    const settings: ActiveDirectorySettings = {
      name: 'school', url: server.url, ca: server.ca, servername: NAME, bindDn: BIND_DN, password: PASSWORD, searchBases: [{ dn: BASE }], ...typeof more === 'function' ? more(server) : more,
    }
    const directory = createActiveDirectory(settings, systemClock)
    open.push(async () => { await directory.close(); await server.stop() })
    return { server, directory }
  }
  const listed = async (directory: Directory) => {
    const all: ObservedAccount[] = []
    for await (const account of directory.list()) all.push(account)
    return all
  }
  const failureOf = async (work: Promise<unknown>): Promise<OutsideFailure> => {
    const error: unknown = await work.then(() => null, (thrown: unknown) => thrown)
    if (!(error instanceof OutsideFailure)) throw new Error(`expected a failure, got ${String(error)}`)
    expect(error.remedy).not.toBe('')
    return error
  }

  it('over TLS with the right name: binds, and walks pages to the server’s own end', async () => {
    const { directory } = await against({ pageSize: 7 }, { pupils: 25 })
    await directory.check()
    const all = await listed(directory)
    expect(all).toHaveLength(25)
    expect(new Set(all.map(({ immutableId }) => immutableId)).size).toBe(25)
    expect(all[0]?.enabled).toBe(true)
    expect(sameName(all[0]?.container ?? '', BASE)).toBe(true)
  })

  it('a server that gives fewer at a time than asked for still gives everything', async () => {
    const { directory } = await against({ pageSize: 100 }, { pupils: 25, sizeLimit: 10 })
    const outcome = await listed(directory).catch((error: unknown) => error)
    // OpenLDAP refuses the larger page in full; whatever a server does, a short list never comes back.
    expect(Array.isArray(outcome) ? outcome.length : outcome).toSatisfy((found: unknown) => found === 25 || found instanceof OutsideFailure)
    const { directory: smaller } = await against({ pageSize: 10 }, { pupils: 25, sizeLimit: 10 })
    expect(await listed(smaller)).toHaveLength(25)
  })

  it.each([
    ['the certificate of another name', { certificateName: 'somebody.else.test' }, {}, 'certificate for another name'],
    ['a certificate that has expired', { certificateUntil: 24 }, {}, 'not valid today'],
    ['a certificate of an unknown authority', {}, { ca: selfSigned(NAME).certificate }, 'not trusted'],
    ['a wrong password', {}, { password: 'wrong' }, 'does not let the service account in'],
    ['an unknown service account', {}, { bindDn: `CN=nobody,${SUFFIX}` }, 'does not let the service account in'],
    ['a search base that is not there', {}, { searchBases: [{ dn: `OU=Gone,${SUFFIX}` }] }, 'is not there'],
  ] as [string, SlapdOptions, Partial<ActiveDirectorySettings>, string][])('%s is a failure with its remedy, and nothing is read', async (_, options, settings, words) => {
    const { directory } = await against(settings, options)
    expect((await failureOf(directory.check())).what).toContain(words)
    await failureOf(listed(directory))
  })

  it('the port that does not encrypt is told apart, and a plain address is refused before anything is sent', async () => {
    const { directory, server } = await against((each) => ({ url: each.plainUrl }))
    expect((await failureOf(directory.check())).what).toMatch(/does not speak TLS|broke off the connection/)
    expect(() => createActiveDirectory({ name: 'x', url: server.plainUrl.replace('ldaps:', 'ldap:'), bindDn: BIND_DN, password: PASSWORD, searchBases: [{ dn: BASE }] }, systemClock)).toThrow(UnusableInput)
  })

  it('a server that is slow is waited for only so long, and is used again once it answers', async () => {
    const { directory, server } = await against({ timeout: 400, connectTimeout: 400 })
    await directory.check()
    await server.freeze()
    expect((await failureOf(directory.check())).what).toContain('did not answer')
    server.thaw()
    await directory.check()
    expect(await listed(directory)).toHaveLength(12)
  })

  it('a server that ends in the middle of a walk gives no short list', async () => {
    const { directory, server } = await against({ pageSize: 5 }, { pupils: 25 })
    const walk = directory.list()[Symbol.asyncIterator]()
    for (let n = 0; n < 5; n++) await walk.next()
    open.length = 0
    await server.stop()
    await failureOf((async () => { for (let next = await walk.next(); !next.done; next = await walk.next()) void next })())
    await directory.close()
  })

  it('a part that lies on another server is never left out silently; a base that does is named', async () => {
    const referral = `dn: OU=Elsewhere,${BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: Elsewhere\nref: ldaps://other.school.test/OU=Elsewhere,${BASE}\n`
    const { directory } = await against({}, { more: referral })
    expect((await failureOf(listed(directory))).what).toContain('lies on another server')
    const { directory: within } = await against({ searchBases: [{ dn: `OU=Elsewhere,${BASE}` }] }, { more: referral })
    expect((await failureOf(within.check())).what).toContain('lies on another server')
  })

  it('the parts of a domain that hold no accounts are no loss', () => {
    expect(['ldap://DomainDnsZones.school.test/DC=DomainDnsZones,DC=school,DC=test', 'ldap://school.test/CN=Configuration,DC=school,DC=test'].map(mayHoldAccounts)).toEqual([false, false])
    expect(mayHoldAccounts('ldap://child.school.test/DC=child,DC=school,DC=test')).toBe(true)
  })
})
