import type { Agreement } from '../agreements/agreement-store.ts'
import { isPupilBand } from '../agreements/band.ts'
import type { Audience, BoardFilter } from './board-filter.ts'
import type { BoardCell } from './board-queries.ts'
import { isOpen } from './board-sql.ts'

/** What the tiles and charts say of a set of lines. */
export interface BoardFigures {
  /** Every line but those excused, who are counted apart (I4). */
  total: number
  signed: number
  /** Not yet signed and reachable. */
  outstanding: number
  unreachable: number
  declined: number
  excused: number
  /** Of the open ones. */
  overdue: number
}

/** One bar of a chart or row of a table. */
export interface Coverage {
  key: string
  total: number
  signed: number
}

/** Identifiers of the agreements that an audience signs; null when every agreement is meant. */
export function agreementsFor(filter: Pick<BoardFilter, 'who' | 'agreement'>, agreements: readonly Agreement[]): string[] | null {
  if (!filter.who && !filter.agreement) return null
  return agreements.filter((agreement) => (!filter.agreement || agreement.id === filter.agreement) && (!filter.who || isFor(agreement, filter.who)))
    .map((agreement) => agreement.id)
}

function isFor(agreement: Agreement, who: Audience): boolean {
  return who === 'pupil' ? isPupilBand(agreement.band) : agreement.band === who
}

/** Where neither school nor group is chosen, a request counts once, whatever the number of its schools. */
export const countsOnce = (filter: Pick<BoardFilter, 'school' | 'group'>): boolean => !filter.school && !filter.group

/** The cells of a filter; without the status, what the tiles and charts show. With `everyPlace`, for figures school by school. */
export function cellsOf(
  cells: readonly BoardCell[], filter: Pick<BoardFilter, 'school' | 'year' | 'group' | 'status'>, agreements: readonly string[] | null, everyPlace = !countsOnce(filter),
): BoardCell[] {
  return cells.filter((cell) =>
    (everyPlace || cell.first) && (!filter.school || cell.schoolId === filter.school) && (!filter.year || cell.yearCode === filter.year) && (!filter.group || cell.regGroup === filter.group)
    && (agreements === null || agreements.includes(cell.agreementId)) && hasStatus(cell, filter.status))
}

function hasStatus(cell: BoardCell, status: BoardFilter['status']): boolean {
  switch (status) {
    case '': return true
    case 'open': return isOpen(cell.status)
    case 'asked': return isAsked(cell)
    case 'overdue': return cell.overdue
    default: return cell.status === status
  }
}

const isAsked = (cell: BoardCell): boolean => isOpen(cell.status) && cell.status !== 'unreachable'

/** How many lines the cells hold. */
export function countOf(cells: readonly BoardCell[]): number {
  return cells.reduce((sum, cell) => sum + cell.count, 0)
}

/** The figures of a set of cells. */
export function figuresOf(cells: readonly BoardCell[]): BoardFigures {
  const of = (fits: (cell: BoardCell) => boolean) => countOf(cells.filter(fits))
  const excused = of((cell) => cell.status === 'excused')
  return {
    total: countOf(cells) - excused,
    signed: of((cell) => cell.status === 'signed'),
    outstanding: of(isAsked),
    unreachable: of((cell) => cell.status === 'unreachable'),
    declined: of((cell) => cell.status === 'declined'),
    excused,
    overdue: of((cell) => cell.overdue),
  }
}

/** How far each year, group or school is, in the order the keys sort; excused ones are left out (I4). */
export function coverageBy(cells: readonly BoardCell[], keyOf: (cell: BoardCell) => string | null, order: (a: string, b: string) => number): Coverage[] {
  const found = new Map<string, Coverage>()
  for (const cell of cells) {
    const key = keyOf(cell)
    if (key === null || cell.status === 'excused') continue
    const row = found.get(key) ?? { key, total: 0, signed: 0 }
    row.total += cell.count
    if (cell.status === 'signed') row.signed += cell.count
    found.set(key, row)
  }
  return [...found.values()].sort((a, b) => order(a.key, b.key))
}

/** 7B before 10A. */
export const byGroup = new Intl.Collator('en', { numeric: true }).compare
