import type { Migration } from '../src/db/migration.ts'
import { createTable, date, dropTables, id, instant } from '../src/db/schema-builder.ts'

/** What the schools' days are like: holidays, closures, exams, roll-over windows (I6, B6, R8). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'calendar_periods', (table) => {
      id(table).primary()
      id(table, 'school_id') // null: every school of the trust
      table.string('kind', 10).notNullable() // holiday, closure, exams, rollover
      table.string('name', 120).notNullable()
      date(table, 'from_date').notNullable()
      date(table, 'to_date').notNullable() // inclusive
      table.string('placed_by', 190).notNullable()
      instant(table, 'placed_at').notNullable()
      table.index(['to_date'], 'calendar_periods_to')
    })
  },
  async down(knex) {
    await dropTables(knex, ['calendar_periods'])
  },
}
