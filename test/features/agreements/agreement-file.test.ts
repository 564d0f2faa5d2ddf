import { describe, expect, it } from 'vitest'
import { parseAgreementFile } from '../../../src/features/agreements/agreement-file.ts'
import { reviewMismatch, statedReviewMonths } from '../../../src/features/agreements/review-cycle.ts'
import { UnusableInput } from '../../../src/shared/errors.ts'

const good = `---
key: pupil-ks2
title: How we use computers
band: KS2
family: pupil
owner: Online-safety lead
reviewCycleMonths: 12
summary: For tests.
language: en-GB
statements:
  pupil: I will try.
  guardian: I will help.
clauses:
  be-kind: I am kind.
requirement:
  act: sign
  signerRule: pupil-and-guardian
  cadence: academic-year
  dueSchoolDays: 10
  ifUnsigned: remind
---

Hello at {{school.name}}.

## I am kind {#be-kind}

I use kind words.
`

function refusal(text: string): UnusableInput {
  try {
    parseAgreementFile(text, 'pupil.md')
  } catch (error) {
    if (error instanceof UnusableInput) return error
    throw error
  }
  throw new Error('The file was accepted.')
}

describe('parseAgreementFile', () => {
  it('reads a good file', () => {
    const file = parseAgreementFile(good)
    expect(file).toMatchObject({ key: 'pupil-ks2', band: 'KS2', adultClauses: [], questions: [], requirement: { dueSchoolDays: 10 } })
    expect(file.sections).toEqual([{ id: 'be-kind', heading: 'I am kind', markdown: 'I use kind words.', line: 3 }])
    expect(file.markdown.startsWith('Hello at {{school.name}}.')).toBe(true)
  })

  it('reads Windows line ends and a byte order mark alike', () => {
    expect(parseAgreementFile(`\uFEFF${good.replaceAll('\n', '\r\n')}`)).toEqual(parseAgreementFile(good))
  })

  const broken: [string, (text: string) => string, number, RegExp, RegExp][] = [
    ['no front matter', () => '# Hello\n', 1, /does not begin/, /"---"/],
    ['front matter without end', (text) => text.replace('---\n\nHello', '\n\nHello'), 1, /does not begin/, /second line/],
    ['YAML that is not', (text) => text.replace('band: KS2', 'band: KS2: and more'), 4, /not valid YAML/, /Mend/],
    ['a key given twice', (text) => text.replace('band: KS2', 'band: KS2\nband: KS1'), 5, /not valid YAML/, /unique/],
    ['an unknown band', (text) => text.replace('band: KS2', 'band: KS9'), 4, /cannot be used/, /Line 4, band:/],
    ['an unknown setting', (text) => text.replace('title:', 'titel: x\ntitle:'), 2, /cannot be used/, /titel/],
    ['a negative due day', (text) => text.replace('dueSchoolDays: 10', 'dueSchoolDays: -1'), 19, /cannot be used/, /Line 19, requirement.dueSchoolDays/],
    ['the wrong family', (text) => text.replace('family: pupil', 'family: staff'), 5, /does not belong/, /family: pupil/],
    ['a signer rule for adults', (text) => text.replace('band: KS2', 'band: staff').replace('family: pupil', 'family: staff'), 17, /only for themselves/, /self/],
    ['a missing sentence', (text) => text.replace('  guardian: I will help.\n', ''), 11, /sentence for "guardian"/, /statements.guardian/],
    ['a sentence nobody uses', (text) => text.replace('  guardian:', '  self: Me.\n  guardian:'), 12, /Nobody signs as "self"/, /Remove/],
    ['a clause without id', (text) => text.replace(' {#be-kind}', ''), 25, /has no id/, /\{#be-kind\}/],
    ['an id used twice', (text) => `${text}\n## Again {#be-kind}\n\nMore.\n`, 29, /used twice/, /its own id/],
    ['a clause without a line for children', (text) => `${text}\n## Ask {#ask}\n\nMore.\n`, 14, /"ask" has no line/, /ask: one short/],
    ['a line without a clause', (text) => text.replace('  be-kind: I', '  be-kid: I ask.\n  be-kind: I'), 14, /no clause "be-kid"/, /correct/],
    ['an open placeholder', (text) => text.replace('I use kind words.', 'Ask {{dsl.name}}.'), 27, /\{\{dsl.name\}\}/, /may stay open/],
    ['a leftover', (text) => text.replace('Hello at', 'Ring [insert number] at'), 23, /\[insert number\]/, /may stay open/],
    ['a question about no clause', (text) => text.replace('requirement:', 'questions:\n  - { clause: x, ask: A, answers: [A, B], right: 0, because: B }\nrequirement:'), 16, /no clause "x"/, /Name the clause/],
    ['a question without its answer', (text) => text.replace('requirement:', 'questions:\n  - { clause: be-kind, ask: A, answers: [A, B], right: 2, because: B }\nrequirement:'), 16, /not among/, /from 0/],
    ['no clauses', (text) => text.replace('## I am kind {#be-kind}\n', ''), 23, /no clauses/, /heading/],
  ]
  it.each(broken)('refuses %s, and says where and what to do', (_, breakIt, line, what, remedy) => {
    const error = refusal(breakIt(good))
    expect(error.where).toBe(`pupil.md:${line}`)
    expect(error.what).toMatch(what)
    expect(error.remedy).toMatch(remedy)
    expect(error.exitCode).toBe(2)
  })

  it('lists every problem of the settings at once', () => {
    const { remedy } = refusal(good.replace('band: KS2', 'band: KS9').replace('act: sign', 'act: wave'))
    expect(remedy).toMatch(/Line 4, band/)
    expect(remedy).toMatch(/Line 16, requirement.act/)
  })
})

describe('reviewMismatch', () => {
  it.each([
    ['We look at this again every year.', [12]],
    ['It is reviewed every two years. It is reviewed annually.', [24, 12]],
    ['We review it every 18 months.', [18]],
    ['Reviewed once a year by the board.', [12]],
    ['You sign every year. We review each post.', []],
  ])('reads the cycle that "%s" states', (text, months) => {
    expect(statedReviewMonths(text)).toEqual(months)
  })

  it('G1: points out a stated cycle that differs from the set one', () => {
    expect(reviewMismatch('We review it every two years.', 12)).toEqual([24])
    expect(reviewMismatch('We review it every year.', 12)).toEqual([])
  })
})
