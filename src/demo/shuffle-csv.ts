import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Random } from './random.ts'

const LINE_FEED = 0x0a
const CHUNK = 1 << 20

/**
 * Puts the rows of a CSV file (one line each, as `CsvFile` writes our tables) in another order; the header stays first.
 * Holds the file in memory once as bytes, with four bytes for each row.
 */
export function shuffleCsv(path: string, random: Random): void {
  const bytes = readFileSync(path)
  const starts = lineStarts(bytes)
  const order = Uint32Array.from({ length: Math.max(0, starts.length - 2) }, (_, index) => index + 1)
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.int(0, last)
    const kept = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = kept
  }
  const handle = openSync(path, 'w')
  const out = Buffer.allocUnsafe(CHUNK)
  let filled = 0
  const put = (line: Uint8Array): void => {
    if (filled + line.length > out.length) {
      writeSync(handle, out, 0, filled)
      filled = 0
    }
    // A line longer than the buffer goes straight out.
    if (line.length > out.length) writeSync(handle, line)
    else filled += (out.set(line, filled), line.length)
  }
  const line = (index: number): Uint8Array => bytes.subarray(starts[index] ?? 0, starts[index + 1] ?? bytes.length)
  put(line(0))
  for (const index of order) put(line(index))
  writeSync(handle, out, 0, filled)
  closeSync(handle)
}

/** Where each line starts, and at last where the file ends. */
function lineStarts(bytes: Uint8Array): Uint32Array {
  let lines = 1
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines++
  const starts = new Uint32Array(lines)
  let count = 1
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) starts[count++] = at + 1
  return starts
}
