import type { Knex } from 'knex'
import type { Database } from './database.ts'
import { migrations } from '../../migrations/index.ts'

/** Names are stored without extension, so that the clone (.ts) and a release (.js) share one history. */
function source(db: Database): Knex.MigrationSource<string> {
  return {
    getMigrations: async () => Object.keys(migrations).sort(),
    getMigrationName: (name) => name,
    getMigration: async (name) => {
      const migration = migrations[name]
      if (!migration) throw new Error(`Unknown migration ${name}`)
      return { up: (knex) => migration.up(knex, db.dialect), down: (knex) => migration.down(knex, db.dialect) }
    },
  }
}

const settings = (db: Database): Knex.MigratorConfig => ({
  migrationSource: source(db),
  tableName: 'schema_migrations',
  // Data definition commits by itself on one of the two databases, and every step checks before it acts.
  disableTransactions: true,
})

/** Brings the schema up to date; returns the names applied now. */
export async function migrateUp(db: Database): Promise<string[]> {
  const [, applied] = await db.dialect.writer.migrate.latest(settings(db)) as [number, string[]]
  return applied
}

/** Takes every migration back; for tests. */
export async function migrateDown(db: Database): Promise<void> {
  await db.dialect.writer.migrate.rollback(settings(db), true)
}

/** Names not applied yet; empty when the schema is current. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  const [, pending] = await db.dialect.writer.migrate.list(settings(db)) as [unknown, (string | { file?: string; name?: string })[]]
  return pending.map((entry) => (typeof entry === 'string' ? entry : entry.name ?? entry.file ?? ''))
}

/** Names the database has seen and this version does not know: a newer version has been here. */
export async function unknownMigrations(db: Database): Promise<string[]> {
  if (!await db.dialect.writer.schema.hasTable('schema_migrations')) return []
  const seen = await db.read('schema_migrations').select('name') as { name: string }[]
  return seen.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name))
}
