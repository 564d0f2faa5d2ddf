import type { FieldIndexes } from './columns-in-use.ts'
import { parseMappedDate } from './dates.ts'
import type { ReadOrder } from './dates.ts'
import type { MappedField } from './fields.ts'

/** Where every field stands, -1 where the file has no such column: one shape for all files keeps look-ups fast. */
export type FieldPlaces = Readonly<Record<MappedField, number>>

/** All that turning a line into rows needs besides the line: worked out once per file. */
export interface RowContext {
  at: FieldPlaces
  dateOrder: ReadOrder
  /** The school of rows that name none; empty when there is none. */
  defaultSchool: string
  contactsAreParents: boolean
  /** Columns of the pupil's (or the member of staff's) own row. */
  pupilCells: readonly number[]
  staffCells: readonly number[]
  /** The header of a field's column, for messages. */
  header(field: MappedField): string
  date(cell: string): ReturnType<typeof parseMappedDate>
  warn(text: string): void
}

/** One line and the school it is of. */
export interface Line {
  cells: readonly string[]
  schoolKey: string
}

const PUPIL: readonly MappedField[] = ['pupilId', 'admissionNumber', 'upn', 'pupilForename', 'pupilSurname', 'pupilEmail', 'pupilUsername', 'year', 'registration', 'startDate', 'leavingDate', 'status']
const STAFF: readonly MappedField[] = ['staffId', 'staffForename', 'staffSurname', 'staffEmail', 'staffUsername', 'staffRole', 'staffStart', 'staffEnd']
const FIELDS: readonly MappedField[] = [
  ...PUPIL, ...STAFF, 'school', 'schoolName', 'contactId', 'contactForename', 'contactSurname', 'contactEmail', 'relationship',
  'parentalResponsibility', 'priority', 'doNotContact', 'emergencyOnly', 'classId', 'className',
]

export function createRowContext(parts: { indexes: FieldIndexes; headers: readonly string[]; dateOrder: ReadOrder; defaultSchool: string; contactsAreParents: boolean; warn(text: string): void }): RowContext {
  const { indexes, headers, dateOrder, defaultSchool, contactsAreParents, warn } = parts
  const at = Object.fromEntries(FIELDS.map((field) => [field, indexes[field] ?? -1])) as Record<MappedField, number>
  return {
    at, dateOrder, defaultSchool, contactsAreParents, warn,
    pupilCells: PUPIL.map((field) => at[field]),
    staffCells: STAFF.map((field) => at[field]),
    header: (field) => headers[at[field]] ?? '',
    date: (cell) => parseMappedDate(cell, dateOrder),
  }
}

/** The trimmed cell at a place; empty when the file has no such column. */
export function cellAt(cells: readonly string[], place: number): string {
  return place === -1 ? '' : (cells[place] ?? '').trim()
}
