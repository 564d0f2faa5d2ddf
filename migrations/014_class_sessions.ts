import type { Migration } from '../src/db/migration.ts'
import { bytes, createTable, date, dropTables, id, instant, json, sha256 } from '../src/db/schema-builder.ts'

/** Ways of signing beside one's own login: class sessions (S6), paper (S7), letters with codes (F4), the desk (S3, visitors). */
export const migration: Migration = {
  async up(knex) {
    await createTable(knex, 'class_sessions', (table) => {
      id(table).primary()
      id(table, 'school_id').notNullable()
      table.string('group_kind', 5).notNullable() // group, year
      table.string('group_name', 60).notNullable()
      // On the board for a lesson; null once the session is over, so that it opens nothing any more.
      table.string('code', 6).unique('class_sessions_code')
      id(table, 'started_by').notNullable()
      instant(table, 'started_at').notNullable()
      instant(table, 'ends_at').notNullable()
      instant(table, 'ended_at')
      // Who talked about it with the class, and when (S6).
      table.string('discussion_led_by', 200)
      date(table, 'discussion_on')
      // People who were left when it ended: carried over to the next session of the group.
      json(table, 'left_over').notNullable()
      table.index(['school_id', 'group_kind', 'group_name', 'started_at'], 'class_sessions_group')
      table.index(['ended_at', 'ends_at'], 'class_sessions_open')
    })
    // What a pupil did, until a teacher says who it was. Only then is it a signature.
    await createTable(knex, 'class_answers', (table) => {
      id(table).primary()
      id(table, 'session_id').notNullable()
      id(table, 'signatory_id').notNullable()
      id(table, 'pupil_id').notNullable()
      table.string('answer', 3).notNullable() // yes, no
      table.string('typed', 400)
      json(table, 'drawn')
      sha256(table, 'rendition_hash').notNullable()
      json(table, 'understanding')
      table.string('form_key', 64).notNullable().unique('class_answers_form')
      instant(table, 'answered_at').notNullable()
      // 1 while nobody has looked at it; null afterwards: one waiting answer for each slot.
      table.integer('waiting')
      table.string('state', 10).notNullable() // waiting, witnessed, refused, replaced, stale
      instant(table, 'settled_at')
      id(table, 'settled_by')
      table.unique(['signatory_id', 'waiting'], { indexName: 'class_answers_waiting' })
      table.index(['session_id'], 'class_answers_session')
      table.index(['pupil_id'], 'class_answers_pupil')
    })
    // A class that said "we agree" together (G4); no signature of anybody.
    await createTable(knex, 'class_agreements', (table) => {
      id(table).primary()
      id(table, 'session_id').notNullable().unique('class_agreements_session')
      sha256(table, 'rendition_hash').notNullable()
      table.string('led_by', 200).notNullable()
      date(table, 'held_on').notNullable()
      json(table, 'present').notNullable()
      json(table, 'absent').notNullable()
      id(table, 'recorded_by').notNullable()
      instant(table, 'recorded_at').notNullable()
    })
    // Agreements printed for signing by hand; the code finds the request and opens nothing for its bearer.
    await createTable(knex, 'paper_slips', (table) => {
      table.string('code', 8).primary()
      id(table, 'print_id').notNullable()
      id(table, 'signatory_id').notNullable()
      // The text that stands on the paper (S1).
      sha256(table, 'rendition_hash').notNullable()
      id(table, 'printed_by').notNullable()
      instant(table, 'printed_at').notNullable()
      table.index(['signatory_id'], 'paper_slips_signatory')
      table.index(['print_id'], 'paper_slips_print')
    })
    await createTable(knex, 'paper_scans', (table) => {
      sha256(table, 'sha256').primary()
      table.string('content_type', 30).notNullable()
      bytes(table, 'content').notNullable()
      id(table, 'uploaded_by').notNullable()
      instant(table, 'uploaded_at').notNullable()
    })
    // One confirm of returned slips, undone as a whole.
    await createTable(knex, 'paper_batches', (table) => {
      id(table).primary()
      id(table, 'school_id').notNullable()
      id(table, 'entered_by').notNullable()
      instant(table, 'entered_at').notNullable()
      instant(table, 'undone_at')
      id(table, 'undone_by')
    })
    await createTable(knex, 'paper_entries', (table) => {
      id(table, 'batch_id').notNullable()
      id(table, 'signature_id').notNullable()
      sha256(table, 'scan_sha256')
      table.primary(['batch_id', 'signature_id'])
      table.index(['signature_id'], 'paper_entries_signature')
    })
    // The code on a letter: a second key to one personal link. Only its slow hash is kept (ASVS 6.5.2).
    await createTable(knex, 'letter_codes', (table) => {
      table.string('number', 6).primary()
      sha256(table, 'token_hash').notNullable()
      table.string('salt', 32).notNullable()
      table.string('code_hash', 64).notNullable()
      table.integer('tries').notNullable()
      instant(table, 'created_at').notNullable()
      table.index(['token_hash'], 'letter_codes_link')
    })
    await createTable(knex, 'link_proofs', (table) => {
      sha256(table, 'token_hash').primary()
      table.string('salt', 32).notNullable()
      table.string('code_hash', 64).notNullable()
      table.integer('tries').notNullable()
      instant(table, 'expires_at').notNullable()
      instant(table, 'proved_at')
      sha256(table, 'browser_hash').notNullable()
    })
    await createTable(knex, 'desk_tablets', (table) => {
      id(table).primary()
      id(table, 'school_id').notNullable()
      // For a few minutes, until the tablet has it.
      table.string('code', 6).unique('desk_tablets_code')
      instant(table, 'code_until').notNullable()
      id(table, 'started_by').notNullable()
      instant(table, 'started_at').notNullable()
      instant(table, 'ends_at').notNullable()
      instant(table, 'ended_at')
    })
    await createTable(knex, 'visits', (table) => {
      id(table).primary()
      id(table, 'school_id').notNullable()
      // Null where nothing was to be signed and the school keeps a plain line only.
      id(table, 'person_id')
      table.string('name', 200).notNullable()
      table.string('organisation', 200)
      table.string('host', 200)
      table.string('kind', 12).notNullable() // visitor, contractor
      table.boolean('uses_systems').notNullable()
      date(table, 'first_day').notNullable()
      date(table, 'last_day').notNullable()
      instant(table, 'arrived_at')
      table.string('arranged_by', 190).notNullable()
      table.string('form_key', 64).notNullable().unique('visits_form')
      instant(table, 'created_at').notNullable()
      table.index(['school_id', 'first_day'], 'visits_day')
      table.index(['person_id'], 'visits_person')
    })
  },
  async down(knex) {
    await dropTables(knex, [
      'visits', 'desk_tablets', 'link_proofs', 'letter_codes', 'paper_entries', 'paper_batches', 'paper_scans', 'paper_slips',
      'class_agreements', 'class_answers', 'class_sessions',
    ])
  },
}
