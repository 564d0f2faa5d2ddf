import type { Migration } from '../src/db/migration.ts'
import { createTable, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** Task lists for systems without an interface; the last look at each directory; decisions about whose an account is. */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'task_accounts', (table) => {
      id(table, 'directory_id').notNullable()
      table.string('immutable_id', 120).notNullable()
      json(table, 'account').notNullable()
      // Until a newer list says otherwise, what was ticked off then holds.
      instant(table, 'ticked_at')
      table.primary(['directory_id', 'immutable_id'])
    })
    await createTable(knex, 'directory_tasks', (table) => {
      id(table).primary()
      id(table, 'directory_id').notNullable()
      table.string('immutable_id', 120).notNullable()
      table.string('username', 190).notNullable()
      json(table, 'change').notNullable()
      table.string('state', 12).notNullable() // open, done, could-not, withdrawn
      // One open task for an account: the account while it is open, else null.
      table.string('open_key', 160).unique('directory_tasks_open')
      instant(table, 'created_at').notNullable()
      instant(table, 'due_at').notNullable()
      table.string('decided_by', 190)
      instant(table, 'decided_at')
      table.string('remark', 500)
      sha256(table, 'proof_sha256')
      // The done task that this one takes back.
      id(table, 'reverses')
      table.index(['state', 'due_at'], 'directory_tasks_state')
      table.index(['directory_id', 'immutable_id'], 'directory_tasks_account')
    })
    await createTable(knex, 'directory_looks', (table) => {
      id(table, 'directory_id').primary()
      instant(table, 'looked_at').notNullable()
      instant(table, 'whole_at')
      table.string('trouble', 500)
      json(table, 'found')
    })
    // A person has decided whose an account is, or that it is nobody's: matching leaves it alone from then on.
    await createTable(knex, 'account_decisions', (table) => {
      id(table, 'account_id').primary()
      id(table, 'person_id')
      table.string('decided_by', 190).notNullable()
      instant(table, 'decided_at').notNullable()
      table.string('reason', 500)
    })
    // Whose an account may be, where its keys point to several people or to another one than it belongs to; of the last whole look.
    await createTable(knex, 'account_suggestions', (table) => {
      id(table, 'account_id').notNullable()
      id(table, 'person_id').notNullable()
      id(table, 'directory_id').notNullable()
      table.string('known_by', 20).notNullable() // employee-id, login
      table.primary(['account_id', 'person_id'])
      table.index(['directory_id'], 'account_suggestions_directory')
    })
  },
  async down(knex) {
    await dropTables(knex, ['account_suggestions', 'account_decisions', 'directory_looks', 'directory_tasks', 'task_accounts'])
  },
}
