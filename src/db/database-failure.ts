import { type AssentError, OutsideFailure, UnusableInput } from '../shared/errors.ts'

/** What the database refused for a reason outside Assent, in words; null for everything else. */
export function databaseFailure(code: string, cause: unknown): AssentError | null {
  const where = 'database'
  if (code === 'SQLITE_FULL') return new OutsideFailure({ what: 'The disk is full.', where, remedy: 'Make room and run it again: what was done stays done.' }, cause)
  if (code.startsWith('SQLITE_READONLY')) return new UnusableInput({ what: 'The database cannot be written to.', where, remedy: 'Let this user write to the database file and its folder.' }, cause)
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return new UnusableInput({ what: 'The database file is damaged or is no database.', where, remedy: 'Restore it from the backup, or name the right file in ASSENT_DATABASE_URL.' }, cause)
  }
  if (code.startsWith('SQLITE_BUSY')) return new OutsideFailure({ what: 'The database was busy for too long.', where, remedy: 'Run it again in a minute.' }, cause)
  return null
}
