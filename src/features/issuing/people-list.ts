import { parse } from 'csv-parse'
import { UnusableInput } from '../../shared/errors.ts'
import { type Identifier, IDENTIFIERS } from './registered-people.ts'

/** A line that cannot be used, and why, in words for whoever sent the list. */
export interface BadLine { line: number; reason: string }

/** One line of a list: its number in the file, the heading that names its person, and its cells by heading (empty where there is none). */
export interface ListLine { line: number; identifier: Identifier; cell: (column: string) => string }

/**
 * Reads a CSV whose lines name people by one of `IDENTIFIERS`, in the first such column. Headings are read in small letters, with one space for
 * spaces, hyphens and underscores; columns stand in any order. `names` and `holds` are words for what the list is about.
 * @throws UnusableInput when the file as a whole cannot be read: no CSV, a heading lacks, no line.
 */
export async function readPeopleList<Row extends object>(
  file: { bytes: Buffer; name: string; needed: readonly string[]; names: 'person' | 'pupil'; holds: 'signatures' | 'lines' }, judge: (line: ListLine) => Row | BadLine,
): Promise<{ rows: Row[]; bad: BadLine[] }> {
  const rows: Row[] = []
  const bad: BadLine[] = []
  let columns: string[] | null = null
  let identifier: Identifier = 'upn'
  const parser = parse(file.bytes, { bom: true, delimiter: [',', ';', '\t'], relax_column_count: true, skip_empty_lines: true, info: true, trim: true })
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!columns) {
        columns = record.map((cell) => cell.toLowerCase().replace(/[_\s-]+/g, ' '))
        identifier = identifierIn(columns, file)
        continue
      }
      const named = columns
      const judged = judge({ line: info.lines, identifier, cell: (column) => record[named.indexOf(column)] ?? '' })
      if ('reason' in judged) bad.push(judged)
      else rows.push(judged)
    }
  } catch (error) {
    if (error instanceof UnusableInput) throw error
    throw new UnusableInput({ what: 'The file is not a CSV that can be read.', where: file.name, remedy: 'Save it as CSV in UTF-8 and try again.' })
  }
  if (rows.length + bad.length === 0) throw new UnusableInput({ what: `The file holds no ${file.holds}.`, where: file.name, remedy: 'It needs a line of headings and at least one line below.' })
  return { rows, bad }
}

function identifierIn(columns: readonly string[], { name, needed, names }: { name: string; needed: readonly string[]; names: string }): Identifier {
  const found = IDENTIFIERS.find((column) => columns.includes(column))
  const missing = needed.filter((column) => !columns.includes(column)).map((column) => `“${column}”`)
  if (found && missing.length === 0) return found
  const lacks = [...missing, ...(found ? [] : [`a column that names the ${names} (UPN, MIS id, Admission number, Email or Username)`])]
  throw new UnusableInput({ what: `The file lacks ${lacks.join(', ')}.`, where: `${name}, line 1`, remedy: 'Write these headings in the first line, then try again.' })
}
