import { UnusableInput } from '../../../shared/errors.ts'
import type { FileSet } from '../files/file-set.ts'
import type { SourceLimits } from '../source.ts'
import { createLineDecoder, EncodingDamage } from './line-decoder.ts'
import type { TextEncoding } from './line-decoder.ts'
import { BrokenCsv, RecordSplitter } from './record-splitter.ts'

export interface CsvDialect {
  delimiter: string
  encoding: TextEncoding
}

export interface CsvHandler {
  /** The first record. Throw to refuse the file. */
  header(cells: string[]): void
  /** One record with as many cells as the header, or more of which the rest are empty. */
  record(cells: string[], line: number): void
  /** A record whose cells do not fit the header. */
  misfit(cells: string[], line: number): void
}

export interface WalkTotals {
  /** Records below the header, blank ones aside. */
  rows: number
  bytes: number
  /** Records with quotes inside unquoted values, and with surplus empty cells: tolerated, to be told. */
  looseQuotes: number
  surplus: number
}

/**
 * Reads one CSV file from start to end, handing on record after record. It yields after each chunk, so that the caller
 * can pass on what has gathered; memory does not grow with the file.
 * @throws UnusableInput when the file is empty, damaged, in another encoding, or ends in the middle of a record.
 */
export async function* walkCsv(files: FileSet, name: string, dialect: CsvDialect, limits: SourceLimits, handler: CsvHandler): AsyncGenerator<WalkTotals> {
  const totals: WalkTotals = { rows: 0, bytes: 0, looseQuotes: 0, surplus: 0 }
  let width = -1
  let misfit: { cells: string[]; line: number } | null = null
  const splitter = new RecordSplitter(dialect.delimiter, limits.maxRecordBytes, (cells, line) => {
    if (misfit) {
      handler.misfit(misfit.cells, misfit.line)
      misfit = null
    }
    if (width === -1) {
      width = cells.length
      handler.header(cells)
    } else if (cells.length === width) {
      if (cells[0] === '' && isBlank(cells)) return
      totals.rows++
      handler.record(cells, line)
    } else if (isBlank(cells)) {
      return
    } else {
      totals.rows++
      if (cells.length > width && isBlank(cells.slice(width))) {
        totals.surplus++
        handler.record(cells, line)
      } else {
        // Told one record later: a short last record without a line end is a file cut short, not a bad row.
        misfit = { cells, line }
      }
    }
  })
  const decoder = createLineDecoder(dialect.encoding)
  let endsWithLineEnd = true
  try {
    for await (const chunk of files.read(name)) {
      totals.bytes += chunk.length
      const text = decoder.push(chunk)
      if (text !== '') splitter.push(text)
      if (decoder.held > limits.maxRecordBytes) {
        throw new BrokenCsv(`The line is longer than ${limits.maxRecordBytes} bytes.`, splitter.line, 'Check that this is a CSV file and export it again.')
      }
      totals.looseQuotes = splitter.looseQuotes
      yield totals
    }
    const rest = decoder.end()
    endsWithLineEnd = rest === ''
    if (rest !== '') splitter.push(rest)
    splitter.end()
  } catch (cause) {
    throw told(cause, name, splitter.line)
  }
  const last = misfit as { cells: string[]; line: number } | null
  if (last && !endsWithLineEnd && last.cells.length < width) {
    throw cutShort(name, last.line)
  }
  if (last) handler.misfit(last.cells, last.line)
  if (width === -1) {
    throw new UnusableInput({ what: `${name} is empty: there is not even a header line.`, where: name, remedy: 'Export it again and check its size before sending.' })
  }
  totals.looseQuotes = splitter.looseQuotes
  yield totals
}

/** Reads the header of a file and no more. */
export async function readHeader(files: FileSet, name: string, dialect: CsvDialect, limits: SourceLimits): Promise<string[]> {
  let header: string[] | null = null
  const keep = (cells: string[]) => {
    header ??= cells
  }
  for await (const _ of walkCsv(files, name, dialect, limits, { header: keep, record: () => {}, misfit: () => {} })) {
    if (header) break
  }
  return header ?? []
}

function isBlank(cells: readonly string[]): boolean {
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') return false
  return true
}

function cutShort(name: string, line: number): UnusableInput {
  return new UnusableInput({
    what: `${name} ends in the middle of a record.`,
    where: `${name}, line ${line}`,
    remedy: 'The file was cut short. Export or send it again.',
  })
}

/** Says a fault of the text the way people are told: file, line, remedy. `line` is where the damaged piece began. */
export function told(cause: unknown, name: string, line: number): unknown {
  if (cause instanceof BrokenCsv) {
    return new UnusableInput({ what: cause.message, where: `${name}, line ${cause.line}`, remedy: cause.remedy }, cause)
  }
  if (cause instanceof EncodingDamage) {
    return new UnusableInput(
      {
        what: cause.message,
        where: `${name}, line ${line + cause.linesBefore}`,
        remedy: 'Export the file again as UTF-8 ("CSV UTF-8"), and do not open and save it in another program on the way.',
      },
      cause,
    )
  }
  return cause
}
