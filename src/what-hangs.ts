import type { Database } from './db/database.ts'

/**
 * Tables whose rows hang on a person, with the columns that name them and the words for people. Somebody on whom any of it hangs is
 * not taken out of the register again (U1). Sorted so that the gravest is told first.
 */
const HANGING: readonly { table: string; columns: readonly string[]; words: string; since?: string }[] = [
  { table: 'signatures', columns: ['subject_id', 'signer_id'], words: 'has signed' },
  { table: 'attested_signatures', columns: ['person_id'], words: 'has signed before Assent' },
  { table: 'consent_answers', columns: ['subject_id', 'signer_id'], words: 'has answered about consent' },
  { table: 'class_answers', columns: ['pupil_id'], words: 'has answered in class' },
  { table: 'declines', columns: ['subject_id', 'signer_id'], words: 'has said no' },
  { table: 'requests', columns: ['person_id'], words: 'has been asked to sign', since: 'created_at' },
  { table: 'signatories', columns: ['holder_id'], words: 'is asked to sign for a child' },
  { table: 'trainings', columns: ['person_id'], words: 'has a training to do' },
  { table: 'accounts', columns: ['person_id'], words: 'has an account' },
  { table: 'account_decisions', columns: ['person_id'], words: 'has an account' },
  { table: 'account_creations', columns: ['person_id'], words: 'has an account' },
  { table: 'account_passwords', columns: ['person_id'], words: 'was given a password' },
  { table: 'account_gates', columns: ['person_id'], words: 'has an account that waits' },
  { table: 'restrictions', columns: ['person_id'], words: 'has a restriction' },
  { table: 'exemptions', columns: ['person_id'], words: 'has an exemption' },
  { table: 'access_approvals', columns: ['person_id'], words: 'has approved access' },
  { table: 'access_tasks', columns: ['person_id'], words: 'has a task waiting' },
  { table: 'legal_holds', columns: ['person_id'], words: 'is under a legal hold' },
  { table: 'responsibility_statements', columns: ['pupil_id', 'guardian_id'], words: 'has a statement about parental responsibility' },
  { table: 'protection_flags', columns: ['person_id'], words: 'has a protection flag' },
  { table: 'role_grants', columns: ['person_id'], words: 'has a role in Assent' },
  { table: 'identities', columns: ['person_id'], words: 'has signed in' },
  { table: 'passkeys', columns: ['person_id'], words: 'has a passkey' },
  { table: 'totp_secrets', columns: ['person_id'], words: 'has codes from an app' },
  { table: 'recovery_codes', columns: ['person_id'], words: 'has codes from an app' },
  { table: 'sessions', columns: ['person_id'], words: 'is signed in' },
  { table: 'personal_links', columns: ['person_id'], words: 'has a personal link' },
  { table: 'mails', columns: ['person_id'], words: 'has been written to' },
  { table: 'api_tokens', columns: ['person_id'], words: 'has given a token' },
  { table: 'webhook_targets', columns: ['person_id'], words: 'answers for a webhook' },
  { table: 'adult_dates', columns: ['person_id'], words: 'has a day from which they sign alone' },
  { table: 'starter_contacts', columns: ['person_id'], words: 'is a new member of staff' },
  { table: 'visits', columns: ['person_id'], words: 'has visited' },
  { table: 'guests', columns: ['person_id'], words: 'is a guest' },
  { table: 'queue_marks', columns: ['person_id'], words: 'is in a queue of the office' },
  { table: 'expected_leavers', columns: ['person_id'], words: 'is on a list of expected leavers' },
  { table: 'confirmed_leavers', columns: ['person_id'], words: 'is on a list of leavers' },
  { table: 'kept_people', columns: ['person_id'], words: 'was kept by a person' },
  { table: 'leaver_notices', columns: ['person_id'], words: 'was told of leaving' },
]

/** Columns that name a person and hold nothing back: the register itself, what follows from it, and who did something. */
export const NOTHING_HANGS: readonly string[] = [
  'affiliations.person_id', 'group_memberships.person_id', 'guardian_links.pupil_id', 'guardian_links.guardian_id', 'source_people.person_id',
  'roster_changes.person_id', 'kept_places.person_id', 'listed_ends.person_id', 'account_suggestions.person_id', 'birth_dates.person_id',
]

/** `table.column` of everything that is looked at; a test compares it with the schema. */
export const hangingColumns = (): string[] => HANGING.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`))

/**
 * Of these people those on whom something hangs, with the words for it; with `since`, only those who have been asked to sign since.
 */
export async function whatHangs(db: Database, personIds: readonly string[], since: number | null = null): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const { table, columns, words, since: at } of HANGING) {
    if (since !== null && at === undefined) continue
    for (const column of columns) {
      const rows = await db.rowsIn(`select distinct ${column} as id from ${table} where ${at !== undefined && since !== null ? `${at} >= ? and ` : ''}${column} in (:list)`, since === null ? [] : [since], personIds)
      for (const row of rows) {
        const id = row['id'] as string
        const list = found.get(id) ?? []
        if (!list.includes(words)) found.set(id, [...list, words])
      }
    }
  }
  return found
}
