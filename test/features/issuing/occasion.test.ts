import { describe, expect, it } from 'vitest'
import { addMonths, carriesOver, countedYear, occasionFor, roundFor } from '../../../src/features/issuing/occasion.ts'

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

describe('cadences of requirements', () => {
  it.each([
    ['admission', 1, 'admission:v1'], ['until-leaving', 3, 'until-leaving:v3'], ['new-version', 2, 'version:2'], ['key-stage', 1, 'KS2:v1'], ['key-stage', 2, 'KS2:v2'],
  ] as const)('I1: %s at major version %i is %s', (cadence, majorNumber, occasion) => {
    expect(occasionFor({ ...base, cadence, majorNumber, on: '2026-11-02', band: 'KS2' })?.occasion).toBe(occasion)
  })

  it.each([
    ['nothing yet', [], '2026-11-02', 'round:1'],
    ['open', [{ occasion: 'round:1', completedOn: null }], '2030-01-01', 'round:1'],
    ['the day before', [{ occasion: 'round:1', completedOn: '2026-02-28' }], '2028-02-27', 'round:1'],
    ['the day', [{ occasion: 'round:1', completedOn: '2026-02-28' }], '2028-02-28', 'round:2'],
    ['the tenth', [{ occasion: 'round:9', completedOn: '2020-01-01' }, { occasion: 'round:10', completedOn: '2026-01-01' }], '2027-01-01', 'round:10'],
    ['another cadence before', [{ occasion: '2025/26', completedOn: '2025-09-10' }], '2026-11-02', 'round:1'],
  ] as const)('I1: every 24 months, %s', (_name, rounds, on, occasion) => {
    expect(roundFor(rounds, 24, on).occasion).toBe(occasion)
  })

  it.each([['2026-01-31', 1, '2026-02-28'], ['2024-01-31', 1, '2024-02-29'], ['2026-11-30', 3, '2027-02-28'], ['2026-08-15', 12, '2027-08-15']])('T1: %s and %i months is %s', (from, months, to) => {
    expect(addMonths(from, months)).toBe(to)
  })
})
