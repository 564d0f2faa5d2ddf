import type { Migration } from '../src/db/migration.ts'
import { createTable, date, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** Directories, accounts, restrictions, exemptions (A1-A4, B4). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'directories', (table) => {
      id(table).primary()
      table.string('name', 60).notNullable().unique('directories_name')
      table.string('kind', 30).notNullable()
      table.boolean('paused').notNullable().defaultTo(false)
      instant(table, 'created_at').notNullable()
    })
    await createTable(knex, 'accounts', (table) => {
      id(table).primary()
      id(table, 'directory_id').notNullable()
      table.string('immutable_id', 120).notNullable()
      id(table, 'person_id')
      table.string('username', 190).notNullable()
      table.boolean('protected').notNullable().defaultTo(false)
      json(table, 'observed').notNullable()
      instant(table, 'observed_at').notNullable()
      // The day on which its owner was last in, or 'never'; null: the directory does not say.
      table.string('last_sign_in', 10)
      json(table, 'delta') // what Assent wrote (A4); null: nothing
      json(table, 'drift')
      // Written before a change and taken away with its delta: what a crash in between may have done (A4).
      json(table, 'intent')
      instant(table, 'gone_at')
      // A shared pupil login has an owner and is no orphan (A7).
      id(table, 'shared_owner_id')
      table.unique(['directory_id', 'immutable_id'], { indexName: 'accounts_immutable' })
      table.index(['person_id'], 'accounts_person')
    })
    await createTable(knex, 'restrictions', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      table.string('cause', 20).notNullable()
      table.string('level', 12).notNullable()
      table.string('profile', 60)
      table.string('reason', 500).notNullable()
      date(table, 'from_date').notNullable()
      date(table, 'until_date')
      table.boolean('emergency').notNullable().defaultTo(false)
      table.string('placed_by', 190).notNullable()
      instant(table, 'placed_at').notNullable()
      table.string('release_key', 120)
      instant(table, 'released_at')
      table.string('released_by', 190)
      id(table, 'plan_id')
      table.index(['person_id', 'released_at'], 'restrictions_person')
      table.index(['release_key'], 'restrictions_key')
      table.index(['plan_id'], 'restrictions_plan')
    })
    // U1: people an undo keeps until the source says something new about them.
    await createTable(knex, 'kept_people', (table) => {
      id(table, 'person_id').primary()
      table.string('statement', 64).notNullable()
      id(table, 'plan_id').notNullable()
      instant(table, 'at').notNullable()
    })
    await createTable(knex, 'exemptions', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      table.string('floor_level', 12).notNullable()
      date(table, 'until_date').notNullable()
      table.string('reason', 500).notNullable()
      table.string('placed_by', 190).notNullable()
      instant(table, 'placed_at').notNullable()
      table.index(['person_id'], 'exemptions_person')
    })
    // The simulated directory of the demo keeps its accounts here.
    await createTable(knex, 'simulated_accounts', (table) => {
      table.string('immutable_id', 120).primary()
      json(table, 'account').notNullable()
    })
  },
  async down(knex) {
    await dropTables(knex, ['simulated_accounts', 'exemptions', 'kept_people', 'restrictions', 'accounts', 'directories'])
  },
}
