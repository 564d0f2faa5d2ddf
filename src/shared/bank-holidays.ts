import { addDays, type CalendarDate } from './dates.ts'

/**
 * Bank holidays of England and Wales in one year by the rules of the Banking and Financial Dealings Act 1971 and its standing
 * proclamations: the two of Easter, three Mondays, New Year and Christmas with their substitutes. A holiday proclaimed for one
 * year only (a coronation) is a closure that somebody enters.
 */
export function bankHolidays(year: number): CalendarDate[] {
  const easter = easterSunday(year)
  const christmas = weekday(`${year}-12-25`)
  return [
    substituted(`${year}-01-01`),
    addDays(easter, -2), addDays(easter, 1),
    mondayFrom(`${year}-05-01`), addDays(mondayFrom(`${year}-06-01`), -7), addDays(mondayFrom(`${year}-09-01`), -7),
    // A weekend's Christmas and Boxing Day give their place to the next two working days.
    ...(christmas === 5 ? [25, 28] : christmas === 6 ? [27, 28] : christmas === 0 ? [26, 27] : [25, 26]).map((day) => `${year}-12-${day}`),
  ]
}

const weekday = (date: CalendarDate): number => new Date(`${date}T00:00:00Z`).getUTCDay()

/** The Monday on or after a date. */
const mondayFrom = (date: CalendarDate): CalendarDate => addDays(date, (8 - weekday(date)) % 7)

const substituted = (date: CalendarDate): CalendarDate => (weekday(date) === 6 || weekday(date) === 0 ? mondayFrom(date) : date)

/** Easter Sunday of the Gregorian calendar, by the anonymous algorithm published in Nature in 1876. */
function easterSunday(year: number): CalendarDate {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const sum = h + l - 7 * m + 114
  return `${year}-${String(Math.floor(sum / 31)).padStart(2, '0')}-${String((sum % 31) + 1).padStart(2, '0')}`
}
