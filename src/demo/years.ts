import { addDays } from '../shared/dates.ts'
import type { CalendarDate } from '../shared/dates.ts'

/** A year group of the demo trust. `index` counts from 0 (N1); a child moves up one each September. */
export interface YearGroup {
  index: number
  code: string
  phase: 'primary' | 'secondary'
  /** Relative number of pupils. */
  weight: number
}

const year = (index: number, code: string, phase: YearGroup['phase'], weight: number): YearGroup => ({ index, code, phase, weight })

/** N1 to Y13. The weights give 600 pupils a two-form primary and a two-form secondary with a small sixth form. */
export const yearGroups: readonly YearGroup[] = [
  year(0, 'N1', 'primary', 16), year(1, 'N2', 'primary', 20), year(2, 'R', 'primary', 36),
  ...[1, 2, 3, 4, 5, 6].map((nc) => year(nc + 2, String(nc), 'primary', 36)),
  ...[7, 8, 9, 10, 11].map((nc) => year(nc + 2, String(nc), 'secondary', 52)),
  year(14, '12', 'secondary', 28), year(15, '13', 'secondary', 24),
]

/** Shares out `total` pupils over the year groups in whole numbers that add up (largest remainder first). */
export function yearSizes(total: number): number[] {
  const weights = yearGroups.reduce((sum, group) => sum + group.weight, 0)
  const exact = yearGroups.map((group) => (total * group.weight) / weights)
  const sizes = exact.map(Math.floor)
  const short = total - sizes.reduce((sum, size) => sum + size, 0)
  const byRemainder = yearGroups.toSorted((a, b) => (exact[b.index] ?? 0) % 1 - (exact[a.index] ?? 0) % 1 || a.index - b.index)
  for (const group of byRemainder.slice(0, short)) sizes[group.index] = (sizes[group.index] ?? 0) + 1
  return sizes
}

/** One class up to 33 pupils, then as few classes as hold 32 each. */
export function classesFor(pupils: number): number {
  return pupils < 34 ? 1 : Math.ceil(pupils / 32)
}

/** Born on a day between 1 September and 31 August that makes a child this year group in the year that begins in `firstYear`. */
export function birthDate(yearIndex: number, firstYear: number, dayOfYear: number): CalendarDate {
  // Reception (index 2) holds children who are 4 on 1 September: born in the twelve months up to 31 August, four years before.
  return new Date(Date.UTC(firstYear - yearIndex - 3, 8, 1 + dayOfYear)).toISOString().slice(0, 10)
}

/** `date`, or the Monday after it when it falls on a weekend. */
export function onOrAfterWeekday(date: CalendarDate): CalendarDate {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay()
  return day === 6 ? addDays(date, 2) : day === 0 ? addDays(date, 1) : date
}
