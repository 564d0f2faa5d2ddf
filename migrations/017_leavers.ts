import type { Migration } from '../src/db/migration.ts'
import { createTable, date, dropTables, id, instant, json } from '../src/db/schema-builder.ts'

/** Leavers in bulk, restrictions of one person, guests, and the life of an account before and after (P3, A5, A6, I7, U1). */
export const migration: Migration = {
  async up(knex) {
    // A list that somebody gave: its lines, and whom each was understood to mean.
    await createTable(knex, 'leaver_lists', (table) => {
      id(table).primary()
      id(table, 'school_id') // null: the whole trust
      date(table, 'last_day').notNullable()
      table.string('made_by', 190).notNullable()
      instant(table, 'made_at').notNullable()
      json(table, 'entries').notNullable()
      id(table, 'plan_id')
      table.index(['made_at'], 'leaver_lists_made')
    })
    // R5: a confirmed list ended these people, whatever their source still says; until it says something else.
    await createTable(knex, 'confirmed_leavers', (table) => {
      id(table, 'person_id').primary()
      table.string('statement', 64).notNullable()
      id(table, 'plan_id').notNullable()
      instant(table, 'at').notNullable()
      table.index(['plan_id'], 'confirmed_leavers_plan')
    })
    // B6: somebody asked this run to stop; it is taken away when the run is let go on.
    await createTable(knex, 'plan_stops', (table) => {
      id(table, 'plan_id').primary()
      table.string('asked_by', 190).notNullable()
      instant(table, 'at').notNullable()
    })
    // A6: mails owed to a leaver, once each.
    await createTable(knex, 'leaver_notices', (table) => {
      id(table, 'person_id').notNullable()
      date(table, 'last_day').notNullable()
      table.integer('days_before').notNullable()
      instant(table, 'at').notNullable()
      table.primary(['person_id', 'last_day', 'days_before'])
    })
    // What a person does by hand: handing over mail and files (A6), archiving and deleting accounts.
    await createTable(knex, 'access_tasks', (table) => {
      id(table).primary()
      table.string('kind', 20).notNullable() // handover, archive, delete
      id(table, 'person_id').notNullable()
      id(table, 'account_id')
      table.string('what', 200).notNullable()
      date(table, 'due_on').notNullable()
      table.string('task_key', 120).notNullable().unique('access_tasks_key')
      table.string('asked_by', 190).notNullable()
      instant(table, 'asked_at').notNullable()
      table.string('approved_by', 190)
      instant(table, 'approved_at')
      table.string('done_by', 190)
      instant(table, 'done_at')
      table.string('note', 500)
      table.index(['kind', 'done_at'], 'access_tasks_kind')
      table.index(['person_id'], 'access_tasks_person')
    })
    // B7, A5: what goes with a restriction of one person: when it is looked at again, and by whom it was.
    await createTable(knex, 'restriction_reviews', (table) => {
      id(table, 'restriction_id').primary()
      date(table, 'review_on').notNullable()
      // An emergency is looked at a second time within a day, by somebody else.
      instant(table, 'second_look_by')
      table.string('looked_by', 190)
      instant(table, 'looked_at')
      table.string('outcome', 20) // stands, lifted
    })
    await createTable(knex, 'ended_exemptions', (table) => {
      id(table, 'exemption_id').primary()
      table.string('ended_by', 190).notNullable()
      instant(table, 'ended_at').notNullable()
    })
    // Nothing of this person is archived or deleted while it stands.
    await createTable(knex, 'legal_holds', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      table.string('reason', 500).notNullable()
      table.string('placed_by', 190).notNullable()
      instant(table, 'placed_at').notNullable()
      table.string('ended_by', 190)
      instant(table, 'ended_at')
      table.index(['person_id'], 'legal_holds_person')
    })
    // I7: what access somebody was approved for, by whom.
    await createTable(knex, 'access_approvals', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      id(table, 'school_id').notNullable()
      table.string('role_profile', 60).notNullable()
      table.string('note', 500)
      table.string('approved_by', 190).notNullable()
      instant(table, 'approved_at').notNullable()
      table.index(['person_id'], 'access_approvals_person')
    })
    await createTable(knex, 'guests', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      id(table, 'school_id').notNullable()
      table.string('kind', 20).notNullable()
      table.string('organisation', 190)
      table.string('purpose', 300).notNullable()
      date(table, 'from_date').notNullable()
      date(table, 'until_date').notNullable()
      table.string('state', 12).notNullable() // asked, approved, declined, ended
      table.string('asked_by', 190).notNullable()
      instant(table, 'asked_at').notNullable()
      // The person who was asked to approve, by name.
      id(table, 'approver_id').notNullable()
      table.string('decided_by', 190)
      instant(table, 'decided_at')
      table.string('ended_by', 190)
      instant(table, 'ended_at')
      table.index(['school_id', 'state', 'until_date'], 'guests_school')
      table.index(['person_id'], 'guests_person')
    })
  },
  async down(knex) {
    await dropTables(knex, [
      'guests', 'access_approvals', 'legal_holds', 'ended_exemptions', 'restriction_reviews', 'access_tasks', 'leaver_notices', 'plan_stops', 'confirmed_leavers', 'leaver_lists',
    ])
  },
}
