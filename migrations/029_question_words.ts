import type { Migration } from '../src/db/migration.ts'
import { addColumns, dropColumns, json } from '../src/db/schema-builder.ts'

/** What a consent question says in Welsh (G6): title, question and hint as JSON; null: it is asked in English alone. */
export const migration: Migration = {
  async up(knex) {
    await addColumns(knex, 'consent_questions', { welsh: (table) => json(table, 'welsh') })
  },
  async down(knex) {
    await dropColumns(knex, 'consent_questions', ['welsh'])
  },
}
