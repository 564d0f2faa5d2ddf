import { parseMappedDate } from '../../adapters/sources/mapped/dates.ts'
import type { Slot } from '../agreements/requirement.ts'
import { type BadLine, type ListLine, readPeopleList } from './people-list.ts'
import type { Identifier } from './registered-people.ts'

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

/** The largest file taken, in bytes; a longer list is cut into several. */
export const ATTESTED_BYTES = 5_000_000
const SLOTS: Record<string, Slot> = { pupil: 'pupil', student: 'pupil', child: 'pupil', parent: 'guardian', carer: 'guardian', 'parent or carer': 'guardian', guardian: 'guardian', self: 'self', staff: 'self', adult: 'self' }
const NEEDED = ['agreement', 'signed by', 'signed on'] as const

/**
 * Reads a CSV of signatures gathered before (I8). Columns, in any order: one of UPN, MIS id, admission number, email, username; agreement;
 * signed by; signed on; and, where they help, school and signer name.
 * @throws UnusableInput when the file as a whole cannot be read.
 */
export function readAttested(bytes: Buffer, name: string): Promise<{ rows: AttestedRow[]; bad: BadLine[] }> {
  return readPeopleList({ bytes, name, needed: NEEDED, names: 'person', holds: 'signatures' }, judged)
}

function judged({ line, identifier, cell }: ListLine): AttestedRow | BadLine {
  const slot = SLOTS[cell('signed by').toLowerCase()]
  const date = parseMappedDate(cell('signed on'), 'dmy')
  if (cell(identifier) === '') return { line, reason: `no ${identifier}` }
  if (cell('agreement') === '') return { line, reason: 'no agreement' }
  if (!slot) return { line, reason: '“signed by” is none of pupil, parent, self' }
  if ('wrong' in date) return { line, reason: `“signed on” ${date.wrong}` }
  if (date.date === null) return { line, reason: 'no date of signing' }
  return { line, identifier, value: cell(identifier), school: cell('school'), agreement: cell('agreement'), slot, signedOn: date.date, signerName: cell('signer name').slice(0, 190) || null }
}
