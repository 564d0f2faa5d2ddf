import type { Database } from '../../../db/database.ts'
import { chunks } from '../../../shared/chunks.ts'
import type { Instant } from '../../../shared/dates.ts'

/** `asked`: begun, and nobody knows how it ended; `set`; `refused` by the directory. */
export type PasswordState = 'asked' | 'set' | 'refused'
/** How it was handed over. */
export type PasswordWay = 'screen' | 'slip'

/** That a temporary password was given, never which. */
export interface GivenPassword {
  id: string
  accountId: string
  personId: string
  state: PasswordState
  way: PasswordWay
  mustChange: boolean
  by: string
  at: Instant
}

/** Remembers when passwords were given and by whom. The passwords themselves are kept nowhere. */
export class PasswordStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async insert(given: readonly GivenPassword[]): Promise<void> {
    await this.#db.insertMany('account_passwords', given.map(({ id, accountId, personId, state, way, mustChange, by, at }) => ({
      id, account_id: accountId, person_id: personId, state, way, must_change: mustChange ? 1 : 0, given_by: by, given_at: at,
    })))
  }

  async settle(id: string, state: PasswordState, mustChange: boolean): Promise<void> {
    await this.#db.sql('account_passwords').where({ id }).update({ state, must_change: mustChange ? 1 : 0 })
  }

  /** The newest of each person. */
  async newestOf(personIds: readonly string[]): Promise<Map<string, GivenPassword>> {
    const found = new Map<string, GivenPassword>()
    for (const part of chunks(personIds)) {
      for (const row of await this.#db.read('account_passwords').whereIn('person_id', part).orderBy('id')) found.set(row.person_id, fromRow(row))
    }
    return found
  }

  /** Newest first. */
  async ofPerson(personId: string, limit: number): Promise<GivenPassword[]> {
    return (await this.#db.read('account_passwords').where({ person_id: personId }).orderBy('id', 'desc').limit(limit)).map(fromRow)
  }

  /** People whose account Assent made and who were given no password yet, newest account first. */
  async firstWanted(limit: number): Promise<{ personId: string; username: string }[]> {
    const rows = await this.#db.rows(
      `select c.person_id, a.username from account_creations c join accounts a on a.id = c.account_id and a.gone_at is null
       where c.made_at is not null and not exists (select 1 from account_passwords p where p.person_id = c.person_id and p.state = 'set') order by c.made_at desc, c.id desc limit ?`, [limit])
    return rows.map((row) => ({ personId: row['person_id'] as string, username: row['username'] as string }))
  }

  async removeBefore(at: Instant): Promise<void> {
    await this.#db.sql('account_passwords').where('given_at', '<', at).del()
  }
}

function fromRow(row: Record<string, unknown>): GivenPassword {
  return {
    id: row['id'] as string, accountId: row['account_id'] as string, personId: row['person_id'] as string, state: row['state'] as PasswordState, way: row['way'] as PasswordWay,
    mustChange: Boolean(row['must_change']), by: row['given_by'] as string, at: Number(row['given_at']),
  }
}
