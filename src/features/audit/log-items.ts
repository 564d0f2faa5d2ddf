import { setImmediate } from 'node:timers/promises'
import type { Database } from '../../db/database.ts'
import type { AuditEntryRow } from './audit-entry.ts'
import { headFromRow, type SignedTreeHead, type TreeHeadRow } from './tree-head.ts'

export interface LeafItem {
  kind: 'leaf'
  index: number
  entryId: string
  /** Leaf hash in hex, as stored. */
  hash: string
  /** The entry as stored, column by column; null when it is gone. */
  entry: object | null
  /** Salt and text of the payload; null when erased or not part of what is read. */
  payload: { salt: string; text: string } | null
}

export interface HeadItem {
  kind: 'head'
  head: SignedTreeHead
  /** Roots of the perfect subtrees as stored, JSON; null when not part of what is read. */
  peaks: string | null
}

/** What a log consists of, in order: each head follows the last leaf it speaks for. */
export type LogItem = LeafItem | HeadItem

/** How far the log reached at one moment: leaves up to `leaves - 1`, heads up to size `heads`. */
export interface LogExtent {
  leaves: number
  heads: number
}

/** Both ends in one statement, so that a sequencer at work cannot come between. */
export async function logExtent(db: Database): Promise<LogExtent> {
  const ends = await db.read.first(
    db.read('audit_leaves').max('leaf_index').as('leaf'),
    db.read('audit_heads').max('tree_size').as('head'),
  ) as { leaf: number | null; head: number | null }
  return { leaves: ends.leaf === null ? 0 : Number(ends.leaf) + 1, heads: Number(ends.head ?? 0) }
}

const PAGE = 1000

type LeafRow = AuditEntryRow & { leaf_index: number; entry_id: string; leaf_hash: string; entry: string | null; salt: string | null; payload: string | null }

/** Everything up to `extent`, page by page; payloads only when asked. */
export async function* readLog(db: Database, extent: LogExtent, options: { payloads: boolean }): AsyncGenerator<LogItem> {
  let last = -1
  let lastHead = Number.MIN_SAFE_INTEGER
  for (;;) {
    const rows = await leafPage(db, last, extent.leaves, options.payloads)
    const upTo = rows.length < PAGE ? extent.heads : Number(rows.at(-1)?.leaf_index) + 1
    const heads = await headPage(db, lastHead, upTo)
    let next = 0
    for (const row of rows) {
      yield leafItem(row)
      for (let head = heads[next]; head && Number(head.tree_size) <= Number(row.leaf_index) + 1; head = heads[++next]) yield headItem(head)
    }
    for (const head of heads.slice(next)) yield headItem(head)
    if (rows.length < PAGE) return
    last = Number(rows.at(-1)?.leaf_index)
    lastHead = upTo
    await setImmediate()
  }
}

async function leafPage(db: Database, after: number, end: number, payloads: boolean): Promise<LeafRow[]> {
  const query = db.read('audit_leaves as l').leftJoin('audit_entries as e', 'e.id', 'l.entry_id')
    .where('l.leaf_index', '>', after).where('l.leaf_index', '<', end).orderBy('l.leaf_index').limit(PAGE)
    .select('l.leaf_index', 'l.entry_id', 'l.leaf_hash', 'e.id as entry', 'e.*')
  return await (payloads ? query.leftJoin('audit_payloads as p', 'p.entry_id', 'l.entry_id').select('p.salt', 'p.payload') : query) as LeafRow[]
}

async function headPage(db: Database, after: number, upTo: number): Promise<TreeHeadRow[]> {
  return await db.read('audit_heads').where('tree_size', '>', after).where('tree_size', '<=', upTo).orderBy('tree_size') as TreeHeadRow[]
}

function leafItem(row: LeafRow): LeafItem {
  const { leaf_index, entry_id, leaf_hash, entry, salt, payload, ...columns } = row
  const whole = { ...columns, at: Number(columns.at), items_count: columns.items_count === null ? null : Number(columns.items_count) }
  return {
    kind: 'leaf', index: Number(leaf_index), entryId: entry_id, hash: leaf_hash,
    entry: entry === null ? null : whole,
    payload: salt == null || payload == null ? null : { salt, text: payload },
  }
}

const headItem = (row: TreeHeadRow): HeadItem => ({ kind: 'head', head: headFromRow(row), peaks: row.peaks })
