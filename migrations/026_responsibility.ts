import type { Migration } from '../src/db/migration.ts'
import { addColumns, createTable, date, dropColumns, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** Parental responsibility as a person states it (F1), and dates of birth where the DPO allows them (P4). */
export const migration: Migration = {
  async up(knex) {
    // What a person stated about the link: yes, no, delegated. It wins over the feed's `may_consent`, and no feed writes it.
    await addColumns(knex, 'guardian_links', { stated_responsibility: (table) => table.string('stated_responsibility', 10) })
    await createTable(knex, 'responsibility_statements', (table) => {
      id(table).primary()
      id(table, 'pupil_id').notNullable()
      id(table, 'guardian_id').notNullable()
      table.string('value', 10).notNullable()
      table.string('basis', 20).notNullable()
      table.string('said_by', 190).notNullable()
      date(table, 'stated_on').notNullable()
      table.string('route', 12).notNullable() // office, import, declaration
      json(table, 'evidence') // of a declaration: the words shown and how sure we are who it was
      table.string('recorded_by', 190).notNullable()
      instant(table, 'recorded_at').notNullable()
      table.integer('active') // 1, or null once another took its place
      instant(table, 'ended_at')
      table.unique(['pupil_id', 'guardian_id', 'active'], { indexName: 'responsibility_statements_one' })
      table.index(['guardian_id'], 'responsibility_statements_guardian')
    })
    // P4: nothing but the encrypted value; read by ageOn alone.
    await createTable(knex, 'birth_dates', (table) => {
      id(table, 'person_id').primary()
      table.string('closed', 200).notNullable()
      instant(table, 'set_at').notNullable()
    })
  },
  async down(knex) {
    await dropTables(knex, ['birth_dates', 'responsibility_statements'])
    await dropColumns(knex, 'guardian_links', ['stated_responsibility'])
  },
}
