import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import { type AuditEntry, entryProblem, toRow } from './audit-entry.ts'
import { commitmentOf, digestItems, type ItemsDigest } from './commitment.ts'

export interface AuditRecord {
  /** `person:<ulid>`, `os:<user>`, `token:<name>` or `system`. */
  actor: string
  /** Lower-case words with dots, such as `agreement.published`. */
  event: string
  /** What it happened to, such as `person:<ulid>`. Identifiers only: this part is never erased. */
  subject?: string | null
  /** The particulars, kept apart and erasable. Whole numbers, text, lists and plain objects only. */
  payload: object
}

export interface BulkRecord extends AuditRecord {
  /** One text per item, in order; or their digest, where the items are read before the transaction. */
  items: AsyncIterable<string> | Iterable<string> | ItemsDigest
}

interface Written {
  entry: AuditEntry
  salt: string
  payload: string
}

/** Writes the log. An entry is part of the transaction that did the thing: both happen or neither (L1, S2). */
export class AuditLog {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids

  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  /**
   * Records one act; returns the entry's id.
   * @throws Error outside a transaction, or when the actor, event or subject is not of the right form.
   */
  async record(record: AuditRecord): Promise<string> {
    const written = this.#prepare(record, record.payload)
    await this.#write([written])
    return written.entry.id
  }

  /** Records several acts with one statement per table; returns the ids in order. */
  async recordMany(records: readonly AuditRecord[]): Promise<string[]> {
    const written = records.map((record) => this.#prepare(record, record.payload))
    await this.#write(written)
    return written.map(({ entry }) => entry.id)
  }

  /**
   * Records a run over many items as one entry: it holds the Merkle root over the items and their number; the payload
   * holds the salt (`itemsSalt`). A transaction may run again, so pass a list, or a digest made before, where that can happen.
   */
  async recordBulk(record: BulkRecord): Promise<string> {
    this.#insist()
    const digest = isDigest(record.items) ? record.items : await this.digest(record.items)
    const written = this.#prepare(record, { ...record.payload, itemsSalt: digest.salt }, digest)
    await this.#write([written])
    return written.entry.id
  }

  /** Digest of a run's items under a fresh salt; to be made outside the transaction when there are many. */
  digest(items: AsyncIterable<string> | Iterable<string>): Promise<ItemsDigest> {
    return digestItems(this.#ids.random(32).toString('hex'), items)
  }

  /** Erases the particulars of these entries; entries, commitments and leaves stay (V2). Returns how many there were. */
  async erasePayloads(entryIds: readonly string[]): Promise<number> {
    let erased = 0
    for (let from = 0; from < entryIds.length; from += 500) {
      erased += await this.#db.sql('audit_payloads').whereIn('entry_id', entryIds.slice(from, from + 500)).del()
    }
    return erased
  }

  #prepare(record: AuditRecord, content: object, items?: ItemsDigest): Written {
    const subject = record.subject ?? null
    const problem = entryProblem({ actor: record.actor, event: record.event, subject })
    if (problem) throw new Error(`Audit entry: ${problem}`)
    const salt = this.#ids.random(32).toString('hex')
    const payload = canonicalJson(content)
    const entry: AuditEntry = {
      id: this.#ids.next(), at: this.#clock.now(), actor: record.actor, event: record.event, subject,
      commitment: commitmentOf(salt, payload), itemsRoot: items?.root ?? null, itemsCount: items?.count ?? null,
    }
    return { entry, salt, payload }
  }

  async #write(written: readonly Written[]): Promise<void> {
    this.#insist()
    await this.#db.insertMany('audit_entries', written.map(({ entry }) => toRow(entry)))
    await this.#db.insertMany('audit_payloads', written.map(({ entry, salt, payload }) => ({ entry_id: entry.id, salt, payload })))
    await this.#db.insertMany('audit_pending', written.map(({ entry }) => ({ entry_id: entry.id })))
  }

  #insist(): void {
    if (!this.#db.inTransaction) throw new Error('An audit entry is written in the transaction of what it records')
  }
}

function isDigest(items: BulkRecord['items']): items is ItemsDigest {
  return typeof items === 'object' && 'root' in items && 'count' in items
}
