import type { Migration } from '../src/db/migration.ts'
import { createIndex, createTable, dropIndex, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** What is walked in the order of its change: what webhooks tell. */
const WALKS: readonly [table: string, index: string, columns: string[]][] = [
  ['signatures', 'signatures_signed', ['signed_at', 'id']],
  ['signatures', 'signatures_ended', ['ended_at', 'id']],
  ['restrictions', 'restrictions_placed', ['placed_at', 'id']],
  ['restrictions', 'restrictions_released', ['released_at', 'id']],
]

/** Systems that are told of changes, what they were told, and tries that all processes count together. */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'webhook_targets', (table) => {
      id(table).primary()
      table.string('name', 40).notNullable().unique('webhook_targets_name')
      // Shown to people; the whole address may let in whoever has it, and is kept like a secret.
      table.string('host', 255).notNullable()
      json(table, 'url').notNullable()
      json(table, 'events').notNullable()
      id(table, 'school_id') // null: the whole trust
      id(table, 'person_id').notNullable()
      json(table, 'secret').notNullable()
      json(table, 'old_secret')
      instant(table, 'old_secret_until')
      // How far each kind of change has been told.
      json(table, 'told').notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'failing_since')
      instant(table, 'paused_at')
      table.string('paused_why', 10)
    })
    await createTable(knex, 'webhook_deliveries', (table) => {
      id(table).primary()
      id(table, 'target_id').notNullable()
      // 1 while it waits, null once delivered: one at a time, in order.
      table.integer('waiting')
      table.boolean('is_test').notNullable()
      table.integer('events').notNullable()
      json(table, 'body').notNullable()
      instant(table, 'created_at').notNullable()
      table.integer('attempts').notNullable()
      instant(table, 'last_at')
      // Of the answer; null where there was none.
      table.integer('status')
      table.string('problem', 20)
      instant(table, 'delivered_at')
      table.unique(['target_id', 'waiting'], { indexName: 'webhook_deliveries_waiting' })
      table.index(['target_id', 'created_at'], 'webhook_deliveries_target')
      table.index(['created_at'], 'webhook_deliveries_age')
    })
    await createTable(knex, 'tries', (table) => {
      sha256(table, 'key_hash').primary()
      table.integer('count').notNullable()
      instant(table, 'until').notNullable()
      table.index(['until'], 'tries_until')
    })
    for (const [table, index, columns] of WALKS) await createIndex(knex, table, index, columns)
  },
  async down(knex) {
    for (const [table, index, columns] of [...WALKS].reverse()) await dropIndex(knex, table, index, columns)
    await dropTables(knex, ['tries', 'webhook_deliveries', 'webhook_targets'])
  },
}
