import type { Migration } from '../src/db/migration.ts'
import { createTable, date, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** Schools, people, affiliations, groups and guardian links (P1-P3, F1). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'schools', (table) => {
      id(table).primary()
      table.string('name', 190).notNullable()
      table.string('short_name', 60).notNullable()
      table.string('urn', 6)
      table.string('dfe_number', 7)
      table.string('phase', 20)
      table.string('brand_colour', 7)
      json(table, 'settings').notNullable()
      instant(table, 'created_at').notNullable()
    })
    await createTable(knex, 'people', (table) => {
      id(table).primary()
      table.string('preferred_forename', 190).notNullable()
      table.string('surname', 190).notNullable()
      // Accents stripped, lower case, "surname forename": for finding and sorting alike on both databases.
      table.string('name_search', 400).notNullable()
      table.string('email', 254)
      table.string('email_norm', 254)
      table.string('username', 190)
      table.string('band_override', 10)
      table.boolean('feed_disabled').notNullable().defaultTo(false)
      instant(table, 'created_at').notNullable()
      instant(table, 'updated_at').notNullable()
      table.index(['name_search'], 'people_name')
      table.index(['email_norm'], 'people_email')
    })
    await createTable(knex, 'affiliations', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      id(table, 'school_id').notNullable()
      table.string('role', 20).notNullable()
      table.string('year_code', 3)
      table.string('reg_group', 60)
      date(table, 'start_date')
      date(table, 'end_date') // inclusive
      table.string('end_reason', 60)
      id(table, 'source_id')
      instant(table, 'missing_since')
      table.integer('missing_runs').notNullable().defaultTo(0)
      // The source calls the person deleted: proposes a leaver, never makes one (R5).
      table.boolean('deleted_in_source').notNullable().defaultTo(false)
      instant(table, 'created_at').notNullable()
      instant(table, 'updated_at').notNullable()
      table.unique(['person_id', 'school_id', 'role', 'source_id'], { indexName: 'affiliations_one' })
      table.index(['school_id', 'role', 'year_code', 'reg_group'], 'affiliations_school')
      table.index(['source_id', 'missing_since'], 'affiliations_missing')
    })
    await createTable(knex, 'group_memberships', (table) => {
      id(table, 'person_id').notNullable()
      id(table, 'school_id').notNullable()
      table.string('group_key', 120).notNullable()
      table.string('name', 120).notNullable()
      table.boolean('registration').notNullable()
      date(table, 'start_date')
      date(table, 'end_date')
      table.boolean('end_is_session').notNullable().defaultTo(false)
      id(table, 'source_id').notNullable()
      table.primary(['person_id', 'source_id', 'group_key'])
    })
    await createTable(knex, 'guardian_links', (table) => {
      id(table).primary()
      id(table, 'pupil_id').notNullable()
      id(table, 'guardian_id').notNullable()
      table.string('relationship', 60).notNullable()
      table.boolean('may_sign').notNullable()
      table.boolean('may_consent').notNullable()
      table.boolean('do_not_contact').notNullable()
      table.integer('priority').notNullable()
      id(table, 'source_id')
      instant(table, 'ended_at')
      instant(table, 'created_at').notNullable()
      table.unique(['pupil_id', 'guardian_id'], { indexName: 'guardian_links_one' })
      table.index(['guardian_id'], 'guardian_links_guardian')
    })
  },
  async down(knex) {
    await dropTables(knex, ['guardian_links', 'group_memberships', 'affiliations', 'people', 'schools'])
  },
}
