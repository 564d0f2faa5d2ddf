import { databaseFailure } from '../db/database-failure.ts'
import { type AssentError, OutsideFailure, UnusableInput } from '../shared/errors.ts'

const FILES: Record<string, string> = {
  ENOENT: 'does not exist', EACCES: 'may not be opened by this user', EPERM: 'may not be changed by this user', EROFS: 'lies on a file system that cannot be written to',
  ENOTDIR: 'lies below something that is not a folder', EISDIR: 'is a folder', EEXIST: 'exists already',
}
const FULL: Record<string, string> = { ENOSPC: 'The disk is full.', EDQUOT: 'The disk quota is used up.', EMFILE: 'Too many files are open.' }

/** What the operating system refused, in words; null when the fault is ours. */
export function systemFailure(error: unknown): AssentError | null {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown }
  if (typeof code !== 'string') return null
  const full = FULL[code]
  if (full) return new OutsideFailure({ what: full, where: typeof path === 'string' ? path : 'data directory', remedy: 'Make room and run it again: what was done stays done.' }, error)
  const database = databaseFailure(code, error)
  if (database) return database
  const words = FILES[code]
  return words && typeof path === 'string' ? new UnusableInput({ what: `This path ${words}.`, where: path, remedy: 'Check the path and who may use it.' }, error) : null
}
