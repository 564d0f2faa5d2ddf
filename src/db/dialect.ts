import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import knexModule, { type Knex } from 'knex'
import { makeFolder } from '../adapters/storage/make-folder.ts'
import { OutsideFailure, UnusableInput } from '../shared/errors.ts'
import { databaseFailure } from './database-failure.ts'
import { LibsqlClient, NearReader } from './libsql-client.ts'
import { mariadbConnection, mariadbUrlProblem, tlsFailure } from './mariadb-address.ts'
import { MariaDbReader } from './mariadb-reader.ts'

/** Everything that differs between the two databases. No other file of the product may name them. */
export interface Dialect {
  readonly name: 'sqlite' | 'mariadb'
  /** Connections for writing. */
  readonly writer: Knex
  /** Connections for long reads that must not hold the writer. */
  readonly reader: Knex
  /** Rows of a SELECT outside any transaction by a shorter way than `reader`. On an error `reader` is to be asked. */
  readonly near: { rows(sql: string, bindings: readonly unknown[]): Promise<Record<string, unknown>[]> }
  /** Largest number of bound values in one statement. */
  readonly maxBindings: number
  /** How many of `left` rows the next INSERT should hold: as many as are worth it, in few different sizes where statements are kept. */
  rowsPerInsert(left: number): number
  /** True when another attempt of the whole transaction may succeed. */
  isRetryable(error: unknown): boolean
  isDuplicate(error: unknown): boolean
  /** Settings that weaken durability; empty when a commit survives a power cut. */
  durabilityProblems(): Promise<string[]>
  /** SQL of triggers that refuse UPDATE and DELETE on a table (L1). */
  refuseChanges(table: string): string[]
  /** True where a row read for changing must be locked; elsewhere a writing transaction is alone anyway. */
  readonly lockRows: boolean
  /** True where a writing transaction keeps all others waiting. */
  readonly oneWriter: boolean
  /** `INSERT ... ` prefix that skips rows whose key exists. */
  readonly insertIgnore: string
  close(): Promise<void>
}

/** `sqlite:` + file in the data directory: the default when no database is configured. */
export function defaultDatabaseUrl(dataDir: string): string {
  return `sqlite:${join(dataDir, 'assent.db')}`
}

/** What is wrong with a database URL, or null. */
export function databaseUrlProblem(url: string): string | null {
  if (/^sqlite:.+/.test(url)) return null
  return url.startsWith('mysql://') ? mariadbUrlProblem(url) : 'must begin with sqlite: or mysql://'
}

export { crossesNetworkPlain } from './mariadb-address.ts'

/** True where one process is expected to do all the work (`serve --with-worker` by default). */
export const isEmbedded = (url: string): boolean => url.startsWith('sqlite:')

/** Where the database is, without the password, for messages. */
function describeDatabase(url: string): string {
  if (isEmbedded(url)) return url.slice('sqlite:'.length)
  const parsed = new URL(url)
  return `${parsed.hostname}:${parsed.port || 3306}${parsed.pathname}`
}

/** True for an embedded database whose file is not there yet: opening it would make one. */
export const isNotMadeYet = (url: string): boolean => isEmbedded(url) && !existsSync(url.slice('sqlite:'.length))

/** @throws OutsideFailure when the database cannot be reached; UnusableInput when the URL is wrong. */
export async function openDialect(url: string): Promise<Dialect> {
  const problem = databaseUrlProblem(url)
  if (problem) throw new UnusableInput({ what: `ASSENT_DATABASE_URL ${problem}.`, where: 'ASSENT_DATABASE_URL' })
  const dialect = isEmbedded(url) ? sqlite(url.slice('sqlite:'.length)) : mariadb(url)
  try {
    await dialect.writer.raw('select 1')
  } catch (error) {
    await dialect.close().catch(() => undefined)
    const known = databaseFailure(codeOf(error), error)
    if (known) throw known
    const tls = tlsFailure(error)
    if (tls) throw new OutsideFailure({ ...tls, where: describeDatabase(url) }, error)
    throw new OutsideFailure({
      what: `The database does not answer: ${plainReason(error)}`,
      where: describeDatabase(url),
      remedy: isEmbedded(url)
        ? 'Check that the data directory exists and that this user may write to it.'
        : 'Check that the server runs, and the host, port, user and password in ASSENT_DATABASE_URL.',
    }, error)
  }
  return dialect
}

/** The library would write to stdout, with call sites; every failure reaches the caller as an error anyway. */
const silent = { warn: () => undefined, error: () => undefined, deprecate: () => undefined, debug: () => undefined }

function plainReason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  return code ? `${code}.` : `${message ?? 'no reason given'}.`
}

