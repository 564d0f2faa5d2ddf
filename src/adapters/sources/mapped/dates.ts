import { addDays, isCalendarDate } from '../../../shared/dates.ts'
import type { CalendarDate } from '../../../shared/dates.ts'
import { parseIsoDate } from '../facts/dates.ts'

export type DateOrder = 'dmy' | 'mdy' | 'iso'

const NUMERIC = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]00:00(?::00)?)?$/
const NAMED = /^(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4})$/i
const TWO_DIGIT_YEAR = /^\d{1,2}[/.-](?:\d{1,2}|[a-z]{3,9})[/.-]\d{2}$/i
const SERIAL = /^\d{5}$/
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec'

/**
 * A date as UK exports write it: 01/09/2026, 1 Sep 2026, 2026-09-01 (also with a midnight time), or the day number of a
 * spreadsheet (46266, counted from 30 December 1899). Null for an empty cell; a sentence of what is wrong otherwise.
 */
export function parseMappedDate(cell: string, order: DateOrder): { date: CalendarDate | null } | { wrong: string } {
  const text = cell.trim()
  const iso = parseIsoDate(text.replace(' ', 'T')) ?? parseIsoDate(text)
  if (iso !== undefined) return { date: iso }
  if (TWO_DIGIT_YEAR.test(text)) return { wrong: 'has a year of two digits; export years with four' }
  if (SERIAL.test(text) && Number(text) >= 20_000 && Number(text) < 80_000) return { date: addDays('1899-12-30', Number(text)) }
  const named = NAMED.exec(text)
  if (named) {
    const month = MONTHS.indexOf((named[2] ?? '').toLowerCase()) / 3
    if (Number.isInteger(month) && month >= 0) return checked(named[3], String(month + 1), named[1])
  }
  const parts = NUMERIC.exec(text)
  if (!parts) return { wrong: 'is not a date; write it like 01/09/2026' }
  if (order === 'iso' && parts[1] !== parts[2]) return { wrong: 'may be read two ways; write it like 2026-09-01, or say which order the column has' }
  return order === 'mdy' ? checked(parts[3], parts[1], parts[2]) : checked(parts[3], parts[2], parts[1])
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
    const first = Number(parts[1])
    const second = Number(parts[2])
    if (first > 12 && second <= 12) this.#dmy ||= line
    else if (second > 12 && first <= 12) this.#mdy ||= line
    else if (first !== second) this.#either ||= line
  }

  /** The order, or the lines that leave it open. */
  decide(): DateOrder | { contradiction: [number, number] } | { open: number } {
    if (this.#dmy > 0 && this.#mdy > 0) return { contradiction: [this.#dmy, this.#mdy] }
    if (this.#dmy > 0) return 'dmy'
    if (this.#mdy > 0) return 'mdy'
    return this.#either > 0 ? { open: this.#either } : 'iso'
  }
}
