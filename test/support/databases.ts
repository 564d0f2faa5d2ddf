import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { Database } from '../../src/db/database.ts'
import { migrateUp } from '../../src/db/migrate.ts'

export interface TestDatabase {
  db: Database
  url: string
}

/** A fresh, empty database of one kind; `drop` removes it. */
export async function makeDatabase(kind: 'sqlite' | 'mariadb', adminUrl: string | null): Promise<TestDatabase & { drop(): Promise<void> }> {
  if (kind === 'sqlite') {
    const dir = await mkdtemp(join(tmpdir(), 'assent-db-'))
    const url = `sqlite:${join(dir, 'assent.db')}`
    const db = await Database.open(url)
    return { db, url, drop: async () => { await db.close(); await rm(dir, { recursive: true, force: true }) } }
  }
  if (!adminUrl) throw new Error('MariaDB is not installed')
  const name = `t_${randomBytes(6).toString('hex')}`
  const admin = await createConnection(adminUrl)
  // Left at the server's own default on purpose: the migrations must not depend on it.
  await admin.query(`create database ${name} character set latin1`)
  const url = adminUrl.replace(/\/mysql$/, `/${name}`)
  const db = await Database.open(url)
  return {
    db,
    url,
    async drop() {
      await db.close()
      await admin.query(`drop database ${name}`)
      await admin.end()
    },
  }
}

/** Runs a block of tests on SQLite, and on MariaDB where the server is installed (always in CI). */
export function onBothDatabases(title: string, block: (get: () => TestDatabase) => void, options = { migrated: true }): void {
  for (const kind of ['sqlite', 'mariadb'] as const) {
    describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`${title} [${kind}]`, () => {
      let made: Awaited<ReturnType<typeof makeDatabase>> | undefined
      beforeAll(async () => {
        made = await makeDatabase(kind, inject('mariadbUrl'))
        if (options.migrated) await migrateUp(made.db)
      })
      afterAll(async () => made?.drop())
      block(() => {
        if (!made) throw new Error('The database is made in beforeAll')
        return made
      })
    })
  }
}
