import type { Migration } from '../src/db/migration.ts'
import { createTable, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** Replays on a page: earlier exports, and whom Assent would have suspended. Removed as a whole some days later. */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'replays', (table) => {
      id(table).primary()
      table.string('started_by', 190).notNullable()
      instant(table, 'created_at').notNullable()
      table.string('state', 10).notNullable() // gathering, waiting, done, failed
      table.string('format', 20) // null: worked out
      id(table, 'school_id') // for a list that names none
      json(table, 'files').notNullable()
      table.integer('done_files').notNullable()
      json(table, 'result') // names people; null until it is done
      table.string('trouble', 500)
      instant(table, 'finished_at')
      instant(table, 'remove_at').notNullable()
      table.index(['remove_at'], 'replays_remove')
    })
  },
  async down(knex) {
    await dropTables(knex, ['replays'])
  },
}
