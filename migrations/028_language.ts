import type { Migration } from '../src/db/migration.ts'
import { addColumns, dropColumns } from '../src/db/schema-builder.ts'

/** The language a person chose for their own pages and mails (G6); null: none was chosen. */
export const migration: Migration = {
  async up(knex) {
    await addColumns(knex, 'people', { language: (table) => table.string('language', 10) })
  },
  async down(knex) {
    await dropColumns(knex, 'people', ['language'])
  },
}
