import { UnusableInput } from '../../../shared/errors.ts'
import { cleanHeader, describeFound, nearest } from '../csv/columns.ts'
import type { ColumnProfile } from '../source.ts'
import { OWN, SHARED } from './fields.ts'
import type { MappedField } from './fields.ts'

/** Where each field stands in this file; absent fields are absent. */
export type FieldIndexes = Partial<Record<MappedField, number>>

/**
 * Finds the columns of a profile in a header.
 * @throws UnusableInput naming the column expected and the most similar one found.
 */
export function indexColumns(columns: ColumnProfile['columns'], header: readonly string[], file: string): FieldIndexes {
  const names = header.map(cleanHeader)
  const indexes: FieldIndexes = {}
  const missing: string[] = []
  for (const [field, wanted] of Object.entries(columns)) {
    let index = -1
    for (let nth = 0; nth <= wanted.occurrence; nth++) index = names.indexOf(wanted.header, index + 1) === -1 ? -2 : names.indexOf(wanted.header, index + 1)
    if (index < 0) missing.push(wanted.header)
    else indexes[field as MappedField] = index
  }
  if (missing.length > 0) {
    const hints = missing.flatMap((name) => {
      const near = nearest(name, names)
      return near === null ? [] : [`"${near}" may be meant as ${name}`]
    })
    const recognised = Object.keys(indexes).length > 0 || hints.length > 0
    throw new UnusableInput({
      what: `${file} lacks the ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')} that this source had before. ${describeFound(names, recognised)}`,
      where: `${file}, line 1`,
      remedy: hints.length > 0 ? `${hints.join('; ')}. Export as before, or map the columns anew.` : 'Export as before, or map the columns anew.',
    })
  }
  return indexes
}

/**
 * Makes sure that the fields without which a list is useless are there.
 * @throws UnusableInput with the words by which such a column is known.
 */
export function demandColumns(indexes: FieldIndexes, kind: 'pupils' | 'staff', header: readonly string[], file: string): void {
  const needed: [MappedField, readonly string[]][] = kind === 'staff'
    ? [['staffId', ['Staff ID', 'Employee ID', 'Staff Code']], ['staffForename', SHARED.forename], ['staffSurname', SHARED.surname]]
    : [['pupilId', ['Pupil ID', 'Student ID', ...(OWN.admissionNumber ?? [])]], ['pupilForename', SHARED.forename], ['pupilSurname', SHARED.surname]]
  const missing = needed.filter(([field]) => indexes[field] === undefined)
  if (missing.length === 0) return
  const names = header.map(cleanHeader)
  const listed = missing.map(([field, words]) => `${field} (known as ${words.slice(0, 6).join(', ')})`).join('; ')
  const hints = missing.flatMap(([field, words]) => {
    const near = words.map((word) => nearest(word, names)).find((found) => found !== null)
    return near === undefined ? [] : [`"${near}" may be meant as ${field}`]
  })
  throw new UnusableInput({
    what: `${file} has no column for ${listed}. ${describeFound(names, Object.keys(indexes).length > 0 || hints.length > 0)}`,
    where: `${file}, line 1`,
    remedy: hints.length > 0 ? `${hints.join('; ')}. Mend the header, or map the columns by hand.` : 'Export the list with its header line, or map the columns by hand.',
  })
}
