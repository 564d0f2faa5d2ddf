import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Requirement } from '../../../src/features/agreements/requirement-store.ts'
import { dueFor, type ExistingRequest, type IssueRules, type Placed } from '../../../src/features/issuing/due-requests.ts'
import { SchoolCalendar } from '../../../src/features/schools/school-calendar.ts'
import { must } from '../../support/must.ts'

const requirement = (change: Partial<Requirement> = {}): Requirement => ({
  id: 'R1', agreementId: 'A1', title: null, schoolId: null, band: 'KS2', role: null, groupName: null, act: 'sign', signerRule: 'pupil-and-guardian', signers: 'any',
  cadence: 'academic-year', everyMonths: null, compulsory: true, dueSchoolDays: 10, graceSchoolDays: 0, ifUnsigned: 'remind', topic: '', opensAccount: false, ...change,
})

const rules = (requirements: Requirement[], change: Partial<IssueRules> = {}): IssueRules => {
  const calendar = new SchoolCalendar([])
  return {
    on: '2026-11-02', requirements, majors: new Map([['A1', 1], ['A2', 1]]), published: new Map(), families: new Map([['A1', 'pupil'], ['A2', 'pupil']]),
    yearStarts: new Map(), adults: new Map(), addSchoolDays: (_school, from, days) => calendar.addSchoolDays(from, days), dueDays: new Map(), ...change,
  }
}

const pupil = (change: Partial<Placed> = {}): Placed => ({
  id: 'P1', hasEmail: false, hasLogin: true, bandOverride: null, places: [{ schoolId: 'S1', role: 'pupil', yearCode: '4', startDate: '2024-09-01', regGroup: '4B' }], ...change,
})

const teacher = (): Placed => ({ id: 'T1', hasEmail: true, hasLogin: true, bandOverride: null, places: [{ schoolId: 'S1', role: 'teacher', yearCode: null, startDate: null }, { schoolId: 'S2', role: 'support', yearCode: null, startDate: null }] })

const slots = (person: Placed, of: IssueRules): string[][] => dueFor(person, of, []).map((due) => due.slots.map((slot) => `${slot.slot}${slot.required ? '' : ' optional'}${slot.holderId ? ` ${slot.holderId}` : ''}`))

describe('who is asked', () => {
  it.each([
    ['its band', {}, 1], ['another band', { band: 'KS1' }, 0], ['its school', { schoolId: 'S1' }, 1], ['another school', { schoolId: 'S2' }, 0],
    ['its registration group', { groupName: '4B' }, 1], ['another group', { groupName: '4C' }, 0], ['its teaching group', { groupName: 'Drone club' }, 1],
  ] as const)('G4: a requirement for %s', (_name, change, count) => {
    expect(dueFor(pupil({ groups: new Set(['S1|Drone club']) }), rules([requirement(change)]), [])).toHaveLength(count)
  })

  it('G4: a requirement for one role leaves the other roles of the band alone', () => {
    const staff = (role: Requirement['role']) => requirement({ band: 'staff', signerRule: 'self', role })
    expect(dueFor(teacher(), rules([staff('teacher')]), []).map((due) => due.place.role)).toEqual(['teacher'])
    expect(dueFor(teacher(), rules([staff('trainee')]), [])).toEqual([])
  })

  it('G2: a school\'s own requirement stands in place of the trust\'s, only there', () => {
    const own = requirement({ id: 'R2', schoolId: 'S1', dueSchoolDays: 3 })
    expect(dueFor(pupil(), rules([requirement(), own]), []).map((due) => due.request.requirementId)).toEqual(['R2'])
    const elsewhere = pupil({ places: [{ schoolId: 'S2', role: 'pupil', yearCode: '4', startDate: null }] })
    expect(dueFor(elsewhere, rules([requirement(), own]), []).map((due) => due.request.requirementId)).toEqual(['R1'])
  })

  it('I1: a policy beside the agreement is a request of its own; the same topic merges', () => {
    const policy = requirement({ id: 'R2', agreementId: 'A2', act: 'acknowledge', topic: 'policy' })
    expect(dueFor(pupil(), rules([requirement(), policy]), []).map((due) => due.request.topic)).toEqual(['', 'policy'])
    expect(dueFor(pupil(), rules([requirement(), { ...policy, topic: '' }]), [])).toHaveLength(1)
  })

  it('I4: what is optional has no slot that is chased', () => {
    expect(slots(pupil(), rules([requirement({ compulsory: false })]))).toEqual([['pupil optional', 'guardian optional']])
  })
})

