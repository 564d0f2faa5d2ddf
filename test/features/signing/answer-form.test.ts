import { describe, expect, it } from 'vitest'
import { draftMark } from '../../../src/features/signing/answer-draft.ts'
import { readAnswer } from '../../../src/features/signing/answer-form.ts'
import { clauseChanges } from '../../../src/features/agreements/clause-changes.ts'
import { readingMinutes } from '../../../src/features/agreements/reading-steps.ts'
import { parseTypedName } from '../../../src/features/signing/typed-name.ts'
import { yearSaid } from '../../../src/features/signing/year-said.ts'

const text = 'a'.repeat(64)
const line = JSON.stringify([[{ x: 0, y: 0 }, { x: 200, y: 100 }, { x: 400, y: 0 }]])
const dot = JSON.stringify([[{ x: 0, y: 0 }]])

describe('a typed name', () => {
  it('is tidied and composed, and need not be the name in the register', () => {
    expect(parseTypedName('  Zoe\u0308   O’Brien\t')).toEqual({ ok: true, name: 'Zoë O’Brien' })
    expect(parseTypedName('X')).toEqual({ ok: true, name: 'X' })
    expect(parseTypedName('   ')).toEqual({ ok: true, name: null })
  })
  it('loses characters that turn the direction of the text, and keeps the joiners that scripts need', () => {
    expect(parseTypedName('Ada\u202Egnp')).toEqual({ ok: true, name: 'Ada gnp' })
    expect(parseTypedName('می\u200cخواهم')).toEqual({ ok: true, name: 'می\u200cخواهم' })
  })
  it('holds 200 characters of any script, and no more', () => {
    for (const letter of ['a', 'م', 'ম', '欧', '𞤀']) {
      expect(parseTypedName(letter.repeat(200)).ok).toBe(true)
      expect(parseTypedName(letter.repeat(201)).ok).toBe(false)
    }
  })
  it('needs a letter', () => {
    expect(parseTypedName('12345').ok).toBe(false)
    expect(parseTypedName('🙂').ok).toBe(false)
  })
})

describe('an answer', () => {
  it('S5: is asked for, both ways alike', () => {
    expect(readAnswer({ text }, 'sign', false).errors.map(({ field }) => field)).toEqual(['answer'])
    expect(readAnswer({ text, answer: 'maybe' }, 'sign', false).errors.map(({ field }) => field)).toEqual(['answer'])
  })
  it('needs a name or a drawing for yes, nothing for no', () => {
    expect(readAnswer({ text, answer: 'yes' }, 'sign', false).errors.map(({ field }) => field)).toEqual(['signature'])
    expect(readAnswer({ text, answer: 'yes', signature: 'Ann' }, 'sign', false)).toMatchObject({ errors: [], draft: { typed: 'Ann', drawn: null, ready: true } })
    expect(readAnswer({ text, answer: 'yes', signatureDrawn: line }, 'sign', true).draft).toMatchObject({ typed: null, ready: true, drawn: [[{ x: 0, y: 0 }, { x: 200, y: 100 }, { x: 400, y: 0 }]] })
    expect(readAnswer({ text, answer: 'no' }, 'sign', false)).toMatchObject({ errors: [], draft: { answer: 'no', ready: true } })
  })
  it('a slip of the finger beside a typed name is no mistake; alone it is', () => {
    expect(readAnswer({ text, answer: 'yes', signature: 'Ann', signatureDrawn: dot }, 'sign', false)).toMatchObject({ errors: [], draft: { drawn: null, typed: 'Ann' } })
    expect(readAnswer({ text, answer: 'yes', signatureDrawn: dot }, 'sign', false).errors[0]?.text).toContain('looks like a dot')
    expect(readAnswer({ text, answer: 'yes', signatureDrawn: '{not json' }, 'sign', false).errors[0]?.field).toBe('signature')
  })
  it('an acknowledgement takes no name', () => {
    expect(readAnswer({ text, answer: 'yes', signature: 'Ann' }, 'acknowledge', false)).toMatchObject({ errors: [], draft: { typed: null, ready: true } })
  })
  it('has another mark as soon as anything in it differs', () => {
    const { draft } = readAnswer({ text, answer: 'yes', signature: 'Ann' }, 'sign', false)
    expect(draftMark(draft)).toBe(draftMark({ ...draft }))
    expect(draftMark({ ...draft, typed: 'Anne' })).not.toBe(draftMark(draft))
  })
})

describe('what differs between two texts', () => {
  const before = 'Start.\n\n## One {#one}\n\nFirst.\n\n## Two {#two}\n\nSecond.\n'
  it('I2: is told clause by clause, in the order of the newer one', () => {
    const now = 'Start.\n\n## Three {#three}\n\nThird.\n\n## One {#one}\n\nFirst, but new.\n'
    expect(clauseChanges(before, now).map(({ kind, heading, markdown }) => [kind, heading, markdown])).toEqual([
      ['new', 'Three', 'Third.'], ['changed', 'One', 'First, but new.'], ['gone', 'Two', 'Second.'],
    ])
    expect(clauseChanges(before, before)).toEqual([])
    expect(clauseChanges(before, before.replace('Start.', 'Begin.')).map(({ kind, heading }) => [kind, heading])).toEqual([['changed', 'The beginning']])
  })
})

describe('small words', () => {
  it('years', () => expect(['R', 'N2', '4', 'X', null].map((code) => yearSaid(code)?.toString() ?? null)).toEqual(['Reception', 'Nursery 2', 'Year 4', null, null]))
  it('minutes', () => expect([readingMinutes('few words'), readingMinutes('word '.repeat(900))]).toEqual([1, 5]))
})
