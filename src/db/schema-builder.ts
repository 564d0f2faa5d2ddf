import type { Knex } from 'knex'

/** Creates a table unless it exists; text compares by code point on both databases. */
export async function createTable(knex: Knex, name: string, build: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  if (await knex.schema.hasTable(name)) return
  await knex.schema.createTable(name, (table) => {
    if (knex.client.config.client === 'mysql2') {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
    }
    build(table)
  })
}

/** Drops in the order given. */
export async function dropTables(knex: Knex, names: string[]): Promise<void> {
  for (const name of names) await knex.schema.dropTableIfExists(name)
}

/** Adds the columns that are not there yet. */
export async function addColumns(knex: Knex, name: string, columns: Record<string, (table: Knex.CreateTableBuilder) => unknown>): Promise<void> {
  for (const [column, build] of Object.entries(columns)) {
    if (!await knex.schema.hasColumn(name, column)) await knex.schema.alterTable(name, (table) => { build(table) })
  }
}

/** Drops columns that no index names. Both databases know this statement; the builder would copy the table. */
export async function dropColumns(knex: Knex, name: string, columns: readonly string[]): Promise<void> {
  for (const column of columns) {
    if (await knex.schema.hasColumn(name, column)) await knex.raw('alter table ?? drop column ??', [name, column])
  }
}

/** A ULID of our own. */
export const id = (table: Knex.CreateTableBuilder, name = 'id') => table.string(name, 26)
/** Milliseconds since 1970 (T1). */
export const instant = (table: Knex.CreateTableBuilder, name: string) => table.bigInteger(name)
/** `YYYY-MM-DD` (T1). */
export const date = (table: Knex.CreateTableBuilder, name: string) => table.string(name, 10)
/** JSON as text: the databases disagree about a JSON type. */
export const json = (table: Knex.CreateTableBuilder, name: string) => table.text(name, 'longtext')
/** SHA-256 in hex. */
export const sha256 = (table: Knex.CreateTableBuilder, name: string) => table.string(name, 64)
/** Bytes of up to 4 GB. */
export const bytes = (table: Knex.CreateTableBuilder, name: string) => table.specificType(name, 'longblob')

/** Adds an index unless it is there; `names` are columns. */
export async function createIndex(knex: Knex, table: string, name: string, names: string[]): Promise<void> {
  if (knex.client.config.client === 'mysql2') {
    const [rows] = await knex.raw('select 1 from information_schema.statistics where table_schema = database() and table_name = ? and index_name = ? limit 1', [table, name]) as [unknown[]]
    if (rows.length > 0) return
    await knex.schema.alterTable(table, (builder) => { builder.index(names, name) })
  } else {
    await knex.raw(`create index if not exists ?? on ?? (${names.map(() => '??').join(', ')})`, [name, table, ...names])
  }
}

/** Takes an index away. */
export async function dropIndex(knex: Knex, table: string, name: string, names: string[]): Promise<void> {
  await knex.schema.alterTable(table, (builder) => { builder.dropIndex(names, name) })
}
