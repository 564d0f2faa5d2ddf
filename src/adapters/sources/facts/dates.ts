import { isCalendarDate } from '../../../shared/dates.ts'
import type { CalendarDate } from '../../../shared/dates.ts'

const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})T00:00(:00(\.0+)?)?(Z|[+-]00:?00)?$/

/**
 * A date as the OneRoster and SDS standards write it. A date-time counts only at midnight: at any other hour the day
 * would depend on the time zone. Returns null for an empty cell, undefined for anything else.
 */
export function parseIsoDate(cell: string): CalendarDate | null | undefined {
  const text = cell.trim()
  if (text === '') return null
  const date = MIDNIGHT.exec(text)?.[1] ?? text
  return isCalendarDate(date) ? date : undefined
}
