import { createHash } from 'node:crypto'
import session, { type SessionData } from 'express-session'
import type { Clock } from '../adapters/clock.ts'
import type { Database } from '../db/database.ts'

/** How long a session lives without a request, and at most. Milliseconds. */
export interface SessionLimits {
  idleMs: number
  absoluteMs: number
}

/** A session as its owner sees it; `ref` is the hash of its identifier and opens nothing. */
export interface LiveSession {
  ref: string
  startedAt: number
  expiresAt: number
  via: string | null
}

interface SessionRow {
  id_hash: string
  person_id: string | null
  data: string
  created_at: number
  expires_at: number
}

/** A later end is written only when it moves by this much: not every page view has to write. */
const TOUCH_STEP_MS = 60_000
const ENDS_KEPT = 10_000

/**
 * Sessions in our own table. The identifier is kept as SHA-256 only: who reads the database cannot take over a session.
 * Limits are judged by the server's clock; the cookie itself lives as long as the browser window.
 */
export class DatabaseSessionStore extends session.Store {
  readonly #db: Database
  readonly #clock: Clock
  readonly #limits: { own: SessionLimits; shared: SessionLimits }
  /** By its hash, when each session under way ends by its row: whoever need not write need not read it again. */
  readonly #ends = new Map<string, number>()

  constructor(db: Database, clock: Clock, limits: { own: SessionLimits; shared: SessionLimits }) {
    super()
    this.#db = db
    this.#clock = clock
    this.#limits = limits
  }

  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): void {
    answer(this.#load(id), done)
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    answer(this.#save(id, data), done)
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    answer(this.#db.sql('sessions').where({ id_hash: hashOf(id) }).delete(), done && ((error) => done(error)))
  }

  override touch(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    answer(this.#prolong(id, data), done)
  }

  /**
   * Gives a stored session another identifier; the one before opens nothing from then on. A session that was ended meanwhile stays ended:
   * nothing is stored under the new identifier then.
   */
  async rename(id: string, next: string): Promise<void> {
    await this.#db.together(() => this.#db.run('update sessions set id_hash = ? where id_hash = ?', [hashOf(next), hashOf(id)]))
  }

  /** Ends every session there is; returns how many. */
  endAll(): Promise<number> {
    return this.#db.sql('sessions').delete()
  }

  /** Ends every session of a person at once (ASVS 7.4.2); returns how many. */
  endSessionsOf(personId: string): Promise<number> {
    return this.#db.sql('sessions').where({ person_id: personId }).delete()
  }

  /** Ends those of a person's sessions whose `ref` (what let them in) is meant, and no other; returns how many. */
  async endSessionsLetInBy(personId: string, isMeant: (ref: string) => boolean): Promise<number> {
    const rows = await this.#db.read<SessionRow>('sessions').where({ person_id: personId })
    const ended = rows.filter((row) => isMeant((JSON.parse(row.data) as Partial<SessionData>).ref ?? '')).map((row) => row.id_hash)
    return ended.length === 0 ? 0 : this.#db.sql('sessions').whereIn('id_hash', ended).delete()
  }

  /** Live sessions of a person, newest first. */
  async sessionsOf(personId: string): Promise<LiveSession[]> {
    const rows = await this.#db.read<SessionRow>('sessions').where({ person_id: personId }).where('expires_at', '>', this.#clock.now()).orderBy('created_at', 'desc')
    return rows.map((row) => ({ ref: row.id_hash, startedAt: Number(row.created_at), expiresAt: Number(row.expires_at), via: (JSON.parse(row.data) as SessionData).via ?? null }))
  }

  /** Ends one session of a person; false when it is not theirs or gone. */
  async endSession(personId: string, ref: string): Promise<boolean> {
    return (await this.#db.sql('sessions').where({ person_id: personId, id_hash: ref }).delete()) > 0
  }

  /** Housekeeping; an expired row is already worth nothing. */
  removeExpired(): Promise<number> {
    return this.#db.sql('sessions').where('expires_at', '<=', this.#clock.now()).delete()
  }

  async #load(id: string): Promise<SessionData | null> {
    const row = await this.#row(id)
    if (!row || Number(row.expires_at) <= this.#clock.now()) return null
    if (this.#ends.size >= ENDS_KEPT) this.#ends.clear()
    this.#ends.set(row.id_hash, Number(row.expires_at))
    return JSON.parse(row.data) as SessionData
  }

  /**
   * Only a session that was never stored is inserted. One that was, is updated: if it was ended in the meantime there is
   * no row, and a request still under way must not bring it back to life.
   */
  async #save(id: string, data: SessionData): Promise<void> {
    const now = this.#clock.now()
    if (data.startedAt === undefined) {
      data.startedAt = now
      const row = { id_hash: hashOf(id), person_id: data.personId ?? null, data: JSON.stringify(data), created_at: now, expires_at: this.#expiry(now, data) }
      await this.#db.together(() => this.#db.insertMany('sessions', [row]))
      return
    }
    const values = [data.personId ?? null, JSON.stringify(data), this.#expiry(now, data), hashOf(id)]
    await this.#db.together(() => this.#db.run('update sessions set person_id = ?, data = ?, expires_at = ? where id_hash = ?', values))
  }

  async #prolong(id: string, data: SessionData): Promise<void> {
    const now = this.#clock.now()
    const ends = this.#ends.get(hashOf(id))
    // Nothing to write, then, unless another process has made it end sooner, and that it may.
    if (ends !== undefined && data.startedAt !== undefined && this.#expiry(now, data) - ends < TOUCH_STEP_MS) return
    const row = await this.#row(id)
    if (!row) return
    const expires = this.#expiry(now, { ...data, startedAt: Number(row.created_at) })
    if (expires - Number(row.expires_at) < TOUCH_STEP_MS) return
    await this.#db.together(() => this.#db.run('update sessions set expires_at = ? where id_hash = ?', [expires, row.id_hash]))
  }

  async #row(id: string): Promise<SessionRow | undefined> {
    const [row] = await this.#db.rowsBy('select * from sessions where id_hash in (:list)', 'id_hash', [hashOf(id)])
    return row as unknown as SessionRow | undefined
  }

  #expiry(now: number, data: SessionData): number {
    const limits = data.shared ? this.#limits.shared : this.#limits.own
    return Math.min(now + limits.idleMs, data.startedAt + limits.absoluteMs)
  }
}

/** The form in which an identifier is kept. */
export const hashOf = (id: string): string => createHash('sha256').update(id).digest('hex')

/** A promise's end as a callback's. */
function answer<T>(work: Promise<T>, done?: (error: unknown, value?: T) => void): void {
  work.then((value) => done?.(null, value), (error: unknown) => done?.(error))
}
