import type { AccountLife } from '../account-life.ts'
import type { ReadOutcome } from '../directory.ts'
import { cloudLife } from '../web/cloud-life.ts'
import type { Outside } from '../web/outside.ts'
import { patch, quoted, type ScimClient, scimType } from './scim-client.ts'
import { CORE_USER, ENTERPRISE, type ScimUser } from './scim-types.ts'

/**
 * Passwords, new accounts and deletion over SCIM 2.0. The standard knows no "change it at the next sign-in" and no bin; where a server does
 * not take passwords it refuses, and the refusal is told.
 */
export function scimLife(client: ScimClient, outside: Outside, readMany: (ids: readonly string[]) => Promise<ReadOutcome[]>): AccountLife {
  const headers = { 'content-type': 'application/scim+json', accept: 'application/scim+json' }
  const nameOf = ({ username, domain }: { username: string; domain: string }) => (domain === '' ? username : `${username}@${domain}`)
  return cloudLife({
    client, outside, readMany, codeOf: scimType, mustChange: false,
    passwordCall: (id, { password }) => patch(`/Users/${encodeURIComponent(id)}`, [{ op: 'replace', path: 'password', value: password }]),
    isAboutPassword: (answer) => answer.status === 400 && scimType(answer) === 'invalidValue',
    createCall: (account) => ({
      method: 'POST', path: '/Users', headers, body: {
        schemas: [CORE_USER, ENTERPRISE], userName: nameOf(account), name: { givenName: account.forename, familyName: account.surname }, displayName: `${account.forename} ${account.surname}`,
        active: false, externalId: account.employeeId, password: account.password, [ENTERPRISE]: { employeeNumber: account.employeeId },
      },
    }),
    isTaken: (answer) => answer.status === 409,
    async idOfName(account) {
      for await (const user of client.all<ScimUser>(`/Users?filter=${encodeURIComponent(`userName eq ${quoted(nameOf(account))}`)}&attributes=userName`)) {
        if (user.id && user.userName?.toLowerCase() === nameOf(account).toLowerCase()) return user.id
      }
      return null
    },
    deleteCall: (id) => ({ method: 'DELETE', path: `/Users/${encodeURIComponent(id)}`, headers }),
    recovery: { days: 0, text: 'SCIM has no bin: ask the maker of the system whether a deleted account can be brought back.' },
  })
}
