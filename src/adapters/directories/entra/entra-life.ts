import type { User } from '@microsoft/microsoft-graph-types'
import type { AccountLife } from '../account-life.ts'
import type { ReadOutcome } from '../directory.ts'
import { type Answer, isGood } from '../web/answers.ts'
import { cloudLife } from '../web/cloud-life.ts'
import type { Outside } from '../web/outside.ts'
import { codeOf, type EntraClient } from './entra-client.ts'

/**
 * Passwords, new accounts and deletion in Microsoft Entra. There is no archive: taking a licence away is the school's own doing.
 * Setting passwords needs `User-PasswordProfile.ReadWrite.All`, making and deleting `User.ReadWrite.All`; administrators are out of
 * reach of both without a role, and are protected anyway.
 */
export function entraLife(client: EntraClient, outside: Outside, readMany: (ids: readonly string[]) => Promise<ReadOutcome[]>, messageOf: (answer: Answer) => string): AccountLife {
  return cloudLife({
    client, outside, readMany, codeOf, mustChange: true,
    passwordCall: (id, { password, mustChange }) => ({ method: 'PATCH', path: `/users/${id}`, body: { passwordProfile: { password, forceChangePasswordNextSignIn: mustChange } } satisfies User }),
    isAboutPassword: (answer) => answer.status === 400 && /password/i.test(messageOf(answer)),
    createCall: (account) => ({
      method: 'POST', path: '/users', body: {
        accountEnabled: false, displayName: `${account.forename} ${account.surname}`, givenName: account.forename, surname: account.surname, employeeId: account.employeeId, usageLocation: 'GB',
        mailNickname: account.username, userPrincipalName: `${account.username}@${account.domain}`, passwordProfile: { password: account.password, forceChangePasswordNextSignIn: true },
      } satisfies User,
    }),
    isTaken: (answer) => answer.status === 409 || (answer.status === 400 && /another object with the same value/i.test(messageOf(answer))),
    async idOfName({ username, domain }) {
      const answer = await client.call({ method: 'GET', path: `/users/${encodeURIComponent(`${username}@${domain}`)}?$select=id` })
      if (isGood(answer)) return (answer.body as User).id ?? null
      if (answer.status === 404) return null
      throw client.failureOf(answer)
    },
    deleteCall: (id) => ({ method: 'DELETE', path: `/users/${id}` }),
    recovery: { days: 30, text: 'For 30 days an administrator can bring the account back from the deleted users of Microsoft Entra, with its mailbox and groups; after that it is gone for good.' },
  })
}
