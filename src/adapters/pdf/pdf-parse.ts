/** A value of a PDF file (ISO 32000-1, 7.3), as far as verifying needs it. */
export type PdfValue =
  | { kind: 'number'; value: number }
  | { kind: 'name'; value: string }
  | { kind: 'string'; bytes: Buffer; hex: boolean; from: number; to: number }
  | { kind: 'array'; items: PdfValue[] }
  | { kind: 'dict'; entries: Map<string, PdfValue>; to: number }
  | { kind: 'ref'; id: number }
  | { kind: 'word'; value: string }

/** Thrown on anything that is not a PDF as we write it; becomes a plain reason. */
export class PdfParseError extends Error {}

const SPACE = new Set([0, 9, 10, 12, 13, 32])
const DELIMITER = new Set([...'()<>[]{}/%'].map((char) => char.charCodeAt(0)))
const DEEPEST = 24
// Far above anything a record holds; hostile files stop here instead of filling the memory or holding up everybody else.
const LONGEST_STRING = 100_000
const LONGEST_STRETCH = 250_000
const MOST_VALUES = 5_000

/**
 * Reads values from a byte offset on. Bounded in depth, in number of values, and by the stretch of the file that one reader may
 * look at: anybody may hand in a file, and it is read in the thread that answers everybody. It never loops without moving on.
 */
export class PdfReader {
  readonly bytes: Buffer
  at: number
  #valuesLeft = MOST_VALUES

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes.subarray(0, at + LONGEST_STRETCH)
    this.at = at
  }

  /** The next value. */
  value(depth = 0): PdfValue {
    this.#valuesLeft -= 1
    if (this.#valuesLeft < 0) throw new PdfParseError('holds more than any record of ours')
    if (depth > DEEPEST) throw new PdfParseError('nested too deeply')
    this.#skipSpace()
    const byte = this.bytes[this.at]
    if (byte === undefined) throw new PdfParseError('ends too early')
    if (byte === 0x2f) return { kind: 'name', value: this.#name() }
    if (byte === 0x28) return this.#literal()
    if (byte === 0x5b) return this.#array(depth)
    if (byte === 0x3c) return this.bytes[this.at + 1] === 0x3c ? this.#dict(depth) : this.#hex()
    return this.#wordOrNumber()
  }

  /** Requires this keyword next. */
  word(expected: string): void {
    const found = this.value()
    if (found.kind !== 'word' || found.value !== expected) throw new PdfParseError(`expected ${expected}`)
  }

  #skipSpace(): void {
    while (SPACE.has(this.bytes[this.at] ?? -1)) this.at += 1
  }

  #token(): string {
    const from = this.at
    while (this.at < this.bytes.length && this.at - from < 200) {
      const byte = this.bytes[this.at] ?? 0
      if (SPACE.has(byte) || DELIMITER.has(byte)) break
      this.at += 1
    }
    return this.bytes.toString('latin1', from, this.at)
  }

  #name(): string {
    this.at += 1
    return this.#token()
  }

  #wordOrNumber(): PdfValue {
    const token = this.#token()
    if (token === '') throw new PdfParseError('unexpected character')
    if (!/^[+-]?\d+(\.\d+)?$/.test(token)) return { kind: 'word', value: token }
    // "12 0 R" is a reference; look ahead without going further when it is not.
    const back = this.at
    if (/^\d+$/.test(token)) {
      this.#skipSpace()
      const generation = this.#token()
      this.#skipSpace()
      if (generation === '0' && this.bytes[this.at] === 0x52 && !/[A-Za-z0-9]/.test(String.fromCharCode(this.bytes[this.at + 1] ?? 0x20))) {
        this.at += 1
        return { kind: 'ref', id: Number(token) }
      }
      this.at = back
    }
    return { kind: 'number', value: Number(token) }
  }

  #literal(): PdfValue {
    const from = this.at
    let depth = 0
    const out: number[] = []
    for (this.at += 1; this.at < this.bytes.length && out.length < LONGEST_STRING; this.at += 1) {
      const byte = this.bytes[this.at] ?? 0
      if (byte === 0x5c) throw new PdfParseError('escapes are not used in these files')
      if (byte === 0x29 && depth === 0) {
        this.at += 1
        return { kind: 'string', bytes: Buffer.from(out), hex: false, from, to: this.at }
      }
      depth += byte === 0x28 ? 1 : byte === 0x29 ? -1 : 0
      out.push(byte)
    }
    throw new PdfParseError('string without an end')
  }

  #hex(): PdfValue {
    const from = this.at
    const end = this.bytes.indexOf(0x3e, from)
    if (end < 0 || end - from > LONGEST_STRING) throw new PdfParseError('string without an end')
    const text = this.bytes.toString('latin1', from + 1, end)
    if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw new PdfParseError('string that is not hexadecimal')
    this.at = end + 1
    return { kind: 'string', bytes: Buffer.from(text, 'hex'), hex: true, from, to: this.at }
  }

  #array(depth: number): PdfValue {
    this.at += 1
    const items: PdfValue[] = []
    for (;;) {
      this.#skipSpace()
      if (this.bytes[this.at] === 0x5d) {
        this.at += 1
        return { kind: 'array', items }
      }
      items.push(this.value(depth + 1))
    }
  }

  #dict(depth: number): PdfValue {
    this.at += 2
    const entries = new Map<string, PdfValue>()
    for (;;) {
      this.#skipSpace()
      if (this.bytes[this.at] === 0x3e && this.bytes[this.at + 1] === 0x3e) {
        this.at += 2
        return { kind: 'dict', entries, to: this.at }
      }
      const key = this.value(depth + 1)
      if (key.kind !== 'name' || entries.has(key.value)) throw new PdfParseError('dictionary with a bad or double key')
      entries.set(key.value, this.value(depth + 1))
    }
  }
}
