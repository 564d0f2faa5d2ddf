import { isAscii, isUtf8 } from 'node:buffer'
import { UnusableInput } from '../../../shared/errors.ts'
import { createLineDecoder } from '../csv/line-decoder.ts'
import type { TextEncoding } from '../csv/line-decoder.ts'
import { told } from '../csv/walk-csv.ts'
import { RecordSplitter } from '../csv/record-splitter.ts'
import type { FileSet } from '../files/file-set.ts'
import { recogniseColumns } from './recognise.ts'

/**
 * The encoding of a whole file: its byte order mark, else UTF-8 where every line is, else Windows-1252.
 * @throws UnusableInput when some lines are UTF-8 and others are not: the file was patched together (R3).
 */
export async function findEncoding(files: FileSet, name: string): Promise<TextEncoding> {
  let held: Buffer = Buffer.alloc(0)
  let first = true
  let line = 1
  let utf8 = 0
  let other = 0
  const judge = (bytes: Buffer) => {
    if (isAscii(bytes) && other === 0 && utf8 === 0) {
      // Lines are counted only where a message will need them.
      line += countFeeds(bytes)
      return
    }
    for (let start = 0; start < bytes.length; ) {
      const feed = bytes.indexOf(10, start)
      const end = feed === -1 ? bytes.length : feed + 1
      const piece = bytes.subarray(start, end)
      if (!isAscii(piece)) {
        if (isUtf8(piece)) utf8 ||= line
        else other ||= line
      }
      line++
      start = end
    }
  }
  for await (const chunk of files.read(name)) {
    const all = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    if (first && all.length < 3) {
      held = all
      continue
    }
    if (first) {
      if (all[0] === 0xff && all[1] === 0xfe) return 'utf-16le'
      if (all[0] === 0xfe && all[1] === 0xff) return 'utf-16be'
      if (all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf) return 'utf-8'
      first = false
    }
    const cut = all.lastIndexOf(10) + 1
    if (cut > 0) judge(all.subarray(0, cut))
    held = Buffer.from(all.subarray(cut))
    if (held.length > 16 * 1024 * 1024) break
  }
  judge(held)
  if (utf8 > 0 && other > 0) {
    throw new UnusableInput({
      what: `Line ${utf8} is UTF-8 and line ${other} is not: the file mixes two encodings.`,
      where: `${name}, line ${Math.max(utf8, other)}`,
      remedy: 'Export the file again as "CSV UTF-8" in one go.',
    })
  }
  return other > 0 ? 'windows-1252' : 'utf-8'
}

function countFeeds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++
  return count
}

const DELIMITERS = [',', ';', '\t'] as const
/** Characters of text looked at to learn the delimiter. */
const HEAD = 64 * 1024
export type Delimiter = (typeof DELIMITERS)[number]

/**
 * The text at the head of a file, enough to hold its header.
 * @throws UnusableInput when it is damaged.
 */
export async function readHead(files: FileSet, name: string, encoding: TextEncoding): Promise<string> {
  const decoder = createLineDecoder(encoding)
  try {
    for await (const chunk of files.read(name)) {
      const text = decoder.push(chunk)
      if (text !== '' || decoder.held > HEAD) return text.slice(0, HEAD)
    }
    return decoder.end().slice(0, HEAD)
  } catch (cause) {
    throw told(cause, name, 1)
  }
}

/** The delimiter under which the header makes most sense. */
export function findDelimiter(head: string): Delimiter {
  let best: Delimiter = ','
  let most = -1
  for (const delimiter of DELIMITERS) {
    const cells = splitHeader(head, delimiter)
    const score = Object.keys(recogniseColumns(cells).columns).length * 1000 + cells.length
    if (score > most) {
      most = score
      best = delimiter
    }
  }
  return best
}

function splitHeader(head: string, delimiter: Delimiter): string[] {
  let header: string[] = []
  const splitter = new RecordSplitter(delimiter, HEAD, (cells) => {
    if (header.length === 0) header = cells
  })
  try {
    splitter.push(head)
    splitter.end()
  } catch {
    // Quotes that fit another delimiter, or a record cut at the end of the head: the header came first.
  }
  return header
}
