import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'

/** 1 September 1980: a fixed time stamp keeps the bytes the same. */
const DOS_DATE = (0 << 9) | (9 << 5) | 1
const UTF8_NAMES = 0x0800
const DEFLATE = 8
const STORED_VERSION = 20

interface Entry {
  name: Buffer
  crc: number
  packed: number
  plain: number
  offset: number
}

/**
 * Packs files of one folder into a zip with all of them at its root (as OneRoster wants), deterministic in content and
 * order. Written after PKWARE's APPNOTE 6.3, classic records only: each file and the whole must stay below 4 GB.
 */
export function zipFolder(folder: string, names: readonly string[], target: string): void {
  const handle = openSync(target, 'w')
  let at = 0
  const put = (bytes: Uint8Array): void => {
    let done = 0
    while (done < bytes.length) done += writeSync(handle, bytes, done)
    at += bytes.length
  }
  const entries = names.map((file): Entry => {
    const plain = readFileSync(join(folder, file))
    const packed = deflateRawSync(plain, { level: 6 })
    const entry = { name: Buffer.from(file), crc: crc32(plain), packed: packed.length, plain: plain.length, offset: at }
    put(localHeader(entry))
    put(packed)
    return entry
  })
  const start = at
  for (const entry of entries) put(centralHeader(entry))
  put(endRecord(entries.length, at - start, start))
  closeSync(handle)
}

/** The fields that both headers share, from "version needed" to "name length". */
function common(entry: Entry): Buffer {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt16LE(STORED_VERSION, 0)
  bytes.writeUInt16LE(UTF8_NAMES, 2)
  bytes.writeUInt16LE(DEFLATE, 4)
  bytes.writeUInt16LE(0, 6)
  bytes.writeUInt16LE(DOS_DATE, 8)
  bytes.writeUInt32LE(entry.crc, 10)
  bytes.writeUInt32LE(entry.packed, 14)
  bytes.writeUInt32LE(entry.plain, 18)
  bytes.writeUInt16LE(entry.name.length, 22)
  return bytes
}

const signature = (word: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(word)
  return bytes
}

const localHeader = (entry: Entry): Buffer => Buffer.concat([signature(0x04034b50), common(entry), Buffer.alloc(2), entry.name])

function centralHeader(entry: Entry): Buffer {
  const madeBy = Buffer.alloc(2)
  madeBy.writeUInt16LE(STORED_VERSION)
  // Extra and comment length, disk, attributes: all nought; then the offset of the local header.
  const rest = Buffer.alloc(16)
  rest.writeUInt32LE(entry.offset, 12)
  return Buffer.concat([signature(0x02014b50), madeBy, common(entry), rest, entry.name])
}

function endRecord(count: number, size: number, start: number): Buffer {
  const bytes = Buffer.alloc(22)
  bytes.writeUInt32LE(0x06054b50, 0)
  bytes.writeUInt16LE(count, 8)
  bytes.writeUInt16LE(count, 10)
  bytes.writeUInt32LE(size, 12)
  bytes.writeUInt32LE(start, 16)
  return bytes
}
