import { UnusableInput } from '../../../shared/errors.ts'
import type { CsvDialect } from '../csv/walk-csv.ts'
import { walkCsv } from '../csv/walk-csv.ts'
import { readIdentifier } from '../facts/organisations.ts'
import type { FileSet } from '../files/file-set.ts'
import type { SchoolFact, SourceLimits } from '../source.ts'
import type { FieldIndexes } from './columns-in-use.ts'
import { DateOrderEvidence } from './dates.ts'
import type { DateOrder } from './dates.ts'
import { cellAt } from './row-context.ts'

/** More schools than any trust has: the column is not one of schools. */
const MAX_SCHOOLS = 500

export interface Survey {
  dateOrder: DateOrder
  schools: SchoolFact[]
}

/**
 * Looks through the file once before it is read: which schools it names, and in which order its dates stand. Not
 * needed where a profile says the order and one school is given.
 * @param known the order where the profile says it.
 * @throws UnusableInput when the dates leave the order open or contradict each other.
 */
export async function surveyFile(files: FileSet, name: string, dialect: CsvDialect, limits: SourceLimits, indexes: FieldIndexes, known: DateOrder | null): Promise<Survey> {
  const dates = [indexes.startDate, indexes.leavingDate, indexes.staffStart, indexes.staffEnd].filter((index) => index !== undefined)
  const { school: keyPlace = -1, schoolName: namePlace = -1 } = indexes
  const evidence = new DateOrderEvidence()
  const schools = new Map<string, SchoolFact>()
  const record = (cells: string[], line: number) => {
    if (known === null) for (const index of dates) evidence.see(cells[index] ?? '', line)
    const school = schoolKeyOf(cells, keyPlace, namePlace)
    if (school !== '' && !schools.has(school)) {
      const title = cellAt(cells, namePlace) || school
      schools.set(school, { key: school, name: title.normalize('NFC'), ...readIdentifier(cellAt(cells, keyPlace)) })
      if (schools.size > MAX_SCHOOLS) throw tooManySchools(name, line)
    }
  }
  if (known === null || keyPlace !== -1 || namePlace !== -1) {
    for await (const _ of walkCsv(files, name, dialect, limits, { header: () => {}, record, misfit: () => {} })) {
      // Everything gathers in `record`.
    }
  }
  return { dateOrder: known ?? settle(evidence, name), schools: [...schools.values()] }
}

/** The school of a row: its number where there is a column for it, else its name; empty when the row says nothing. */
export function schoolKeyOf(cells: readonly string[], school: number, schoolName: number): string {
  return cellAt(cells, school) || cellAt(cells, schoolName)
}

function settle(evidence: DateOrderEvidence, name: string): DateOrder {
  const decided = evidence.decide()
  if (typeof decided === 'string') return decided
  if ('contradiction' in decided) {
    const [dmy, mdy] = decided.contradiction
    throw new UnusableInput({
      what: `The dates of ${name} have the day first on line ${dmy} and the month first on line ${mdy}.`,
      where: `${name}, line ${Math.max(dmy, mdy)}`,
      remedy: 'Export the dates in one way, best as 2026-09-01.',
    })
  }
  throw new UnusableInput({
    what: `The dates of ${name} can be read with the day or the month first, and no date settles it.`,
    where: `${name}, line ${decided.open}`,
    remedy: 'Say the order in the column profile of this source (dateOrder: dmy for UK exports), or export dates as 2026-09-01.',
  })
}

function tooManySchools(name: string, line: number): UnusableInput {
  return new UnusableInput({ what: `The school column of ${name} holds more than ${MAX_SCHOOLS} different values.`, where: `${name}, line ${line}`, remedy: 'Check which column names the school, and map it anew.' })
}
