import { describe, expect, it } from 'vitest'
import { ruleFitsBand, slotsOf } from '../../../src/features/agreements/requirement.ts'

describe('slotsOf', () => {
  it('G4: under the guardian rule the guardian signs, and the child may make a mark that is never chased', () => {
    expect(slotsOf({ act: 'sign', signerRule: 'guardian' })).toEqual([
      { slot: 'guardian', act: 'sign', required: true },
      { slot: 'pupil', act: 'sign', required: false },
    ])
  })

  it('G4: in KS2 the child and one guardian sign', () => {
    expect(slotsOf({ act: 'sign', signerRule: 'pupil-and-guardian' })).toEqual([
      { slot: 'pupil', act: 'sign', required: true },
      { slot: 'guardian', act: 'sign', required: true },
    ])
  })

  it('G4: in KS3-4 the pupil signs and the guardian acknowledges', () => {
    expect(slotsOf({ act: 'sign', signerRule: 'pupil-guardian-acknowledges' })).toEqual([
      { slot: 'pupil', act: 'sign', required: true },
      { slot: 'guardian', act: 'acknowledge', required: true },
    ])
  })

  it('G4: whoever signs alone has one slot, with the act of the requirement', () => {
    expect(slotsOf({ act: 'acknowledge', signerRule: 'self' })).toEqual([{ slot: 'self', act: 'acknowledge', required: true }])
  })

  it('lets an adult sign only for themselves', () => {
    expect(ruleFitsBand('self', 'staff')).toBe(true)
    expect(ruleFitsBand('self', 'KS5')).toBe(true)
    expect(ruleFitsBand('pupil-and-guardian', 'staff')).toBe(false)
    expect(ruleFitsBand('guardian', 'guardian')).toBe(false)
  })
})
