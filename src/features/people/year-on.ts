import type { CalendarDate } from '../../shared/dates.ts'

/** A pupil's year: the one that counts, and one that the source says already and that counts from a later day (R8). */
export interface HeldYear {
  yearCode: string | null
  yearNext: string | null
  /** First day on which `yearNext` counts; null: nothing waits. */
  yearFrom: CalendarDate | null
}

/** In the order in which pupils pass through them; X and M are no step of it. */
const ORDER = ['E1', 'E2', 'N1', 'N2', 'R', ...Array.from({ length: 14 }, (_, n) => String(n + 1))]

/** The year that counts on a day. */
export const yearOn = ({ yearCode, yearNext, yearFrom }: HeldYear, on: CalendarDate): string | null => (yearFrom !== null && yearFrom <= on ? yearNext : yearCode)

/** The same in SQL, over `alias` (affiliations); takes one value, the day. */
export const yearOnSql = (alias: string): string => `case when ${alias}.year_from <= ? then ${alias}.year_next else ${alias}.year_code end`

/** True for the step that a new school year brings. */
export function isPromotion(from: string | null, to: string | null): boolean {
  const at = ORDER.indexOf(from ?? '')
  return at >= 0 && ORDER[at + 1] === to
}

/**
 * What is held once a source says that the year is `stated`. A promotion counts from `newYear`, the school's first day of the coming
 * year, where its years are about to change; every other change counts at once. Pure.
 */
export function changeOfYear(held: HeldYear, stated: string | null, { on, newYear }: { on: CalendarDate; newYear: CalendarDate | null }): HeldYear {
  const now = yearOn(held, on)
  if (stated !== now && newYear !== null && newYear > on && isPromotion(now, stated)) return { yearCode: now, yearNext: stated, yearFrom: newYear }
  return { yearCode: stated, yearNext: null, yearFrom: null }
}
