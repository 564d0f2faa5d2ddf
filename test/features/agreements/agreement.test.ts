import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  approve, draftVersion, editDraft, nextDraft, publish, publishStarter, sendBack, submitForReview, supersede, withdraw,
} from '../../../src/features/agreements/agreement.ts'
import type { AgreementVersion, VersionRefusal } from '../../../src/features/agreements/agreement.ts'
import type { Result } from '../../../src/shared/result.ts'
import { draftInput, PUBLISHED } from './support.ts'

type Move = (version: AgreementVersion) => Result<AgreementVersion, VersionRefusal>
const approval = { by: 'A. Chair', board: 'Trust board', on: '2026-07-10' }
const moves: Record<string, Move> = {
  edit: (version) => editDraft(version, { owner: 'Somebody else', texts: [] }),
  submit: submitForReview,
  back: sendBack,
  approve: (version) => approve(version, approval),
  publish: (version) => publish(version, PUBLISHED),
  starter: (version) => publishStarter(version, PUBLISHED),
  supersede: (version) => supersede(version, { number: version.number + 1, at: PUBLISHED.at + 1 }),
  withdraw: (version) => withdraw(version, { at: PUBLISHED.at + 2, reason: 'Wrong board' }),
}
const must = (step: Result<AgreementVersion, VersionRefusal>): AgreementVersion => {
  if (!step.ok) throw new Error(`${step.reason} ${step.detail ?? ''}`)
  return step.value
}
const draft = draftVersion(draftInput())
const review = must(submitForReview(draft))
const approved = must(approve(review, approval))
const published = must(publish(approved, PUBLISHED))
const superseded = must(supersede(published, { number: 2, at: 5 }))
const withdrawn = must(withdraw(published, { at: 5, reason: 'Wrong' }))

describe('the life of a version', () => {
  const allowed: [string, AgreementVersion, string[]][] = [
    ['draft', draft, ['edit', 'submit']],
    ['review', review, ['back', 'approve']],
    ['approved', approved, ['back', 'publish']],
    ['published', published, ['supersede', 'withdraw']],
    ['superseded', superseded, ['withdraw']],
    ['withdrawn', withdrawn, []],
    ['starter draft', draftVersion(draftInput({ origin: 'starter' })), ['edit', 'submit', 'starter']],
  ]
  it.each(allowed)('G1: from %s only the named moves are open', (_, version, open) => {
    const possible = Object.keys(moves).filter((name) => moves[name]?.(version).ok)
    expect(possible).toEqual(open)
  })

  it('keeps approval, date and successor', () => {
    expect(published).toMatchObject({ status: 'published', approval, publishedAt: PUBLISHED.at, publishedOn: '2026-09-01' })
    expect(superseded).toMatchObject({ status: 'superseded', supersededBy: 2, supersededAt: 5, publishedOn: '2026-09-01' })
    expect(withdrawn).toMatchObject({ status: 'withdrawn', withdrawn: { at: 5, reason: 'Wrong' } })
  })

  it('G1: sending back takes the approval away, because the text may change', () => {
    expect(must(sendBack(approved))).toMatchObject({ status: 'draft', approval: null })
  })

  it('G1: whatever is tried, a published text never changes', () => {
    let reached = 0
    fc.assert(fc.property(fc.array(fc.constantFrom(...Object.keys(moves)), { maxLength: 20 }), (names) => {
      let version = draft
      let sealed: string | null = null
      for (const name of names) {
        const step = moves[name]?.(version)
        if (step?.ok) version = step.value
        if (sealed !== null) expect(JSON.stringify([version.texts, version.number, version.publishedOn])).toBe(sealed)
        else if (version.status === 'published') {
          sealed = JSON.stringify([version.texts, version.number, version.publishedOn])
          reached += 1
        }
      }
    }), { numRuns: 2000, seed: 20260901 })
    expect(reached).toBeGreaterThan(20)
  })

  it('G1: a version cannot be changed behind its back', () => {
    const input = draftInput()
    const made = draftVersion(input)
    const [text] = input.texts
    if (!text) throw new Error('no text')
    Object.assign(text, { markdown: 'Changed' })
    expect(made.texts[0]?.markdown).toMatch(/^Hello/)
    expect(() => Object.assign(made.texts[0] ?? {}, { markdown: 'Changed' })).toThrow(TypeError)
  })

  it('refuses to withdraw without a reason and to be superseded by an older version', () => {
    expect(withdraw(published, { at: 1, reason: ' ' })).toEqual({ ok: false, reason: 'reason-missing' })
    expect(supersede(published, { number: 1, at: 1 })).toEqual({ ok: false, reason: 'not-a-later-version' })
  })

  it('starts the next version as a draft of the trust, without old history', () => {
    const next = must(nextDraft(superseded, { number: 3, change: 'minor', changeNote: 'Typing error' }))
    expect(next).toEqual(draftVersion(draftInput({ change: 'minor', changeNote: 'Typing error' }), 3))
    expect(nextDraft(published, { number: 1, change: 'minor', changeNote: '' })).toEqual({ ok: false, reason: 'not-a-later-version' })
  })
})

describe('an unfinished text', () => {
  const withText = (change: object) => draftVersion(draftInput({ origin: 'starter', texts: draftInput().texts.map((text) => ({ ...text, ...change })) }))
  it.each([
    ['a placeholder in the text', withText({ markdown: 'Ask {{dsl.name}}.' }), 'unfilled-placeholder', '{{dsl.name}}'],
    ['question marks in the sentence', withText({ statements: { self: 'I agree ????' } }), 'unfilled-placeholder', '????'],
    ['a leftover in a line', withText({ clauses: { a: '[insert rule]' } }), 'unfilled-placeholder', '[insert rule]'],
    ['a leftover in a question', withText({ questions: [{ clause: 'a', ask: '????', answers: ['A', 'B'], right: 0, because: 'C' }] }), 'unfilled-placeholder', '????'],
    ['no sentence for the slot', withText({ statements: {} }), 'statement-missing', 'self'],
    ['an empty title', withText({ title: ' ' }), 'text-missing', undefined],
    ['no text', draftVersion(draftInput({ origin: 'starter', texts: [] })), 'text-missing', undefined],
  ] as const)('G2: is neither reviewed nor published with %s', (_, version, reason, detail) => {
    for (const step of [submitForReview(version), publishStarter(version, PUBLISHED), publish({ ...version, status: 'approved' }, PUBLISHED)]) {
      expect(step).toEqual(detail === undefined ? { ok: false, reason } : { ok: false, reason, detail })
    }
  })
})
