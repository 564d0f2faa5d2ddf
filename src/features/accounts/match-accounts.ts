import type { Database } from '../../db/database.ts'
import type { ObservedAccount } from '../../adapters/directories/directory.ts'

/** An account whose person is looked for. */
export interface Unmatched {
  id: string
  observed: ObservedAccount
}

const PAGE = 5000

/**
 * Finds the person of each account: by the employee id (a source's external id, admission number or MIS id, exactly), else by
 * the login name or address, and only where exactly one person has it. Two walks over the keys, however many accounts.
 * Two sources may know one person by the same key; two people under one key match nobody.
 */
export async function matchAccounts(db: Database, accounts: readonly Unmatched[]): Promise<Map<string, string>> {
  const byEmployee = new Hits(accounts.flatMap(({ observed }) => observed.match.employeeId ?? []))
  const byLogin = new Hits(accounts.flatMap(({ observed }) => loginKeys(observed)))
  if (byEmployee.wanted) {
    for await (const rows of pages(db, 'select source_id, external_id, person_id, admission_number, mis_id from source_people where (source_id > ? or (source_id = ? and external_id > ?)) order by source_id, external_id limit ?',
      (last) => [last?.['source_id'] ?? '', last?.['source_id'] ?? '', last?.['external_id'] ?? ''])) {
      for (const row of rows) for (const key of [row['external_id'], row['admission_number'], row['mis_id']]) byEmployee.hit(key, row['person_id'])
    }
  }
  if (byLogin.wanted) {
    for await (const rows of pages(db, 'select id, username, email_norm from people where id > ? order by id limit ?', (last) => [last?.['id'] ?? ''])) {
      for (const row of rows) for (const key of [row['username'], row['email_norm']]) byLogin.hit(fold(key), row['id'])
    }
  }
  const found = new Map<string, string>()
  for (const { id, observed } of accounts) {
    const person = byEmployee.only(observed.match.employeeId === undefined ? [] : [observed.match.employeeId]) ?? byLogin.only(loginKeys(observed))
    if (person !== null) found.set(id, person)
  }
  return found
}

const fold = (key: unknown): string | null => (typeof key === 'string' && key !== '' ? key.toLowerCase() : null)

function loginKeys({ username, match }: ObservedAccount): string[] {
  return [...new Set([match.upn, match.mail, username].flatMap((key) => fold(key) ?? []))]
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

  hit(key: unknown, person: unknown): void {
    if (typeof key === 'string') this.#people.get(key)?.add(person as string)
  }

  /** The one person found under these keys; null for nobody, and for two. */
  only(keys: readonly string[]): string | null {
    const people = new Set(keys.flatMap((key) => [...this.#people.get(key) ?? []]))
    return people.size === 1 ? [...people][0] ?? null : null
  }
}

async function* pages(
  db: Database, sql: string, after: (last: Record<string, unknown> | null) => unknown[],
): AsyncIterable<Record<string, unknown>[]> {
  let last: Record<string, unknown> | null = null
  for (;;) {
    const rows: Record<string, unknown>[] = await db.rows(sql, [...after(last) as string[], PAGE])
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) return
    last = rows.at(-1) ?? null
  }
}
