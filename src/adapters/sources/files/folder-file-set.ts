import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UnusableInput } from '../../../shared/errors.ts'
import type { SourceLimits } from '../source.ts'
import type { FileSet } from './file-set.ts'
import { refuseDuplicateNames, tooLarge, tooMany } from './set-checks.ts'

/** Bytes asked for at once: large enough that per-chunk work vanishes, small enough to stay in cache. */
const CHUNK = 64 * 1024

/** The regular files directly inside a folder; hidden files and sub-folders are left alone. */
export async function openFolder(path: string, limits: SourceLimits): Promise<FileSet> {
  const warnings: string[] = []
  const names: string[] = []
  let total = 0
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    if (!entry.isFile()) {
      warnings.push(`${entry.name} is not a plain file and was ignored.`)
      continue
    }
    const { size } = await stat(join(path, entry.name))
    if (size > limits.maxEntryBytes) throw tooLarge(entry.name, limits.maxEntryBytes)
    total += size
    names.push(entry.name)
    if (names.length > limits.maxEntries) throw tooMany(path, limits.maxEntries)
  }
  if (total > limits.maxTotalBytes) throw tooLarge(basename(path), limits.maxTotalBytes)
  refuseDuplicateNames(names, path)
  return {
    kind: 'folder',
    label: basename(path),
    names,
    warnings,
    read: (name) => readCapped(join(path, name), name, limits.maxEntryBytes),
    close: async () => {},
  }
}

/** One file standing alone. */
export async function openSingleFile(path: string, size: number, limits: SourceLimits): Promise<FileSet> {
  const name = basename(path)
  if (size > limits.maxEntryBytes) throw tooLarge(name, limits.maxEntryBytes)
  return {
    kind: 'file',
    label: name,
    names: [name],
    warnings: [],
    read: () => readCapped(path, name, limits.maxEntryBytes),
    close: async () => {},
  }
}

/** Reads to the end, but never past the cap: a file may still be growing. */
async function* readCapped(path: string, name: string, cap: number): AsyncGenerator<Buffer> {
  let seen = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
      seen += chunk.length
      if (seen > cap) throw tooLarge(name, cap)
      yield chunk
    }
  } catch (cause) {
    if (cause instanceof UnusableInput) throw cause
    throw new UnusableInput(
      { what: `${name} cannot be read to its end.`, where: name, remedy: 'Check the permissions and the disk, then run again.' },
      cause,
    )
  }
}
