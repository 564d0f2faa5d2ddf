import type { Migration } from '../src/db/migration.ts'
import { createTable, dropTables, id, instant } from '../src/db/schema-builder.ts'

/** Who is expected to leave or move at the change of the school year, confirmed by a person beforehand (R8). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'expected_leavers', (table) => {
      id(table, 'person_id').notNullable()
      id(table, 'school_id').notNullable()
      // The year that ends, such as 2026/27.
      table.string('school_year', 7).notNullable()
      table.string('year_code', 3).notNullable()
      table.string('confirmed_by', 190).notNullable()
      instant(table, 'confirmed_at').notNullable()
      table.primary(['person_id', 'school_id', 'school_year'])
      table.index(['school_id', 'school_year'], 'expected_leavers_school')
    })
  },
  async down(knex) {
    await dropTables(knex, ['expected_leavers'])
  },
}
