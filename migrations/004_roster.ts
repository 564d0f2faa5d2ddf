import type { Migration } from '../src/db/migration.ts'
import { createTable, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** Sources, their rows as last applied, and their runs (R1-R10). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'sources', (table) => {
      id(table).primary()
      table.string('name', 60).notNullable().unique('sources_name')
      table.string('format', 40).notNullable()
      table.string('mode', 10).notNullable() // observe, propose, enforce
      json(table, 'profile')
      // Highest slot given to a row; slots number the rows for the bitmap of rows seen.
      table.integer('slots').notNullable().defaultTo(0)
      id(table, 'last_good_run_id')
      table.boolean('took_access_away').notNullable().defaultTo(false)
      instant(table, 'created_at').notNullable()
    })
    await createTable(knex, 'source_schools', (table) => {
      id(table, 'source_id').notNullable()
      table.string('school_key', 120).notNullable()
      id(table, 'school_id').notNullable()
      table.primary(['source_id', 'school_key'])
    })
    await createTable(knex, 'source_people', (table) => {
      id(table, 'source_id').notNullable()
      table.string('external_id', 150).notNullable()
      id(table, 'person_id').notNullable()
      table.string('admission_number', 60)
      table.string('mis_id', 60)
      table.string('upn', 13)
      // Where the feed states the year of the person and the role elsewhere (OneRoster 1.2).
      table.string('year_code', 3)
      table.primary(['source_id', 'external_id'])
      table.index(['person_id'], 'source_people_person')
      table.index(['mis_id'], 'source_people_mis')
      table.index(['admission_number'], 'source_people_admission')
    })
    // The feed's rows as last applied: digest decides whether a row is looked at again (R9).
    await createTable(knex, 'source_rows', (table) => {
      id(table, 'source_id').notNullable()
      table.string('row_key', 190).notNullable()
      table.integer('slot').notNullable()
      table.string('digest', 22).notNullable()
      table.string('subject', 150).notNullable()
      json(table, 'facts').notNullable()
      table.boolean('is_person').notNullable()
      instant(table, 'gone_since')
      table.primary(['source_id', 'row_key'])
      table.index(['source_id', 'slot'], 'source_rows_slot')
      table.index(['source_id', 'subject'], 'source_rows_subject')
    })
    await createTable(knex, 'roster_runs', (table) => {
      id(table).primary()
      id(table, 'source_id').notNullable()
      id(table, 'plan_id')
      table.string('state', 12).notNullable() // reading, refused, held, applied, planned, failed, superseded
      table.string('actor', 190).notNullable()
      instant(table, 'started_at').notNullable()
      instant(table, 'finished_at')
      table.integer('read_count').notNullable().defaultTo(0)
      json(table, 'report').notNullable()
      json(table, 'proof').notNullable()
      table.index(['source_id', 'started_at'], 'roster_runs_source')
    })
    await createTable(knex, 'roster_rejections', (table) => {
      id(table, 'run_id').notNullable()
      table.integer('seq').notNullable()
      table.string('file', 120).notNullable()
      table.integer('line').notNullable()
      table.string('reason', 500).notNullable()
      table.primary(['run_id', 'seq'])
    })
  },
  async down(knex) {
    await dropTables(knex, ['roster_rejections', 'roster_runs', 'source_rows', 'source_people', 'source_schools', 'sources'])
  },
}
