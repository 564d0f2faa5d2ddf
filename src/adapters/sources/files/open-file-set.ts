import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UnusableInput } from '../../../shared/errors.ts'
import type { SourceLimits } from '../source.ts'
import type { FileSet } from './file-set.ts'
import { openFolder, openSingleFile } from './folder-file-set.ts'
import { openZip } from './zip-file-set.ts'

/**
 * Opens a path as a set of files; a folder that holds one zip alone is that zip. A zip is known by its first bytes, not by its name.
 * @throws UnusableInput when the path cannot be read or the set breaks a limit.
 */
export async function openFileSet(path: string, limits: SourceLimits): Promise<FileSet> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  if (found.isDirectory()) {
    const folder = await openFolder(path, limits)
    const [only = ''] = folder.names
    // Exports are often dropped into a folder of their own.
    return folder.names.length === 1 && await startsLikeZip(join(path, only)) ? openZip(join(path, only), limits) : folder
  }
  if (!found.isFile()) {
    throw new UnusableInput({ what: 'The path is neither a file nor a folder.', where: path, remedy: 'Give a file, a zip or a folder.' })
  }
  return (await startsLikeZip(path)) ? openZip(path, limits) : openSingleFile(path, found.size, limits)
}

/** "PK" followed by a local header, or by the end record of an empty archive. */
async function startsLikeZip(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    const mark = buffer.toString('latin1', 0, bytesRead)
    return mark === 'PK\u0003\u0004' || mark === 'PK\u0005\u0006'
  } finally {
    await file.close()
  }
}

function unreadable(path: string, cause: unknown): UnusableInput {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const why: Record<string, string> = {
    ENOENT: 'There is nothing at this path.',
    EACCES: 'This path may not be read by the user Assent runs as.',
  }
  return new UnusableInput(
    { what: why[code] ?? 'This path cannot be read.', where: path, remedy: 'Check the path and its permissions, then run again.' },
    cause,
  )
}
