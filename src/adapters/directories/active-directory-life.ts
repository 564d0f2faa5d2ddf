import { Attribute, Change, type Client, EqualityFilter, ResultCodeError } from 'ldapts'
import { OutsideFailure } from '../../shared/errors.ts'
import { type AccountLife, LIFE_WORDS, NameTaken, type NewAccount, passwordRefused, type PasswordWish, type Recovery } from './account-life.ts'
import { ACCOUNT_ATTRIBUTES, ACCOUNT_BYTES, ACCOUNT_FILTER, readAccount, type ReadAccount, textOf } from './active-directory-account.ts'
import { isInScope } from './active-directory-change.ts'
import type { createProtection } from './active-directory-protection.ts'
import type { ActiveDirectorySettings } from './active-directory-settings.ts'
import { DirectoryRefusal, type ObservedAccount } from './directory.ts'
import type { LdapConnection } from './ldap-connection.ts'
import { changeRefusal } from './ldap-failures.ts'
import { exists, isCode, searchSmall } from './ldap-search.ts'
import { refusals } from './refusals.ts'

/** What the parts of an account’s life share with the directory: its settings, its connection, and how it reads an account. */
export interface LifeParts {
  settings: ActiveDirectorySettings
  connection: LdapConnection
  protection: ReturnType<typeof createProtection>
  /** @throws DirectoryRefusal for an account that is gone, protected, or out of scope. */
  current(client: Client, immutableId: string): Promise<ReadAccount>
  /** Null when it is gone. */
  find(client: Client, immutableId: string): Promise<ReadAccount | null>
}

/** A normal account, disabled (MS-ADTS 2.2.16). */
const NEW_ACCOUNT = '514'
/** Windows' own number of "the password does not meet the policy", in the text of the answer. */
const POLICY = '0000052D'
/** The same for a login name or principal name that is in use. */
const IN_USE = /0000052[4-6]|000021C[78]/
/** MS-ADTS 3.1.1.1.4: where neither lifetime is set. */
const DEFAULT_LIFETIME_DAYS = 60

/** Passwords, new accounts and deletion in Active Directory. Each needs a right of its own; see README.md. */
export function activeDirectoryLife(parts: LifeParts): AccountLife {
  const { connection, current, find } = parts
  const { where } = connection
  return {
    password: {
      mustChange: true,
      set: (immutableId, wish) => connection.use(async (client) => {
        const account = await current(client, immutableId)
        await setPassword(client, account, wish, where)
        const [entry] = await searchSmall(client, { base: account.dn, scope: 'base', filter: ACCOUNT_FILTER, attributes: ['pwdLastSet'] })
        return { mustChange: entry !== undefined && textOf(entry, 'pwdLastSet') === '0' }
      }),
    },
    create: { make: (account) => connection.use((client) => make(client, parts, account)) },
    remove: {
      delete: (immutableId) => connection.use(async (client) => {
        const there = await find(client, immutableId)
        if (!there) return
        const account = await current(client, immutableId)
        if (account.observed.enabled) throw refusals.stillOpen(immutableId)
        try {
          await client.del(account.dn)
        } catch (error) {
          if (isCode(error, 66)) throw new DirectoryRefusal(`The directory did not delete the account ${immutableId}: other objects lie beneath it, such as its telephones.`, 'Look at it in the directory and delete it there with what lies beneath.')
          throw changeRefusal(error, LIFE_WORDS.delete, immutableId, where)
        }
        if (await find(client, immutableId)) throw new OutsideFailure({ what: `The directory accepted to delete the account ${immutableId}, but it is still there.`, where, remedy: 'Run again.' })
      }),
      recovery: () => connection.use((client) => recovery(client)),
    },
  }
}

/** As quoted text in UTF-16 (MS-ADTS 3.1.1.3.1.5.1), only ever over TLS. */
async function setPassword(client: Client, account: ReadAccount, { password, mustChange }: PasswordWish, where: string): Promise<void> {
  const { immutableId } = account.observed
  try {
    await client.modify(account.dn, [
      replace('unicodePwd', Buffer.from(`"${password}"`, 'utf16le')),
      // 0: to be changed at the next sign-in; -1: set now (MS-ADA3 2.175).
      replace('pwdLastSet', Buffer.from(mustChange ? '0' : '-1')),
    ])
  } catch (error) {
    if (error instanceof ResultCodeError && error.message.toUpperCase().includes(POLICY)) throw passwordRefused(immutableId, `LDAP code ${error.code}, ${POLICY}`)
    throw changeRefusal(error, LIFE_WORDS.password, immutableId, where)
  }
}

