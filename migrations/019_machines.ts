import type { Migration } from '../src/db/migration.ts'
import { addColumns, createIndex, createTable, dropColumns, dropIndex, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** Tokens for machines, answers kept for repeated writes, webhooks and what became of them. */
export const migration: Migration = {
  async up(knex) {
    // Of the table of 008 nothing was ever used.
    await dropTables(knex, ['api_tokens'])
    await createTable(knex, 'api_tokens', (table) => {
      sha256(table, 'token_hash').primary()
      id(table).notNullable().unique('api_tokens_id')
      id(table, 'person_id').notNullable()
      // Never given twice: the audit log names a token by it.
      table.string('name', 40).notNullable().unique('api_tokens_name')
      json(table, 'scopes').notNullable()
      id(table, 'school_id') // null: the whole trust
      instant(table, 'created_at').notNullable()
      instant(table, 'expires_at').notNullable()
      table.string('last_used_on', 10)
      instant(table, 'revoked_at')
    })
    await createTable(knex, 'api_answers', (table) => {
      id(table, 'token_id').notNullable()
      sha256(table, 'key_hash').notNullable()
      sha256(table, 'request_hash').notNullable()
      json(table, 'answer').notNullable()
      instant(table, 'created_at').notNullable()
      table.primary(['token_id', 'key_hash'])
      table.index(['created_at'], 'api_answers_age')
    })
    await createTable(knex, 'webhooks', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      table.string('name', 40).notNullable().unique('webhooks_name')
      table.string('url', 500).notNullable()
      json(table, 'events').notNullable()
      id(table, 'school_id') // null: the whole trust
      // Closed under a key of the installation; the older one counts beside the newer until it is let go.
      json(table, 'secret').notNullable()
      json(table, 'old_secret')
      instant(table, 'created_at').notNullable()
      // Everything that happened before has been put up for delivery.
      instant(table, 'read_until').notNullable()
      // Since when every try has failed; null: the last one worked.
      instant(table, 'failing_since')
      instant(table, 'paused_at')
      instant(table, 'ended_at')
    })
    await createTable(knex, 'webhook_deliveries', (table) => {
      id(table).primary()
      id(table, 'webhook_id').notNullable()
      table.string('event', 30).notNullable()
      table.string('event_key', 120).notNullable()
      json(table, 'body').notNullable()
      instant(table, 'created_at').notNullable()
      table.string('state', 10).notNullable() // waiting, delivered, failed
      table.integer('tries').notNullable()
      table.string('outcome', 60)
      instant(table, 'tried_at')
      table.unique(['webhook_id', 'event_key'], { indexName: 'webhook_deliveries_once' })
      table.index(['created_at'], 'webhook_deliveries_age')
    })
    await addColumns(knex, 'requests', { changed_at: (table) => instant(table, 'changed_at') })
    await knex.raw('update requests set changed_at = coalesce(completed_at, created_at) where changed_at is null')
    await createIndex(knex, 'requests', 'requests_changed', ['changed_at', 'id'])
  },
  async down(knex) {
    await dropIndex(knex, 'requests', 'requests_changed', ['changed_at', 'id'])
    await dropColumns(knex, 'requests', ['changed_at'])
    await dropTables(knex, ['webhook_deliveries', 'webhooks', 'api_answers', 'api_tokens'])
    await createTable(knex, 'api_tokens', (table) => {
      sha256(table, 'token_hash').primary()
      id(table, 'person_id').notNullable()
      table.string('name', 60).notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'expires_at').notNullable()
      instant(table, 'revoked_at')
    })
  },
}
