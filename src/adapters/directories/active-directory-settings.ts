import { X509Certificate } from 'node:crypto'
import { UnusableInput } from '../../shared/errors.ts'
import { liesUnder } from './names.ts'

/** How to reach one Active Directory domain, and which part of it Assent looks after. */
export interface ActiveDirectorySettings {
  /** How people call this directory; used in messages. */
  name: string
  /** `ldaps://dc1.school.internal`, port 636 unless given. Plain `ldap://` is refused: passwords would travel readable. */
  url: string
  /** PEM of the authority that issued the server's certificate; the well-known authorities where absent. */
  ca?: string
  /** The name in the server's certificate, where it is not the host of `url`. */
  servername?: string
  /** The service account: a distinguished name, `user@domain`, or `DOMAIN\user`. */
  bindDn: string
  password: string
  /** The organisational units that hold every account Assent looks after, suspended ones included. */
  searchBases: readonly SearchBase[]
  /** Entries per page; a domain controller gives at most 1000 by default. */
  pageSize?: number
  /** Milliseconds until a connection, and until an answer. */
  connectTimeout?: number
  timeout?: number
  /** Distinguished names of groups whose members, direct or nested, automation never touches (B4). */
  protectedGroups?: readonly string[]
  /** Login names, UPNs, distinguished names or GUIDs of further such accounts (break-glass, head, DSL). */
  protectedUsers?: readonly string[]
}

export interface SearchBase {
  dn: string
  /** Without this, a base with no account in it stops the reading: an organisational unit was probably renamed or emptied. */
  mayBeEmpty?: boolean
}

export const DIRECTORY_DEFAULTS = { pageSize: 500, connectTimeout: 10_000, timeout: 30_000 }

/** Every problem of the settings, in plain words; empty when they can be used. */
export function problemsOf(settings: ActiveDirectorySettings): string[] {
  return [
    ...urlProblems(settings.url),
    ...(settings.bindDn.trim() === '' ? ['bindDn is empty: name the service account.'] : []),
    // A simple bind with no password is an anonymous one, and succeeds (RFC 4513 section 5.1.2).
    ...(settings.password === '' ? ['password is empty: a bind without password would silently be anonymous.'] : []),
    ...baseProblems(settings.searchBases),
    ...(settings.protectedGroups ?? []).filter(group => !/(?:^|,)\s*dc\s*=/i.test(group))
      .map(group => `protected group "${group}" is no full distinguished name such as CN=Leaders,OU=Staff,DC=school,DC=internal.`),
    ...caProblems(settings.ca),
    ...positive('pageSize', settings.pageSize), ...positive('connectTimeout', settings.connectTimeout), ...positive('timeout', settings.timeout),
  ]
}

/** @throws UnusableInput that lists every problem at once. */
export function assertUsable(settings: ActiveDirectorySettings): void {
  const problems = problemsOf(settings)
  if (problems.length === 0) return
  throw new UnusableInput({
    what: `The directory settings cannot be used: ${problems.join(' ')}`,
    where: `directory "${settings.name}"`,
    remedy: 'Correct the settings of this directory and try again.',
  })
}

function urlProblems(text: string): string[] {
  if (!URL.canParse(text)) return ['url is no address: write ldaps://dc1.school.internal.']
  const url = new URL(text)
  if (url.protocol === 'ldap:') return ['url starts with ldap://, where the password would travel readable: use ldaps:// (port 636).']
  if (url.protocol !== 'ldaps:' || url.hostname === '') return ['url is no LDAPS address: write ldaps://dc1.school.internal.']
  const extra = url.username !== '' || url.password !== '' || url.search !== '' || (url.pathname !== '' && url.pathname !== '/')
  return extra ? ['url has more than host and port: leave out login, path and query.'] : []
}

function baseProblems(bases: readonly SearchBase[]): string[] {
  if (bases.length === 0) return ['searchBases is empty: name at least one organisational unit.']
  const problems: string[] = []
  for (const base of bases) {
    if (!/^[a-z0-9.-]+\s*=/i.test(base.dn)) problems.push(`search base "${base.dn}" is no distinguished name such as OU=Pupils,DC=school,DC=internal.`)
    const above = bases.find(other => other !== base && liesUnder(base.dn, other.dn))
    if (above) problems.push(`search base "${base.dn}" lies within "${above.dn}": name only the upper one.`)
  }
  return problems
}

function caProblems(ca: string | undefined): string[] {
  if (ca === undefined) return []
  const certificates = ca.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)
  if (!certificates) return ['ca holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).']
  return certificates.every(isCertificate) ? [] : ['ca holds a certificate that cannot be read.']
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

function positive(name: string, value: number | undefined): string[] {
  return value === undefined || (Number.isInteger(value) && value > 0) ? [] : [`${name} must be a whole number above 0.`]
}
