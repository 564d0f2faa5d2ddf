import { isAscii, isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { damageIn, looksDamaged } from './text-damage.ts'

export type TextEncoding = 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be'

/** The bytes are not the text they are said to be. `linesBefore` counts line feeds ahead of the damage in this push. */
export class EncodingDamage extends Error {
  readonly linesBefore: number
  constructor(what: string, linesBefore: number) {
    super(what)
    this.name = 'EncodingDamage'
    this.linesBefore = linesBefore
  }
}

/** Turns chunks of bytes into text made of whole lines, so that no character is cut; refuses damaged text (R3). */
export interface LineDecoder {
  /** Whole lines out of what has come so far; empty while the first line is still coming. */
  push(chunk: Buffer): string
  /** What is left after the last line end. */
  end(): string
  /** Bytes or UTF-16 units held back: grows only while one line grows. */
  readonly held: number
}

export function createLineDecoder(encoding: TextEncoding): LineDecoder {
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? new Utf16Lines(encoding === 'utf-16be') : new ByteLines(encoding)
}

/** Old Macintosh files end lines with CR alone; believed only after so much text without a line feed. */
const CR_AFTER = 64 * 1024

function endOfLastLine(held: Buffer | string): number {
  const feed = held.lastIndexOf('\n') + 1
  return feed > 0 || held.length < CR_AFTER ? feed : held.lastIndexOf('\r') + 1
}

/** UTF-8 and Windows-1252 share this: in both a line feed is the byte 0x0A and nothing else. */
class ByteLines implements LineDecoder {
  readonly #encoding: 'utf-8' | 'windows-1252'
  #held: Buffer = Buffer.alloc(0)
  #first = true

  constructor(encoding: 'utf-8' | 'windows-1252') {
    this.#encoding = encoding
  }

  get held(): number {
    return this.#held.length
  }

  push(chunk: Buffer): string {
    // Only the line that began in an earlier chunk is copied together; the bulk is decoded where it lies.
    const join = this.#held.length === 0 ? 0 : chunk.indexOf(10) + 1
    if (this.#held.length > 0 && join === 0) return this.#pushJoined(chunk)
    const head = join === 0 ? '' : this.#decode(Buffer.concat([this.#held, chunk.subarray(0, join)]))
    const rest = chunk.subarray(join)
    const cut = endOfLastLine(rest)
    this.#held = Buffer.from(rest.subarray(cut))
    return cut === 0 ? head : head + this.#decode(rest.subarray(0, cut))
  }

  /** No line feed has come yet: a long first line, or a file whose lines end in CR. */
  #pushJoined(chunk: Buffer): string {
    const all = Buffer.concat([this.#held, chunk])
    const cut = endOfLastLine(all)
    this.#held = Buffer.from(all.subarray(cut))
    return cut === 0 ? '' : this.#decode(all.subarray(0, cut))
  }

  end(): string {
    const rest = this.#held
    this.#held = Buffer.alloc(0)
    return rest.length === 0 ? '' : this.#decode(rest)
  }

  #decode(bytes: Buffer): string {
    const zero = bytes.indexOf(0)
    if (zero !== -1) throw new EncodingDamage(zeroByte(bytes), linesIn(bytes.subarray(0, zero)))
    if (isAscii(bytes)) {
      this.#first = false
      return bytes.toString('latin1')
    }
    const text = this.#encoding === 'utf-8' ? fromUtf8(bytes) : fromWindows1252(bytes)
    const marked = this.#first && text.charCodeAt(0) === 0xfeff
    this.#first = false
    return marked ? text.slice(1) : text
  }
}

function fromUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) {
    const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
    throw new EncodingDamage(utf16 || (bytes[0] === 0xfe && bytes[1] === 0xff) ? 'The file is UTF-16, not UTF-8.' : 'There are bytes that are not UTF-8.', firstBadLine(bytes))
  }
  const text = bytes.toString('utf8')
  if (looksDamaged(bytes)) refuseDamage(text)
  return text
}

function fromWindows1252(bytes: Buffer): string {
  const text = iconv.decode(bytes, 'win1252', { stripBOM: false })
  refuseDamage(text)
  return text
}

class Utf16Lines implements LineDecoder {
  readonly #swap: boolean
  #odd: Buffer = Buffer.alloc(0)
  #text = ''
  #first = true

  constructor(swap: boolean) {
    this.#swap = swap
  }

  get held(): number {
    return this.#text.length
  }

  push(chunk: Buffer): string {
    const all = Buffer.concat([this.#odd, chunk])
    const even = all.length & ~1
    this.#odd = Buffer.from(all.subarray(even))
    const units = all.subarray(0, even)
    this.#text += (this.#swap ? units.swap16() : units).toString('utf16le')
    const cut = endOfLastLine(this.#text)
    const lines = this.#text.slice(0, cut)
    this.#text = this.#text.slice(cut)
    return this.#checked(lines)
  }

  end(): string {
    const rest = this.#text
    this.#text = ''
    if (this.#odd.length > 0) throw new EncodingDamage('The file ends in the middle of a UTF-16 character.', 0)
    return this.#checked(rest)
  }

  #checked(text: string): string {
    if (text === '') return text
    const marked = this.#first && text.charCodeAt(0) === 0xfeff
    this.#first = false
    if (!text.isWellFormed()) throw new EncodingDamage('There are broken UTF-16 characters.', 0)
    if (text.includes('\0')) throw new EncodingDamage('There are NUL characters in the text.', 0)
    refuseDamage(text)
    return marked ? text.slice(1) : text
  }
}

function refuseDamage(text: string): void {
  const damage = damageIn(text)
  if (damage) throw new EncodingDamage(damage.what, linesIn(text.slice(0, damage.at)))
}

function zeroByte(bytes: Buffer): string {
  let zeros = 0
  for (const byte of bytes.subarray(0, 1000)) if (byte === 0) zeros++
  return zeros > Math.min(bytes.length, 1000) / 4 ? 'The file looks like UTF-16 without a byte order mark.' : 'There are NUL bytes in the text.'
}

function firstBadLine(bytes: Buffer): number {
  let start = 0
  for (let line = 0; ; line++) {
    const end = bytes.indexOf(10, start)
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line
    start = end + 1
  }
}

function linesIn(text: string | Buffer): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
