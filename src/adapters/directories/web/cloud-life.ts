import { type AssentError, OutsideFailure } from '../../../shared/errors.ts'
import { type AccountLife, LIFE_WORDS, NameTaken, type NewAccount, passwordRefused, type PasswordWish, type Recovery } from '../account-life.ts'
import { onlyOutcome } from '../batches.ts'
import { DirectoryRefusal, type ObservedAccount, type ReadOutcome } from '../directory.ts'
import { refusals } from '../refusals.ts'
import { type Answer, type Call, isGood } from './answers.ts'
import type { Outside } from './outside.ts'
import type { RestClient } from './rest-client.ts'

/** What differs between the vendors of directories in the cloud, for passwords, new accounts and deletion. */
export interface CloudLife {
  client: RestClient
  outside: Outside
  /** One outcome for each, in the order asked. */
  readMany(immutableIds: readonly string[]): Promise<ReadOutcome[]>
  codeOf(answer: Answer): string
  /** Whether the directory can ask for another password at the next sign-in. */
  mustChange: boolean
  passwordCall(immutableId: string, wish: PasswordWish): Call
  /** True where the answer says that the password breaks a rule. */
  isAboutPassword(answer: Answer): boolean
  createCall(account: NewAccount): Call
  /** True where the answer says that the name is in use. */
  isTaken(answer: Answer): boolean
  /** The immutable id of the account with that name; null where there is none. */
  idOfName(account: NewAccount): Promise<string | null>
  deleteCall(immutableId: string): Call
  recovery: Recovery
}

/** How long to wait between looks at what was written, in milliseconds. Half a minute in all. */
const LOOKS = [0, 500, 1000, 2000, 4000, 8000, 16_000]

/** Passwords, new accounts and deletion by a cloud directory’s interface: each is written, then looked at until the directory shows it. */
export function cloudLife(cloud: CloudLife): AccountLife {
  const look = async (id: string) => onlyOutcome<ObservedAccount | null>(await cloud.readMany([id]))
  const changeable = async (id: string): Promise<ObservedAccount> => {
    const account = await look(id)
    if (!account) throw refusals.gone(id)
    if (account.protected) throw refusals.protected(id)
    return account
  }
  const until = async <T>(find: () => Promise<T | null>): Promise<T | null> => {
    for (const wait of LOOKS) {
      if (wait > 0) await cloud.outside.pause(wait)
      const found = await find()
      if (found !== null) return found
    }
    return null
  }
  return {
    password: {
      mustChange: cloud.mustChange,
      async set(id, wish) {
        const account = await changeable(id)
        if (account.mirrored) throw mirrored(id)
        const answer = await cloud.client.call(cloud.passwordCall(id, wish))
        if (!isGood(answer)) throw cloud.isAboutPassword(answer) ? passwordRefused(id, textOf(cloud, answer)) : problemOf(cloud, answer, id, 'password')
        return { mustChange: cloud.mustChange && wish.mustChange }
      },
    },
    create: {
      async make(account) {
        const answer = await cloud.client.call(cloud.createCall(account))
        if (!isGood(answer) && !cloud.isTaken(answer)) throw problemOf(cloud, answer, `${account.username} (new)`, 'create')
        const made = await until(async () => {
          const id = await cloud.idOfName(account)
          return id === null ? null : look(id)
        })
        if (!made) throw new OutsideFailure({ what: 'An account was made, but it cannot be seen yet.', where: cloud.client.where, remedy: 'Run again in a minute; it is not made twice.' })
        if (made.match.employeeId !== account.employeeId) throw new NameTaken()
        return made
      },
    },
    remove: {
      async delete(id) {
        const account = await look(id)
        if (!account) return
        if (account.protected) throw refusals.protected(id)
        if (account.mirrored) throw mirrored(id)
        if (account.enabled) throw refusals.stillOpen(id)
        const answer = await cloud.client.call(cloud.deleteCall(id))
        if (!isGood(answer) && answer.status !== 404) throw problemOf(cloud, answer, id, 'delete')
        const gone = await until(async () => (await look(id) === null ? true : null))
        if (!gone) throw new OutsideFailure({ what: `The directory accepted to delete the account ${id}, but it is still there.`, where: cloud.client.where, remedy: 'Run again.' })
      },
      recovery: async () => cloud.recovery,
    },
  }
}

const mirrored = (id: string): DirectoryRefusal => new DirectoryRefusal(
  `The account ${id} follows the school's Active Directory, which holds its password and its life.`, 'Connect that Active Directory to Assent, or do it there; the copy follows by itself.')

const textOf = ({ codeOf }: CloudLife, answer: Answer): string => `${answer.status}${codeOf(answer) === '' ? '' : ` ${codeOf(answer)}`}`

function problemOf(cloud: CloudLife, answer: Answer, id: string, does: keyof typeof LIFE_WORDS): AssentError | DirectoryRefusal {
  const text = textOf(cloud, answer)
  if (answer.failure || cloud.client.isThrottled(answer) || answer.status === 401 || answer.status >= 500) return cloud.client.failureOf(answer)
  if (answer.status === 404) return refusals.gone(id)
  return answer.status === 403 ? refusals.noRight(id, LIFE_WORDS[does], text) : refusals.unwilling(id, LIFE_WORDS[does], text)
}
