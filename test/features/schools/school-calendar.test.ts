import { describe, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import type { CalendarPeriod, PeriodKind } from '../../../src/features/schools/calendar-period.ts'
import { decidePeriod } from '../../../src/features/schools/calendar-period.ts'
import { CalendarStore } from '../../../src/features/schools/calendar-store.ts'
import { SchoolCalendar } from '../../../src/features/schools/school-calendar.ts'
import { onBothDatabases } from '../../support/databases.ts'

const period = (kind: PeriodKind, from: string, to: string): CalendarPeriod => ({ id: from, schoolId: null, kind, name: kind, from, to, placedBy: 'system', placedAt: 0 })
const at = (text: string): number => Date.parse(text)

describe('I6 school days', () => {
  const calendar = new SchoolCalendar([period('holiday', '2026-10-26', '2026-10-30'), period('closure', '2026-11-02', '2026-11-02')])

  it.each([
    ['2026-10-23', true], ['2026-10-24', false], ['2026-10-25', false], ['2026-10-26', false], ['2026-10-30', false], ['2026-11-02', false],
    ['2026-11-03', true], ['2026-12-25', false], ['2026-12-28', false],
  ])('I6 %s is a school day: %s', (date, expected) => {
    expect(calendar.isSchoolDay(date)).toBe(expected)
  })

  it('I6 counts over half term, weekends and a closure', () => {
    expect(calendar.addSchoolDays('2026-10-22', 1)).toBe('2026-10-23')
    expect(calendar.addSchoolDays('2026-10-22', 2)).toBe('2026-11-03')
    expect(calendar.addSchoolDays('2026-10-22', 0)).toBe('2026-10-22')
    expect(calendar.schoolDaysBetween('2026-10-22', '2026-11-03')).toBe(2)
  })

  it('I6 does not wait for ever for a calendar that nobody keeps', () => {
    const closed = new SchoolCalendar(Array.from({ length: 40 }, (_, n) => period('holiday', `20${26 + n}-01-01`, `20${26 + n}-12-31`)))
    expect(closed.addSchoolDays('2026-09-01', 5) < '2027-12-31').toBe(true)
  })
})

describe('B6 bulk runs keep out of lessons and exams', () => {
  const calendar = new SchoolCalendar([period('exams', '2026-11-09', '2026-11-10')])

  it.each([
    ['2026-10-05T08:00:00Z', 'lessons'], // nine o'clock in summer time
    ['2026-10-05T06:30:00Z', null],
    ['2026-10-05T14:30:00Z', null],
    ['2026-10-04T09:00:00Z', null],
    ['2026-11-09T18:00:00Z', 'exams'],
  ])('B6 at %s: %s', (instant, expected) => {
    expect(calendar.whyNotNow(at(instant))).toBe(expected)
  })

  it('B6 names the next moment that is free', () => {
    expect(new Date(calendar.nextFree(at('2026-10-05T08:07:00Z')) ?? 0).toISOString()).toBe('2026-10-05T14:30:00.000Z')
    expect(new Date(calendar.nextFree(at('2026-11-09T10:00:00Z')) ?? 0).toISOString()).toBe('2026-11-11T00:00:00.000Z')
  })
})

describe('a period that somebody enters', () => {
  const usual = { schoolId: null, kind: 'holiday' as const, name: ' Half term ', from: '2026-10-26', to: '2026-10-30' }
  it.each([
    [{}, null], [{ from: '2026-02-30' }, 'not-a-date'], [{ to: '2026-10-25' }, 'ends-before-it-begins'], [{ to: '2027-10-25' }, 'too-long'], [{ name: ' ' }, 'no-name'],
  ])('%o: %s', (change, problem) => {
    const decided = decidePeriod({ ...usual, ...change })
    expect(decided.ok ? null : decided.reason).toBe(problem)
  })
})

onBothDatabases('calendar store', (get) => {
  it('R8 keeps periods of the trust and of one school apart', async () => {
    const clock = new FixedClock('2026-07-01T08:00:00Z')
    const store = new CalendarStore(get().db, clock, createIds(clock))
    const summer = await store.add({ schoolId: null, kind: 'holiday', name: 'Summer', from: '2026-07-22', to: '2026-08-31' }, 'system')
    await store.add({ schoolId: 'HIGH', kind: 'rollover', name: 'New year', from: '2026-08-20', to: '2026-09-10' }, 'system')
    const of = await store.around('2026-07-01', [{ id: 'HIGH', timezone: 'Europe/London' }, { id: 'PRIMARY', timezone: 'Europe/London' }])
    expect(of('HIGH').inRollover('2026-09-01')).toBe(true)
    expect(of('PRIMARY').inRollover('2026-09-01')).toBe(false)
    expect(of(null).stillPeriod('2026-08-01')?.name).toBe('Summer')
    expect(await store.remove(summer)).toBe(true)
    expect(await store.remove(summer)).toBe(false)
  })
})
