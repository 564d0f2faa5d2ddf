import type { Knex } from 'knex'
import type { Migration } from '../src/db/migration.ts'
import { addColumns, bytes, createTable, date, dropColumns, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** What requirements can say beyond the starter set, outcomes besides signed, consents, the staff chain, earlier signatures (I4, I7, I8, G5, F5). */
export const migration: Migration = {
  async up(knex) {
    await addColumns(knex, 'requirements', {
      title: (table) => table.string('title', 190), // of a training, which has no agreement
      role: (table) => table.string('role', 20), // null: every role of the band
      group_name: (table) => table.string('group_name', 120),
      // Several agreements for one audience stand beside each other; '' is the band's own agreement.
      topic: (table) => table.string('topic', 60).notNullable().defaultTo(''),
      compulsory: (table) => table.boolean('compulsory').notNullable().defaultTo(true),
      signers: (table) => table.string('signers', 5).notNullable().defaultTo('any'), // any, all
      grace_school_days: (table) => table.integer('grace_school_days').notNullable().defaultTo(0),
      every_months: (table) => table.integer('every_months'),
      opens_account: (table) => table.boolean('opens_account').notNullable().defaultTo(false),
    })
    await addColumns(knex, 'requests', {
      topic: (table) => table.string('topic', 60).notNullable().defaultTo(''),
      compulsory: (table) => table.boolean('compulsory').notNullable().defaultTo(true),
      grace_until: (table) => date(table, 'grace_until'),
      excused_until: (table) => date(table, 'excused_until'),
      excused_cause: (table) => table.string('excused_cause', 30),
    })
    await replaceUnique(knex, 'requests', 'requests_one', ['person_id', 'family', 'topic', 'signer_rule', 'occasion', 'live'])
    // Where all who may sign are asked, each has a slot of their own (F5); '' is whoever may.
    await addColumns(knex, 'signatories', { holder_id: (table) => table.string('holder_id', 26).notNullable().defaultTo('') })
    await replaceUnique(knex, 'signatories', 'signatories_slot', ['request_id', 'slot', 'holder_id'])
    await createTable(knex, 'trainings', (table) => {
      id(table).primary()
      id(table, 'requirement_id').notNullable()
      id(table, 'person_id').notNullable()
      id(table, 'school_id').notNullable()
      table.string('occasion', 40).notNullable()
      table.string('state', 12).notNullable() // open, complete, cancelled
      date(table, 'due_on')
      date(table, 'done_on')
      table.string('reference', 190)
      table.string('file_name', 190)
      table.string('file_type', 40)
      sha256(table, 'file_sha256')
      bytes(table, 'file')
      id(table, 'plan_id')
      table.string('recorded_by', 190)
      instant(table, 'created_at').notNullable()
      instant(table, 'recorded_at')
      table.unique(['requirement_id', 'person_id', 'occasion'], { indexName: 'trainings_one' })
      table.index(['person_id'], 'trainings_person')
    })
    await createTable(knex, 'adult_dates', (table) => {
      id(table, 'person_id').primary()
      date(table, 'adult_from').notNullable()
      table.string('set_by', 190).notNullable()
      instant(table, 'set_at').notNullable()
      instant(table, 'applied_at')
    })
    await createTable(knex, 'declines', (table) => {
      id(table).primary()
      id(table, 'request_id').notNullable()
      id(table, 'signatory_id').notNullable()
      id(table, 'subject_id').notNullable()
      id(table, 'signer_id').notNullable()
      id(table, 'school_id').notNullable()
      table.integer('active') // 1 while it stands, null once taken back or asked again
      json(table, 'reason') // free text, erasable
      table.boolean('wants_call').notNullable()
      instant(table, 'at').notNullable()
      instant(table, 'erase_after').notNullable()
      instant(table, 'passed_at') // to the DSL
      table.string('passed_by', 190)
      table.unique(['signatory_id', 'active'], { indexName: 'declines_one' })
      table.index(['active', 'school_id'], 'declines_school')
      table.index(['erase_after'], 'declines_erase')
    })
    // "Done" in an office queue, with a remark.
    await createTable(knex, 'queue_marks', (table) => {
      table.string('kind', 20).notNullable()
      table.string('item_key', 80).notNullable()
      id(table, 'person_id').notNullable()
      id(table, 'school_id').notNullable()
      json(table, 'remark')
      table.string('done_by', 190).notNullable()
      instant(table, 'done_at').notNullable()
      instant(table, 'erase_after').notNullable()
      table.primary(['kind', 'item_key'])
    })
    await createTable(knex, 'consent_questions', (table) => {
      id(table).primary()
      table.string('key', 60).notNullable()
      id(table, 'school_id') // null: every school of the trust
      table.string('kind', 12).notNullable() // images, publication, service
      table.string('title', 120).notNullable()
      table.string('question', 400).notNullable()
      table.string('hint', 400).notNullable()
      json(table, 'bands').notNullable()
      table.string('signer_rule', 20).notNullable()
      table.integer('version').notNullable()
      // Answers to earlier versions count no more: the meaning has changed.
      table.integer('counts_from').notNullable()
      table.integer('position').notNullable()
      table.boolean('active').notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'updated_at').notNullable()
      table.index(['key'], 'consent_questions_key')
    })
    await createTable(knex, 'consent_answers', (table) => {
      id(table).primary()
      id(table, 'question_id').notNullable()
      id(table, 'subject_id').notNullable()
      id(table, 'signer_id').notNullable()
      table.integer('active')
      table.string('answer', 3).notNullable() // yes, no
      table.integer('version').notNullable()
      table.string('slot', 12).notNullable() // guardian, pupil, self
      json(table, 'evidence').notNullable()
      id(table, 'signature_id')
      table.string('actor', 190).notNullable()
      instant(table, 'at').notNullable()
      instant(table, 'ended_at')
      table.string('ended_kind', 12) // changed, withdrawn, lapsed
      table.unique(['question_id', 'subject_id', 'signer_id', 'active'], { indexName: 'consent_answers_one' })
      table.index(['subject_id'], 'consent_answers_subject')
      table.index(['signer_id'], 'consent_answers_signer')
    })
    // P6: no reason is kept, and no feed writes here.
    await createTable(knex, 'protection_flags', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      table.string('kind', 10).notNullable() // images, contact
      table.string('value', 12).notNullable() // never, ask, via-office
      table.integer('active')
      date(table, 'review_on').notNullable()
      table.string('set_by', 190).notNullable()
      instant(table, 'set_at').notNullable()
      instant(table, 'ended_at')
      table.string('ended_by', 190)
      table.unique(['person_id', 'kind', 'active'], { indexName: 'protection_flags_one' })
    })
    // I7: a private address for the days before the first, deleted by the schedule.
    await createTable(knex, 'starter_contacts', (table) => {
      id(table, 'person_id').primary()
      id(table, 'school_id').notNullable()
      table.string('email', 254).notNullable()
      date(table, 'starts_on').notNullable()
      table.string('entered_by', 190).notNullable()
      instant(table, 'entered_at').notNullable()
      instant(table, 'sent_at')
    })
    // Whose account waits for a signature: accounts reads it, signing lifts it in its own transaction.
    await createTable(knex, 'account_gates', (table) => {
      table.string('release_key', 80).primary()
      id(table, 'person_id').notNullable()
      instant(table, 'created_at').notNullable()
      instant(table, 'released_at')
      table.index(['person_id'], 'account_gates_person')
    })
    await createTable(knex, 'attested_signatures', (table) => {
      id(table).primary()
      id(table, 'person_id').notNullable()
      id(table, 'agreement_id').notNullable()
      table.string('slot', 12).notNullable()
      table.integer('major').notNullable()
      date(table, 'signed_on').notNullable()
      table.string('signer_name', 190)
      table.string('attested_by', 190).notNullable()
      instant(table, 'attested_at').notNullable()
      table.string('file', 190).notNullable()
      table.integer('line').notNullable()
      table.unique(['person_id', 'agreement_id', 'slot', 'major'], { indexName: 'attested_signatures_one' })
    })
  },
  async down(knex) {
    await dropTables(knex, ['attested_signatures', 'account_gates', 'starter_contacts', 'protection_flags', 'consent_answers', 'consent_questions', 'queue_marks', 'declines', 'adult_dates', 'trainings'])
    await replaceUnique(knex, 'signatories', 'signatories_slot', ['request_id', 'slot'])
    await dropColumns(knex, 'signatories', ['holder_id'])
    await replaceUnique(knex, 'requests', 'requests_one', ['person_id', 'family', 'signer_rule', 'occasion', 'live'])
    await dropColumns(knex, 'requests', ['topic', 'compulsory', 'grace_until', 'excused_until', 'excused_cause'])
    await dropColumns(knex, 'requirements', ['title', 'role', 'group_name', 'topic', 'compulsory', 'signers', 'grace_school_days', 'every_months', 'opens_account'])
  },
}

/** One statement drops and one makes it; both databases may stop between them, and a second run does both again. */
async function replaceUnique(knex: Knex, table: string, indexName: string, columns: string[]): Promise<void> {
  await knex.schema.alterTable(table, (change) => { change.dropUnique(columns, indexName) }).catch(() => undefined)
  await knex.schema.alterTable(table, (change) => { change.unique(columns, { indexName }) })
}
