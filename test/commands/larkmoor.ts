import type { RosterSketch } from '../support/roster-files.ts'

/** One made-up primary of twelve pupils, each with a guardian, and two teachers; its year lasts longer than this code will. */
export function larkmoor(change: Partial<RosterSketch> = {}): RosterSketch {
  const numbers = Array.from({ length: 12 }, (_, at) => at + 1)
  return {
    schools: [{ id: 'S1', name: 'Larkmoor Primary', identifier: '100001' }],
    terms: [{ id: 'Y', start: '2020-09-01', end: '2098-08-31' }],
    classes: [{ id: 'C4', title: '4K', school: 'S1', homeroom: true, terms: ['Y'] }],
    pupils: numbers.map((n) => ({
      id: `P${n}`, forename: `Pupil${n}`, surname: `Sur${n}`, school: 'S1', year: '04', admissionNumber: `${1000 + n}`, username: `p${n}@lark.example`, tutorGroup: '4K',
      guardians: [{ id: `G${n}` }],
    })),
    guardians: numbers.map((n) => ({ id: `G${n}`, forename: `Parent${n}`, surname: `Sur${n}`, email: `g${n}@family.example`, school: 'S1' })),
    staff: [1, 2].map((n) => ({ id: `T${n}`, forename: `Teacher${n}`, surname: `Staff${n}`, email: `t${n}@lark.example`, school: 'S1' })),
    enrolments: numbers.map((n) => ({ id: `E${n}`, class: 'C4', person: `P${n}` })),
    ...change,
  }
}