async function make(client: Client, parts: LifeParts, account: NewAccount): Promise<ObservedAccount> {
  const { settings, connection: { where } } = parts
  if (!isInScope(account.container, settings)) throw refusals.outOfScope(`The organisational unit ${account.container}`)
  if (!await exists(client, account.container, '(|(objectClass=organizationalUnit)(objectClass=container))')) throw refusals.unknownContainer(account.container)
  const label = `${account.username} (new)`
  try {
    await client.add(`CN=${account.username},${account.container}`, {
      objectClass: ['top', 'person', 'organizationalPerson', 'user'], sAMAccountName: account.username, userPrincipalName: `${account.username}@${account.domain}`,
      givenName: account.forename, sn: account.surname, displayName: `${account.forename} ${account.surname}`, employeeID: account.employeeId, userAccountControl: NEW_ACCOUNT,
    })
  } catch (error) {
    const taken = error instanceof ResultCodeError && (error.code === 68 || (error.code === 19 && IN_USE.test(error.message.toUpperCase())))
    if (!taken) throw changeRefusal(error, LIFE_WORDS.create, label, where)
  }
  const made = await named(client, parts, account.username)
  if (!made || made.observed.match.employeeId !== account.employeeId || made.observed.protected) throw new NameTaken()
  // Without a password it could not be enabled; one that nobody knows, until somebody is given theirs.
  await setPassword(client, made, { password: account.password, mustChange: true }, where)
  return made.observed
}

/** The account with that login name within the search bases. */
async function named(client: Client, { settings, protection }: LifeParts, username: string): Promise<ReadAccount | null> {
  const rules = await protection.rules(client)
  for (const { dn } of settings.searchBases) {
    const [entry] = await searchSmall(client, { base: dn, scope: 'sub', filter: new EqualityFilter({ attribute: 'sAMAccountName', value: username }), attributes: ACCOUNT_ATTRIBUTES, bytes: ACCOUNT_BYTES })
    if (entry) return readAccount(entry, rules)
  }
  return null
}

/** What the forest itself says about its recycle bin and how long it keeps things. */
async function recovery(client: Client): Promise<Recovery> {
  const unseen: Recovery = { days: 0, text: 'Whether the Active Directory Recycle Bin is on could not be seen, so do not count on bringing anything back.' }
  const [root] = await searchSmall(client, { base: '', scope: 'base', filter: '(objectClass=*)', attributes: ['configurationNamingContext'] })
  const configuration = root && textOf(root, 'configurationNamingContext')
  if (!configuration) return unseen
  const service = `CN=Directory Service,CN=Windows NT,CN=Services,${configuration}`
  const read = async (base: string, attributes: string[]) => {
    try {
      return (await searchSmall(client, { base, scope: 'base', filter: '(objectClass=*)', attributes }))[0]
    } catch (error) {
      if (isCode(error, 32)) return undefined
      throw error
    }
  }
  const lifetimes = await read(service, ['tombstoneLifetime', 'msDS-DeletedObjectLifetime'])
  if (!lifetimes) return unseen
  const feature = await read(`CN=Recycle Bin Feature,CN=Optional Features,${service}`, ['msDS-EnabledFeatureBL'])
  const days = Number(textOf(lifetimes, 'msDS-DeletedObjectLifetime') ?? textOf(lifetimes, 'tombstoneLifetime') ?? DEFAULT_LIFETIME_DAYS)
  if (feature && textOf(feature, 'msDS-EnabledFeatureBL')) return { days, text: `The Active Directory Recycle Bin is on: for ${days} days an administrator can bring the account back with its groups (Restore-ADObject).` }
  return { days: 0, text: 'The Active Directory Recycle Bin is off: only an empty shell could be brought back, without password and groups, or a backup of a domain controller.' }
}

const replace = (type: string, value: Buffer): Change => new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) })
