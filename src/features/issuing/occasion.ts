import { academicYear, academicYearStart, addDays, type CalendarDate } from '../../shared/dates.ts'
import type { Cadence } from '../agreements/requirement.ts'

export interface IssuingSettings {
  /** Admission within this many days before the year's start counts for that year (I1). */
  admissionLeadDays: number
  /** A signature from this day (`MM-DD`) on counts for the coming year (I1). */
  countsFromDay: string
}

export const issuingDefaults: IssuingSettings = { admissionLeadDays: 120, countsFromDay: '06-01' }

/** What a request is made due by, on a date; null when the desk asks instead of the calendar. Pure (I1). */
export function occasionFor(input: {
  cadence: Cadence; on: CalendarDate; startDate: CalendarDate | null; yearStart: string; majorNumber: number; settings?: IssuingSettings
}): { occasion: string; reason: string } | null {
  const settings = input.settings ?? issuingDefaults
  switch (input.cadence) {
    case 'per-visit': return null
    case 'admission': return { occasion: `admission:v${input.majorNumber}`, reason: 'joined' }
    case 'until-leaving': return { occasion: `until-leaving:v${input.majorNumber}`, reason: input.majorNumber > 1 ? 'the agreement has changed' : 'joined' }
    case 'academic-year': {
      const year = countedYear(input.on, input.startDate, input.yearStart, settings.admissionLeadDays)
      return { occasion: year, reason: `school year ${year}` }
    }
  }
}

/** The year that this date counts for; somebody admitted shortly before the next year's start counts for that one. */
export function countedYear(on: CalendarDate, startDate: CalendarDate | null, yearStart: string, leadDays: number): string {
  const year = academicYear(on, yearStart)
  const nextStart = `${Number(year.slice(0, 4)) + 1}-${yearStart}`
  const admitted = startDate ?? on
  const joinsLate = startDate !== null && admitted >= addDays(nextStart, -leadDays)
  return joinsLate ? academicYear(nextStart, yearStart) : year
}

/** True when a request completed for an earlier occasion still covers this academic year: signed since 1 June before it began (I1). */
export function carriesOver(completedOn: CalendarDate, occasionYear: string, yearStart: string, settings: IssuingSettings = issuingDefaults): boolean {
  const begins = academicYearStart(occasionYear, yearStart)
  return completedOn >= `${begins.slice(0, 4)}-${settings.countsFromDay}` && completedOn < begins
}

/** School days counted as weekdays until the school's calendar is known (I6). */
export function addSchoolDays(from: CalendarDate, days: number): CalendarDate {
  let date = from
  for (let left = days; left > 0;) {
    date = addDays(date, 1)
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
    if (weekday !== 0 && weekday !== 6) left -= 1
  }
  return date
}
