import type { Client } from 'ldapts'
import { OutsideFailure } from '../../shared/errors.ts'
import type { Clock } from '../clock.ts'
import { ACCOUNT_ATTRIBUTES, ACCOUNT_BYTES, ACCOUNT_FILTER, readAccount } from './active-directory-account.ts'
import type { ProtectionRules, ReadAccount } from './active-directory-account.ts'
import { applyChanges, assertTargets, isInScope } from './active-directory-change.ts'
import { activeDirectoryLife } from './active-directory-life.ts'
import { findMany, LOOKED_UP_AT_ONCE } from './active-directory-look.ts'
import { createProtection } from './active-directory-protection.ts'
import { assertUsable } from './active-directory-settings.ts'
import type { ActiveDirectorySettings, SearchBase } from './active-directory-settings.ts'
import { expected, onlyOutcome } from './batches.ts'
import { type AccountChange, type AccountOrder, type ChangeOutcome, type Directory, DirectoryRefusal, type ObservedAccount, type ReadOutcome } from './directory.ts'
import { LdapConnection } from './ldap-connection.ts'
import { exists } from './ldap-search.ts'
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

  const look = async (client: Client, guids: readonly string[]): Promise<(ReadAccount | null | OutsideFailure)[]> => {
    const rules = await protection.rules(client)
    const entries = await findMany(client, guids, settings, (base) => assertBase(client, base, where))
    return guids.map((guid) => {
      const entry = entries.get(guid)
      return entry ? readable(() => readAccount(entry, rules), where) : null
    })
  }

  /** The same, of accounts that may be changed: whatever else is found is why they may not. */
  const changeable = async (client: Client, guids: readonly string[]): Promise<(ReadAccount | OutsideFailure | DirectoryRefusal)[]> =>
    (await look(client, guids)).map((account, at) => {
      const guid = guids[at] ?? ''
      if (account === null) return refusals.gone(guid)
      if (account instanceof Error) return account
      if (account.observed.protected) return refusals.protected(guid)
      return isInScope(account.dn, settings) ? account : refusals.outOfScope(`The account ${guid}`)
    })

  const readMany = async (immutableIds: readonly string[]): Promise<ReadOutcome[]> => {
    const guids = immutableIds.map(canonicalGuid)
    const known = guids.filter(guid => guid !== null)
    try {
      const looks = known.length > 0 ? await connection.use(client => look(client, known)) : []
      const found = new Map(known.map((guid, at) => [guid, looks[at]]))
      return guids.map((guid): ReadOutcome => {
        const account = guid === null ? null : found.get(guid) ?? null
        return account instanceof Error ? { error: account } : { account: account?.observed ?? null }
      })
    } catch (error) {
      const failure = expected(error)
      return immutableIds.map(() => ({ error: failure }))
    }
  }

  const onlyRead = async (immutableId: string): Promise<ReadOutcome> => (await readMany([immutableId]))[0] ?? { account: null }

  const changeMany = async (orders: readonly AccountOrder[]): Promise<ChangeOutcome[]> => {
    const outcomes: (ChangeOutcome | null)[] = orders.map(({ immutableId }) => (canonicalGuid(immutableId) === null ? { error: refusals.gone(immutableId) } : null))
    const asked = orders.flatMap(({ immutableId, change }, at) => {
      const guid = canonicalGuid(immutableId)
      return guid === null ? [] : [{ at, guid, change }]
    })
    try {
      if (asked.length > 0) await connection.use(async client => {
        const accounts = await changeable(client, asked.map(({ guid }) => guid))
        const targets = new Map<string, boolean>()
        const going: { at: number; first: ReadAccount; change: AccountChange }[] = []
        for (const [n, { at, change }] of asked.entries()) {
          const first = accounts[n]
          if (first === undefined || first instanceof Error) outcomes[at] = { error: first ?? refusals.gone('') }
          else if (change.archived !== undefined) outcomes[at] = { error: refusals.noArchive(first.observed.immutableId) }
          else {
            const problem = await assertTargets(client, first.observed, change, settings, targets).then(() => null, refusalOf)
            if (problem) outcomes[at] = { error: problem }
            else going.push({ at, first, change })
          }
        }
        const done = await applyChanges(client, going, guids => changeable(client, guids), where)
        for (const [n, { at }] of going.entries()) outcomes[at] = done[n] ?? null
      })
    } catch (error) {
      const failure = expected(error)
      return orders.map(() => ({ error: failure }))
    }
    return outcomes.map((outcome, at) => outcome ?? { error: refusals.gone(orders[at]?.immutableId ?? '') })
  }

  const known = (immutableId: string): string => {
    const guid = canonicalGuid(immutableId)
    if (guid === null) throw refusals.gone(immutableId)
    return guid
  }
  const find = async (client: Client, immutableId: string): Promise<ReadAccount | null> => {
    const [account] = await look(client, [known(immutableId)])
    if (account instanceof Error) throw account
    return account ?? null
  }
  const current = async (client: Client, immutableId: string): Promise<ReadAccount> => {
    const [account] = await changeable(client, [known(immutableId)])
    if (account === undefined || account instanceof Error) throw account ?? refusals.gone(immutableId)
    return account
  }

  return {
    kind: 'active-directory',
    life: activeDirectoryLife({ settings, connection, protection, current, find }),

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
          for (const entry of entries) {
            const account = readable(() => readAccount(entry, rules), where)
            if (account instanceof OutsideFailure) throw account
            yield account.observed
          }
          count += entries.length
        }
        if (count === 0 && !base.mayBeEmpty) throw emptyBase(base, where)
      }
    },

    async read(immutableId) {
      const { account, error } = await onlyRead(immutableId)
      if (error) throw error
      return account
    },

    async change(immutableId, change) {
      return onlyOutcome<ObservedAccount>(await changeMany([{ immutableId, change }]))
    },

    readMany,
    changeMany,
    // B6: the kill switch is asked between batches; fifty changes take a domain controller about half a second.
    batchSize: LOOKED_UP_AT_ONCE,

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

/** Hands a refusal on and throws everything else. */
function refusalOf(error: unknown): DirectoryRefusal {
  if (error instanceof DirectoryRefusal) return error
  throw error
}

/** The account, or that it could not be read in full. */
function readable<T>(read: () => T, where: string): T | OutsideFailure {
  try {
    return read()
  } catch (error) {
    return new OutsideFailure({
      what: 'An account could not be read in full: its id, login name or userAccountControl is missing.',
      where,
      remedy: 'Give the service account the right to read all attributes of the accounts in the search bases.',
    }, error)
  }
}
