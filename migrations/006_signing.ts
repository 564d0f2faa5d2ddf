import type { Migration } from '../src/db/migration.ts'
import { bytes, createTable, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** Signatures with their evidence, sealed records, certificates (S2, D1-D4). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'signatures', (table) => {
      id(table).primary()
      id(table, 'signatory_id').notNullable()
      id(table, 'request_id').notNullable()
      // 1 while it counts, null once withdrawn or invalidated: UNIQUE lets many nulls stand.
      table.integer('active')
      id(table, 'subject_id').notNullable()
      id(table, 'signer_id').notNullable()
      table.string('actor', 190).notNullable()
      table.string('method', 20).notNullable()
      instant(table, 'signed_at').notNullable()
      sha256(table, 'rendition_hash').notNullable()
      json(table, 'evidence').notNullable()
      table.string('form_key', 64).notNullable().unique('signatures_form')
      table.string('seal_state', 10).notNullable() // pending, sealed, failed
      instant(table, 'ended_at')
      table.string('ended_kind', 12) // withdrawn, invalidated
      table.unique(['signatory_id', 'active'], { indexName: 'signatures_active' })
      table.index(['request_id'], 'signatures_request')
      table.index(['subject_id'], 'signatures_subject')
      table.index(['seal_state', 'signed_at'], 'signatures_seal')
    })
    // Address and device, apart and erasable (D2).
    await createTable(knex, 'signature_devices', (table) => {
      id(table, 'signature_id').primary()
      table.string('address', 60)
      table.string('user_agent', 300)
      instant(table, 'erase_after').notNullable()
    })
    await createTable(knex, 'certificates', (table) => {
      sha256(table, 'id').primary()
      table.string('purpose', 10).notNullable() // ca, seal, audit
      json(table, 'pem').notNullable()
      json(table, 'chain').notNullable()
      table.string('subject', 190).notNullable()
      instant(table, 'not_before').notNullable()
      instant(table, 'not_after').notNullable()
      instant(table, 'created_at').notNullable()
    })
    await createTable(knex, 'sealed_records', (table) => {
      id(table, 'signature_id').notNullable()
      table.integer('seal_number').notNullable()
      instant(table, 'sealed_at').notNullable()
      sha256(table, 'certificate_id').notNullable()
      sha256(table, 'rendition_hash').notNullable()
      // Empty between the claim and the seal.
      bytes(table, 'tail')
      sha256(table, 'file_sha256')
      sha256(table, 'unsigned_sha256')
      table.primary(['signature_id', 'seal_number'])
      table.index(['file_sha256'], 'sealed_records_file')
    })
  },
  async down(knex) {
    await dropTables(knex, ['sealed_records', 'certificates', 'signature_devices', 'signatures'])
  },
}
