/** A calendar date `YYYY-MM-DD` with no time and no zone (T1). */
export type CalendarDate = string
/** An instant: milliseconds since 1970-01-01T00:00:00Z (T1). */
export type Instant = number
/** Languages in which pages and mails of people who sign are written (BCP 47). */
export type Language = 'en-GB' | 'cy'

/** A day of instants, in milliseconds. Calendar days are counted by `addDays`: some have an hour more or less. */
export const DAY_MS = 86_400_000

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/

/** True when the text is a real calendar date, so not 2026-02-30. */
export function isCalendarDate(text: string): boolean {
  const parts = ISO_DATE.exec(text)
  if (!parts) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text
}

/** The calendar date at `now` in an IANA time zone; every calendar rule is decided by this (T1). */
export function today(now: Instant, timeZone = 'Europe/London'): CalendarDate {
  return dateFormat(timeZone).format(now)
}

// Swedish formats a date as YYYY-MM-DD.
const dateFormat = kept('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit' })
const longDateFormats = inBoth({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const dayFormats = inBoth({ day: 'numeric', month: 'long', year: 'numeric' })
const timeFormat = kept('en-GB', { hour: '2-digit', minute: '2-digit', hour12: false })

/** Formats of one kind by time zone: making one costs a hundred times as much as using it. */
function kept(locale: string, options: Intl.DateTimeFormatOptions): (timeZone: string) => Intl.DateTimeFormat {
  const formats = new Map<string, Intl.DateTimeFormat>()
  return (timeZone) => {
    const known = formats.get(timeZone) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone })
    formats.set(timeZone, known)
    return known
  }
}

function inBoth(options: Intl.DateTimeFormatOptions): Record<Language, (timeZone: string) => Intl.DateTimeFormat> {
  return { 'en-GB': kept('en-GB', options), cy: kept('cy', options) }
}

/** The date `days` later (negative: earlier). */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  const at = new Date(`${date}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** The instant at which a clock in this zone shows this date and time (`HH:MM`); in the hour that a clock change leaves out, the later. */
export function instantAt(date: CalendarDate, time: string, timeZone = 'Europe/London'): Instant {
  const wanted = Date.parse(`${date}T${time}:00Z`)
  const offset = (at: Instant) => Date.parse(`${new Intl.DateTimeFormat('sv-SE', {
    timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).format(at).replace(' ', 'T')}Z`) - at
  return wanted - offset(wanted - offset(wanted))
}

/** The academic year that holds `date`, such as `2026/27`; `yearStart` is `MM-DD` (a school setting). */
export function academicYear(date: CalendarDate, yearStart = '09-01'): string {
  const year = Number(date.slice(0, 4))
  const first = date.slice(5) >= yearStart ? year : year - 1
  return `${first}/${String((first + 1) % 100).padStart(2, '0')}`
}

/** First day of an academic year written `2026/27`. */
export function academicYearStart(code: string, yearStart = '09-01'): CalendarDate {
  return `${code.slice(0, 4)}-${yearStart}`
}

/** "Tuesday 1 September 2026": the way pages and mails write a date. In Welsh the day's name begins small, as it does within a sentence. */
export function longDate(date: CalendarDate, language: Language = 'en-GB'): string {
  return longDateFormats[language]('UTC').format(new Date(`${date}T00:00:00Z`)).replace(',', '').replace(/^Dydd/, 'dydd')
}

/** "1 September 2026", where the weekday says nothing. */
export function shortDate(date: CalendarDate, language: Language = 'en-GB'): string {
  return dayFormats[language]('UTC').format(new Date(`${date}T00:00:00Z`))
}

/** "1 September 2026 at 14:05" in the reader's zone. */
export function longInstant(at: Instant, timeZone = 'Europe/London', language: Language = 'en-GB'): string {
  return `${dayFormats[language](timeZone).format(at)} ${language === 'cy' ? 'am' : 'at'} ${timeFormat(timeZone).format(at)}`
}
