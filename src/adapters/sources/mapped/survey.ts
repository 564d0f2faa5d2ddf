import { UnusableInput } from '../../../shared/errors.ts'
import type { CsvDialect } from '../csv/walk-csv.ts'
import { walkCsv } from '../csv/walk-csv.ts'
import { readIdentifier } from '../facts/organisations.ts'
import type { FileSet } from '../files/file-set.ts'
import type { SchoolFact, SourceLimits } from '../source.ts'
import type { FieldIndexes } from './columns-in-use.ts'
import { DateOrderEvidence } from './dates.ts'
import type { DateOrder, ReadOrder } from './dates.ts'
import { cellAt } from './row-context.ts'

/** More schools than any trust has: the column is not one of schools. */
const MAX_SCHOOLS = 500

export interface Survey {
  /** How the dates are read. */
  dateOrder: ReadOrder
  /** What the dates of this file and those before it have said; `iso` as long as none did. */
  settled: DateOrder
  /** First line whose date is read with the day first only because that is the way here; null where none is. */
  assumedFrom: number | null
  schools: SchoolFact[]
}

/**
 * Looks through the file once before it is read: which schools it names, and in which order its dates stand. What no
 * date settles is read with the day first.
 * @param known the order that earlier files of this source have settled; `iso` or null where none has.
 * @throws UnusableInput when the dates contradict each other, or what was settled before.
 */
export async function surveyFile(files: FileSet, name: string, dialect: CsvDialect, limits: SourceLimits, indexes: FieldIndexes, known: DateOrder | null): Promise<Survey> {
  const dates = [indexes.startDate, indexes.leavingDate, indexes.staffStart, indexes.staffEnd].filter((index) => index !== undefined)
  const { school: keyPlace = -1, schoolName: namePlace = -1 } = indexes
  const evidence = new DateOrderEvidence()
  const schools = new Map<string, SchoolFact>()
  const record = (cells: string[], line: number) => {
    for (const index of dates) evidence.see(cells[index] ?? '', line)
    const school = schoolKeyOf(cells, keyPlace, namePlace)
    if (school !== '' && !schools.has(school)) {
      const title = cellAt(cells, namePlace) || school
      schools.set(school, { key: school, name: title.normalize('NFC'), ...readIdentifier(cellAt(cells, keyPlace)) })
      if (schools.size > MAX_SCHOOLS) throw tooManySchools(name, line)
    }
  }
  if (dates.length > 0 || keyPlace !== -1 || namePlace !== -1) {
    for await (const _ of walkCsv(files, name, dialect, limits, { header: () => {}, record, misfit: () => {} })) {
      // Everything gathers in `record`.
    }
  }
  return { ...settle(evidence, name, known), schools: [...schools.values()] }
}

/** The school of a row: its number where there is a column for it, else its name; empty when the row says nothing. */
export function schoolKeyOf(cells: readonly string[], school: number, schoolName: number): string {
  return cellAt(cells, school) || cellAt(cells, schoolName)
}

function settle(evidence: DateOrderEvidence, name: string, known: DateOrder | null): Omit<Survey, 'schools'> {
  const before = known === 'iso' ? null : known
  const decided = evidence.decide()
  if ('open' in decided) return { dateOrder: before ?? 'dmy', settled: before ?? 'iso', assumedFrom: before === null ? decided.open : null }
  if ('contradiction' in decided) {
    // Where the order is known, the cells that break it are rejected one by one.
    if (before !== null) return { dateOrder: before, settled: before, assumedFrom: null }
    const [dmy, mdy] = decided.contradiction
    throw new UnusableInput({
      what: `The dates of ${name} have the day first on line ${dmy} and the month first on line ${mdy}.`,
      where: `${name}, line ${Math.max(dmy, mdy)}`,
      remedy: 'Export the dates in one way, best as 2026-09-01.',
    })
  }
  if (decided.order === 'iso') return { dateOrder: before ?? 'dmy', settled: before ?? 'iso', assumedFrom: null }
  if (before !== null && before !== decided.order) {
    throw new UnusableInput({
      what: `The dates of ${name} have the ${first(decided.order)} first on line ${decided.line}; until now this source had the ${first(before)} first.`,
      where: `${name}, line ${decided.line}`,
      remedy: 'Export the dates as before, or as 2026-09-01.',
    })
  }
  return { dateOrder: decided.order, settled: decided.order, assumedFrom: null }
}

const first = (order: ReadOrder): string => (order === 'dmy' ? 'day' : 'month')

function tooManySchools(name: string, line: number): UnusableInput {
  return new UnusableInput({ what: `The school column of ${name} holds more than ${MAX_SCHOOLS} different values.`, where: `${name}, line ${line}`, remedy: 'Check which column names the school, and map it anew.' })
}
