import { createRequire } from 'node:module'
import { createConnection } from 'mysql2/promise'

const require = createRequire(import.meta.url)

type Row = Record<string, unknown>

/** Batched inserts straight through the driver, a transaction for each call: what no importer can beat by much. */
export interface RawWriter {
  insert(table: string, rows: readonly Row[]): Promise<void>
  close(): Promise<void>
}

interface Statement { run(bindings: unknown[]): unknown }
interface LibsqlDatabase { exec(sql: string): void; prepare(sql: string): Statement; close(): void }

/** The database must be migrated; the durable settings are the product's own. */
export async function openRawWriter(url: string): Promise<RawWriter> {
  return url.startsWith('sqlite:') ? libsqlWriter(url.slice('sqlite:'.length)) : mysqlWriter(url)
}

function libsqlWriter(file: string): RawWriter {
  const Libsql = require('libsql') as new (path: string) => LibsqlDatabase
  const db = new Libsql(file)
  for (const pragma of ['journal_mode=WAL', 'synchronous=FULL', 'wal_autocheckpoint=8000', 'foreign_keys=ON', 'temp_store=MEMORY', 'cache_size=-16000']) db.exec(`PRAGMA ${pragma}`)
  const prepared = new Map<string, Statement>()
  return {
    async insert(table, rows) {
      const sql = statementFor(table, rows)
      const statement = prepared.get(sql) ?? db.prepare(sql)
      prepared.set(sql, statement)
      db.exec('BEGIN IMMEDIATE')
      statement.run(valuesOf(rows))
      db.exec('COMMIT')
    },
    async close() {
      db.close()
    },
  }
}

async function mysqlWriter(url: string): Promise<RawWriter> {
  const connection = await createConnection(url)
  return {
    async insert(table, rows) {
      await connection.beginTransaction()
      await connection.query(statementFor(table, rows), valuesOf(rows))
      await connection.commit()
    },
    close: () => connection.end(),
  }
}

function statementFor(table: string, rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const one = `(${columns.map(() => '?').join(', ')})`
  return `INSERT INTO ${table} (${columns.map((column) => `\`${column}\``).join(', ')}) VALUES ${Array(rows.length).fill(one).join(', ')}`
}

const valuesOf = (rows: readonly Row[]): unknown[] => rows.flatMap((row) => Object.values(row))
