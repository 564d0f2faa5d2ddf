import type { AccountChange, ObservedAccount } from '../../adapters/directories/directory.ts'
import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { chunks } from '../../shared/chunks.ts'
import type { DriftNote } from './account-change.ts'
import type { AccountDelta } from './account-delta.ts'
import type { DesiredAccess } from './desired-access.ts'
import type { Candidate } from './match-accounts.ts'

/**
 * What is about to be changed, stored before the directory is asked. If the process dies in between, the next look at the
 * account compares it with `before` and learns how much of the change happened, so that undoing stays exact (A4).
 */
export interface Intent {
  planId: string | null
  at: Instant
  before: ObservedAccount
  change: AccountChange
  desired: Pick<DesiredAccess, 'level' | 'profiles' | 'emergency'>
}

/** A login in one directory, as last seen, with what Assent wrote into it. */
export interface Account {
  id: string
  directoryId: string
  immutableId: string
  /** Null: an orphan, reported and never touched. */
  personId: string | null
  username: string
  observed: ObservedAccount
  observedAt: Instant
  /** What Assent wrote and has not taken back (A4). */
  delta: AccountDelta | null
  drift: DriftNote[]
  intent: Intent | null
  goneAt: Instant | null
  /** A shared login is registered with an owner, and is no orphan (A7). */
  sharedOwnerId: string | null
  /** A day, `never`, or null where the directory does not say. */
  lastSignIn: string | null
}

