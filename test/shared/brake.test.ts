import { describe, expect, it } from 'vitest'
import { applyBrake, BRAKE_DEFAULTS } from '../../src/shared/brake.ts'
import type { BrakeCohort, BrakeGroup, BrakeInput } from '../../src/shared/brake.ts'

const group = (more: Partial<BrakeGroup>): BrakeGroup => ({
  schoolId: 's1', role: 'pupil', population: 1000, endings: 0, accessLoss: 0, endings24h: 0, endings7d: 0, accessLoss24h: 0, accessLoss7d: 0, ...more,
})
const cohort = (more: Partial<BrakeCohort>): BrakeCohort => ({ schoolId: 's1', name: 'Year 7', size: 30, losing: 0, expected: 0, ...more })
const run = (more: Partial<BrakeInput>) => applyBrake({ groups: [], cohorts: [], firstRun: false, rolloverWindow: false, ...more })
const rules = (more: Partial<BrakeInput>) => run(more).reasons.map(reason => reason.rule)

describe('the brake', () => {
  it.each([
    // population, lost, verdict: above max(5, 5 %), above 2 where the population is under 20
    [1000, 0, 'pass'], [1000, 50, 'pass'], [1000, 51, 'held'],
    [140, 7, 'pass'], [140, 8, 'held'],
    [119, 5, 'pass'], [119, 6, 'held'], [120, 6, 'pass'],
    [100, 5, 'pass'], [100, 6, 'held'], [20, 5, 'pass'], [20, 6, 'held'],
    [19, 2, 'pass'], [19, 3, 'held'], [1, 1, 'pass'], [0, 3, 'held'],
  ] as const)('B1: of %i people, losing %i: %s', (population, lost, verdict) => {
    expect(run({ groups: [group({ population, endings: lost })] }).verdict).toBe(verdict)
    expect(run({ groups: [group({ population, accessLoss: lost })] }).verdict).toBe(verdict)
  })

  it('B1: counts endings and access loss apart, never their sum', () => {
    expect(rules({ groups: [group({ population: 100, endings: 5, accessLoss: 5 })] })).toEqual([])
    expect(rules({ groups: [group({ population: 100, endings: 6, accessLoss: 6 })] })).toEqual(['B1', 'B1'])
  })

  it('B1: each school and role by itself', () => {
    const four = { population: 100, endings: 4 }
    expect(run({ groups: [group(four), group({ ...four, role: 'teacher' }), group({ ...four, schoolId: 's2' })] }).verdict).toBe('pass')
    const held = run({ groups: [group(four), group({ ...four, schoolId: 's2', schoolName: 'Hill School', endings: 7 })] })
    expect(held.reasons).toEqual([{
      rule: 'B1', schoolId: 's2', text: 'Hill School, pupil: 7 of 100 people would be ended in this run; up to 5 pass without asking.',
    }])
  })

  it('B1: a slow bleed is held over 24 hours and over 7 days', () => {
    expect(run({ groups: [group({ population: 100, endings: 2, endings24h: 3, endings7d: 3 })] }).verdict).toBe('pass')
    expect(run({ groups: [group({ population: 100, endings: 2, endings24h: 4, endings7d: 4 })] }).reasons[0]?.text).toContain('6 of 100 people would be ended within 24 hours')
    expect(run({ groups: [group({ population: 100, accessLoss: 1, accessLoss7d: 5 })] }).reasons[0]?.text).toContain('6 of 100 people would lose access within 7 days')
    expect(run({ groups: [group({ population: 100, endings: 0, endings24h: 90, endings7d: 90 })] }).verdict).toBe('pass')
  })

  it.each([
    // size, losing, verdict: a cohort of at least 5 people, of which at least 80 % go
    [30, 23, 'pass'], [30, 24, 'held'], [5, 4, 'held'], [5, 3, 'pass'], [4, 4, 'pass'], [10, 8, 'held'], [10, 7, 'pass'], [30, 0, 'pass'],
  ] as const)('B2: of a year of %i, losing %i: %s', (size, losing, verdict) => {
    expect(run({ cohorts: [cohort({ size, losing })] }).verdict).toBe(verdict)
  })

  it('B2: passes only in a rollover window and on the confirmed list', () => {
    const year13 = cohort({ name: 'Year 13', size: 30, losing: 30, expected: 30 })
    expect(run({ cohorts: [year13], rolloverWindow: true }).verdict).toBe('pass')
    expect(rules({ cohorts: [year13], rolloverWindow: false })).toEqual(['B2'])
    expect(rules({ cohorts: [cohort({ size: 30, losing: 30, expected: 6 })], rolloverWindow: true })).toEqual(['B2'])
    expect(rules({ cohorts: [cohort({ size: 30, losing: 30, expected: 7 })], rolloverWindow: true })).toEqual([])
  })

  it('B1: those on the confirmed list do not count inside the window, and do outside it', () => {
    const groups = [group({ population: 1000, endings: 150, expectedEndings: 100 })]
    expect(run({ groups, rolloverWindow: true }).verdict).toBe('pass')
    expect(run({ groups, rolloverWindow: false }).verdict).toBe('held')
    expect(run({ groups: [group({ population: 1000, endings: 151, expectedEndings: 100 })], rolloverWindow: true }).verdict).toBe('held')
  })

  it('B3: nothing supplied at all is refused, whatever else is said', () => {
    const refused = run({ emptyInput: true, groups: [group({ endings: 1000 })] })
    expect(refused.verdict).toBe('refused')
    expect(refused.reasons.map(reason => reason.rule)).toEqual(['B3'])
  })

  it('B4: a protected person among them holds it', () => {
    expect(rules({ groups: [group({ endings: 1, protected: 1 })] })).toEqual(['B4'])
    expect(rules({ groups: [group({ endings: 1, protected: 0 })] })).toEqual([])
  })

  it.each([
    [200, 25, false], [200, 26, true], [250, 25, false], [250, 26, true], [1000, 100, false], [1000, 101, true], [259, 26, true], [260, 26, false],
  ] as const)('B5: of %i people, losing %i needs a second person and the typed count: %s', (population, endings, needed) => {
    const verdict = run({ groups: [group({ population, endings })] })
    expect(verdict).toMatchObject({ verdict: 'held', secondPerson: needed, typedCount: needed })
    expect(verdict.reasons.some(reason => reason.rule === 'B5')).toBe(needed)
  })

  it('B5: the first run that would take access away is held, however little it takes', () => {
    const held = run({ groups: [group({ endings: 1 })], firstRun: true })
    expect(held).toMatchObject({ verdict: 'held', secondPerson: false })
    expect(held.reasons.map(reason => reason.rule)).toEqual(['B5'])
    expect(run({ groups: [group({ accessLoss: 1 })], firstRun: true }).verdict).toBe('held')
    expect(run({ cohorts: [cohort({ size: 3, losing: 1 })], firstRun: true }).verdict).toBe('held')
  })

  it('B7: what takes nothing away passes, on a first run too', () => {
    expect(run({ groups: [group({})], cohorts: [cohort({})], firstRun: true })).toEqual({
      verdict: 'pass', reasons: [], secondPerson: false, typedCount: false,
    })
  })

  it('follows the settings it is given', () => {
    const settings = { ...BRAKE_DEFAULTS, first: { count: 0, percent: 0 }, small: { below: 0, count: 0 } }
    expect(run({ groups: [group({ endings: 1 })], settings }).verdict).toBe('held')
  })

  it('does not let anything pass that it cannot count', () => {
    expect(() => run({ groups: [group({ endings: Number.NaN })] })).toThrow(RangeError)
    expect(() => run({ groups: [group({ endings: 1, endings7d: -1 })] })).toThrow(RangeError)
    expect(() => run({ cohorts: [cohort({ losing: 0.5 })] })).toThrow(RangeError)
  })
})
