import { addDays, isCalendarDate } from '../../../shared/dates.ts'
import type { CalendarDate } from '../../../shared/dates.ts'
import { parseIsoDate } from '../facts/dates.ts'

/** Which of day and month comes first in a column of dates; `iso` as long as no date has said so. */
export type DateOrder = 'dmy' | 'mdy' | 'iso'
/** How dates are read in the end. */
export type ReadOrder = Exclude<DateOrder, 'iso'>

const NUMERIC = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]00:00(?::00)?)?$/
/** 2026/10/23, 2026.10.23 and 20261023: nobody writes the day after the year. */
const YEAR_FIRST = /^(\d{4})(?:([/.-])(\d{1,2})\2(\d{1,2})|(\d\d)(\d\d))(?:[ T]00:00(?::00)?)?$/
const NAMED = /^(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4})$/i
const TWO_DIGIT_YEAR = /^\d{1,2}[/.-](?:\d{1,2}|[a-z]{3,9})[/.-]\d{2}$/i
const SERIAL = /^\d{5}$/
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec'

/**
 * A date as UK exports write it: 01/09/2026, 1 Sep 2026, 2026-09-01, 2026/09/01 (also with a midnight time), or the day number of a
 * spreadsheet (46266, counted from 30 December 1899). Null for an empty cell; a sentence of what is wrong otherwise.
 */
export function parseMappedDate(cell: string, order: DateOrder): { date: CalendarDate | null } | { wrong: string } {
  const text = cell.trim()
  const iso = parseIsoDate(text.replace(' ', 'T')) ?? parseIsoDate(text)
  if (iso !== undefined) return { date: iso }
  if (TWO_DIGIT_YEAR.test(text)) return { wrong: 'has a year of two digits; export years with four' }
  if (SERIAL.test(text) && Number(text) >= 20_000 && Number(text) < 80_000) return { date: addDays('1899-12-30', Number(text)) }
  const yearFirst = YEAR_FIRST.exec(text)
  if (yearFirst) return checked(yearFirst[1], yearFirst[3] ?? yearFirst[5], yearFirst[4] ?? yearFirst[6])
  const named = NAMED.exec(text)
  if (named) {
    const month = MONTHS.indexOf((named[2] ?? '').toLowerCase()) / 3
    if (Number.isInteger(month) && month >= 0) return checked(named[3], String(month + 1), named[1])
  }
  const parts = NUMERIC.exec(text)
  if (!parts) return { wrong: 'is not a date; write it like 01/09/2026' }
  const certain = orderOf(Number(parts[1]), Number(parts[2]))
  const read = order === 'iso' ? certain : order
  if (read === 'either') return { wrong: 'may be read two ways; write it like 2026-09-01' }
  return read === 'mdy' ? checked(parts[3], parts[1], parts[2]) : checked(parts[3], parts[2], parts[1])
}

/** What a date says by itself: above twelve is a day, and 04/04 is the same both ways. */
function orderOf(first: number, second: number): 'dmy' | 'mdy' | 'either' | 'same' {
  if (first === second) return 'same'
  if (first > 12 && second <= 12) return 'dmy'
  if (second > 12 && first <= 12) return 'mdy'
  return first <= 12 ? 'either' : 'same'
}

function checked(year = '', month = '', day = ''): { date: CalendarDate } | { wrong: string } {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isCalendarDate(date) ? { date } : { wrong: 'is not a day of the calendar' }
}

/** Gathers what a column's own dates say about the order of day and month. */
export class DateOrderEvidence {
  /** First line that can only be day/month, month/day, or either. */
  #dmy = 0
  #mdy = 0
  #either = 0

  see(cell: string, line: number): void {
    const parts = NUMERIC.exec(cell.trim())
    if (!parts) return
    const order = orderOf(Number(parts[1]), Number(parts[2]))
    if (order === 'dmy') this.#dmy ||= line
    else if (order === 'mdy') this.#mdy ||= line
    else if (order === 'either') this.#either ||= line
  }

  /** The order with the first line that shows it, or the lines that contradict each other or leave it open. */
  decide(): { order: ReadOrder; line: number } | { order: 'iso' } | { contradiction: [number, number] } | { open: number } {
    if (this.#dmy > 0 && this.#mdy > 0) return { contradiction: [this.#dmy, this.#mdy] }
    if (this.#dmy > 0) return { order: 'dmy', line: this.#dmy }
    if (this.#mdy > 0) return { order: 'mdy', line: this.#mdy }
    return this.#either > 0 ? { open: this.#either } : { order: 'iso' }
  }
}
