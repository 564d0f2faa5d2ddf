import type { Entry } from 'ldapts'
import type { ObservedAccount } from './directory.ts'
import { foldName, splitFirst } from './names.ts'
import { canonicalGuid, guidText } from './object-guid.ts'

/** Bits of userAccountControl (MS-ADTS 2.2.16). Only the first is ever written. */
export const ACCOUNT_DISABLED = 0x2
/** Trust, workstation, domain controller and delegation accounts are machines and services, whatever they are called. */
const NOT_A_PERSON = 0x0800 | 0x1000 | 0x2000 | 0x80000 | 0x1000000

export const ACCOUNT_FILTER = '(&(objectCategory=person)(objectClass=user))'
export const ACCOUNT_BYTES = ['objectGUID', 'objectSid']
export const ACCOUNT_ATTRIBUTES = [
  ...ACCOUNT_BYTES, 'sAMAccountName', 'displayName', 'userAccountControl', 'memberOf', 'primaryGroupID', 'employeeID', 'userPrincipalName', 'mail',
  'adminCount', 'lastLogonTimestamp', 'isCriticalSystemObject', 'objectClass', 'servicePrincipalName',
]

/** What makes an account protected (B4) besides its own attributes. */
export interface ProtectionRules {
  /** Folded names of the protected groups and of every group nested in them. */
  groups: ReadonlySet<string>
  /** Relative ids of those groups: a primary group does not appear in memberOf. */
  groupIds: ReadonlySet<number>
  /** Folded login names, UPNs, distinguished names and GUIDs; the service account itself among them. */
  users: ReadonlySet<string>
}

/** An account as read, with what is needed to change it. */
export interface ReadAccount {
  dn: string
  /** As stored; unknown bits are carried along unchanged. */
  userAccountControl: number
  observed: ObservedAccount
}

/**
 * Reads an entry. @throws RangeError when it lacks what every account has: the service account may not read it, and an
 * account must not be taken for enabled, or for nobody's, because of that.
 */
export function readAccount(entry: Entry, rules: ProtectionRules): ReadAccount {
  const guid = bytesOf(entry, 'objectGUID')
  const userAccountControl = Number.parseInt(textOf(entry, 'userAccountControl') ?? '', 10)
  const username = textOf(entry, 'sAMAccountName')
  if (!guid || !username || !Number.isInteger(userAccountControl)) {
    throw new RangeError('objectGUID, sAMAccountName or userAccountControl is missing')
  }
  const immutableId = guidText(guid)
  const { container } = splitFirst(entry.dn)
  const upn = textOf(entry, 'userPrincipalName')
  const employeeId = textOf(entry, 'employeeID')
  const mail = textOf(entry, 'mail')
  const groups = textsOf(entry, 'memberOf').toSorted()
  const isNamed = [immutableId, username, upn, entry.dn].some(name => name !== undefined && rules.users.has(foldName(name)))
  const isInProtectedGroup = groups.some(group => rules.groups.has(foldName(group))) ||
    rules.groupIds.has(Number(textOf(entry, 'primaryGroupID')))
  return {
    dn: entry.dn,
    userAccountControl,
    observed: {
      immutableId,
      username,
      displayName: textOf(entry, 'displayName') ?? username,
      enabled: (userAccountControl & ACCOUNT_DISABLED) === 0,
      container,
      groups,
      protected: isNamed || isInProtectedGroup || isSystemAccount(entry, username, userAccountControl),
      lastSignIn: instantOf(textOf(entry, 'lastLogonTimestamp')),
      match: { ...(employeeId && { employeeId }), ...(upn && { upn }), ...(mail && { mail }) },
    },
  }
}

/**
 * A FILETIME: tenths of microseconds since 1601 (MS-DTYP 2.3.3). lastLogonTimestamp is replicated and therefore written only when it is
 * older than msDS-LogonTimeSyncInterval (14 days) less up to five random days (MS-ADA1 2.351, MS-ADTS 3.1.1.3.4.2); 0 or absent: never.
 */
function instantOf(text: string | undefined): number | null {
  const value = Number(text ?? 0)
  return Number.isFinite(value) && value > 0 ? Math.round(value / 10_000) - 11_644_473_600_000 : null
}

/** Rules from the settings, without the groups, which have to be looked up. `DOMAIN\user` counts as its login name. */
export function protectedNames(names: readonly string[]): Set<string> {
  return new Set(names.flatMap(name => [name, canonicalGuid(name) ?? name, name.replace(/^[^\\=@]+\\/, '')]).map(foldName))
}

/** The last part of a security identifier, by which a domain numbers its accounts and groups (MS-DTYP 2.4.2). */
export function relativeId(sid: Buffer): number | null {
  return sid.length >= 12 ? sid.readUInt32LE(sid.length - 4) : null
}

export function textOf(entry: Entry, attribute: string): string | undefined {
  return textsOf(entry, attribute)[0]
}

export function bytesOf(entry: Entry, attribute: string): Buffer | undefined {
  return [entry[attribute] ?? []].flat().find(value => Buffer.isBuffer(value))
}

function textsOf(entry: Entry, attribute: string): string[] {
  return [entry[attribute] ?? []].flat().map(value => Buffer.isBuffer(value) ? value.toString('utf8') : value).filter(value => value !== '')
}

/** Administrators (adminCount, set by the directory itself), built-in and machine accounts, and services (they have a principal name). */
function isSystemAccount(entry: Entry, username: string, userAccountControl: number): boolean {
  const sid = bytesOf(entry, 'objectSid')
  const rid = sid ? relativeId(sid) : null
  return textOf(entry, 'adminCount') === '1' || textOf(entry, 'isCriticalSystemObject') === 'TRUE' ||
    textsOf(entry, 'objectClass').some(each => each.toLowerCase() === 'computer') || textOf(entry, 'servicePrincipalName') !== undefined ||
    username.endsWith('$') || /^krbtgt/i.test(username) || (userAccountControl & NOT_A_PERSON) !== 0 || (rid !== null && rid < 1000)
}
