import type { Migration } from '../src/db/migration.ts'
import { bytes, createTable, date, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** Agreements, their immutable versions and renditions, requirements, requests and their slots (G1-G4, I1-I4). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'agreements', (table) => {
      id(table).primary()
      table.string('key', 60).notNullable().unique('agreements_key')
      table.string('title', 190).notNullable()
      table.string('band', 10).notNullable()
      table.string('family', 30).notNullable()
      table.string('owner', 120)
      table.integer('review_months')
      instant(table, 'created_at').notNullable()
    })
    await createTable(knex, 'agreement_versions', (table) => {
      id(table).primary()
      id(table, 'agreement_id').notNullable()
      table.integer('number').notNullable()
      table.string('change_kind', 10).notNullable() // major, minor
      table.string('state', 12).notNullable()
      // The whole version as `agreement.ts` has it; immutable from `published` on (G1).
      json(table, 'content').notNullable()
      sha256(table, 'content_hash').notNullable()
      instant(table, 'published_at')
      instant(table, 'created_at').notNullable()
      table.unique(['agreement_id', 'number'], { indexName: 'agreement_versions_number' })
    })
    await createTable(knex, 'renditions', (table) => {
      sha256(table, 'hash').primary()
      id(table, 'version_id').notNullable()
      id(table, 'school_id')
      table.string('variant', 20).notNullable()
      table.string('language', 12).notNullable()
      json(table, 'content').notNullable()
      instant(table, 'created_at').notNullable()
      table.index(['version_id'], 'renditions_version')
    })
    await createTable(knex, 'record_templates', (table) => {
      sha256(table, 'rendition_hash').primary()
      sha256(table, 'prefix_hash').notNullable()
      bytes(table, 'prefix').notNullable()
      json(table, 'meta').notNullable()
      table.integer('format').notNullable()
      instant(table, 'created_at').notNullable()
    })
    await createTable(knex, 'requirements', (table) => {
      id(table).primary()
      id(table, 'agreement_id').notNullable()
      id(table, 'school_id') // null: every school of the trust
      table.string('band', 10).notNullable()
      table.string('act', 12).notNullable() // sign, acknowledge, train
      table.string('signer_rule', 40).notNullable()
      table.string('cadence', 20).notNullable()
      table.integer('due_school_days').notNullable()
      table.string('if_unsigned', 20).notNullable()
      table.boolean('active').notNullable()
      instant(table, 'created_at').notNullable()
    })
    await createTable(knex, 'requests', (table) => {
      id(table).primary()
      id(table, 'requirement_id').notNullable()
      id(table, 'person_id').notNullable()
      id(table, 'school_id').notNullable()
      id(table, 'agreement_id').notNullable()
      table.string('family', 30).notNullable()
      table.string('signer_rule', 40).notNullable()
      table.string('occasion', 40).notNullable()
      id(table, 'version_id') // pinned when the first slot is captured (I2)
      table.string('state', 12).notNullable() // open, complete, declined, excused, superseded, cancelled
      date(table, 'due_on')
      json(table, 'reasons').notNullable()
      id(table, 'plan_id')
      instant(table, 'created_at').notNullable()
      instant(table, 'completed_at')
      // 1, and null once superseded: the same may then be asked anew with the new text (I2).
      table.integer('live').defaultTo(1)
      table.unique(['person_id', 'family', 'signer_rule', 'occasion', 'live'], { indexName: 'requests_one' })
      table.index(['agreement_id', 'live'], 'requests_agreement')
      table.index(['state', 'school_id'], 'requests_state')
      table.index(['plan_id'], 'requests_plan')
    })
    await createTable(knex, 'signatories', (table) => {
      id(table).primary()
      id(table, 'request_id').notNullable()
      table.string('slot', 12).notNullable() // self, pupil, guardian
      table.string('act', 12).notNullable() // sign, acknowledge
      // An optional slot is welcome and never chased (the mark of a child under Year 3).
      table.boolean('required').notNullable()
      table.string('state', 12).notNullable() // open, signed, declined, cancelled
      table.unique(['request_id', 'slot'], { indexName: 'signatories_slot' })
    })
  },
  async down(knex) {
    await dropTables(knex, ['signatories', 'requests', 'requirements', 'record_templates', 'renditions', 'agreement_versions', 'agreements'])
  },
}
