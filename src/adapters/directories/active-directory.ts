import type { Client } from 'ldapts'
import { OutsideFailure } from '../../shared/errors.ts'
import type { Clock } from '../clock.ts'
import { ACCOUNT_ATTRIBUTES, ACCOUNT_BYTES, ACCOUNT_FILTER, readAccount } from './active-directory-account.ts'
import type { ProtectionRules, ReadAccount } from './active-directory-account.ts'
import { applyChange, assertTargets, isInScope } from './active-directory-change.ts'
import { createProtection } from './active-directory-protection.ts'
import { assertUsable } from './active-directory-settings.ts'
import type { ActiveDirectorySettings, SearchBase } from './active-directory-settings.ts'
import type { Directory } from './directory.ts'
import { LdapConnection } from './ldap-connection.ts'
import { exists, isCode, searchSmall } from './ldap-search.ts'
import { canonicalGuid } from './object-guid.ts'
import { refusals } from './refusals.ts'

/**
 * Active Directory over LDAPS. Accounts are known by objectGUID alone. The connection opens at the first call.
 * @throws UnusableInput when the settings cannot be used, listing every problem.
 */
export function createActiveDirectory(settings: ActiveDirectorySettings, clock: Clock): Directory {
  assertUsable(settings)
  const connection = new LdapConnection(settings, clock)
  const protection = createProtection(settings, clock)
  const { where } = connection

  const find = async (client: Client, guid: string): Promise<ReadAccount | null> => {
    const rules = await protection.rules(client)
    const entries = await searchSmall(client, {
      base: `<GUID=${guid}>`, scope: 'base', filter: ACCOUNT_FILTER, attributes: ACCOUNT_ATTRIBUTES, bytes: ACCOUNT_BYTES,
    }).catch(async (error: unknown) => {
      if (!isCode(error, 32)) throw error
      // Gone, or no longer visible to us? Only when our own part of the directory can still be seen is it gone.
      for (const base of settings.searchBases) await assertBase(client, base, where)
      return []
    })
    const [entry] = entries
    return entry ? readable(() => readAccount(entry, rules), where) : null
  }

  return {
    kind: 'active-directory',

    async check() {
      await connection.use(async client => {
        protection.forget()
        await protection.rules(client)
        for (const base of settings.searchBases) await assertBase(client, base, where)
      })
    },

    async *list() {
      const rules = await connection.use(async (client): Promise<ProtectionRules> => {
        protection.forget()
        return await protection.rules(client)
      })
      for (const base of settings.searchBases) {
        let count = 0
        const search = { base: base.dn, scope: 'sub', filter: ACCOUNT_FILTER, attributes: ACCOUNT_ATTRIBUTES, bytes: ACCOUNT_BYTES } as const
        for await (const entries of connection.pages(search)) {
          for (const entry of entries) yield readable(() => readAccount(entry, rules), where).observed
          count += entries.length
        }
        if (count === 0 && !base.mayBeEmpty) throw emptyBase(base, where)
      }
    },

    async read(immutableId) {
      const guid = canonicalGuid(immutableId)
      if (guid === null) return null
      return await connection.use(async client => (await find(client, guid))?.observed ?? null)
    },

    async change(immutableId, change) {
      const guid = canonicalGuid(immutableId)
      if (guid === null) throw refusals.gone(immutableId)
      return await connection.use(async client => {
        const current = async (): Promise<ReadAccount> => {
          const account = await find(client, guid)
          if (!account) throw refusals.gone(guid)
          if (account.observed.protected) throw refusals.protected(guid)
          if (!isInScope(account.dn, settings)) throw refusals.outOfScope(`The account ${guid}`)
          return account
        }
        const account = await current()
        await assertTargets(client, account.observed, change, settings)
        return await applyChange(client, account, change, current, where)
      })
    },

    async close() {
      await connection.close()
    },
  }
}

async function assertBase(client: Client, base: SearchBase, where: string): Promise<void> {
  if (await exists(client, base.dn, '(objectClass=*)')) return
  throw new OutsideFailure({
    what: `The search base ${base.dn} is not there, or the service account may not see it.`,
    where,
    remedy: 'Correct the search bases in the directory settings, or give the service account the right to read it.',
  })
}

function emptyBase(base: SearchBase, where: string): OutsideFailure {
  return new OutsideFailure({
    what: `The search base ${base.dn} holds no account at all, so it was probably renamed or emptied, or the service account may not see its accounts.`,
    where,
    remedy: 'Correct the search bases in the directory settings; if it may be empty, say so there.',
  })
}

function readable<T>(read: () => T, where: string): T {
  try {
    return read()
  } catch (error) {
    throw new OutsideFailure({
      what: 'An account could not be read in full: its id, login name or userAccountControl is missing.',
      where,
      remedy: 'Give the service account the right to read all attributes of the accounts in the search bases.',
    }, error)
  }
}
