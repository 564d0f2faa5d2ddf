import type { Migration } from '../src/db/migration.ts'
import { createIndex, createTable, dropIndex, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

const LOOKUPS: [string, string, string[]][] = [['people', 'people_username', ['username']], ['source_people', 'source_people_upn', ['upn']], ['accounts', 'accounts_immutable_id', ['immutable_id']]]

/** The schools' own sign-in: providers, sign-ins under way, what was used, identities, roles that follow from groups. */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'identity_providers', (table) => {
      id(table).primary()
      table.string('name', 60).notNullable().unique('identity_providers_name')
      table.string('kind', 10).notNullable() // saml, oidc
      table.string('label', 80).notNullable()
      id(table, 'school_id') // null: the whole trust
      table.boolean('active').notNullable().defaultTo(false)
      table.boolean('from_file').notNullable().defaultTo(false)
      json(table, 'settings').notNullable()
      json(table, 'matching') // null: nobody is matched, an administrator links each identity
      json(table, 'organisation') // null: everybody the provider knows may be meant
      instant(table, 'created_at').notNullable()
      instant(table, 'updated_at').notNullable()
    })
    await createTable(knex, 'sign_in_attempts', (table) => {
      id(table).primary()
      id(table, 'provider_id').notNullable()
      table.string('purpose', 10).notNullable() // sign-in, test, confirm
      table.string('request_id', 190).notNullable().unique('sign_in_attempts_request')
      sha256(table, 'browser_hash').notNullable()
      table.string('return_path', 400)
      id(table, 'tester_id')
      json(table, 'secrets') // OpenID Connect: nonce and verifier, gone with the row
      instant(table, 'created_at').notNullable()
      instant(table, 'expires_at').notNullable()
      instant(table, 'used_at')
      json(table, 'result') // of a test; of a confirmation, until its session takes it
      sha256(table, 'session_key') // confirm: the session that it may prove, and nothing else
      sha256(table, 'identity_key') // confirm: the login that let that session in
      table.index(['browser_hash', 'provider_id'], 'sign_in_attempts_browser')
      table.index(['expires_at'], 'sign_in_attempts_expiry')
    })
    // A provider's statement counts once: the row's key decides between any number of posts.
    await createTable(knex, 'used_statements', (table) => {
      sha256(table, 'key_hash').primary()
      instant(table, 'forget_at').notNullable()
      table.index(['forget_at'], 'used_statements_forget')
    })
    await createTable(knex, 'identities', (table) => {
      id(table).primary()
      id(table, 'provider_id').notNullable()
      sha256(table, 'key_hash').notNullable()
      table.string('subject_format', 400).notNullable()
      table.string('subject_value', 250).notNullable()
      id(table, 'person_id')
      table.string('state', 10).notNullable() // linked, unknown, refused
      table.string('reason', 20) // why an unknown one is unknown
      table.string('linked_by', 190)
      json(table, 'shown') // for whoever reviews it; null once that is done
      instant(table, 'first_seen_at').notNullable()
      instant(table, 'last_seen_at').notNullable()
      table.unique(['provider_id', 'key_hash'], { indexName: 'identities_key' })
      table.index(['person_id'], 'identities_person')
      table.index(['state', 'last_seen_at'], 'identities_state')
    })
    await createTable(knex, 'group_roles', (table) => {
      id(table).primary()
      id(table, 'provider_id').notNullable()
      table.string('attribute', 190).notNullable()
      table.string('value', 250).notNullable()
      table.string('role', 40).notNullable()
      id(table, 'school_id') // null: the whole trust
      instant(table, 'until')
      table.boolean('from_file').notNullable().defaultTo(false)
      table.index(['provider_id'], 'group_roles_provider')
    })
    // By these a login that is new may be somebody: asked at each sign-in.
    for (const [table, name, columns] of LOOKUPS) await createIndex(knex, table, name, columns)
  },
  async down(knex) {
    for (const [table, name, columns] of LOOKUPS) await dropIndex(knex, table, name, columns)
    await dropTables(knex, ['group_roles', 'identities', 'used_statements', 'sign_in_attempts', 'identity_providers'])
  },
}
