import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { draftVersion, submitForReview } from '../../../src/features/agreements/agreement.ts'
import { clauseChanges } from '../../../src/features/agreements/clause-changes.ts'
import { draftNotes } from '../../../src/features/agreements/draft-notes.ts'
import { addClause, clauseKey, inOrderOf, missingIn, moveClause, removeClause, writeClause, writeOpening } from '../../../src/features/agreements/draft-text.ts'
import { addMonths, nextReview } from '../../../src/features/agreements/review-date.ts'
import { directionOf, languageName } from '../../../src/features/agreements/shown-as.ts'
import { SYMBOLS, usualSymbol } from '../../../src/features/agreements/symbols.ts'
import { readQuestions } from '../../../src/features/agreements/questions-routes.ts'
import { readPlan } from '../../../src/features/agreements/part-routes.ts'
import { draftInput } from './support.ts'

const [text] = draftInput().texts
if (!text) throw new Error('no text')
const three = { ...text, markdown: 'Hello.\n\n## One {#one}\n\nFirst.\n\n## Two {#two}\n\nSecond.\n\n## Three {#three}\n\nThird.\n', clauses: { one: 'I one.', two: 'I two.' } }
const edit = { heading: 'New', markdown: 'Words.', line: 'I new.', symbol: 'ask' }
const valueOf = <T>(step: { ok: true; value: T } | { ok: false; reason: string }): T => {
  if (!step.ok) throw new Error(step.reason)
  return step.value
}

describe('clauses of a draft', () => {
  it('are written, added, moved and taken out; the rest stays to the letter', () => {
    const written = valueOf(writeClause(three, 'two', edit))
    expect(written.markdown).toBe(three.markdown.replace('## Two {#two}\n\nSecond.', '## New {#two}\n\nWords.'))
    expect(written).toMatchObject({ clauses: { one: 'I one.', two: 'I new.' }, symbols: { two: 'ask' } })
    expect(valueOf(addClause(three, 'four', edit, 'one')).markdown).toContain('First.\n\n## New {#four}\n\nWords.\n\n## Two')
    expect(valueOf(moveClause(three, 'three', -1)).markdown.indexOf('Third')).toBeLessThan(valueOf(moveClause(three, 'three', -1)).markdown.indexOf('Second'))
    expect(valueOf(removeClause(three, 'two'))).toMatchObject({ markdown: 'Hello.\n\n## One {#one}\n\nFirst.\n\n## Three {#three}\n\nThird.\n', clauses: { one: 'I one.' } })
    expect(valueOf(writeOpening(three, 'Good day.')).markdown).toBe(three.markdown.replace('Hello.', 'Good day.'))
  })

  it('refuse what would break the text', () => {
    expect(addClause(three, 'one', edit, null)).toMatchObject({ reason: 'id-taken' })
    expect(addClause(three, 'Bad Key', edit, null)).toMatchObject({ reason: 'bad-id' })
    expect(writeClause(three, 'one', { ...edit, heading: ' ' })).toMatchObject({ reason: 'heading-missing' })
    expect(writeClause(three, 'one', { ...edit, markdown: 'x\n\n## Another' })).toMatchObject({ reason: 'heading-inside' })
    expect(writeClause(three, 'none', edit)).toMatchObject({ reason: 'no-such-clause' })
    expect(moveClause(three, 'one', -1)).toMatchObject({ reason: 'edge' })
    expect(writeOpening(three, '## Oops')).toMatchObject({ reason: 'heading-inside' })
  })

  it('get a key from their heading, and other texts follow the order of the governing one', () => {
    expect(clauseKey('Phones & watches at school!')).toBe('phones-watches-at-school')
    expect(clauseKey('7 rules')).toBe('rules')
    const moved = valueOf(moveClause(three, 'one', 1))
    expect(inOrderOf(three, moved).markdown.indexOf('Second')).toBeLessThan(inOrderOf(three, moved).markdown.indexOf('First'))
    expect(missingIn({ ...three, markdown: '## One {#one}\n\nFirst.\n' }, three)).toEqual(['two', 'three'])
  })
})

