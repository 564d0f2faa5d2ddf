import { hash, type X509Certificate } from 'node:crypto'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { TimeStampingAuthority } from '../../adapters/time-stamping/http-authority.ts'
import { checkTimeStamp } from '../../adapters/time-stamping/time-stamp.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { type Instant, today } from '../../shared/dates.ts'
import { headFromRow, headMessage, type TreeHeadRow } from './tree-head.ts'

export const STAMP_JOB = 'audit.stamp'

export interface HeadStamp {
  size: number
  /** When the authority says it was. */
  stampedAt: Instant
  authority: string
  token: Buffer
  /** SHA-256 of the head's signed message, hex. */
  imprint: string
}

export interface HeadStampDeps {
  db: Database; clock: Clock; ids: Ids; outbox: Outbox
  /** Null: none is configured, and nothing is asked. */
  authority: TimeStampingAuthority | null
}

/** What an authority stamps of a head: SHA-256 of the very bytes that the ledger's key signed. */
const imprintOf = (head: { size: number; root: string; at: Instant; keyId: string }): Buffer => hash('sha256', headMessage(head, head.keyId), 'buffer')

/** Once a day a time-stamping authority says when the ledger's head existed. By a job of its own: no signature ever waits for it. */
export class HeadStamps {
  readonly #deps: HeadStampDeps
  constructor(deps: HeadStampDeps) {
    this.#deps = deps
  }

  get configured(): boolean {
    return this.#deps.authority !== null
  }

  /** The authority's certificates, for whoever checks elsewhere. */
  get trusted(): X509Certificate[] {
    return this.#deps.authority?.trusted ?? []
  }

  /** The day's job; a second one of the same day changes nothing. */
  async request(now: Instant = this.#deps.clock.now()): Promise<void> {
    const { db, outbox, authority } = this.#deps
    if (authority) await db.transaction(() => outbox.put(STAMP_JOB, {}, { dedupeKey: `${STAMP_JOB}:${today(now)}` }))
  }

  /** Outbox handler: has the newest head stamped, unless it is. @throws OutsideFailure, and is called again. */
  async stamp(): Promise<void> {
    const { db, clock, ids, authority } = this.#deps
    const row = (await db.rows('select * from audit_heads order by tree_size desc limit 1', []))[0] as TreeHeadRow | undefined
    if (!authority || !row) return
    const head = headFromRow(row)
    if ((await db.rows('select id from audit_timestamps where tree_size = ?', [head.size])).length > 0) return
    const imprint = imprintOf(head)
    const stamp = await authority.stamp(imprint, ids.random(8))
    await db.transaction(() => db.insertNew('audit_timestamps', [{
      id: ids.next(), tree_size: head.size, imprint: imprint.toString('hex'), stamped_at: stamp.at, received_at: clock.now(), authority: stamp.authority.slice(0, 190), token: stamp.token,
    }]))
  }

  async newest(): Promise<HeadStamp | null> {
    const [row] = await this.#deps.db.rows('select * from audit_timestamps order by tree_size desc limit 1', [])
    return row ? fromRow(row) : null
  }

  /** All of them, oldest first. */
  async all(): Promise<HeadStamp[]> {
    return (await this.#deps.db.rows('select * from audit_timestamps order by tree_size', [])).map(fromRow)
  }

  /**
   * Checks every kept token against the head it speaks for; the first that does not fit, or null. Signatures of tokens are checked where the
   * authority is configured.
   */
  async firstBad(): Promise<{ size: number; reason: string } | null> {
    const { db, authority } = this.#deps
    for (const stamp of await this.all()) {
      const [row] = await db.rows('select * from audit_heads where tree_size = ?', [stamp.size])
      if (!row) return { size: stamp.size, reason: 'there is no head of this size' }
      const imprint = imprintOf(headFromRow(row as unknown as TreeHeadRow))
      if (imprint.toString('hex') !== stamp.imprint) return { size: stamp.size, reason: 'the token is for another head' }
      try {
        if (authority) checkTimeStamp(stamp.token, imprint, authority.trusted)
      } catch (error) {
        return { size: stamp.size, reason: (error as Error).message }
      }
    }
    return null
  }
}

function fromRow(row: Record<string, unknown>): HeadStamp {
  return {
    size: Number(row['tree_size']), stampedAt: Number(row['stamped_at']), authority: row['authority'] as string,
    token: Buffer.from(row['token'] as Buffer), imprint: row['imprint'] as string,
  }
}
