import { AndFilter, EqualityFilter, ExtensibleFilter } from 'ldapts'
import type { Client } from 'ldapts'
import type { Instant } from '../../shared/dates.ts'
import { OutsideFailure } from '../../shared/errors.ts'
import type { Clock } from '../clock.ts'
import { bytesOf, protectedNames, relativeId } from './active-directory-account.ts'
import type { ProtectionRules } from './active-directory-account.ts'
import type { ActiveDirectorySettings } from './active-directory-settings.ts'
import { isCode, searchSmall } from './ldap-search.ts'
import { foldName, splitName } from './names.ts'

/** Nesting of groups changes rarely, and one run asks for it with every account. */
const KEEP_FOR = 60_000
/** LDAP_MATCHING_RULE_IN_CHAIN (MS-ADTS 3.1.1.3.4.4.3): follows memberOf through every level. */
const IN_CHAIN = '1.2.840.113556.1.4.1941'

export interface Protection {
  /** @throws OutsideFailure when a protected group is not there: nobody may lose protection because it was renamed. */
  rules(client: Client): Promise<ProtectionRules>
  /** Looks again at the next question. */
  forget(): void
}

/** Who is protected by the settings (B4): the members of the protected groups at any depth, and the users named. */
export function createProtection(settings: ActiveDirectorySettings, clock: Clock): Protection {
  const users = protectedNames([...(settings.protectedUsers ?? []), settings.bindDn])
  let known: { rules: ProtectionRules; until: Instant } | null = null
  return {
    async rules(client) {
      if (known && clock.now() < known.until) return known.rules
      const rules = { users, ...await groupRules(client, settings) }
      known = { rules, until: clock.now() + KEEP_FOR }
      return rules
    },
    forget() {
      known = null
    },
  }
}

async function groupRules(client: Client, settings: ActiveDirectorySettings): Promise<Pick<ProtectionRules, 'groups' | 'groupIds'>> {
  const groups = new Set<string>()
  const groupIds = new Set<number>()
  for (const name of settings.protectedGroups ?? []) {
    const itself = await searchSmall(client, {
      base: name, scope: 'base', filter: '(objectClass=group)', attributes: ['objectSid'], bytes: ['objectSid'],
    }).catch((error: unknown) => {
      if (isCode(error, 32) || isCode(error, 34)) return []
      throw error
    })
    if (itself.length === 0) throw missingGroup(name, settings)
    const nested = await searchSmall(client, {
      base: domainOf(name), scope: 'sub', attributes: ['objectSid'], bytes: ['objectSid'],
      filter: new AndFilter({
        filters: [
          new EqualityFilter({ attribute: 'objectClass', value: 'group' }),
          new ExtensibleFilter({ matchType: 'memberOf', rule: IN_CHAIN, value: name }),
        ],
      }),
    })
    for (const group of [...itself, ...nested]) {
      groups.add(foldName(group.dn))
      const id = relativeId(bytesOf(group, 'objectSid') ?? Buffer.alloc(0))
      if (id !== null) groupIds.add(id)
    }
  }
  return { groups, groupIds }
}

/** `DC=school,DC=internal` of any name in that domain. */
function domainOf(name: string): string {
  return splitName(name).filter(part => /^dc\s*=/i.test(part)).join(',')
}

function missingGroup(name: string, settings: ActiveDirectorySettings): OutsideFailure {
  return new OutsideFailure({
    what: `The protected group ${name} is not in the directory, so it cannot be said who is protected.`,
    where: `directory "${settings.name}" at ${settings.url}`,
    remedy: 'Correct the protected groups in the directory settings; it may have been renamed or moved.',
  })
}
