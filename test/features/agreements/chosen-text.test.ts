import { describe, expect, it } from 'vitest'
import { type Choice, chosenText } from '../../../src/features/agreements/chosen-text.ts'
import type { AgreementVersion } from '../../../src/features/agreements/agreement.ts'

const texts = [['en-GB', 'standard'], ['en-GB', 'easy-read'], ['cy', 'standard'], ['cy', 'easy-read']].map(([language, variant]) => ({ language, variant }))
const version = { agreementKey: 'staff', texts } as unknown as AgreementVersion
const agreements = { shownAs: async (hash: string) => (hash === 'known' ? { language: 'en-GB', variant: 'easy-read' } : null) }
const choose = async (chosen: Choice, of = version): Promise<string> => {
  const { language, variant } = await chosenText(agreements, of, chosen)
  return `${language} ${variant}`
}

describe('G6: which text a reader is shown first', () => {
  it('is the one that governs, unless the pages are in a language that has a text', async () => {
    expect(await choose({})).toBe('en-GB standard')
    expect(await choose({ reader: 'en-GB' })).toBe('en-GB standard')
    expect(await choose({ reader: 'cy' })).toBe('cy standard')
    expect(await choose({ reader: 'cy' }, { ...version, texts: texts.slice(0, 2) } as unknown as AgreementVersion)).toBe('en-GB standard')
  })

  it('S1: is what was shown before, or chosen, whatever the pages are in', async () => {
    expect(await choose({ text: 'known', reader: 'cy' })).toBe('en-GB easy-read')
    expect(await choose({ language: 'en-GB', reader: 'cy' })).toBe('en-GB standard')
    expect(await choose({ language: 'en-GB', variant: 'easy-read', reader: 'cy' })).toBe('en-GB easy-read')
    expect(await choose({ variant: 'easy-read', reader: 'en-GB' })).toBe('en-GB easy-read')
    expect(await choose({ text: 'unknown', reader: 'cy' })).toBe('cy standard')
  })
})
