import type { Migration } from '../src/db/migration.ts'
import { createTable, date, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** What schools fill in themselves, reviews, and whose an agreement is (G1, G2). */
export const migration: Migration = {
  async up(knex) {
    if (!await knex.schema.hasColumn('agreements', 'owner_id')) {
      await knex.schema.alterTable('agreements', (table) => {
        id(table, 'school_id') // null: of the whole trust
        id(table, 'owner_id') // who is reminded of reviews
      })
    }
    // Nothing is ever changed here: a school's part as it was on any day can be shown again.
    await createTable(knex, 'school_parts', (table) => {
      id(table).primary()
      id(table, 'agreement_id').notNullable()
      id(table, 'school_id').notNullable()
      table.integer('revision').notNullable()
      json(table, 'content').notNullable()
      table.string('actor', 190).notNullable()
      instant(table, 'created_at').notNullable()
      table.unique(['agreement_id', 'school_id', 'revision'], { indexName: 'school_parts_one' })
    })
    await createTable(knex, 'agreement_reviews', (table) => {
      id(table).primary()
      id(table, 'agreement_id').notNullable()
      table.string('reason', 500).notNullable()
      date(table, 'asked_on').notNullable()
      table.string('asked_by', 190).notNullable()
      date(table, 'done_on') // null: still to be done
      table.string('done_by', 190)
      table.string('outcome', 500)
      table.index(['agreement_id'], 'agreement_reviews_agreement')
    })
  },
  async down(knex) {
    await dropTables(knex, ['agreement_reviews', 'school_parts'])
    for (const column of ['owner_id', 'school_id']) await knex.raw('alter table ?? drop column ??', ['agreements', column])
  },
}