/** Accounts of all directories. */
export class AccountStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async insert(accounts: readonly Pick<Account, 'id' | 'directoryId' | 'observed' | 'observedAt'>[]): Promise<void> {
    await this.#db.insertMany('accounts', accounts.map(({ id, directoryId, observed, observedAt }) => ({
      id, directory_id: directoryId, immutable_id: observed.immutableId, person_id: null, ...observedColumns(observed, observedAt),
      delta: null, drift: null, intent: null, gone_at: null, shared_owner_id: null, last_sign_in: observed.lastSignIn === undefined ? null : signInDay(observed.lastSignIn),
    })))
  }

  async get(id: string): Promise<Account | null> {
    const row = await this.#db.sql('accounts').where({ id }).first()
    return row ? accountFromRow(row) : null
  }

  async many(ids: readonly string[]): Promise<Map<string, Account>> {
    const found = new Map<string, Account>()
    for (const part of chunks(ids)) for (const row of await this.#db.read('accounts').whereIn('id', part)) found.set(row.id, accountFromRow(row))
    return found
  }

  async byImmutableIds(directoryId: string, immutableIds: readonly string[]): Promise<Map<string, Account>> {
    const found = new Map<string, Account>()
    for (const part of chunks(immutableIds)) {
      for (const row of await this.#db.read('accounts').where({ directory_id: directoryId }).whereIn('immutable_id', part)) found.set(row.immutable_id, accountFromRow(row))
    }
    return found
  }

  /** The accounts of people that still exist, by person. */
  async ofPeople(personIds: readonly string[]): Promise<Map<string, Account[]>> {
    const found = new Map<string, Account[]>()
    for (const part of chunks(personIds)) {
      for (const row of await this.#db.read('accounts').whereIn('person_id', part).whereNull('gone_at').orderBy('id')) {
        const list = found.get(row.person_id)
        if (list) list.push(accountFromRow(row))
        else found.set(row.person_id, [accountFromRow(row)])
      }
    }
    return found
  }

  /**
   * Walks the accounts of one directory that need a closer look: they carry something of Assent's, an open intent or a note, or
   * their person is restricted. The database leaves out the others, which are nearly all.
   */
  async* near(directoryId: string, size = 1000): AsyncIterable<Account[]> {
    let after = ''
    for (;;) {
      const rows = await this.#db.rows(`select * from accounts where directory_id = ? and id > ? and gone_at is null and person_id is not null
        and (delta is not null or drift is not null or intent is not null or person_id in (select person_id from restrictions where released_at is null)) order by id limit ?`, [directoryId, after, size])
      const last = rows.at(-1)
      if (!last) return
      yield rows.map(accountFromRow)
      after = last['id'] as string
    }
  }

  /** Walks the ids of one directory's accounts that were there at the last walk. */
  async* present(directoryId: string, size = 5000): AsyncIterable<{ id: string; immutable_id: string }[]> {
    let after = ''
    for (;;) {
      const rows = await this.#db.read('accounts').where({ directory_id: directoryId }).whereNull('gone_at').where('id', '>', after)
        .orderBy('id').limit(size).select('id', 'immutable_id') as { id: string; immutable_id: string }[]
      const last = rows.at(-1)
      if (!last) return
      yield rows
      after = last.id
    }
  }

  async countPresent(directoryId: string): Promise<number> {
    const row = await this.#db.read('accounts').where({ directory_id: directoryId }).whereNull('gone_at').count({ n: '*' }).first()
    return Number(row?.['n'] ?? 0)
  }

  /** Accounts that belong to nobody and are not registered as shared (A7). */
  async orphans(directoryId: string | null, limit: number): Promise<Account[]> {
    const query = this.#db.read('accounts').whereNull('person_id').whereNull('gone_at').whereNull('shared_owner_id').orderBy('username').limit(limit)
    return (await (directoryId === null ? query : query.where({ directory_id: directoryId }))).map(accountFromRow)
  }

  async setObserved(id: string, observed: ObservedAccount, observedAt: Instant): Promise<void> {
    await this.#db.sql('accounts').where({ id }).update({ ...observedColumns(observed, observedAt), gone_at: null })
  }

  async touch(ids: readonly string[], observedAt: Instant): Promise<void> {
    for (const part of chunks(ids)) await this.#db.sql('accounts').whereIn('id', part).update({ observed_at: observedAt })
  }

  /** Keeps when people were last in: pairs of account and day. */
  async setSignIns(pairs: readonly (readonly [string, string])[]): Promise<void> {
    for (const part of chunks(pairs, 250)) {
      const cases = this.#db.sql.raw(`case id ${part.map(() => 'when ? then ?').join(' ')} end`, part.flat())
      await this.#db.sql('accounts').whereIn('id', part.map(([id]) => id)).update({ last_sign_in: cases })
    }
  }

  async markGone(ids: readonly string[], at: Instant): Promise<void> {
    for (const part of chunks(ids)) await this.#db.sql('accounts').whereIn('id', part).whereNull('gone_at').update({ gone_at: at })
  }

  /** False when another change of this account is still open. */
  async begin(id: string, intent: Intent): Promise<boolean> {
    return await this.#db.sql('accounts').where({ id }).whereNull('intent').update({ intent: JSON.stringify(intent) }) === 1
  }

  /** The account as it is now and what of it is Assent's, in one row update: the intent ends exactly when its delta is kept. */
  async settle(id: string, now: { observed: ObservedAccount; observedAt: Instant; delta: AccountDelta | null; drift: DriftNote[] }): Promise<void> {
    await this.#db.sql('accounts').where({ id }).update({
      ...observedColumns(now.observed, now.observedAt), delta: now.delta === null ? null : JSON.stringify(now.delta),
      drift: driftText(now.drift), intent: null, gone_at: null,
    })
  }

  async setDrift(id: string, drift: DriftNote[]): Promise<void> {
    await this.#db.sql('accounts').where({ id }).update({ drift: driftText(drift) })
  }

  /** Gives accounts that belong to nobody their people: pairs of account and person. */
  async setPeople(pairs: readonly (readonly [string, string])[]): Promise<void> {
    for (const part of chunks(pairs)) {
      const cases = this.#db.sql.raw(`case id ${part.map(() => 'when ? then ?').join(' ')} end`, part.flat())
      await this.#db.sql('accounts').whereIn('id', part.map(([id]) => id)).whereNull('person_id').update({ person_id: cases })
    }
  }

  /** Accounts of which a person has decided whose they are; matching leaves them alone. */
  async decided(): Promise<Set<string>> {
    return new Set((await this.#db.read('account_decisions').select('account_id')).map((row) => row.account_id as string))
  }

  /** A person says whose the account is; null: nobody's, whatever its keys say. */
  async decide(accountId: string, personId: string | null, by: { actor: string; at: Instant; reason: string | null }): Promise<void> {
    await this.#db.sql('account_decisions').where({ account_id: accountId }).del()
    await this.#db.sql('account_decisions').insert({ account_id: accountId, person_id: personId, decided_by: by.actor, decided_at: by.at, reason: by.reason })
    await this.#db.sql('account_suggestions').where({ account_id: accountId }).del()
    await this.#db.sql('accounts').where({ id: accountId }).update({ person_id: personId, ...(personId === null ? {} : { shared_owner_id: null }) })
  }

  /** Replaces what is suggested for these accounts of one directory. */
  async suggest(directoryId: string, looked: readonly string[], unsure: readonly { accountId: string; candidates: readonly Candidate[] }[]): Promise<void> {
    for (const part of chunks(looked)) await this.#db.sql('account_suggestions').where({ directory_id: directoryId }).whereIn('account_id', part).del()
    const rows = unsure.flatMap(({ accountId, candidates }) => candidates.slice(0, 10).map(({ personId, by }) => ({ account_id: accountId, person_id: personId, directory_id: directoryId, known_by: by })))
    for (const part of chunks(rows, 500)) await this.#db.transaction(() => this.#db.insertNew('account_suggestions', part))
  }

  async setSharedOwner(id: string, ownerId: string | null): Promise<void> {
    await this.#db.sql('accounts').where({ id }).update({ shared_owner_id: ownerId })
  }
}

const driftText = (drift: DriftNote[]): string | null => (drift.length === 0 ? null : JSON.stringify(drift))

/** When somebody was last in changes every day; apart from the rest it makes no account look changed. */
function observedColumns({ lastSignIn, ...observed }: ObservedAccount, observedAt: Instant): Record<string, unknown> {
  return {
    username: observed.username.slice(0, 190), protected: observed.protected ? 1 : 0, observed: JSON.stringify(observed), observed_at: observedAt,
    ...(lastSignIn === undefined ? {} : { last_sign_in: signInDay(lastSignIn) }),
  }
}

/** `never`, or the day (UTC, which is near enough for weeks, and quick for hundreds of thousands). */
export const signInDay = (lastSignIn: Instant | null): string => (lastSignIn === null ? 'never' : new Date(lastSignIn).toISOString().slice(0, 10))

/** A row of `accounts` as the rest of the feature knows it. */
export function accountFromRow(row: Record<string, unknown>): Account {
  const parse = <T>(value: unknown): T | null => (typeof value === 'string' ? JSON.parse(value) as T : null)
  return {
    id: row['id'] as string,
    directoryId: row['directory_id'] as string,
    immutableId: row['immutable_id'] as string,
    personId: row['person_id'] as string | null,
    username: row['username'] as string,
    observed: JSON.parse(row['observed'] as string) as ObservedAccount,
    observedAt: Number(row['observed_at']),
    delta: parse<AccountDelta>(row['delta']),
    drift: parse<DriftNote[]>(row['drift']) ?? [],
    intent: parse<Intent>(row['intent']),
    goneAt: row['gone_at'] === null ? null : Number(row['gone_at']),
    sharedOwnerId: row['shared_owner_id'] as string | null,
    lastSignIn: row['last_sign_in'] as string | null,
  }
}
