import type { admin_directory_v1 } from '@googleapis/admin'
import type { AccountLife } from '../account-life.ts'
import type { ReadOutcome } from '../directory.ts'
import { type Answer, isGood } from '../web/answers.ts'
import { cloudLife } from '../web/cloud-life.ts'
import type { Outside } from '../web/outside.ts'
import type { RestClient } from '../web/rest-client.ts'
import { reasonOf } from './google-client.ts'

type User = admin_directory_v1.Schema$User
const API = '/admin/directory/v1'

/** Passwords, new accounts and deletion in Google Workspace. */
export function googleLife(client: RestClient, outside: Outside, readMany: (ids: readonly string[]) => Promise<ReadOutcome[]>): AccountLife {
  return {
    archives: true,
    ...cloudLife({
      client, outside, readMany, codeOf: reasonOf, mustChange: true,
      passwordCall: (id, { password, mustChange }) => ({ method: 'PATCH', path: `${API}/users/${id}?fields=id`, body: { password, changePasswordAtNextLogin: mustChange } satisfies User }),
      isAboutPassword: (answer) => answer.status === 400 && /password/i.test(messageOf(answer)),
      createCall: (account) => ({
        method: 'POST', path: `${API}/users?fields=id`, body: {
          primaryEmail: `${account.username}@${account.domain}`, name: { givenName: account.forename, familyName: account.surname }, password: account.password, changePasswordAtNextLogin: true,
          suspended: true, orgUnitPath: account.container, externalIds: [{ type: 'organization', value: account.employeeId }],
        } satisfies User,
      }),
      isTaken: (answer) => answer.status === 409,
      async idOfName({ username, domain }) {
        const answer = await client.call({ method: 'GET', path: `${API}/users/${encodeURIComponent(`${username}@${domain}`)}?fields=id` })
        if (isGood(answer)) return (answer.body as User).id ?? null
        if (answer.status === 404) return null
        throw client.failureOf(answer)
      },
      deleteCall: (id) => ({ method: 'DELETE', path: `${API}/users/${id}` }),
      recovery: { days: 20, text: 'For 20 days an administrator can bring the account back in the Google Admin console, with its mail and files; after that they are gone for good.' },
    }),
  }
}

/** Google's own text; only ever compared, never shown. */
function messageOf(answer: Answer): string {
  const { error } = (answer.body ?? {}) as { error?: { message?: unknown } }
  return typeof error?.message === 'string' ? error.message : ''
}
