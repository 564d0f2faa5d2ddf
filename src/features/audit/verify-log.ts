import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { type BadEntry, LogChecker, type Witness } from './log-checker.ts'
import { logExtent, readLog } from './log-items.ts'

export interface VerifiedLog {
  valid: boolean
  /** Entries that were walked and found right. */
  size: number
  /** Merkle root over them, hex. */
  root: string
  /** Signed heads checked. */
  heads: number
  /** Entries whose payload has been erased; null where payloads are not part of what was read. */
  erased: number | null
  firstBad: BadEntry | null
}

export interface VerifyOptions {
  /** Public keys (PEM) whose heads are believed. */
  publicKeys: readonly string[]
  now: Instant
  /** Heads known from outside. */
  witnesses?: readonly Witness[]
}

/** An entry may wait so long for its leaf (L1). */
const PENDING_MS = 60_000
const PAGE = 2000

/**
 * Walks the whole log in order and names the first bad entry: each leaf recomputed from its entry, each payload that is still
 * there from its commitment, places without a gap, root and signature of each head; then that no entry is left outside.
 */
export async function verifyLog(db: Database, options: VerifyOptions): Promise<VerifiedLog> {
  const checker = new LogChecker(options.publicKeys, options.witnesses)
  const bad = await walk(db, checker) ?? await outside(db, checker.size, options.now)
  return {
    valid: bad === null, size: checker.size, root: checker.root, heads: checker.heads, erased: checker.erased,
    firstBad: bad && bad.id === null ? { ...bad, id: await onlyStray(db) } : bad,
  }
}

async function walk(db: Database, checker: LogChecker): Promise<BadEntry | null> {
  for await (const item of readLog(db, await logExtent(db), { payloads: true })) {
    const bad = checker.take(item)
    if (bad) return bad
  }
  return checker.end()
}

/** Entries that never became part of the log although they should have. */
async function outside(db: Database, size: number, now: Instant): Promise<BadEntry | null> {
  const late = await db.read('audit_pending as p').leftJoin('audit_entries as e', 'e.id', 'p.entry_id')
    .where((old) => old.whereNull('e.id').orWhere('e.at', '<', now - PENDING_MS)).orderBy('p.entry_id').first('p.entry_id', 'e.at') as
      { entry_id: string; at: number | null } | undefined
  if (late?.at === null) return { index: null, id: late.entry_id, reason: 'the entry is gone while it waited for its leaf' }
  if (late) return { index: size, id: late.entry_id, reason: `waits for its leaf since ${new Date(Number(late.at)).toISOString()}` }
  const [stray] = await strays(db, 1)
  return stray ? { index: null, id: stray, reason: 'the entry has no leaf and does not wait for one' } : null
}

/** Who is missing from a gap can be told when there is only one candidate. */
async function onlyStray(db: Database): Promise<string | null> {
  const found = await strays(db, 2)
  return found.length === 1 ? found[0] ?? null : null
}

/** Ids of entries with neither leaf nor turn; a page at a time, so that no single read is long. */
async function strays(db: Database, limit: number): Promise<string[]> {
  const found: string[] = []
  let after = ''
  for (;;) {
    const rows = await db.read(db.read('audit_entries').where('id', '>', after).orderBy('id').limit(PAGE).select('id').as('e'))
      .leftJoin('audit_leaves as l', 'l.entry_id', 'e.id').leftJoin('audit_pending as p', 'p.entry_id', 'e.id')
      .orderBy('e.id').select('e.id', 'l.entry_id as leaf', 'p.entry_id as turn') as { id: string; leaf: string | null; turn: string | null }[]
    found.push(...rows.filter((row) => row.leaf === null && row.turn === null).map(({ id }) => id))
    if (found.length >= limit || rows.length < PAGE) return found.slice(0, limit)
    after = rows.at(-1)?.id ?? after
  }
}