describe('who signs', () => {
  const two = pupil({ guardians: ['G1', 'G2'] })

  it('F5: any one of those who may sign, or all of them', () => {
    expect(slots(two, rules([requirement()]))).toEqual([['pupil', 'guardian']])
    expect(slots(two, rules([requirement({ signers: 'all' })]))).toEqual([['pupil', 'guardian G1', 'guardian G2']])
    expect(slots(pupil({ guardians: ['G1'] }), rules([requirement({ signers: 'all' })]))).toEqual([['pupil', 'guardian']])
  })

  it.each([
    ['pupil-guardian-acknowledges', ['pupil']], ['pupil-and-guardian', ['pupil']], ['guardian', ['pupil']], ['self', ['self']],
  ] as const)('G4: from the 18th birthday, under %s only the student is asked', (signerRule, expected) => {
    const adult = rules([requirement({ signerRule, signers: signerRule === 'self' ? 'any' : 'all' })], { adults: new Map([['P1', '2026-11-02']]) })
    expect(slots(two, adult)).toEqual([expected])
  })

  it('G4: the day before, guardians are asked', () => {
    expect(slots(two, rules([requirement()], { adults: new Map([['P1', '2026-11-03']]) }))).toEqual([['pupil', 'guardian']])
  })
})

describe('by when', () => {
  it('I6: due and grace count the school\'s own school days', () => {
    const closed = new SchoolCalendar([{ id: 'C', schoolId: 'S1', kind: 'closure', name: 'Flood', from: '2026-11-04', to: '2026-11-05', placedBy: 'x', placedAt: 0 }])
    const usual = new SchoolCalendar([])
    const of = rules([requirement({ dueSchoolDays: 3, graceSchoolDays: 2 })], { addSchoolDays: (school, from, days) => (school === 'S1' ? closed : usual).addSchoolDays(from, days) })
    expect(dueFor(pupil(), of, [])[0]?.request).toMatchObject({ dueOn: '2026-11-09', graceUntil: '2026-11-11' })
    const elsewhere = pupil({ places: [{ schoolId: 'S2', role: 'pupil', yearCode: '4', startDate: null }] })
    expect(dueFor(elsewhere, of, [])[0]?.request).toMatchObject({ dueOn: '2026-11-05', graceUntil: '2026-11-09' })
  })
})

const cadence = fc.constantFrom('academic-year', 'admission', 'key-stage', 'until-leaving', 'new-version', 'every-months' as const)
const day = fc.integer({ min: 0, max: 3000 }).map((n) => new Date(Date.UTC(2024, 0, 1) + n * 86_400_000).toISOString().slice(0, 10))

describe('properties', () => {
  it('I1: whatever the cadence and the day, what was put once is not put again on that day', () => {
    fc.assert(fc.property(cadence, day, fc.integer({ min: 1, max: 36 }), fc.array(fc.record({ state: fc.constantFrom('open', 'complete', 'declined', 'excused'), at: day }), { maxLength: 4 }), (of, on, months, past) => {
      const wanted = requirement({ cadence: of, everyMonths: of === 'every-months' ? months : null })
      const existing: ExistingRequest[] = past.map(({ state, at }, n) => ({
        family: 'pupil', topic: '', signerRule: 'pupil-and-guardian', occasion: `round:${n + 1}`, state, completedAt: state === 'complete' ? Date.parse(`${at}T10:00:00Z`) : null,
      }))
      const first = dueFor(pupil(), rules([wanted], { on }), existing)
      const put = first.filter((due) => !due.covered).map(({ request }): ExistingRequest => ({ ...request, state: 'open', completedAt: null }))
      expect(dueFor(pupil(), rules([wanted], { on }), [...existing, ...put]).every((due) => due.covered)).toBe(true)
    }), { numRuns: 300 })
  })

  it('I6: the grace never ends before the due day, and nothing is due before it is asked', () => {
    fc.assert(fc.property(day, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (on, dueSchoolDays, graceSchoolDays) => {
      const [due] = dueFor(pupil(), rules([requirement({ dueSchoolDays, graceSchoolDays })], { on }), [])
      const { dueOn, graceUntil } = must(due).request
      expect(must(dueOn) >= on && must(graceUntil) >= must(dueOn)).toBe(true)
    }), { numRuns: 200 })
  })

  it('G4: an adult is never left without a slot of their own, and no guardian is asked', () => {
    fc.assert(fc.property(fc.constantFrom('guardian', 'pupil-and-guardian', 'pupil-guardian-acknowledges', 'self' as const), fc.constantFrom('any', 'all' as const), fc.boolean(), (signerRule, signers, compulsory) => {
      const [due] = dueFor(pupil({ guardians: ['G1', 'G2', 'G3'] }), rules([requirement({ signerRule, signers, compulsory })], { adults: new Map([['P1', '2020-01-01']]) }), [])
      expect(due?.slots.some((slot) => slot.slot === 'guardian')).toBe(false)
      expect(due?.slots.filter((slot) => slot.required)).toHaveLength(compulsory ? 1 : 0)
    }))
  })
})
