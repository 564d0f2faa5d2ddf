import type { FieldIndexes } from './columns-in-use.ts'
import { parseMappedDate } from './dates.ts'
import type { DateOrder } from './dates.ts'
import type { MappedField } from './fields.ts'

/** All that turning a line into rows needs besides the line: worked out once per file. */
export interface RowContext {
  indexes: FieldIndexes
  dateOrder: DateOrder
  /** The school of rows that name none; empty when there is none. */
  defaultSchool: string
  contactsAreParents: boolean
  /** Columns of the pupil's (or the member of staff's) own row. */
  pupilCells: readonly number[]
  staffCells: readonly number[]
  header(field: MappedField): string
  date(cell: string): ReturnType<typeof parseMappedDate>
  warn(text: string): void
}

const PUPIL: readonly MappedField[] = ['pupilId', 'admissionNumber', 'upn', 'pupilForename', 'pupilSurname', 'pupilEmail', 'pupilUsername', 'year', 'registration', 'startDate', 'leavingDate', 'status']
const STAFF: readonly MappedField[] = ['staffId', 'staffForename', 'staffSurname', 'staffEmail', 'staffUsername', 'staffRole', 'staffStart', 'staffEnd']

export function createRowContext(parts: { indexes: FieldIndexes; headers: readonly string[]; dateOrder: DateOrder; defaultSchool: string; contactsAreParents: boolean; warn(text: string): void }): RowContext {
  const { indexes, headers, dateOrder, defaultSchool, contactsAreParents, warn } = parts
  const at = (fields: readonly MappedField[]) => fields.map((field) => indexes[field] ?? -1)
  return {
    indexes, dateOrder, defaultSchool, contactsAreParents, warn,
    pupilCells: at(PUPIL),
    staffCells: at(STAFF),
    header: (field) => headers[indexes[field] ?? -1] ?? '',
    date: (cell) => parseMappedDate(cell, dateOrder),
  }
}

/** The trimmed cell of a field; empty when the file has no such column. */
export function cellOf(cells: readonly string[], context: RowContext, field: MappedField): string {
  const index = context.indexes[field]
  return index === undefined ? '' : (cells[index] ?? '').trim()
}
