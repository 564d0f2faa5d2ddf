import type { Migration } from '../src/db/migration.ts'
import { createTable, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** Plans, the outbox, leases and settings: what every feature stands on. */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'settings', (table) => {
      table.string('name', 60).primary()
      json(table, 'value').notNullable()
    })
    await createTable(knex, 'leases', (table) => {
      table.string('name', 120).primary()
      table.string('holder', 120).notNullable()
      // One per taking: two takings by one holder must not be mistaken for each other.
      id(table, 'token').notNullable()
      instant(table, 'since').notNullable()
      instant(table, 'until').notNullable()
    })
    await createTable(knex, 'outbox', (table) => {
      id(table).primary()
      table.string('kind', 60).notNullable()
      table.string('dedupe_key', 190).notNullable().unique('outbox_dedupe')
      json(table, 'payload').notNullable()
      table.string('state', 12).notNullable() // ready, done, dead
      table.integer('attempts').notNullable().defaultTo(0)
      instant(table, 'available_at').notNullable()
      table.string('locked_by', 60)
      instant(table, 'locked_until')
      table.string('last_error', 500)
      instant(table, 'created_at').notNullable()
      instant(table, 'done_at')
      // Each kind is taken by itself: a thousand mails that wait must not stand in the way of a seal.
      table.index(['state', 'kind', 'available_at'], 'outbox_ready')
    })
    await createTable(knex, 'plans', (table) => {
      id(table).primary()
      table.string('kind', 20).notNullable() // roster, issue, access
      table.string('about', 120) // the source or directory it concerns
      table.string('state', 12).notNullable()
      table.string('created_by', 190).notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'expires_at')
      table.string('approved_by', 190)
      instant(table, 'approved_at')
      instant(table, 'finished_at')
      id(table, 'undo_of')
      json(table, 'counts').notNullable()
      json(table, 'brake').notNullable()
      table.index(['kind', 'created_at'], 'plans_kind')
    })
    await createTable(knex, 'plan_items', (table) => {
      id(table, 'plan_id').notNullable()
      table.integer('seq').notNullable()
      table.string('item_key', 190).notNullable()
      // The same key where the plan holds it once and is asked by it; null where whoever stages looks after that.
      table.string('once_key', 190)
      // A person's id once known; before that the source's own identifier.
      table.string('subject', 190).notNullable()
      table.string('action', 30).notNullable()
      table.integer('rank').notNullable().defaultTo(0)
      // Items of a later phase need what earlier ones made (a guardian link needs both people).
      table.integer('phase').notNullable().defaultTo(0)
      // School and role whose population the brake counts this item against.
      table.string('population', 60)
      table.string('state', 12).notNullable() // planned, held, applied, verified, failed, reverted, skipped
      json(table, 'before')
      json(table, 'after')
      table.string('file', 120)
      table.integer('line')
      table.string('reason', 500)
      table.string('error', 500)
      table.primary(['plan_id', 'seq'])
      table.unique(['plan_id', 'once_key'], { indexName: 'plan_items_key' })
      // With seq: a plan is walked person by person, so that what belongs together is written together.
      table.index(['plan_id', 'subject', 'seq'], 'plan_items_subject')
      table.index(['plan_id', 'state'], 'plan_items_state')
    })
  },
  async down(knex) {
    await dropTables(knex, ['plan_items', 'plans', 'outbox', 'leases', 'settings'])
  },
}
