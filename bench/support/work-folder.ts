import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { createConnection } from 'mysql2/promise'
import { Database } from '../../src/db/database.ts'
import { migrateUp } from '../../src/db/migrate.ts'

/** A place for one benchmark, removed afterwards. On a disk of its own kind: set TMPDIR to measure another. */
export async function inWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A fresh, migrated database with a data directory beside it. */
export interface BenchDatabase {
  url: string
  dataDir: string
  drop(): Promise<void>
}

/** `adminUrl` of a MariaDB server, or null for the embedded database. With `socket` the product reaches the server as it is advised to on one machine. */
export async function freshDatabase(folder: string, adminUrl: string | null, socket?: string): Promise<BenchDatabase> {
  const name = `b_${randomBytes(6).toString('hex')}`
  const dataDir = join(folder, name)
  mkdirSync(dataDir, { mode: 0o700 })
  const url = adminUrl ? `${adminUrl.replace(/\/mysql$/, `/${name}`)}${socket === undefined ? '' : `?socket=${encodeURIComponent(socket)}`}` : `sqlite:${join(dataDir, 'assent.db')}`
  if (adminUrl) await administer(adminUrl, `create database ${name}`)
  const db = await Database.open(url)
  await migrateUp(db)
  await db.close()
  return {
    url, dataDir,
    async drop() {
      if (adminUrl) await administer(adminUrl, `drop database ${name}`)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function administer(adminUrl: string, sql: string): Promise<void> {
  const admin = await createConnection(adminUrl)
  await admin.query(sql)
  await admin.end()
}
