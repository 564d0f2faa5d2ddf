import type { Migration } from '../src/db/migration.ts'
import { createTable, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** Roles, sessions, personal links, mail sent (F3, F4). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'role_grants', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      table.string('role', 40).notNullable()
      id(table, 'school_id') // null: the whole trust
      table.string('group_name', 60)
      instant(table, 'until')
      table.string('granted_by', 190).notNullable()
      instant(table, 'granted_at').notNullable()
      table.index(['person_id'], 'role_grants_person')
    })
    await createTable(knex, 'sessions', (table) => {
      sha256(table, 'id_hash').primary()
      id(table, 'person_id')
      json(table, 'data').notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'expires_at').notNullable()
      table.index(['person_id'], 'sessions_person')
      table.index(['expires_at'], 'sessions_expiry')
    })
    await createTable(knex, 'personal_links', (table) => {
      sha256(table, 'token_hash').primary()
      table.string('purpose', 20).notNullable() // sign, administrator
      id(table, 'person_id')
      instant(table, 'created_at').notNullable()
      instant(table, 'expires_at').notNullable()
      instant(table, 'opened_at')
      sha256(table, 'browser_hash')
      instant(table, 'revoked_at')
      table.string('route', 20).notNullable() // mail, letter, setup
      table.index(['person_id', 'purpose'], 'personal_links_person')
    })
    await createTable(knex, 'mails', (table) => {
      id(table).primary()
      table.string('dedupe_key', 190).notNullable().unique('mails_dedupe')
      id(table, 'person_id')
      table.string('template', 40).notNullable()
      table.string('recipient', 254).notNullable()
      table.string('subject', 250).notNullable()
      table.string('state', 10).notNullable() // queued, sent, failed, stopped
      instant(table, 'created_at').notNullable()
      instant(table, 'sent_at')
      table.index(['person_id', 'created_at'], 'mails_person')
    })
    // The demo's mailbox only: a real mail's body holds a live link and is never kept (F4).
    await createTable(knex, 'captured_mails', (table) => {
      id(table).primary()
      table.string('recipient', 254).notNullable()
      table.string('subject', 250).notNullable()
      json(table, 'body_text').notNullable()
      json(table, 'body_html').notNullable()
      instant(table, 'sent_at').notNullable()
    })
    await createTable(knex, 'api_tokens', (table) => {
      sha256(table, 'token_hash').primary()
      id(table, 'person_id').notNullable()
      table.string('name', 60).notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'expires_at').notNullable()
      instant(table, 'revoked_at')
    })
  },
  async down(knex) {
    await dropTables(knex, ['api_tokens', 'captured_mails', 'mails', 'personal_links', 'sessions', 'role_grants'])
  },
}
