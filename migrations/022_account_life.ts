import type { Migration } from '../src/db/migration.ts'
import { createTable, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** Temporary passwords (that one was given, never which), and what Assent itself made, archived and deleted in directories. */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'account_passwords', (table) => {
      id(table).primary()
      id(table, 'account_id').notNullable()
      id(table, 'person_id').notNullable()
      table.string('state', 10).notNullable() // asked, set, refused
      table.string('way', 10).notNullable() // screen, slip
      table.boolean('must_change').notNullable()
      table.string('given_by', 190).notNullable()
      instant(table, 'given_at').notNullable()
      table.index(['person_id'], 'account_passwords_person')
      table.index(['given_at'], 'account_passwords_at')
    })
    // U1: where an archived account was before, so that undoing puts it back there.
    await createTable(knex, 'account_archives', (table) => {
      id(table).primary()
      id(table, 'account_id').notNullable()
      id(table, 'plan_id').notNullable()
      json(table, 'before').notNullable()
      instant(table, 'asked_at').notNullable()
      instant(table, 'archived_at') // once it was read back
      instant(table, 'undone_at')
      table.index(['account_id'], 'account_archives_account')
      table.unique(['plan_id', 'account_id'], { indexName: 'account_archives_plan' })
    })
    // What was deleted, and until when the directory could bring it back.
    await createTable(knex, 'account_deletions', (table) => {
      id(table, 'account_id').primary()
      id(table, 'plan_id').notNullable()
      instant(table, 'deleted_at').notNullable()
      instant(table, 'restorable_until')
      table.string('recovery', 500).notNullable()
    })
    // An account that Assent makes: its name is kept before the directory is asked, so that it is never made twice.
    await createTable(knex, 'account_creations', (table) => {
      id(table).primary()
      id(table, 'directory_id').notNullable()
      id(table, 'person_id').notNullable()
      id(table, 'plan_id').notNullable()
      table.string('username', 190).notNullable()
      instant(table, 'asked_at').notNullable()
      id(table, 'account_id')
      instant(table, 'made_at')
      table.unique(['directory_id', 'person_id'], { indexName: 'account_creations_person' })
      table.unique(['directory_id', 'username'], { indexName: 'account_creations_name' })
    })
  },
  async down(knex) {
    await dropTables(knex, ['account_creations', 'account_deletions', 'account_archives', 'account_passwords'])
  },
}
