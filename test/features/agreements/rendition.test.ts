import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approve, draftVersion, publish, publishStarter, submitForReview } from '../../../src/features/agreements/agreement.ts'
import type { AgreementVersion, DraftInput } from '../../../src/features/agreements/agreement.ts'
import { hashRendition, makeRendition } from '../../../src/features/agreements/rendition.ts'
import { draftInput, PUBLISHED } from './support.ts'

function publishedVersion(change: Partial<DraftInput> = {}): AgreementVersion {
  const review = submitForReview(draftVersion(draftInput(change)))
  const approved = review.ok ? approve(review.value, { by: 'A. Chair', board: 'Board', on: '2026-07-10' }) : review
  const out = approved.ok ? publish(approved.value, PUBLISHED) : approved
  if (!out.ok) throw new Error(out.reason)
  return out.value
}
const request = { version: publishedVersion(), school: { name: 'Larch Hill' }, trust: { name: 'Vale Trust' }, language: 'en-GB', variant: 'standard' }

describe('makeRendition', () => {
  it('S1: fills the school fields into everything that is shown', () => {
    const rendition = makeRendition(request)
    expect(rendition).toEqual({
      title: 'Rules of Larch Hill',
      versionLabel: 'Version 1, published 1 September 2026',
      language: 'en-GB',
      variant: 'standard',
      schoolName: 'Larch Hill',
      trustName: 'Vale Trust',
      markdown: 'Hello.\n\n## Be kind {#be-kind}\n\nAt Larch Hill, Vale Trust.\n',
      statements: { self: 'I agree to the rules of Larch Hill.' },
      hash: hashRendition(rendition),
    })
    expect(rendition.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(makeRendition(request)).toEqual(rendition)
  })

  it('G2: says that a starter is not approved by the trust, until the trust approves one', () => {
    const starter = publishStarter(draftVersion(draftInput({ origin: 'starter' })), PUBLISHED)
    if (!starter.ok) throw new Error(starter.reason)
    expect(makeRendition({ ...request, version: starter.value }).versionLabel)
      .toBe('Version 1, published 1 September 2026 (starter set, not yet approved by your trust)')
  })

  it('G6: says who translated and checked, and that English governs; never why a variant was chosen', () => {
    const [english] = draftInput().texts
    if (!english) throw new Error('no text')
    const version = publishedVersion({ texts: [english, { ...english, language: 'cy', variant: 'easy-read', translation: { translatedBy: 'T. Jones', checkedBy: 'C. Rees' } }] })
    const rendition = makeRendition({ ...request, version, language: 'cy', variant: 'easy-read' })
    expect(rendition.versionLabel).toBe('Version 1, published 1 September 2026. Translated by T. Jones, checked by C. Rees; the English text governs')
    expect(rendition.hash).not.toBe(makeRendition({ ...request, version }).hash)
  })

  it.each([
    ['a language it does not have', { language: 'fr' }, /no text in fr/],
    ['a variant it does not have', { variant: 'symbols' }, /shown as "symbols"/],
    ['a school without a name', { school: { name: ' ' } }, /\{\{school.name\}\}/],
    ['a draft', { version: draftVersion(draftInput()) }, /Only a published version/],
  ])('G2: refuses %s', (_, change, what) => {
    expect(() => makeRendition({ ...request, ...change })).toThrow(what)
  })

  it('S1: the hash changes with any byte of anything shown', () => {
    const rendition = makeRendition(request)
    const fields = ['title', 'versionLabel', 'language', 'variant', 'schoolName', 'trustName', 'markdown'] as const
    fc.assert(fc.property(fc.constantFrom(...fields), fc.nat(), fc.integer({ min: 1, max: 0xffff }), (field, place, shift) => {
      const text = rendition[field]
      const at = place % text.length
      const changed = text.slice(0, at) + String.fromCharCode((text.charCodeAt(at) + shift) % 0xd800) + text.slice(at + 1)
      fc.pre(changed !== text)
      expect(hashRendition({ ...rendition, [field]: changed })).not.toBe(rendition.hash)
    }), { seed: 20260901, numRuns: 500 })
    expect(hashRendition({ ...rendition, statements: { self: 'I agree.' } })).not.toBe(rendition.hash)
    expect(hashRendition({ ...rendition, statements: { ...rendition.statements, pupil: '' } })).not.toBe(rendition.hash)
  })

  it('S1: the hash is over known bytes', () => {
    expect(hashRendition({ title: 'T', versionLabel: 'V', language: 'en-GB', variant: 'standard', schoolName: 'S', trustName: 'U', markdown: 'é\n', statements: { self: 'I' } }))
      .toBe('9b472a700be5c50c3c36b8f8098cf25ca2423cc171e6fe8219cbf3353828aa07')
  })
})
