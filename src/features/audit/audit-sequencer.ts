import { createPublicKey } from 'node:crypto'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { withLease } from '../../db/lease.ts'
import { systemTimers, type Timers } from '../../db/timers.ts'
import type { Instant } from '../../shared/dates.ts'
import { Refused, UnusableInput } from '../../shared/errors.ts'
import { type AuditEntryRow, entryLeaf, fromRow } from './audit-entry.ts'
import { type AuditKey, keyIdOf } from './audit-key.ts'
import { MerkleFrontier } from './merkle.ts'
import { frontierOf, headFromRow, isSignedBy, signHead, type SignedTreeHead, type TreeHeadRow } from './tree-head.ts'

export interface Sequenced {
  /** Entries that became leaves in this call. */
  sequenced: number
  /** Another process is at it; nothing was done here. */
  busy: boolean
}

const LEASE = 'audit-sequencer'
const LEASE_MS = 30_000
const BATCH = 500

/** Turns waiting entries into leaves of the log and signs its head: one process at a time (L1). */
export class AuditSequencer {
  readonly #db: Database
  readonly #clock: Clock
  readonly #key: AuditKey
  readonly #holder: string
  readonly #timers: Timers

  constructor(parts: { db: Database; clock: Clock; key: AuditKey; holder: string; timers?: Timers }) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#key = parts.key
    this.#holder = parts.holder
    this.#timers = parts.timers ?? systemTimers
  }

  /**
   * Sequences what waits, at most `limit` entries, in short transactions of one head each.
   * @throws UnusableInput when the log was signed with another key, or its last head was changed.
   */
  async sequence(limit = Number.POSITIVE_INFINITY): Promise<Sequenced> {
    if (limit <= 0 || !await this.#db.read('audit_pending').first('entry_id')) return { sequenced: 0, busy: false }
    try {
      const sequenced = await withLease(this.#db, this.#clock, LEASE, this.#holder, (signal) => this.#run(limit, signal),
        { ttlMs: LEASE_MS, timers: this.#timers })
      return { sequenced, busy: false }
    } catch (error) {
      if (error instanceof Refused) return { sequenced: 0, busy: true }
      throw error
    }
  }

  /** Milliseconds the oldest entry has waited for its leaf; 0 when none waits. Above 60,000 is an alarm. */
  async unsequencedFor(now: Instant = this.#clock.now()): Promise<number> {
    const oldest = await this.#db.read('audit_pending as p').join('audit_entries as e', 'e.id', 'p.entry_id').min('e.at as at').first()
    return oldest?.['at'] === null || oldest === undefined ? 0 : Math.max(0, now - Number(oldest['at']))
  }

  async #run(limit: number, signal: AbortSignal): Promise<number> {
    let total = 0
    while (total < limit && !signal.aborted) {
      const size = Math.min(BATCH, limit - total)
      const done = await this.#db.together(() => this.#batch(size)).catch((error: unknown) => {
        // Two that both think they hold the lease meet here: the numbers of leaves and heads are unique, so one of them loses.
        if (this.#db.dialect.isDuplicate(error)) return 0
        throw error
      })
      total += done
      if (done < size) break
    }
    return total
  }

  async #batch(limit: number): Promise<number> {
    const frontier = await this.#frontier()
    const rows = await this.#db.sql('audit_pending as p').join('audit_entries as e', 'e.id', 'p.entry_id')
      .orderBy('p.entry_id').limit(limit).select('e.*') as AuditEntryRow[]
    if (rows.length === 0) return 0
    const leaves = rows.map((row) => {
      const leaf = entryLeaf(fromRow(row))
      frontier.append(leaf)
      return { leaf_index: frontier.size - 1, entry_id: row.id, leaf_hash: leaf.toString('hex') }
    })
    await this.#db.insertMany('audit_leaves', leaves)
    await this.#db.sql('audit_pending').whereIn('entry_id', rows.map(({ id }) => id)).del()
    await this.#sign(frontier)
    return rows.length
  }

  /** The tree so far, from the last head: believed only if this key signed it. */
  async #frontier(): Promise<MerkleFrontier> {
    const row = await this.#db.sql('audit_heads').orderBy('tree_size', 'desc').first() as TreeHeadRow | undefined
    if (!row) return new MerkleFrontier()
    const head = headFromRow(row)
    const signer = this.#key.publicKeys.find((pem) => keyIdOf(pem) === head.keyId)
    if (signer === undefined) {
      throw new UnusableInput({
        what: 'The audit log was signed with another key than the one in the data directory.',
        where: `head ${head.size}`,
        remedy: 'After a change of the key start Assent anew; otherwise restore audit-key.pem from the backup that belongs to this database.',
      })
    }
    const frontier = frontierOf(row)
    if (frontier?.root().toString('hex') !== head.root || frontier.size !== head.size || !isSignedBy(head, createPublicKey(signer))) {
      throw new UnusableInput({
        what: 'The last signed head of the audit log was changed in the database.',
        where: `head ${head.size}`,
        remedy: 'Run: assent audit verify. Then restore the database from a backup.',
      })
    }
    return frontier
  }

  async #sign(frontier: MerkleFrontier): Promise<void> {
    const head: SignedTreeHead = signHead({ size: frontier.size, root: frontier.root().toString('hex'), at: this.#clock.now() }, this.#key)
    await this.#db.insertMany('audit_heads', [{
      tree_size: head.size, root_hash: head.root, at: head.at, key_id: head.keyId, signature: head.signature,
      peaks: JSON.stringify(frontier.toJSON().peaks),
    }])
  }
}
