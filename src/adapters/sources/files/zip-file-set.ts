import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import yauzl from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { UnusableInput } from '../../../shared/errors.ts'
import type { SourceLimits } from '../source.ts'
import type { FileSet } from './file-set.ts'
import { refuseDuplicateNames, tooLarge, tooMany } from './set-checks.ts'

/** Below this size a high ratio is harmless: a short file of equal rows compresses very well. */
const RATIO_MATTERS_FROM = 1024 * 1024
const ARCHIVE = /\.(zip|gz|7z|rar|tar|bz2|xz)$/i

/**
 * The CSV files of an archive, streamed, never unpacked to disk. Standards ask for files at the root; one folder around
 * all of them is tolerated with a warning.
 * @throws UnusableInput for a damaged, encrypted, nested or hostile archive.
 */
export async function openZip(path: string, limits: SourceLimits): Promise<FileSet> {
  const label = basename(path)
  const zip = await yauzl.openPromise(path, { autoClose: false }).catch((cause: unknown) => {
    throw damaged(label, cause)
  })
  try {
    const { entries, warnings } = await listEntries(zip, label, limits)
    refuseDuplicateNames([...entries.keys()], label)
    return {
      kind: 'zip',
      label,
      names: [...entries.keys()],
      warnings,
      read: (name) => readEntry(zip, entries.get(name), name, label),
      close: async () => zip.close(),
    }
  } catch (cause) {
    zip.close()
    throw cause
  }
}

async function listEntries(zip: ZipFile, label: string, limits: SourceLimits) {
  const found: { folder: string; name: string; entry: Entry }[] = []
  let total = 0
  let seen = 0
  try {
    for await (const entry of zip.eachEntry()) {
      if (++seen > limits.maxEntries) throw tooMany(label, limits.maxEntries)
      if (entry.fileName.endsWith('/') || isSystemFile(entry.fileName)) continue
      checkEntry(entry, label, limits)
      total += entry.uncompressedSize
      if (total > limits.maxTotalBytes) throw tooLarge(label, limits.maxTotalBytes)
      const cut = entry.fileName.lastIndexOf('/') + 1
      found.push({ folder: entry.fileName.slice(0, cut), name: entry.fileName.slice(cut), entry })
    }
  } catch (cause) {
    if (cause instanceof UnusableInput) throw cause
    throw damaged(label, cause)
  }
  const folders = new Set(found.map((file) => file.folder))
  const folder = folders.has('') ? '' : ([...folders][0] ?? '')
  const warnings = folder === '' ? [] : [`The files of ${label} lie in the folder ${folder} instead of at its root.`]
  const entries = new Map<string, Entry>()
  for (const file of found) {
    if (file.folder !== folder) {
      warnings.push(`${file.folder}${file.name} lies in another folder and was ignored.`)
    } else if (entries.has(file.name)) {
      throw new UnusableInput({ what: `${file.name} is in the archive twice.`, where: label, remedy: 'Make the zip again.' })
    } else {
      entries.set(file.name, file.entry)
    }
  }
  return { entries, warnings }
}

/** Left behind by desktop systems when they compress a folder. */
function isSystemFile(name: string): boolean {
  return name.startsWith('__MACOSX/') || basename(name).startsWith('.') || basename(name) === 'Thumbs.db'
}

function checkEntry(entry: Entry, label: string, limits: SourceLimits): void {
  if (entry.isEncrypted()) {
    throw new UnusableInput({ what: `${entry.fileName} is encrypted.`, where: label, remedy: 'Make the zip without a password and send it over a protected route.' })
  }
  if (ARCHIVE.test(entry.fileName)) {
    throw new UnusableInput({ what: `${entry.fileName} is an archive inside the archive.`, where: label, remedy: 'Unpack it, and give the roster files alone.' })
  }
  if (entry.uncompressedSize > limits.maxEntryBytes) throw tooLarge(entry.fileName, limits.maxEntryBytes)
  const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize)
  if (entry.uncompressedSize >= RATIO_MATTERS_FROM && ratio > limits.maxCompressionRatio) {
    throw new UnusableInput({
      what: `${entry.fileName} unpacks to ${Math.round(ratio)} times its size, more than the ${limits.maxCompressionRatio} allowed.`,
      where: label,
      remedy: 'This looks like a zip bomb. If it is a true export, give the files in a folder.',
    })
  }
}

/** yauzl checks the declared size against the bytes that come; the checksum is ours to check. */
async function* readEntry(zip: ZipFile, entry: Entry | undefined, name: string, label: string): AsyncGenerator<Buffer> {
  if (!entry) throw new UnusableInput({ what: `${name} is not in the archive.`, where: label, remedy: 'Make the zip again.' })
  let sum = 0
  try {
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum)
      yield chunk
    }
  } catch (cause) {
    throw damaged(`${label}, ${name}`, cause)
  }
  if (sum !== entry.crc32) throw damaged(`${label}, ${name}`)
}

function damaged(where: string, cause?: unknown): UnusableInput {
  const detail = cause instanceof Error ? cause.message : ''
  if (/invalid relative path|absolute path|invalid characters in fileName/.test(detail)) {
    return new UnusableInput(
      { what: 'The archive names a file outside itself.', where, remedy: 'Do not use this file. Ask the sender for a clean export.' },
      cause,
    )
  }
  return new UnusableInput(
    { what: 'The zip is damaged or was cut short.', where, remedy: 'Send or download it again, and check that it opens.' },
    cause,
  )
}
