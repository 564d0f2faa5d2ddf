import type { Database } from '../../db/database.ts'
import { type AuditEntry, type AuditEntryRow, fromRow } from './audit-entry.ts'
import { headFromRow, type TreeHead, type TreeHeadRow } from './tree-head.ts'

/** An entry as a page shows it. */
export interface ShownEntry extends AuditEntry {
  /** The particulars; null once erased. */
  payload: Record<string, unknown> | null
  /** Its place in the log; null while it waits for the sequencer. */
  index: number | null
}

export interface EntryPage {
  /** Newest first. */
  entries: ShownEntry[]
  /** To be passed as `before` for the next page; null on the last. */
  next: string | null
}

interface PageOptions {
  /** Only entries older than the one with this id. */
  before?: string | null
  /** 50 unless told. */
  limit?: number
}

type ShownRow = AuditEntryRow & { payload: string | null; leaf_index: number | null }

/** Questions to the log for pages and receipts. */
export class AuditQueries {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The latest signed head, which a receipt carries as outside witness (L2); null while the log is empty. */
  async head(): Promise<TreeHead | null> {
    const row = await this.#db.read('audit_heads').orderBy('tree_size', 'desc').first() as TreeHeadRow | undefined
    if (!row) return null
    const { size, root, at } = headFromRow(row)
    return { size, root, at }
  }

  /** The newest entries. */
  latest(options: PageOptions = {}): Promise<EntryPage> {
    return this.#page({}, options)
  }

  /** The newest entries about one thing, such as `person:<ulid>`. */
  bySubject(subject: string, options: PageOptions = {}): Promise<EntryPage> {
    return this.#page({ 'e.subject': subject }, options)
  }

  /** The newest entries of one actor. */
  byActor(actor: string, options: PageOptions = {}): Promise<EntryPage> {
    return this.#page({ 'e.actor': actor }, options)
  }

  async entry(id: string): Promise<ShownEntry | null> {
    return (await this.#page({ 'e.id': id }, { limit: 1 })).entries[0] ?? null
  }

  async #page(where: Record<string, string>, { before, limit = 50 }: PageOptions): Promise<EntryPage> {
    const query = this.#db.read('audit_entries as e')
      .leftJoin('audit_payloads as p', 'p.entry_id', 'e.id').leftJoin('audit_leaves as l', 'l.entry_id', 'e.id')
      .where(where).orderBy('e.id', 'desc').limit(limit + 1).select('e.*', 'p.payload', 'l.leaf_index')
    const rows = await (before ? query.where('e.id', '<', before) : query) as ShownRow[]
    const entries = rows.slice(0, limit).map(shown)
    return { entries, next: rows.length > limit ? entries.at(-1)?.id ?? null : null }
  }
}

function shown(row: ShownRow): ShownEntry {
  return {
    ...fromRow(row),
    payload: row.payload === null ? null : JSON.parse(row.payload) as Record<string, unknown>,
    index: row.leaf_index === null ? null : Number(row.leaf_index),
  }
}
