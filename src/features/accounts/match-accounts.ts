import type { ObservedAccount } from '../../adapters/directories/directory.ts'
import type { Database } from '../../db/database.ts'
import { loginKeys } from '../people/login-keys.ts'

/** An account whose person is looked for. */
export interface Unmatched {
  id: string
  observed: ObservedAccount
}

/** Keys of people by which an account may name them: given by the sources, which come later in the house. */
export interface PersonKeys {
  personId: string
  keys: string[]
}

export interface MatchDeps {
  db: Database
  /** External ids, admission numbers and MIS ids of everybody, a page at a time. */
  sourceKeys: () => AsyncIterable<PersonKeys[]>
}

/** Who an account may belong to, and by which key. */
export interface Candidate {
  personId: string
  by: 'employee-id' | 'login'
}

/**
 * The one person that the strongest key points to; null for nobody, and for two. Two sources may know one person by the same key;
 * two people under one key match nobody, and a person chooses.
 */
export function onlyPerson(candidates: readonly Candidate[]): string | null {
  const [only, second] = new Set(strongest(candidates).map(({ personId }) => personId))
  return only !== undefined && second === undefined ? only : null
}

/**
 * Everybody that each account's keys point to: by the employee id (a source's external id, admission number or MIS id, exactly), and
 * by the login name or address. Two walks over the keys, however many accounts.
 */
export async function candidatesOf({ db, sourceKeys }: MatchDeps, accounts: readonly Unmatched[]): Promise<Map<string, Candidate[]>> {
  const byEmployee = new Hits(accounts.flatMap(({ observed }) => observed.match.employeeId ?? []))
  const byLogin = new Hits(accounts.flatMap(({ observed }) => keysOf(observed)))
  if (byEmployee.wanted) for await (const people of sourceKeys()) byEmployee.take(people)
  if (byLogin.wanted) for await (const people of loginKeys(db)) byLogin.take(people)
  return new Map(accounts.map(({ id, observed }): [string, Candidate[]] => [id, [
    ...byEmployee.of(observed.match.employeeId === undefined ? [] : [observed.match.employeeId]).map((personId): Candidate => ({ personId, by: 'employee-id' })),
    ...byLogin.of(keysOf(observed)).map((personId): Candidate => ({ personId, by: 'login' })),
  ]]))
}

/** The employee id decides where it points to exactly one person; else the login does. */
function strongest(candidates: readonly Candidate[]): Candidate[] {
  const employee = candidates.filter(({ by }) => by === 'employee-id')
  return employee.length === 1 ? employee : candidates.filter(({ by }) => by === 'login')
}

function keysOf({ username, match }: ObservedAccount): string[] {
  return [...new Set([match.upn, match.mail, username].flatMap((key) => (key === undefined || key === '' ? [] : [key.toLowerCase()])))]
}

/** Who was found under each of the wanted keys. */
class Hits {
  readonly #people = new Map<string, Set<string>>()

  constructor(keys: readonly string[]) {
    for (const key of keys) if (key !== '') this.#people.set(key, new Set())
  }

  get wanted(): boolean {
    return this.#people.size > 0
  }

  take(people: readonly PersonKeys[]): void {
    for (const { personId, keys } of people) for (const key of keys) this.#people.get(key)?.add(personId)
  }

  of(keys: readonly string[]): string[] {
    return [...new Set(keys.flatMap((key) => [...this.#people.get(key) ?? []]))]
  }
}
