import { describe, expect, it } from 'vitest'
import { addSchoolDays, carriesOver, countedYear, occasionFor } from '../../../src/features/issuing/occasion.ts'

const base = { startDate: null, yearStart: '09-01', majorNumber: 1 }

describe('occasionFor', () => {
  it.each([
    ['2026-08-31', '2025/26'], ['2026-09-01', '2026/27'], ['2027-01-10', '2026/27'],
  ])('I1: on %s the academic year is %s', (on, occasion) => {
    expect(occasionFor({ ...base, cadence: 'academic-year', on })?.occasion).toBe(occasion)
  })

  it.each([
    // 120 days before 1 September 2026 is 4 May.
    ['2026-06-10', '2026-05-03', '2025/26'], ['2026-06-10', '2026-05-04', '2026/27'], ['2026-08-20', '2026-09-01', '2026/27'],
    ['2026-06-10', '2020-09-01', '2025/26'],
  ])('I1: admission shortly before the year counts for it (on %s, admitted %s: %s)', (on, startDate, year) => {
    expect(countedYear(on, startDate, '09-01', 120)).toBe(year)
  })

  it('asks again for a new major version where the cadence is until leaving', () => {
    expect(occasionFor({ ...base, cadence: 'until-leaving', on: '2026-09-01' })?.occasion).toBe('until-leaving:v1')
    expect(occasionFor({ ...base, cadence: 'until-leaving', on: '2026-09-01', majorNumber: 2 })?.occasion).toBe('until-leaving:v2')
  })

  it('leaves visits to the desk', () => {
    expect(occasionFor({ ...base, cadence: 'per-visit', on: '2026-09-01' })).toBeNull()
  })
})

describe('carriesOver', () => {
  it.each([
    ['2026-05-31', false], ['2026-06-01', true], ['2026-08-31', true], ['2026-09-01', false],
  ])('I1: a signature of %s counts for 2026/27: %s', (on, counts) => {
    expect(carriesOver(on, '2026/27', '09-01')).toBe(counts)
  })
})

describe('addSchoolDays', () => {
  it.each([
    ['2026-09-01', 0, '2026-09-01'], ['2026-09-04', 1, '2026-09-07'], ['2026-09-01', 10, '2026-09-15'],
  ])('I6: %s and %i school days is %s', (from, days, to) => {
    expect(addSchoolDays(from, days)).toBe(to)
  })
})
