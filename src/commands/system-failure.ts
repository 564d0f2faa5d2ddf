import { AssentError, OutsideFailure, UnusableInput } from '../shared/errors.ts'

const FILES: Record<string, string> = {
  ENOENT: 'does not exist', EACCES: 'may not be opened by this user', EPERM: 'may not be changed by this user', EROFS: 'lies on a file system that cannot be written to',
  ENOTDIR: 'lies below something that is not a folder', EISDIR: 'is a folder', EEXIST: 'exists already',
}
const FULL: Record<string, string> = { ENOSPC: 'The disk is full.', EDQUOT: 'The disk quota is used up.', SQLITE_FULL: 'The disk is full.', EMFILE: 'Too many files are open.' }

/** What the operating system refused, in words; null when the fault is ours. */
export function systemFailure(error: unknown): AssentError | null {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown }
  if (typeof code !== 'string') return null
  const full = FULL[code]
  if (full) return new OutsideFailure({ what: full, where: typeof path === 'string' ? path : 'data directory', remedy: 'Make room and run it again: what was done stays done.' }, error)
  if (code.startsWith('SQLITE_READONLY')) return new UnusableInput({ what: 'The database cannot be written to.', where: 'database', remedy: 'Let this user write to the database file and its folder.' }, error)
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return new UnusableInput({ what: 'The database file is damaged or is no database.', where: 'database', remedy: 'Restore it from the backup, or name the right file in ASSENT_DATABASE_URL.' }, error)
  if (code.startsWith('SQLITE_BUSY')) return new OutsideFailure({ what: 'The database was busy for too long.', where: 'database', remedy: 'Run it again in a minute.' }, error)
  const words = FILES[code]
  return words && typeof path === 'string' ? new UnusableInput({ what: `This path ${words}.`, where: path, remedy: 'Check the path and who may use it.' }, error) : null
}
