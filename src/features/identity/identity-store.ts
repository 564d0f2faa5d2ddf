import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import type { Identity } from './identity.ts'

/** Rows of `identities`. */
export class IdentityStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async byKey(providerId: string, keyHash: string): Promise<Identity | null> {
    const row = await this.#db.read('identities').where({ provider_id: providerId, key_hash: keyHash }).first()
    return row ? fromRow(row) : null
  }

  /** By the key alone, which has the provider in it. */
  async withKey(keyHash: string): Promise<Identity | null> {
    const row = await this.#db.read('identities').where({ key_hash: keyHash }).first()
    return row ? fromRow(row) : null
  }

  async find(id: string): Promise<Identity | null> {
    const row = await this.#db.read('identities').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** True when the person has a login at this provider besides the one of `exceptKey`. */
  async hasAnother(providerId: string, personId: string, exceptKey: string): Promise<boolean> {
    const row = await this.#db.read('identities').where({ provider_id: providerId, person_id: personId, state: 'linked' }).whereNot({ key_hash: exceptKey }).first('id')
    return row !== undefined
  }

  /** Who waits for somebody to say who they are, newest first. */
  async unknown(limit: number): Promise<{ total: number; list: Identity[] }> {
    const rows = await this.#db.read('identities').where({ state: 'unknown' }).orderBy('last_seen_at', 'desc').orderBy('id').limit(limit)
    const counted = await this.#db.read('identities').where({ state: 'unknown' }).count({ n: 'id' }).first()
    return { total: Number(counted?.['n'] ?? 0), list: rows.map(fromRow) }
  }

  /** Inserts it or writes it over; two sign-ins at once write the same row. */
  async save(identity: Identity): Promise<void> {
    const columns = {
      person_id: identity.personId, state: identity.state, reason: identity.reason, linked_by: identity.linkedBy,
      shown: identity.shown && JSON.stringify(identity.shown), last_seen_at: identity.lastSeenAt,
    }
    const added = await this.#db.insertNew('identities', [{
      id: identity.id, provider_id: identity.providerId, key_hash: identity.keyHash, subject_format: identity.subject.format, subject_value: identity.subject.value,
      first_seen_at: identity.firstSeenAt, ...columns,
    }])
    if (added === 0) await this.#db.sql('identities').where({ provider_id: identity.providerId, key_hash: identity.keyHash }).update(columns)
  }

  /** Housekeeping: logins nobody recognised and nobody used since `before`. */
  removeUnknown(before: Instant): Promise<number> {
    return this.#db.sql('identities').where({ state: 'unknown' }).whereNull('person_id').where('last_seen_at', '<', before).delete()
  }
}

function fromRow(row: Record<string, unknown>): Identity {
  return {
    id: row['id'] as string, providerId: row['provider_id'] as string, keyHash: row['key_hash'] as string,
    subject: { format: row['subject_format'] as string, value: row['subject_value'] as string }, personId: row['person_id'] as string | null,
    state: row['state'] as Identity['state'], reason: row['reason'] as Identity['reason'], linkedBy: row['linked_by'] as string | null,
    shown: row['shown'] === null ? null : JSON.parse(row['shown'] as string) as Identity['shown'],
    firstSeenAt: Number(row['first_seen_at']), lastSeenAt: Number(row['last_seen_at']),
  }
}
