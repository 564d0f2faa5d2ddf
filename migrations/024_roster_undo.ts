import type { Migration } from '../src/db/migration.ts'
import { addColumns, createTable, date, dropColumns, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** What a roster run changed, so that it can be undone (U1); years that wait for their first day (R8); ends by a confirmed list (R5). */
export const migration: Migration = {
  async up(knex) {
    // R8: what the feed says already and what counts only from the first day of the new year.
    await addColumns(knex, 'affiliations', {
      year_next: (table) => table.string('year_next', 3),
      year_from: (table) => date(table, 'year_from'),
    })
    // Rows of people as a run found and left them; only of people who were known before it.
    await createTable(knex, 'roster_changes', (table) => {
      id(table, 'plan_id').notNullable()
      table.integer('seq').notNullable()
      id(table, 'person_id').notNullable()
      table.string('kind', 10).notNullable() // person, place, group, link
      table.string('row_key', 190).notNullable()
      json(table, 'before') // null: the run added the row
      json(table, 'after') // null: the run took the row away
      // null: stands; undone, part, changed (somebody or something has changed it since)
      table.string('outcome', 10)
      table.primary(['plan_id', 'seq'])
      table.index(['plan_id', 'person_id'], 'roster_changes_person')
    })
    // Joiners that an undo took out again: the same rows do not bring them back.
    await createTable(knex, 'withdrawn_joiners', (table) => {
      id(table, 'source_id').notNullable()
      table.string('external_id', 150).notNullable()
      id(table, 'plan_id').notNullable()
      instant(table, 'at').notNullable()
      table.primary(['source_id', 'external_id'])
    })
    // People whose end an undo lifted: not inferred again until the source says something else about them.
    await createTable(knex, 'kept_places', (table) => {
      id(table, 'source_id').notNullable()
      id(table, 'person_id').notNullable()
      id(table, 'plan_id').notNullable()
      instant(table, 'at').notNullable()
      table.primary(['source_id', 'person_id'])
    })
    // R5: places that a confirmed list ended, as they were before.
    await createTable(knex, 'listed_ends', (table) => {
      id(table, 'plan_id').notNullable()
      id(table, 'affiliation_id').notNullable()
      id(table, 'person_id').notNullable()
      date(table, 'end_date').notNullable()
      date(table, 'end_before')
      table.string('reason_before', 60)
      instant(table, 'at').notNullable()
      // What the office answered where the source still lists them: left, stays.
      table.string('answer', 10)
      table.primary(['plan_id', 'affiliation_id'])
      table.index(['affiliation_id'], 'listed_ends_place')
    })
  },
  async down(knex) {
    await dropTables(knex, ['listed_ends', 'kept_places', 'withdrawn_joiners', 'roster_changes'])
    await dropColumns(knex, 'affiliations', ['year_next', 'year_from'])
  },
}
