import { longDate } from '../../shared/dates.ts'
import type { CalendarPeriod, PeriodKind, PeriodProblem } from './calendar-period.ts'
import type { School } from './school-store.ts'

/** What the calendar page is made of. `TRUST` stands for every school in the form. */
export const TRUST = 'trust'

export const KIND_WORDS: Record<PeriodKind, { text: string; hint: string }> = {
  holiday: { text: 'Holiday', hint: 'No school. Nothing is due, nobody is chased, nothing is enforced.' },
  closure: { text: 'Closed day', hint: 'INSET or snow: no school for pupils.' },
  exams: { text: 'Exam days', hint: 'School is on. Bulk changes to accounts wait, nothing is enforced.' },
  rollover: { text: 'New school year', hint: 'The days in which years and classes change in your MIS, such as 20 August to 10 September.' },
}

/** Message and the field it belongs to. */
export const PROBLEM_WORDS: Record<PeriodProblem, [field: string, text: string]> = {
  'not-a-date': ['from', 'Write both days in figures, such as 26 10 2026'],
  'ends-before-it-begins': ['to', 'The last day comes before the first day'],
  'too-long': ['to', 'This is longer than 120 days. Look at the years of both days.'],
  'no-name': ['name', 'Write a name, such as Autumn half term'],
}

export interface CalendarInput {
  action: string
  periods: readonly CalendarPeriod[]
  schools: readonly School[]
  mayEdit: (schoolId: string | null) => boolean
  values: Readonly<Record<string, string | string[]>>
}

/** The view model of `pages/settings/calendar.njk`. */
export function calendarView({ action, periods, schools, mayEdit, values }: CalendarInput): object {
  const text = (name: string): string => (typeof values[name] === 'string' ? values[name] : '')
  const places = [...(mayEdit(null) ? [{ value: TRUST, text: 'Every school' }] : []), ...schools.filter(({ id }) => mayEdit(id)).map(({ id, name }) => ({ value: id, text: name }))]
  const group = (schoolId: string | null, title: string) => ({
    title, empty: 'Nothing entered yet',
    items: periods.filter((period) => period.schoolId === schoolId).map((period) => ({
      id: period.id, name: period.name, kind: KIND_WORDS[period.kind].text, mayRemove: mayEdit(period.schoolId),
      detail: period.from === period.to ? longDate(period.from) : `${longDate(period.from)} to ${longDate(period.to)}`,
    })),
  })
  const parts = (name: string) => ({ day: text(`${name}-day`), month: text(`${name}-month`), year: text(`${name}-year`) })
  return {
    action, places, groups: [group(null, 'Every school'), ...schools.map(({ id, name }) => group(id, name))],
    kinds: Object.entries(KIND_WORDS).map(([value, words]) => ({ value, ...words })),
    school: text('school') || places[0]?.value, kind: text('kind'), name: text('name'), from: parts('from'), to: parts('to'),
  }
}
