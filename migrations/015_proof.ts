import type { Migration } from '../src/db/migration.ts'
import { bytes, createTable, dropTables, id, instant, sha256 } from '../src/db/schema-builder.ts'

/** Tokens of a time-stamping authority over heads of the ledger (RFC 3161). */
export const migration: Migration = {
  async up(knex, dialect) {
    await createTable(knex, 'audit_timestamps', (table) => {
      id(table).primary()
      table.bigInteger('tree_size').notNullable().unique('audit_timestamps_size')
      // SHA-256 of the signed message of the head.
      sha256(table, 'imprint').notNullable()
      instant(table, 'stamped_at').notNullable()
      instant(table, 'received_at').notNullable()
      table.string('authority', 190).notNullable()
      bytes(table, 'token').notNullable()
    })
    for (const statement of dialect.refuseChanges('audit_timestamps')) await knex.raw(statement)
  },
  async down(knex) {
    await dropTables(knex, ['audit_timestamps'])
  },
}
