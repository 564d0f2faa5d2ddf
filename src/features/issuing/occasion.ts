import { academicYear, academicYearStart, addDays, type CalendarDate } from '../../shared/dates.ts'
import type { Cadence } from '../agreements/requirement.ts'

export interface IssuingSettings {
  /** Admission within this many days before the year's start counts for that year (I1). */
  admissionLeadDays: number
  /** A signature from this day (`MM-DD`) on counts for the coming year (I1). */
  countsFromDay: string
}

const issuingDefaults: IssuingSettings = { admissionLeadDays: 120, countsFromDay: '06-01' }

/** What a request is made due by, on a date; null when the desk asks instead of the calendar. Pure (I1). */
export function occasionFor(input: {
  cadence: Cadence; on: CalendarDate; startDate: CalendarDate | null; yearStart: string; majorNumber: number; settings?: IssuingSettings
  /** For `key-stage`. */
  band?: string
  /** For `every-months`: the interval, and the rounds there have been. */
  everyMonths?: number | null; rounds?: readonly Round[]
}): { occasion: string; reason: string } | null {
  const settings = input.settings ?? issuingDefaults
  const version = `v${input.majorNumber}`
  const joined = input.majorNumber > 1 ? 'the agreement has changed' : 'joined'
  switch (input.cadence) {
    case 'per-visit': return null
    case 'admission': return { occasion: `admission:${version}`, reason: joined }
    case 'until-leaving': return { occasion: `until-leaving:${version}`, reason: joined }
    case 'key-stage': return { occasion: `${input.band ?? ''}:${version}`, reason: input.majorNumber > 1 ? 'the agreement has changed' : `now ${input.band ?? ''}` }
    case 'new-version': return { occasion: `version:${input.majorNumber}`, reason: input.majorNumber > 1 ? 'the agreement has changed' : 'new agreement' }
    case 'every-months': return roundFor(input.rounds ?? [], input.everyMonths ?? 12, input.on)
    case 'academic-year': {
      const year = countedYear(input.on, input.startDate, input.yearStart, settings.admissionLeadDays)
      return { occasion: year, reason: `school year ${year}` }
    }
  }
}

/** One time that something was asked every so many months. */
export interface Round {
  occasion: string
  /** Null while it is not done. */
  completedOn: CalendarDate | null
}

const ROUND = /^round:(\d+)$/

/** The round that is due: the first; the one that is open; or the next, so many months after the last was done. Pure. */
export function roundFor(rounds: readonly Round[], months: number, on: CalendarDate): { occasion: string; reason: string } {
  const numbered = rounds.flatMap((round) => {
    const number = Number(ROUND.exec(round.occasion)?.[1] ?? 0)
    return number > 0 ? [{ number, completedOn: round.completedOn }] : []
  }).sort((a, b) => b.number - a.number)
  const [last] = numbered
  if (!last) return { occasion: 'round:1', reason: `every ${months} months` }
  const next = last.completedOn !== null && addMonths(last.completedOn, months) <= on
  return { occasion: `round:${next ? last.number + 1 : last.number}`, reason: next ? `${months} months have passed` : `every ${months} months` }
}

/** The same day so many months later; the last of the month where there is no such day. */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10)
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
