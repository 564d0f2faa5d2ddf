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
/** A statement made ready, with what asking it anew each time would cost two microseconds. */
interface Prepared {
  statement: Statement
  reader: boolean
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

/**
 * Reads on a connection of its own that never goes through knex's pool: the embedded database answers within the call, so nobody waits for a
 * connection, and getting one cost three times as much as reading a row by its key.
 */
export class NearReader {
  readonly #filename: string
  readonly #pragmas: readonly string[]
  #connection: (Connection & { close(): void }) | null = null
  #closed = false

  constructor(filename: string, pragmas: readonly string[]) {
    this.#filename = filename
    this.#pragmas = pragmas
  }

  /** Rows of a SELECT. @throws the driver's error, busy databases included: whoever asks may ask again through the pool, which waits. */
  async rows(sql: string, bindings: readonly unknown[]): Promise<Record<string, unknown>[]> {
    await giveWay()
    if (this.#closed) throw new Error('The database is closed')
    return prepared(this.#connection ??= this.#open(), sql).statement.all(bindings.map(bindable))
  }

  close(): void {
    this.#closed = true
    this.#connection?.close()
    this.#connection = null
  }

  #open(): Connection & { close(): void } {
    const Libsql = require('libsql') as new (filename: string) => Connection & { close(): void }
    const connection = new Libsql(this.#filename)
    for (const pragma of ['busy_timeout=5000', ...this.#pragmas]) connection.exec(`PRAGMA ${pragma}`)
    return connection
  }
}

/** As knex gives values to this driver. */
const bindable = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value instanceof Date ? value.valueOf() : value ?? null)

let sliceBegan = performance.now()

/** After a slice of uninterrupted work the event loop gets its turn: requests are answered while jobs and imports run. */
async function giveWay(): Promise<void> {
  if (performance.now() - sliceBegan < SLICE_MS) return
  await new Promise((resolve) => setImmediate(resolve))
  sliceBegan = performance.now()
}

function run(connection: Connection, sql: string, bindings: unknown[], query: QueryObject): QueryObject {
  const { statement, reader } = prepared(connection, sql)
  if (reader) {
    query.response = statement.all(bindings)
    return query
  }
  const done = statement.run(bindings)
  query.response = done
  query.context = { lastID: done.lastInsertRowid, changes: done.changes }
  return query
}

const statements = new WeakMap<Connection, Map<string, Prepared>>()

function prepared(connection: Connection, sql: string): Prepared {
  let kept = statements.get(connection)
  if (!kept) {
    kept = new Map()
    statements.set(connection, kept)
  }
  const known = kept.get(sql)
  if (known) return known
  const made = connection.prepare(sql)
  const ready = { statement: made, reader: made.reader }
  // A schema change would make a kept statement stale.
  if (/^\s*(create|alter|drop|pragma|vacuum|attach)/i.test(sql)) {
    kept.clear()
    return ready
  }
  if (sql.length > LONGEST_KEPT) return ready
  if (kept.size >= STATEMENTS_KEPT) kept.delete(kept.keys().next().value as string)
  kept.set(sql, ready)
  return ready
}

function isBusy(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? '')
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')
}
