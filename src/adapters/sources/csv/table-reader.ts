import { UnusableInput } from '../../../shared/errors.ts'
import type { FileSet } from '../files/file-set.ts'
import type { RejectedRow, SourceItem, SourceLimits, SourceProof } from '../source.ts'
import { reject } from '../facts/row.ts'
import { readHeader, walkCsv } from './walk-csv.ts'
import type { CsvDialect, WalkTotals } from './walk-csv.ts'

/** Rows per batch: few enough for a short transaction, many enough that the hand-over costs nothing. */
const BATCH = 500

/** Walks one large file, its header already judged. */
export type TableWalk = () => AsyncGenerator<SourceItem[]>

/** Reads the files of one set and remembers what was read, for the proof of completeness (R2). */
export class TableReader {
  readonly files: FileSet
  readonly warnings: string[]
  readonly #dialect: CsvDialect
  readonly #limits: SourceLimits
  readonly #read: SourceProof['files'] = []
  readonly #headers = new Map<string, string[]>()
  readonly #told = new Map<string, { count: number; at: number }>()

  constructor(files: FileSet, dialect: CsvDialect, limits: SourceLimits) {
    this.files = files
    this.#dialect = dialect
    this.#limits = limits
    this.warnings = [...files.warnings]
  }

  async header(name: string): Promise<string[]> {
    const known = this.#headers.get(name) ?? (await readHeader(this.files, name, this.#dialect, this.#limits))
    this.#headers.set(name, known)
    return known
  }

  /** Says a thing once, however many rows show it; the count stands in the last warning. */
  warn(text: string): void {
    const told = this.#told.get(text)
    if (!told) {
      this.#told.set(text, { count: 1, at: this.warnings.push(text) - 1 })
    } else {
      told.count++
      this.warnings[told.at] = `${text} (${told.count} times)`
    }
  }

  /** Reads a small table into memory through `take`; rows it refuses come back. */
  async load(name: string, take: (cells: string[], line: number) => string | undefined): Promise<RejectedRow[]> {
    const rejected: RejectedRow[] = []
    const step = (cells: string[], line: number) => {
      const reason = take(cells, line)
      if (reason !== undefined) rejected.push(reject(name, line, reason))
    }
    for await (const _ of this.#walk(name, step, (row) => rejected.push(row))) {
      // Small tables gather in `take`; there is nothing to pass on.
    }
    return rejected
  }

  /** Streams a large table in batches; `take` turns a record into items. */
  async *stream(name: string, take: (cells: string[], line: number, add: (item: SourceItem) => void) => void): AsyncGenerator<SourceItem[]> {
    let batch: SourceItem[] = []
    let ready: SourceItem[][] = []
    const add = (item: SourceItem) => {
      batch.push(item)
      if (batch.length >= BATCH) {
        ready.push(batch)
        batch = []
      }
    }
    for await (const _ of this.#walk(name, (cells, line) => take(cells, line, add), add)) {
      if (ready.length === 0) continue
      const full = ready
      ready = []
      yield* full
    }
    if (batch.length > 0) yield batch
  }

  /** Forgets files read by an earlier `rows()`, so that a second walk proves itself anew. */
  forget(names: readonly string[]): void {
    for (const name of names) {
      const at = this.#read.findIndex((file) => file.name === name)
      if (at !== -1) this.#read.splice(at, 1)
    }
  }

  filesRead(): SourceProof['files'] {
    return this.#read.map((file) => ({ ...file }))
  }

  async *#walk(name: string, take: (cells: string[], line: number) => void, add: (row: RejectedRow) => void): AsyncGenerator<undefined> {
    let header: string[] = []
    let totals: WalkTotals | null = null
    const handler = {
      header: (cells: string[]) => {
        header = cells
        const known = this.#headers.get(name)
        if (known && known.join('\n') !== cells.join('\n')) throw changed(name)
      },
      record: take,
      misfit: (cells: string[], line: number) => {
        add(reject(name, line, `The row has ${cells.length} values where the header has ${header.length} columns. Quote values that hold the separator, and export again.`))
      },
    }
    for await (const now of walkCsv(this.files, name, this.#dialect, this.#limits, handler)) {
      totals = now
      yield
    }
    if (!totals) return
    if (totals.looseQuotes > 0) this.warn(`${name}: ${totals.looseQuotes} values hold a quote that is not doubled; they were read as they stand.`)
    if (totals.surplus > 0) this.warn(`${name}: ${totals.surplus} rows end in surplus empty values.`)
    this.#read.push({ name, rows: totals.rows, bytes: totals.bytes, header })
  }
}

function changed(name: string): UnusableInput {
  return new UnusableInput({ what: `${name} changed while it was being read.`, where: name, remedy: 'Wait until the export has been written, then run again.' })
}
