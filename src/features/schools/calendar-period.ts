import type { CalendarDate, Instant } from '../../shared/dates.ts'
import { ok, refuse, type Result } from '../../shared/result.ts'
import { isCalendarDate } from '../../shared/dates.ts'

/**
 * What a stretch of days is: a `holiday` or `closure` (INSET, snow) has no school; `exams` is school in which bulk runs and
 * enforcement keep still (B6, I5); `rollover` is the declared window in which years change (R8).
 */
export const periodKinds = ['holiday', 'closure', 'exams', 'rollover'] as const
export type PeriodKind = (typeof periodKinds)[number]

export interface CalendarPeriod {
  id: string
  /** Null: every school of the trust. */
  schoolId: string | null
  kind: PeriodKind
  name: string
  from: CalendarDate
  /** Inclusive. */
  to: CalendarDate
  /** Label of the actor who entered it. */
  placedBy: string
  placedAt: Instant
}

export type NewPeriod = Pick<CalendarPeriod, 'schoolId' | 'kind' | 'name' | 'from' | 'to'>
export type PeriodProblem = 'not-a-date' | 'ends-before-it-begins' | 'too-long' | 'no-name'

const LONGEST_DAYS = 120

/** A period as it may be stored, or why not. */
export function decidePeriod(wanted: NewPeriod): Result<NewPeriod, PeriodProblem> {
  if (!isCalendarDate(wanted.from) || !isCalendarDate(wanted.to)) return refuse('not-a-date')
  if (wanted.to < wanted.from) return refuse('ends-before-it-begins')
  if (Date.parse(wanted.to) - Date.parse(wanted.from) > LONGEST_DAYS * 86_400_000) return refuse('too-long')
  const name = wanted.name.trim()
  return name === '' ? refuse('no-name') : ok({ ...wanted, name })
}
