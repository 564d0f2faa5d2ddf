import type { CalendarDate } from '../../shared/dates.ts'
import { cleanHeader } from './csv/columns.ts'
import { type CsvDialect, walkCsv } from './csv/walk-csv.ts'
import type { FileSet } from './files/file-set.ts'
import { DateOrderEvidence, type DateOrder, parseMappedDate } from './mapped/dates.ts'
import type { BirthDate, SourceLimits } from './source.ts'

const BATCH = 500

/** Where dates of birth stand in one file of a set, and how. */
export interface BirthDateFile {
  file: string
  dialect: CsvDialect
  /** `iso` also where no other column settles it: then the column's own dates do. */
  dateOrder: DateOrder
  /** Place of the date and of the person's key, by the file's header; null where the file has no such column. */
  places(header: readonly string[]): { date: number; key: number } | null
  /** The key that the facts of that person have. */
  personKey(cell: string): string
}

/**
 * Reads dates of birth in a walk of their own (P4): nothing of it is in rows, facts, plans, digests or the proof of a reading. A cell that is no date
 * is passed over without a word, since a message would quote it.
 */
export async function* readBirthDates(files: FileSet, limits: SourceLimits, where: BirthDateFile): AsyncGenerator<BirthDate[]> {
  const dateOrder = where.dateOrder === 'iso' ? await ownOrder(files, limits, where) : where.dateOrder
  if (dateOrder === null) return
  let at: { date: number; key: number } | null = null
  let batch: BirthDate[] = []
  const seen = new Set<string>()
  const handler = {
    header: (cells: string[]) => { at = where.places(cells.map(cleanHeader)) },
    record: (cells: string[]) => {
      if (!at) return
      const key = (cells[at.key] ?? '').trim()
      const parsed = parseMappedDate(cells[at.date] ?? '', dateOrder)
      if (key === '' || seen.has(key) || !('date' in parsed) || parsed.date === null) return
      seen.add(key)
      batch.push({ personKey: where.personKey(key), date: parsed.date as CalendarDate })
    },
    misfit: () => {},
  }
  for await (const _ of walkCsv(files, where.file, where.dialect, limits, handler)) {
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** In which order the column's dates stand; null when none of them settles it or they contradict each other: then none is read. */
async function ownOrder(files: FileSet, limits: SourceLimits, where: BirthDateFile): Promise<DateOrder | null> {
  const evidence = new DateOrderEvidence()
  let place = -1
  const handler = { header: (cells: string[]) => { place = where.places(cells.map(cleanHeader))?.date ?? -1 }, record: (cells: string[], line: number) => evidence.see(cells[place] ?? '', line), misfit: () => {} }
  for await (const _ of walkCsv(files, where.file, where.dialect, limits, handler)) {
    // Everything gathers in `evidence`.
  }
  const decided = evidence.decide()
  return 'order' in decided ? decided.order : null
}
