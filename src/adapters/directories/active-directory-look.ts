import { EqualityFilter, OrFilter } from 'ldapts'
import type { Client, Entry } from 'ldapts'
import { chunks } from '../../shared/chunks.ts'
import { ACCOUNT_ATTRIBUTES, ACCOUNT_BYTES, ACCOUNT_FILTER, bytesOf } from './active-directory-account.ts'
import type { ActiveDirectorySettings, SearchBase } from './active-directory-settings.ts'
import { isCode, searchSmall } from './ldap-search.ts'
import { guidBytes, guidText } from './object-guid.ts'

/** How many accounts one question asks for, and a run changes before it asks the kill switch again. */
export const LOOKED_UP_AT_ONCE = 50

/**
 * Entries of accounts by their GUIDs. Many are asked for with one OR filter on objectGUID (an indexed attribute, MS-ADA3) in each search
 * base; those not found there one by one, wherever they lie. Absent from the answer: no such account any more.
 * `assertBase` throws where a search base can no longer be seen: an account is gone only when our own part of the directory is still there.
 */
export async function findMany(client: Client, guids: readonly string[], settings: ActiveDirectorySettings, assertBase: (base: SearchBase) => Promise<void>): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>()
  if (guids.length > 1) {
    for (const part of chunks(guids, LOOKED_UP_AT_ONCE)) {
      const filter = new OrFilter({ filters: part.map((guid) => new EqualityFilter({ attribute: 'objectGUID', value: guidBytes(guid) })) })
      for (const { dn: base } of settings.searchBases) {
        const entries = await searchSmall(client, { base, scope: 'sub', filter, attributes: ACCOUNT_ATTRIBUTES, bytes: ACCOUNT_BYTES })
        for (const entry of entries) {
          const guid = bytesOf(entry, 'objectGUID')
          if (guid && isPerson(entry)) found.set(guidText(guid), entry)
        }
      }
    }
  }
  for (const guid of guids) {
    if (found.has(guid)) continue
    const [entry] = await searchSmall(client, {
      base: `<GUID=${guid}>`, scope: 'base', filter: ACCOUNT_FILTER, attributes: ACCOUNT_ATTRIBUTES, bytes: ACCOUNT_BYTES,
    }).catch(async (error: unknown) => {
      if (!isCode(error, 32)) throw error
      for (const base of settings.searchBases) await assertBase(base)
      return []
    })
    if (entry) found.set(guid, entry)
  }
  return found
}

/** As ACCOUNT_FILTER says; the id alone says nothing of the kind. */
function isPerson(entry: Entry): boolean {
  const classes = [entry['objectClass'] ?? []].flat().map((each) => String(each).toLowerCase())
  return classes.includes('user') && !classes.includes('computer')
}
