import type { Migration } from '../src/db/migration.ts'
import { bytes, createTable, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** L1: entries are append-only; what may be erased lies in `audit_payloads`, tied by a salted commitment. */
export const migration: Migration = {
  async up(knex, dialect) {
    await createTable(knex, 'audit_entries', (table) => {
      id(table).primary()
      instant(table, 'at').notNullable()
      table.string('actor', 190).notNullable()
      table.string('event', 60).notNullable()
      table.string('subject', 190)
      sha256(table, 'commitment').notNullable()
      // A bulk run is one entry that holds the Merkle root of its items (the plan's lines).
      sha256(table, 'items_root')
      table.integer('items_count')
      table.index(['subject', 'at'], 'audit_entries_subject')
    })
    await createTable(knex, 'audit_payloads', (table) => {
      id(table, 'entry_id').primary()
      table.string('salt', 64).notNullable()
      json(table, 'payload').notNullable()
    })
    // Waiting for the sequencer: written with the entry, removed with its leaf.
    await createTable(knex, 'audit_pending', (table) => {
      id(table, 'entry_id').primary()
    })
    await createTable(knex, 'audit_leaves', (table) => {
      table.bigInteger('leaf_index').primary()
      id(table, 'entry_id').notNullable().unique('audit_leaves_entry')
      sha256(table, 'leaf_hash').notNullable()
    })
    await createTable(knex, 'audit_heads', (table) => {
      table.bigInteger('tree_size').primary()
      sha256(table, 'root_hash').notNullable()
      instant(table, 'at').notNullable()
      table.string('key_id', 64).notNullable()
      bytes(table, 'signature').notNullable()
      // Roots of the perfect subtrees, so that the next head needs no old leaf (RFC 9162, 2.1.1).
      json(table, 'peaks').notNullable()
    })
    for (const table of ['audit_entries', 'audit_leaves', 'audit_heads']) {
      for (const statement of dialect.refuseChanges(table)) await knex.raw(statement)
    }
  },
  async down(knex) {
    await dropTables(knex, ['audit_heads', 'audit_leaves', 'audit_pending', 'audit_payloads', 'audit_entries'])
  },
}