function sqlite(filename: string): Dialect {
  try {
    makeFolder(dirname(filename))
  } catch (error) {
    throw new UnusableInput({
      what: `The folder of the database cannot be made: ${plainReason(error)}`,
      where: dirname(filename),
      remedy: 'Choose a folder that this user may write to (ASSENT_DATA_DIR).',
    }, error)
  }
  const open = (max: number, pragmas: string[]) => knexModule({
    client: LibsqlClient as unknown as typeof Knex.Client,
    connection: { filename },
    useNullAsDefault: true,
    log: silent,
    pool: {
      min: 0,
      max,
      afterCreate(connection: { exec(sql: string): void }, done: (error: unknown, connection: unknown) => void) {
        try {
          // The last one to close tidies up under a lock, as does the first one to open: whoever opens meanwhile waits a moment.
          for (const pragma of ['busy_timeout=5000', ...pragmas]) connection.exec(`PRAGMA ${pragma}`)
          done(null, connection)
        } catch (error) {
          done(error, connection)
        }
      },
    },
    acquireConnectionTimeout: 30_000,
  } as Knex.Config)
  // busy_timeout blocks the event loop, so it is short; the client waits the rest without blocking.
  const common = ['foreign_keys=ON', 'temp_store=MEMORY', 'cache_size=-16000', 'busy_timeout=5']
  const writer = open(1, ['journal_mode=WAL', 'synchronous=FULL', 'wal_autocheckpoint=8000', ...common])
  const reader = open(4, ['query_only=ON', ...common])
  const near = new NearReader(filename, ['query_only=ON', ...common])
  return {
    name: 'sqlite',
    writer,
    reader,
    near,
    maxBindings: 30_000,
    // Beyond some dozens of rows a longer statement wins nothing, and kept statements take memory by their length.
    rowsPerInsert: (left) => (left >= 100 ? 100 : left >= 32 ? 32 : left >= 10 ? 10 : 1),
    isRetryable: (error) => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error)),
    isDuplicate: (error) => /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(codeOf(error)),
    async durabilityProblems() {
      const problems: string[] = []
      const [journal] = await writer.raw('PRAGMA journal_mode') as { journal_mode: string }[]
      const [level] = await writer.raw('PRAGMA synchronous') as { synchronous: number }[]
      if (journal?.journal_mode !== 'wal') problems.push('journal_mode is not WAL')
      if ((level?.synchronous ?? 0) < 2) problems.push('synchronous is weaker than FULL')
      return problems
    },
    refuseChanges: (table) => ['update', 'delete'].map((verb) =>
      `CREATE TRIGGER IF NOT EXISTS ${table}_no_${verb} BEFORE ${verb.toUpperCase()} ON ${table} `
      + `BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`),
    lockRows: false,
    oneWriter: true,
    insertIgnore: 'INSERT OR IGNORE INTO',
    async close() {
      near.close()
      await writer.destroy()
      await reader.destroy()
    },
  }
}

function mariadb(url: string): Dialect {
  const connection = mariadbConnection(url)
  const knex = knexModule({
    client: 'mysql2',
    log: silent,
    connection: connection as Knex.MySql2ConnectionConfig,
    pool: { min: 0, max: 10 },
    acquireConnectionTimeout: 15_000,
  })
  const near = new MariaDbReader(connection)
  return {
    name: 'mariadb',
    writer: knex,
    reader: knex,
    near,
    maxBindings: 60_000,
    rowsPerInsert: (left) => Math.min(left, 500),
    isRetryable: (error) => ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'].includes(codeOf(error)),
    isDuplicate: (error) => codeOf(error) === 'ER_DUP_ENTRY',
    async durabilityProblems() {
      const [rows] = await knex.raw(
        'select @@innodb_flush_log_at_trx_commit as flush_log, @@log_bin as log_bin, @@sync_binlog as sync_binlog',
      ) as [{ flush_log: number; log_bin: number; sync_binlog: number }[]]
      const problems: string[] = []
      if (Number(rows[0]?.flush_log) !== 1) problems.push('innodb_flush_log_at_trx_commit is not 1')
      if (Number(rows[0]?.log_bin) === 1 && Number(rows[0]?.sync_binlog) !== 1) problems.push('sync_binlog is not 1')
      return problems
    },
    refuseChanges: (table) => ['update', 'delete'].map((verb) =>
      `CREATE TRIGGER IF NOT EXISTS ${table}_no_${verb} BEFORE ${verb.toUpperCase()} ON ${table} `
      + `FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${table} is append-only'`),
    lockRows: true,
    oneWriter: false,
    insertIgnore: 'INSERT IGNORE INTO',
    async close() {
      await near.close()
      await knex.destroy()
    },
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '')
}