describe('what changed', () => {
  it('tells new, gone, changed and moved clauses apart, and changed words from those that stayed', () => {
    const now = 'Hello.\n\n## Three {#three}\n\nThird.\n\n## One {#one}\n\nFirst and foremost.\n\n## Four {#four}\n\nFourth.\n'
    const changes = clauseChanges(three.markdown, now)
    expect(changes.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['changed one', 'new four', 'gone two'])
    const turned = 'Hello.\n\n## Three {#three}\n\nThird.\n\n## One {#one}\n\nFirst.\n\n## Two {#two}\n\nSecond.\n'
    expect(clauseChanges(three.markdown, turned).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['moved three'])
    expect(changes[0]?.words.filter(({ kind }) => kind === 'added').map(({ text: words }) => words).join('')).toContain('and foremost')
    expect(clauseChanges(three.markdown, three.markdown)).toEqual([])
    // Nothing is swallowed: each side can be read off the words.
    for (const [side, words] of [['removed', 'First.'], ['added', 'First and foremost.']] as const) {
      expect(changes[0]?.words.filter(({ kind }) => kind === 'same' || kind === side).map((one) => one.text).join('')).toBe(words)
    }
  })
})

describe('notes on a draft', () => {
  const draft = (markdown: string, more: object = {}) => draftVersion({ ...draftInput(), texts: [{ ...three, markdown, ...more }] })

  it('G2: an unfilled place says where it is and stops the draft', () => {
    const [note] = draftNotes(draft('## One {#one}\n\nAsk [insert name].\n'), 12)
    expect(note).toMatchObject({ stops: true, text: expect.stringContaining('[insert name]'), where: { clause: 'one' } })
    expect(submitForReview(draft('## One {#one}\n\nAsk [insert name].\n'))).toMatchObject({ reason: 'unfilled-placeholder' })
  })

  it('G5: consent beside monitoring is pointed out, telling is not; biometrics are out of scope', () => {
    const notes = (words: string) => draftNotes(draft(`## One {#one}\n\n${words}\n`), 12).map((note) => note.text)
    expect(notes('I consent to the filtering and monitoring of my use.')).toEqual([expect.stringContaining('reads as if people consent')])
    expect(notes('Systems are monitored. I consent to this.')).toEqual([expect.stringContaining('reads as if people consent')])
    expect(notes('Systems are filtered and monitored. We do not ask for consent to it.')).toEqual([])
    expect(notes('We take your fingerprint at lunch.')).toEqual([expect.stringContaining('form of its own')])
  })

  it('G1: a stated review cycle that differs from the set one is pointed out', () => {
    expect(draftNotes(draft('## One {#one}\n\nWe review this every two years.\n'), 12).map(({ stops, text: words }) => [stops, words])).toEqual([[false, expect.stringContaining('every 24 months')]])
    expect(draftNotes(draft('## One {#one}\n\nWe review this every two years.\n'), 24)).toEqual([])
  })

  it('G6: a translation needs the same clauses, a translator and a checker; one left behind by a change is pointed out', () => {
    const welsh = { ...three, language: 'cy', markdown: '## Un {#one}\n\nTestun prawf.\n', translation: null }
    const version = draftVersion({ ...draftInput(), texts: [three, welsh] })
    const notes = draftNotes(version, 12)
    expect(notes.filter(({ stops }) => stops).map((note) => note.text)).toEqual([expect.stringContaining('"two"'), expect.stringContaining('"three"'), expect.stringContaining('who translated')])
    expect(submitForReview(version)).toMatchObject({ reason: 'clauses-differ' })
    const whole = { ...welsh, markdown: three.markdown, translation: null }
    expect(submitForReview(draftVersion({ ...draftInput(), texts: [three, whole] }))).toMatchObject({ reason: 'translation-unchecked' })
    const checked = { ...whole, translation: { translatedBy: 'T. Jones', checkedBy: 'C. Rees', checkedOn: '2026-09-01' } }
    const before = draftVersion({ ...draftInput(), texts: [three, checked] })
    expect(submitForReview(before)).toMatchObject({ ok: true })
    const after = draftVersion({ ...draftInput(), texts: [valueOf(writeClause(three, 'two', edit)), checked] })
    expect(draftNotes(after, 12, before).map((note) => [note.where.language, note.where.clause, note.stops])).toEqual([['cy', 'two', false]])
  })
})

