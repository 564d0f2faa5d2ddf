import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { crc32, createDeflateRaw } from 'node:zlib'

/** 1 September 1980: a fixed time stamp keeps the bytes the same. */
const DOS_DATE = (0 << 9) | (9 << 5) | 1
const UTF8_NAMES = 0x0800
const DEFLATE = 8
const STORED_VERSION = 20
/** Bytes of a local header before the name. */
const LOCAL_HEADER = 30

interface Entry {
  name: Buffer
  crc: number
  packed: number
  plain: number
  offset: number
}

/**
 * Packs files of one folder into a zip with all of them at its root (as OneRoster wants), deterministic in content and
 * order, streaming. Written after PKWARE's APPNOTE 6.3, classic records only: each file and the whole must stay below 4 GB.
 */
export async function zipFolder(folder: string, names: readonly string[], target: string): Promise<void> {
  const handle = await open(target, 'w')
  try {
    const entries: Entry[] = []
    let at = 0
    for (const file of names) {
      const entry = await pack(handle, join(folder, file), file, at)
      entries.push(entry)
      at += LOCAL_HEADER + entry.name.length + entry.packed
    }
    const directory = Buffer.concat(entries.map(centralHeader))
    await handle.write(Buffer.concat([directory, endRecord(entries.length, directory.length, at)]), 0, undefined, at)
  } finally {
    await handle.close()
  }
}

/** Writes one file at `offset`: its packed bytes first, then the header before them, when lengths and checksum are known. */
async function pack(handle: FileHandle, path: string, file: string, offset: number): Promise<Entry> {
  const entry: Entry = { name: Buffer.from(file), crc: 0, packed: 0, plain: 0, offset }
  const start = offset + LOCAL_HEADER + entry.name.length
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 18 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        entry.crc = crc32(chunk, entry.crc)
        entry.plain += chunk.length
        yield chunk
      }
    },
    createDeflateRaw({ level: 6, chunkSize: 1 << 18 }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        await handle.write(chunk, 0, chunk.length, start + entry.packed)
        entry.packed += chunk.length
      }
    },
  )
  await handle.write(localHeader(entry), 0, undefined, offset)
  return entry
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
