import { readFileSync } from 'node:fs'
import { EqualityFilter, Client } from 'ldapts'
import { systemClock } from '../../src/adapters/clock.ts'
import type { ActiveDirectorySettings } from '../../src/adapters/directories/active-directory-settings.ts'
import { guidText } from '../../src/adapters/directories/object-guid.ts'

/**
 * The Samba domain controller beside which `in-namespace.sh` runs the tests; null when they run without it. The domain has
 * the units Pupils (with Year 7), Staff, Suspended pupils, Groups, Service accounts, Elsewhere; the service account may change accounts in
 * the first three only, and the members of "Filtered internet" and "Library loans".
 */
export interface SambaLab {
  url: string
  servername: string
  ca: string
  domain: string
  serviceDn: string
  servicePassword: string
  adminPassword: string
}

export const DOMAIN = 'DC=school,DC=test'
export const clock = systemClock

export function sambaLab(): SambaLab | null {
  const { ASSENT_SAMBA_URL: url, ASSENT_SAMBA_SERVERNAME: servername, ASSENT_SAMBA_CA: ca } = process.env
  const { ASSENT_SAMBA_ADMIN_PASSWORD: adminPassword, ASSENT_SAMBA_SERVICE_PASSWORD: servicePassword } = process.env
  if (!url || !servername || !ca || !adminPassword || !servicePassword) return null
  return {
    url, servername, ca: readFileSync(ca, 'utf8'), domain: DOMAIN, adminPassword, servicePassword,
    serviceDn: `CN=svc-assent,OU=Service accounts,${DOMAIN}`,
  }
}

/** The lab, for tests that are skipped without it. */
export function theLab(): SambaLab {
  const lab = sambaLab()
  if (!lab) throw new Error('run this test through test/support/in-namespace.sh')
  return lab
}

/** Settings of a directory that looks after `searchBases` as the least-privilege service account. */
export function serviceSettings(searchBases: readonly string[], more: Partial<ActiveDirectorySettings> = {}): ActiveDirectorySettings {
  const lab = theLab()
  return {
    name: 'lab', url: lab.url, ca: lab.ca, servername: lab.servername, bindDn: lab.serviceDn, password: lab.servicePassword,
    searchBases: searchBases.map(dn => ({ dn })), ...more,
  }
}

/** The administrator who works in the directory beside Assent. */
export class SambaAdmin {
  readonly client: Client
  readonly #password: string

  constructor(lab: SambaLab = theLab()) {
    this.client = new Client({ url: lab.url, tlsOptions: { ca: lab.ca, servername: lab.servername }, timeout: 30_000, autoRebind: true })
    this.#password = lab.adminPassword
  }

  async bind(): Promise<this> {
    await this.client.bind(`CN=Administrator,CN=Users,${DOMAIN}`, this.#password)
    return this
  }

  /** Adds a unit such as `OU=Home,OU=Pupils` (without the domain) and gives its name back in full. */
  async addUnit(path: string): Promise<string> {
    const dn = `${path},${DOMAIN}`
    await this.client.add(dn, { objectClass: 'organizationalUnit' })
    return dn
  }

  /** Adds users and gives back their ids in the same order. `rdn` is the relative name as LDAP writes it, `CN=...`. */
  async addUsers(container: string, users: readonly NewUser[]): Promise<string[]> {
    const ids: string[] = []
    for (let at = 0; at < users.length; at += 50) {
      const batch = users.slice(at, at + 50)
      ids.push(...await Promise.all(batch.map(async user => {
        const { rdn = `CN=${user.username}`, username, ...attributes } = user
        await this.client.add(`${rdn},${container}`, { objectClass: 'user', sAMAccountName: username, userAccountControl: '512', ...attributes })
        return await this.idOf(username)
      })))
    }
    return ids
  }

  async idOf(username: string): Promise<string> {
    const { searchEntries } = await this.client.search(DOMAIN, {
      scope: 'sub', filter: new EqualityFilter({ attribute: 'sAMAccountName', value: username }), attributes: ['objectGUID'],
      explicitBufferAttributes: ['objectGUID'],
    })
    const guid = searchEntries[0]?.['objectGUID']
    if (!Buffer.isBuffer(guid)) throw new Error(`no user ${username}`)
    return guidText(guid)
  }

  /** One attribute of an account, as text; empty when absent. */
  async attribute(id: string, name: string): Promise<string> {
    const { searchEntries } = await this.client.search(`<GUID=${id}>`, { scope: 'base', attributes: [name] })
    return [searchEntries[0]?.[name] ?? ''].flat().map(String).join(',')
  }

  async dnOf(id: string): Promise<string> {
    return await this.attribute(id, 'distinguishedName')
  }

  async close(): Promise<void> {
    await this.client.unbind()
  }
}

export interface NewUser {
  username: string
  rdn?: string
  [attribute: string]: string | undefined
}
