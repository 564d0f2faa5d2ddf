import type { Coverage } from './board-figures.ts'

/** Below this many people nothing is said of a row: so few can be told apart by those who know them. */
export const SMALLEST_ROW = 10
/** A count of so few people on either side is said in words. */
const FEW = 5
const STEP = 5

/** One row of the governors' table; a share is in steps of five per cent, so that nobody can be counted out. */
export interface FigureRow {
  label: string
  asked: string
  signed: string
}

/** How many have signed, with small numbers suppressed. */
export function figureRow(label: string, { total, signed }: Pick<Coverage, 'total' | 'signed'>): FigureRow {
  if (total < SMALLEST_ROW) return { label, asked: `fewer than ${SMALLEST_ROW}`, signed: 'not shown' }
  return { label, asked: total.toLocaleString('en-GB'), signed: shareWords(signed, total) }
}

function shareWords(signed: number, total: number): string {
  if (total - signed < FEW) return 'all or nearly all'
  if (signed < FEW) return 'none or very few'
  return `about ${shareOf(signed, total)} %`
}

/** A count of people about whom little may be told: exact from five on. */
export const countWords = (count: number): string => (count === 0 ? 'none' : count < FEW ? `fewer than ${FEW}` : count.toLocaleString('en-GB'))

/** Per cent in steps of five; 0 is none or very few, 100 all or nearly all. */
export function shareOf(signed: number, total: number): number {
  if (total - signed < FEW) return 100
  return signed < FEW ? 0 : Math.min(95, Math.max(5, Math.round((signed * 100) / total / STEP) * STEP))
}
