import { parse } from 'csv-parse'
import { parseMappedDate } from '../../adapters/sources/mapped/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import type { Slot } from '../agreements/requirement.ts'

/** By what a row names its person. */
export const IDENTIFIERS = ['upn', 'mis id', 'admission number', 'email', 'username'] as const
export type Identifier = (typeof IDENTIFIERS)[number]

/** One line of the file as it says. */
export interface AttestedRow {
  line: number
  identifier: Identifier
  value: string
  school: string
  agreement: string
  slot: Slot
  signedOn: string
  signerName: string | null
}

export interface BadRow { line: number; reason: string }

/** The largest file taken; a longer list is cut into several. */
export const ATTESTED_BYTES = 5_000_000
const SLOTS: Record<string, Slot> = { pupil: 'pupil', student: 'pupil', child: 'pupil', parent: 'guardian', carer: 'guardian', 'parent or carer': 'guardian', guardian: 'guardian', self: 'self', staff: 'self', adult: 'self' }
const NEEDED = ['agreement', 'signed by', 'signed on'] as const

/**
 * Reads a CSV of signatures gathered before (I8). Columns, in any order: one of UPN, MIS id, admission number, email, username; agreement;
 * signed by; signed on; and, where they help, school and signer name.
 * @throws UnusableInput when the file as a whole cannot be read.
 */
export async function readAttested(bytes: Buffer, name: string): Promise<{ rows: AttestedRow[]; bad: BadRow[] }> {
  const rows: AttestedRow[] = []
  const bad: BadRow[] = []
  let columns: string[] | null = null
  let identifier: Identifier | undefined
  const parser = parse(bytes, { bom: true, delimiter: [',', ';', '\t'], relax_column_count: true, skip_empty_lines: true, info: true, trim: true })
  try {
    for await (const entry of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const { record, info } = entry
      if (!columns) {
        columns = record.map((cell) => cell.toLowerCase().replace(/[_\s-]+/g, ' '))
        const missing = NEEDED.filter((column) => !columns?.includes(column))
        identifier = IDENTIFIERS.find((column) => columns?.includes(column))
        if (missing.length > 0 || !identifier) {
          throw new UnusableInput({
            what: `The file lacks ${[...missing, ...(identifier ? [] : ['a column that names the person (UPN, MIS id, Admission number, Email or Username)'])].map((column) => `“${column}”`).join(', ')}.`,
            where: `${name}, line 1`, remedy: 'Write these headings in the first line, then try again.',
          })
        }
        continue
      }
      const cell = (column: string) => record[columns?.indexOf(column) ?? -1] ?? ''
      const judged = judgeRow({ line: info.lines, identifier: identifier ?? 'upn', cell })
      if ('reason' in judged) bad.push(judged)
      else rows.push(judged)
    }
  } catch (error) {
    if (error instanceof UnusableInput) throw error
    throw new UnusableInput({ what: 'The file is not a CSV that can be read.', where: name, remedy: 'Save it as CSV in UTF-8 and try again.' })
  }
  if (!columns || rows.length + bad.length === 0) throw new UnusableInput({ what: 'The file holds no signatures.', where: name, remedy: 'It needs a line of headings and at least one line below.' })
  return { rows, bad }
}

function judgeRow({ line, identifier, cell }: { line: number; identifier: Identifier; cell: (column: string) => string }): AttestedRow | BadRow {
  const slot = SLOTS[cell('signed by').toLowerCase()]
  const date = parseMappedDate(cell('signed on'), 'dmy')
  if (cell(identifier) === '') return { line, reason: `no ${identifier}` }
  if (cell('agreement') === '') return { line, reason: 'no agreement' }
  if (!slot) return { line, reason: '“signed by” is none of pupil, parent, self' }
  if ('wrong' in date) return { line, reason: `“signed on” ${date.wrong}` }
  if (date.date === null) return { line, reason: 'no date of signing' }
  return { line, identifier, value: cell(identifier), school: cell('school'), agreement: cell('agreement'), slot, signedOn: date.date, signerName: cell('signer name').slice(0, 190) || null }
}
