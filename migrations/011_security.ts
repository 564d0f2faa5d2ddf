import type { Migration } from '../src/db/migration.ts'
import { createTable, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** Roles of one year, proofs of administrators (passkeys, TOTP, recovery codes), and an index to read who looked at whom (V3). */
export const migration: Migration = {
  async up(knex) {
    if (!await knex.schema.hasColumn('role_grants', 'year_code')) {
      await knex.schema.alterTable('role_grants', (table) => { table.string('year_code', 3) })
    }
    await createTable(knex, 'passkeys', (table) => {
      sha256(table, 'credential_hash').primary()
      id(table, 'person_id').notNullable()
      json(table, 'credential_id').notNullable() // base64url, up to 1,023 bytes long (WebAuthn 2, 6.5.1)
      json(table, 'public_key').notNullable() // COSE key, base64url
      table.bigInteger('counter').notNullable()
      table.string('name', 60).notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'used_at')
      table.index(['person_id'], 'passkeys_person')
    })
    await createTable(knex, 'totp_secrets', (table) => {
      id(table, 'person_id').primary()
      table.string('secret', 190).notNullable() // encrypted with a key derived from the session secret
      table.bigInteger('last_step').notNullable() // a code counts once: steps at or before this one are used up
      table.integer('failures').notNullable().defaultTo(0) // wrong codes in a row
      instant(table, 'created_at').notNullable()
    })
    await createTable(knex, 'recovery_codes', (table) => {
      sha256(table, 'code_hash').primary()
      id(table, 'person_id').notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'used_at')
      table.index(['person_id'], 'recovery_codes_person')
    })
    // Last: with it the migration is done, so a broken run begins again before it.
    await knex.schema.alterTable('audit_entries', (table) => { table.index(['event', 'id'], 'audit_entries_event') })
  },
  async down(knex) {
    await dropTables(knex, ['recovery_codes', 'totp_secrets', 'passkeys'])
    await knex.schema.alterTable('audit_entries', (table) => { table.dropIndex(['event', 'id'], 'audit_entries_event') })
    await knex.raw('alter table role_grants drop column year_code')
  },
}
