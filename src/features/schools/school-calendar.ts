import { bankHolidays } from '../../shared/bank-holidays.ts'
import { addDays, type CalendarDate, type Instant, today } from '../../shared/dates.ts'
import type { CalendarPeriod, PeriodKind } from './calendar-period.ts'

/** When lessons are, in the school's own time: minutes since midnight. */
export interface LessonHours { from: number; to: number }

const usualLessonHours: LessonHours = { from: 8 * 60 + 30, to: 15 * 60 + 30 }

/** The days of one school, or of the trust where no school is meant. Pure: made from what `CalendarStore` reads. */
export class SchoolCalendar {
  readonly #periods: readonly CalendarPeriod[]
  readonly #timezone: string
  readonly #hours: LessonHours
  readonly #bankHolidays = new Map<number, ReadonlySet<CalendarDate>>()

  /** `periods`: those of the school and of the whole trust. */
  constructor(periods: readonly CalendarPeriod[], settings: { timezone?: string; hours?: LessonHours } = {}) {
    this.#periods = periods
    this.#timezone = settings.timezone ?? 'Europe/London'
    this.#hours = settings.hours ?? usualLessonHours
  }

  /** Monday to Friday, no bank holiday, no holiday or closure of the school (I6). */
  isSchoolDay(date: CalendarDate): boolean {
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
    return weekday !== 0 && weekday !== 6 && !this.#isBankHoliday(date) && !this.#in('holiday', date) && !this.#in('closure', date)
  }

  /**
   * The date `days` school days after `from`, which itself never counts; `from` for none. A calendar closed for longer than a year
   * is taken as not kept: weekdays count from there on, so that nothing waits for ever.
   */
  addSchoolDays(from: CalendarDate, days: number): CalendarDate {
    const patience = addDays(from, 366 + days * 3)
    let date = from
    for (let left = days; left > 0;) {
      date = addDays(date, 1)
      const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
      if (this.isSchoolDay(date) || (date > patience && weekday !== 0 && weekday !== 6)) left -= 1
    }
    return date
  }

  /** School days after `from` up to and with `to`; 0 when `to` is not later. */
  schoolDaysBetween(from: CalendarDate, to: CalendarDate): number {
    let count = 0
    for (let date = addDays(from, 1); date <= to; date = addDays(date, 1)) if (this.isSchoolDay(date)) count += 1
    return count
  }

  /** The declared holiday or exam period that enforcement keeps out of on this date, or null (I5). */
  stillPeriod(date: CalendarDate): CalendarPeriod | null {
    return this.#find('exams', date) ?? this.#find('holiday', date)
  }

  /** True inside a declared roll-over window (R8). */
  inRollover(date: CalendarDate): boolean {
    return this.#in('rollover', date)
  }

  /** Why a bulk run does not start at this moment: lessons or exams; null when it may (B6). */
  whyNotNow(now: Instant): 'lessons' | 'exams' | null {
    const date = today(now, this.#timezone)
    if (this.#in('exams', date) && this.isSchoolDay(date)) return 'exams'
    if (!this.isSchoolDay(date)) return null
    const minute = minuteOfDay(now, this.#timezone)
    return minute >= this.#hours.from && minute < this.#hours.to ? 'lessons' : null
  }

  /** The first moment from `now` on, looked at every quarter of an hour for 120 days, at which a bulk run may start; null: none. */
  nextFree(now: Instant): Instant | null {
    if (this.whyNotNow(now) === null) return now
    const quarter = 15 * 60_000
    const first = Math.ceil(now / quarter) * quarter
    for (let at = first; at < now + 120 * 86_400_000; at += quarter) if (this.whyNotNow(at) === null) return at
    return null
  }

  #in(kind: PeriodKind, date: CalendarDate): boolean {
    return this.#find(kind, date) !== null
  }

  #find(kind: PeriodKind, date: CalendarDate): CalendarPeriod | null {
    return this.#periods.find((period) => period.kind === kind && period.from <= date && date <= period.to) ?? null
  }

  #isBankHoliday(date: CalendarDate): boolean {
    const year = Number(date.slice(0, 4))
    let days = this.#bankHolidays.get(year)
    if (!days) this.#bankHolidays.set(year, days = new Set(bankHolidays(year)))
    return days.has(date)
  }
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function minuteOfDay(at: Instant, timeZone: string): number {
  let clock = clocks.get(timeZone)
  if (!clock) clocks.set(timeZone, clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }))
  const [hours = 0, minutes = 0] = clock.format(at).split(':').map(Number)
  return hours * 60 + minutes
}
