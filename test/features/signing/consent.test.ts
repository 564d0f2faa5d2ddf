import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConsentQuestion, questionsFor, slotsAsked } from '../../../src/features/agreements/consent-question.ts'
import { consentState, disagree } from '../../../src/features/signing/consent.ts'

const question = { kind: 'images', signerRule: 'guardian', countsFrom: 1 } as const
const given = (slot: 'guardian' | 'pupil' | 'self', answer: 'yes' | 'no', signerId = 'G1', version = 1) => ({ slot, answer, signerId, version })
const base = { question, adult: false, imagesBarred: false, mayAnswer: () => true }

describe('consentState', () => {
  it.each([
    ['nobody answered', [], 'not-answered'], ['one yes', [given('guardian', 'yes')], 'yes'], ['one no', [given('guardian', 'no')], 'no'],
    ['G5 two answered, no wins', [given('guardian', 'yes'), given('guardian', 'no', 'G2')], 'no'], ['two yes', [given('guardian', 'yes'), given('guardian', 'yes', 'G2')], 'yes'],
    ['a pupil is not asked', [given('pupil', 'yes')], 'not-answered'],
  ] as const)('G5: %s', (_name, answers, state) => {
    expect(consentState({ ...base, answers })).toBe(state)
  })

  it('G5: where the pupil is asked too, both must say yes and either no wins', () => {
    const both = { ...question, signerRule: 'guardian-and-pupil' as const }
    expect(consentState({ ...base, question: both, answers: [given('guardian', 'yes')] })).toBe('not-answered')
    expect(consentState({ ...base, question: both, answers: [given('guardian', 'yes'), given('pupil', 'yes', 'P')] })).toBe('yes')
    expect(consentState({ ...base, question: both, answers: [given('guardian', 'yes'), given('pupil', 'no', 'P')] })).toBe('no')
  })

  it('P6: a protection flag says no to images whatever was answered, and nothing to other questions', () => {
    const answers = [given('guardian', 'yes')]
    expect(consentState({ ...base, imagesBarred: true, answers })).toBe('no')
    expect(consentState({ ...base, imagesBarred: true, question: { ...question, kind: 'publication' }, answers })).toBe('yes')
  })

  it('F1, F2: the yes of an adult who may not consent any more counts no more; their no stands', () => {
    expect(consentState({ ...base, mayAnswer: () => false, answers: [given('guardian', 'yes')] })).toBe('not-answered')
    expect(consentState({ ...base, mayAnswer: (id) => id === 'G2', answers: [given('guardian', 'no'), given('guardian', 'yes', 'G2')] })).toBe('no')
  })

  it('G4: from the 18th birthday only the student\'s own answer counts', () => {
    expect(consentState({ ...base, adult: true, answers: [given('guardian', 'yes')] })).toBe('not-answered')
    expect(consentState({ ...base, adult: true, answers: [given('guardian', 'no'), given('pupil', 'yes', 'P')] })).toBe('yes')
    expect(slotsAsked('guardian-and-pupil', true)).toEqual(['pupil'])
  })

  it('an answer to words that meant something else counts no more', () => {
    expect(consentState({ ...base, question: { ...question, countsFrom: 2 }, answers: [given('guardian', 'yes', 'G1', 1)] })).toBe('not-answered')
  })

  it('G5: one more no never makes a yes, and without any answer nothing is a yes', () => {
    const answer = fc.record({ slot: fc.constantFrom('guardian', 'pupil' as const), answer: fc.constantFrom('yes', 'no' as const), signerId: fc.constantFrom('G1', 'G2', 'P'), version: fc.constantFrom(1, 2) })
    const rule = fc.constantFrom('guardian', 'guardian-and-pupil', 'pupil' as const)
    fc.assert(fc.property(rule, fc.array(answer, { maxLength: 6 }), fc.boolean(), fc.boolean(), (signerRule, answers, adult, imagesBarred) => {
      const input = { question: { ...question, signerRule }, adult, imagesBarred, mayAnswer: () => true }
      const slot = slotsAsked(signerRule, adult)[0] ?? 'pupil'
      expect(consentState({ ...input, answers: [...answers, given(slot as 'guardian', 'no', 'G9', 1)] })).toBe('no')
      expect(consentState({ ...input, answers: [] })).not.toBe('yes')
      if (consentState({ ...input, answers }) === 'yes') expect(answers.some((one) => one.answer === 'yes')).toBe(true)
    }))
  })
})

describe('questionsFor', () => {
  const one = (change: Partial<ConsentQuestion>): ConsentQuestion => ({ id: 'Q', key: 'web', schoolId: null, kind: 'images', title: 'T', question: 'Q?', hint: '', welsh: null, bands: ['KS2'], signerRule: 'guardian', version: 1, countsFrom: 1, position: 1, active: true, ...change })

  it('G2: a school\'s own question stands in place of the trust\'s, also to leave it out', () => {
    const trusts = one({ id: 'T' })
    expect(questionsFor([trusts, one({ id: 'S', schoolId: 'A' })], 'A', 'KS2').map(({ id }) => id)).toEqual(['S'])
    expect(questionsFor([trusts, one({ id: 'S', schoolId: 'A' })], 'B', 'KS2').map(({ id }) => id)).toEqual(['T'])
    expect(questionsFor([trusts, one({ id: 'S', schoolId: 'A', active: false })], 'A', 'KS2')).toEqual([])
    expect(questionsFor([trusts], 'A', 'KS5')).toEqual([])
  })

  it('F5: only two adults can disagree', () => {
    expect(disagree([given('guardian', 'yes'), given('guardian', 'no', 'G2')])).toBe(true)
    expect(disagree([given('guardian', 'yes'), given('pupil', 'no', 'P')])).toBe(false)
  })
})
