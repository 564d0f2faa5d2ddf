import { parseMappedDate } from '../../adapters/sources/mapped/dates.ts'
import { type BadLine, type ListLine, readPeopleList } from '../issuing/people-list.ts'
import type { Identifier } from '../issuing/registered-people.ts'
import { type Basis, BASES, BASIS_WORDS, type Responsibility } from '../people/responsibility.ts'

/** One line of the list as it says. */
export interface ResponsibilityRow {
  line: number
  identifier: Identifier
  pupil: string
  /** An address or a full name of one of the pupil's adults. */
  adult: string
  value: Responsibility
  basis: Basis
  saidBy: string
  /** Null: not in the list; the day of the import counts. */
  statedOn: string | null
}

/** The largest list that is taken, in bytes. */
export const RESPONSIBILITY_BYTES = 5_000_000
const VALUES: Readonly<Record<string, Responsibility>> = { yes: 'yes', y: 'yes', true: 'yes', '1': 'yes', no: 'no', n: 'no', false: 'no', '0': 'no', delegated: 'delegated' }
const NEEDED = ['adult', 'parental responsibility'] as const

/**
 * Reads a CSV of parental responsibility (F1). Columns, in any order: one of UPN, MIS id, Admission number, Email, Username for the pupil; Adult; Parental
 * responsibility; and, where known, Basis, Said by, Date.
 * @throws UnusableInput when the file as a whole cannot be read.
 */
export function readResponsibility(bytes: Buffer, name: string): Promise<{ rows: ResponsibilityRow[]; bad: BadLine[] }> {
  return readPeopleList({ bytes, name, needed: NEEDED, names: 'pupil', holds: 'lines' }, judged)
}

function judged({ line, identifier, cell }: ListLine): ResponsibilityRow | BadLine {
  const value = VALUES[cell('parental responsibility').toLowerCase()]
  const date = parseMappedDate(cell('date'), 'dmy')
  const basis = basisOf(cell('basis'))
  if (cell(identifier) === '') return { line, reason: `no ${identifier}` }
  if (cell('adult') === '') return { line, reason: 'no adult' }
  if (!value) return { line, reason: '“parental responsibility” is none of yes, no, delegated' }
  if (!basis) return { line, reason: '“basis” is none that Assent knows' }
  if ('wrong' in date) return { line, reason: `“date” ${date.wrong}` }
  return { line, identifier, pupil: cell(identifier), adult: cell('adult'), value, basis, saidBy: cell('said by').slice(0, 190), statedOn: date.date }
}

/** By its key or its words; empty is "something else". */
function basisOf(text: string): Basis | undefined {
  if (text === '') return 'other'
  return BASES.find((basis) => basis === text.toLowerCase().replace(/\s+/g, '-') || BASIS_WORDS[basis].toLowerCase() === text.toLowerCase())
}
