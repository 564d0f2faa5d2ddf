import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

interface Statement {
  reader: boolean
  all(bindings: unknown[]): Record<string, unknown>[]
  run(bindings: unknown[]): { lastInsertRowid: number; changes: number }
}
interface Connection {
  prepare(sql: string): Statement
  inTransaction: boolean
  exec(sql: string): void
}
interface QueryObject {
  sql: string
  bindings?: unknown[]
  options?: unknown
  response?: unknown
  context?: { lastID: number; changes: number }
}

// knex keeps its dialect classes behind deep imports; the version is pinned and a test holds this together.
const BetterSqlite3Client = require('knex/lib/dialects/better-sqlite3/index.js') as new (config: unknown) => {
  _formatBindings(bindings?: unknown[]): unknown[]
}

const STATEMENTS_KEPT = 100
/** A statement takes about a hundred times the memory of its text: the longest, which come once, are not kept. */
const LONGEST_KEPT = 10_000
const BUSY_FOR_AT_MOST_MS = 20_000
/** The embedded database answers within the call, so a chain of awaits would never let anything else run. */
const SLICE_MS = 12

/**
 * The embedded database's dialect for knex: libsql behind knex's better-sqlite3 dialect, plus two habits that many processes
 * on one file need: prepared statements are kept, and a busy database is waited for without blocking the event loop.
 * (No private fields: knex derives a client per transaction with Object.create.)
 */
export class LibsqlClient extends BetterSqlite3Client {
  _driver(): unknown {
    return require('libsql')
  }

  async _query(connection: Connection, query: QueryObject): Promise<QueryObject> {
    if (!query.sql) throw new Error('The query is empty')
    // Writers take the lock when they begin: a deferred transaction could fail half-way with SQLITE_BUSY_SNAPSHOT.
    const sql = query.sql === 'BEGIN;' ? 'BEGIN IMMEDIATE;' : query.sql
    const bindings = this._formatBindings(query.bindings)
    if (!connection.inTransaction) await giveWay()
    const deadline = Date.now() + BUSY_FOR_AT_MOST_MS
    for (;;) {
      try {
        return run(connection, sql, bindings, query)
      } catch (error) {
        if (!isBusy(error) || Date.now() > deadline) throw error
        await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 4))
      }
    }
  }
}

let sliceBegan = performance.now()

/** After a slice of uninterrupted work the event loop gets its turn: requests are answered while jobs and imports run. */
async function giveWay(): Promise<void> {
  if (performance.now() - sliceBegan < SLICE_MS) return
  await new Promise((resolve) => setImmediate(resolve))
  sliceBegan = performance.now()
}

function run(connection: Connection, sql: string, bindings: unknown[], query: QueryObject): QueryObject {
  const statement = prepared(connection, sql)
  if (statement.reader) {
    query.response = statement.all(bindings)
    return query
  }
  const done = statement.run(bindings)
  query.response = done
  query.context = { lastID: done.lastInsertRowid, changes: done.changes }
  return query
}

const statements = new WeakMap<Connection, Map<string, Statement>>()

function prepared(connection: Connection, sql: string): Statement {
  let kept = statements.get(connection)
  if (!kept) {
    kept = new Map()
    statements.set(connection, kept)
  }
  const known = kept.get(sql)
  if (known) return known
  const statement = connection.prepare(sql)
  // A schema change would make a kept statement stale.
  if (/^\s*(create|alter|drop|pragma|vacuum|attach)/i.test(sql)) {
    kept.clear()
    return statement
  }
  if (sql.length > LONGEST_KEPT) return statement
  if (kept.size >= STATEMENTS_KEPT) kept.delete(kept.keys().next().value as string)
  kept.set(sql, statement)
  return statement
}

function isBusy(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? '')
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')
}