describe('reviews, languages and symbols', () => {
  it('G1: the cycle counts from the last look; one that was asked for is due at once', () => {
    const version = { ...draftVersion(draftInput()), publishedOn: '2026-01-31' }
    expect(nextReview(version, [], 1)).toEqual({ on: '2026-02-28', because: null, askedId: null })
    const done = { id: '1', agreementId: 'a', reason: '', askedOn: '2026-06-01', doneOn: '2026-06-01', outcome: null }
    expect(nextReview(version, [done], 12)).toEqual({ on: '2027-06-01', because: null, askedId: null })
    expect(nextReview(version, [{ ...done, doneOn: null, reason: 'An incident.' }], 12)).toEqual({ on: '2026-06-01', because: 'An incident.', askedId: '1' })
    expect(nextReview(null, [], 12)).toBeNull()
    expect(addMonths('2028-02-29', 12)).toBe('2029-02-28')
  })

  it('a language is named in its own words and read in its own direction', () => {
    expect(['en-GB', 'cy', 'pl', 'ur', 'xx-nonsense'].map(languageName)).toEqual(['English', 'Cymraeg', 'Polski', 'اردو', expect.any(String)])
    expect(['ar', 'ur', 'fa-AF', 'cy', 'arn'].map(directionOf)).toEqual(['rtl', 'rtl', 'rtl', 'ltr', 'ltr'])
  })

  it('every symbol is drawn, and every usual one is among them', () => {
    const drawn = [...readFileSync(fileURLToPath(new URL('../../../public/symbols.svg', import.meta.url)), 'utf8').matchAll(/<symbol id="([^"]+)"/g)].map((match) => match[1])
    expect(drawn.sort()).toEqual(Object.keys(SYMBOLS).sort())
    for (const clause of ['ask-first', 'own-login', 'be-kind', 'camera', 'tell', 'my-task', 'ai-tools', 'nudes', 'grown-ups', 'something-else']) expect(Object.keys(SYMBOLS)).toContain(usualSymbol(clause))
  })
})

describe('forms of the editor', () => {
  const blank = { ask: ['', '', ''], clause: ['one', 'one', 'one'], because: ['', '', ''], right: [0, 0, 0], answer0: ['', '', ''], answer1: ['', '', ''], answer2: ['', '', ''], answer3: ['', '', ''] }
  it('questions: blank ones are left out, half-written ones refused in words', () => {
    expect(readQuestions(blank, ['one'])).toEqual({ ok: true, questions: [] })
    const whole = { ...blank, ask: ['Why?', '', ''], because: ['So.', '', ''], answer0: ['A', '', ''], answer1: ['B', '', ''] }
    expect(readQuestions(whole, ['one'])).toEqual({ ok: true, questions: [{ ask: 'Why?', clause: 'one', because: 'So.', right: 0, answers: ['A', 'B'] }] })
    expect(readQuestions({ ...whole, answer1: ['', '', ''] }, ['one'])).toMatchObject({ ok: false, problem: expect.stringContaining('two answers') })
    expect(readQuestions({ ...whole, right: [3, 0, 0] }, ['one'])).toMatchObject({ ok: false })
    expect(readQuestions({ ...whole, clause: ['gone', '', ''] }, ['one'])).toMatchObject({ ok: false })
    expect(readQuestions({ ...whole, because: ['', '', ''] }, ['one'])).toMatchObject({ ok: false })
  })

  it('school fields: neutral words are a must, a key stays when its label changes', () => {
    const plan = readPlan({ label: ['Safety lead', ''], neutral: ['the safety lead', ''], must: ['0'], own: ['one'], mustOwn: [] }, undefined)
    expect(plan).toEqual({ fields: [{ key: 'safety-lead', label: 'Safety lead', neutral: 'the safety lead', required: true }], clauses: [{ id: 'one', required: false }] })
    if (typeof plan === 'string') throw new Error(plan)
    expect(readPlan({ label: ['Online-safety lead'], neutral: ['somebody'], must: [], own: [], mustOwn: [] }, plan)).toMatchObject({ fields: [{ key: 'safety-lead' }] })
    expect(readPlan({ label: ['Lead'], neutral: [''], must: [], own: [], mustOwn: [] }, undefined)).toContain('neutral words')
  })
})
