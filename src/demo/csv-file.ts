import { closeSync, openSync, writeSync } from 'node:fs'
import iconv from 'iconv-lite'

export type CsvEncoding = 'utf-8' | 'windows-1252'

const NEEDS_QUOTES = /[",\r\n]/
const CHUNK = 1 << 18

/** One field as RFC 4180 wants it. */
const field = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/**
 * Writes one CSV file row by row in pieces of some 256 KB, so that memory does not grow with the file. Lines end in CRLF.
 * Writing is synchronous: this serves commands, tests and benchmarks, never a request.
 */
export class CsvFile {
  readonly path: string
  readonly #encoding: CsvEncoding
  readonly #columns: number
  readonly #handle: number
  #waiting = ''

  constructor(path: string, header: readonly string[], encoding: CsvEncoding = 'utf-8') {
    this.path = path
    this.#encoding = encoding
    this.#columns = header.length
    this.#handle = openSync(path, 'w')
    this.row(header)
  }

  /** @throws RangeError when the row does not have as many cells as the header. */
  row(cells: readonly string[]): void {
    if (cells.length !== this.#columns) throw new RangeError(`A row of ${cells.length} cells in a table of ${this.#columns} columns.`)
    let line = ''
    for (let index = 0; index < cells.length; index++) line += (index === 0 ? '' : ',') + field(cells[index] ?? '')
    this.#waiting += `${line}\r\n`
    if (this.#waiting.length > CHUNK) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#handle)
  }

  #flush(): void {
    const bytes = this.#encoding === 'utf-8' ? Buffer.from(this.#waiting) : iconv.encode(this.#waiting, this.#encoding)
    let done = 0
    while (done < bytes.length) done += writeSync(this.#handle, bytes, done)
    this.#waiting = ''
  }
}
