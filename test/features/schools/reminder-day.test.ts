import { expect, it } from 'vitest'
import { reminderDay } from '../../../src/features/schools/reminder-day.ts'
import { SchoolCalendar } from '../../../src/features/schools/school-calendar.ts'

it.each([
  ['a school day', '2026-09-11', '2026-09-11'], ['Saturday', '2026-09-12', '2026-09-11'], ['Sunday', '2026-09-13', '2026-09-11'], ['the August bank holiday', '2026-08-31', '2026-08-28'],
  ['Easter Monday after Good Friday', '2027-03-29', '2027-03-25'],
])('I6: a reminder on %s counts for the school day before', (_name, on, day) => {
  expect(reminderDay(new SchoolCalendar([]), on)).toBe(day)
})

it('I6: in a longer closure each day counts for itself', () => {
  const closed = new SchoolCalendar([{ id: 'H', schoolId: null, kind: 'holiday', name: 'Summer', from: '2026-07-23', to: '2026-09-01', placedBy: 'x', placedAt: 0 }])
  expect(reminderDay(closed, '2026-08-12')).toBe('2026-08-12')
})
