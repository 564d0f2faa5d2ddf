import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import type { Scope } from './scopes.ts'

/** A key for a machine; the secret itself is nowhere. */
export interface ApiToken {
  id: string
  /** Who answers for it: it counts only while that person may do what it does. */
  personId: string
  name: string
  scopes: Scope[]
  /** Null: the whole trust. */
  schoolId: string | null
  createdAt: Instant
  expiresAt: Instant
  lastUsedOn: CalendarDate | null
  revokedAt: Instant | null
}

/** Rows of `api_tokens`. */
export class TokenStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** False where the name was given before. */
  async insert(token: ApiToken, hash: string): Promise<boolean> {
    return await this.#db.insertNew('api_tokens', [{
      token_hash: hash, id: token.id, person_id: token.personId, name: token.name, scopes: JSON.stringify(token.scopes), school_id: token.schoolId,
      created_at: token.createdAt, expires_at: token.expiresAt, last_used_on: null, revoked_at: null,
    }]) === 1
  }

  async withHash(hash: string): Promise<ApiToken | null> {
    const row = await this.#db.read('api_tokens').where({ token_hash: hash }).first()
    return row ? fromRow(row) : null
  }

  async get(id: string): Promise<ApiToken | null> {
    const row = await this.#db.read('api_tokens').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** Newest first; those that ended are kept for the log's sake. */
  async all(): Promise<ApiToken[]> {
    return (await this.#db.read('api_tokens').orderBy('created_at', 'desc').orderBy('id', 'desc')).map(fromRow)
  }

  async used(id: string, on: CalendarDate): Promise<void> {
    await this.#db.sql('api_tokens').where({ id }).update({ last_used_on: on })
  }

  /** False when it was revoked already. */
  async revoke(id: string, at: Instant): Promise<boolean> {
    return await this.#db.sql('api_tokens').where({ id }).whereNull('revoked_at').update({ revoked_at: at }) > 0
  }
}

function fromRow(row: Record<string, unknown>): ApiToken {
  return {
    id: row['id'] as string, personId: row['person_id'] as string, name: row['name'] as string, scopes: JSON.parse(row['scopes'] as string) as Scope[],
    schoolId: row['school_id'] as string | null, createdAt: Number(row['created_at']), expiresAt: Number(row['expires_at']),
    lastUsedOn: row['last_used_on'] as string | null, revokedAt: row['revoked_at'] === null ? null : Number(row['revoked_at']),
  }
}
