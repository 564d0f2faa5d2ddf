import type { Migration } from '../src/db/migration.ts'
import { addColumns, createIndex, createTable, dropColumns, dropIndex, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** Tokens for machines, answers kept for repeated writes, and when a request last changed. */
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
    await addColumns(knex, 'requests', { changed_at: (table) => instant(table, 'changed_at') })
    await knex.raw('update requests set changed_at = coalesce(completed_at, created_at) where changed_at is null')
    await createIndex(knex, 'requests', 'requests_changed', ['changed_at', 'id'])
  },
  async down(knex) {
    await dropIndex(knex, 'requests', 'requests_changed', ['changed_at', 'id'])
    await dropColumns(knex, 'requests', ['changed_at'])
    await dropTables(knex, ['api_answers', 'api_tokens'])
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
