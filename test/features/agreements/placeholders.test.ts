import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillPlaceholders, fillPlainText, unfilledPlaceholders, unpublishable } from '../../../src/features/agreements/placeholders.ts'
import { renderMarkdown } from '../../../src/features/agreements/render-markdown.ts'

const values = { 'school.name': 'Larch Hill Primary', 'trust.name': 'Vale Trust', 'version.number': '2', 'version.published': '1 September 2026' }

describe('fillPlaceholders', () => {
  it('fills what it knows and leaves the rest standing', () => {
    expect(fillPlaceholders('{{school.name}} in {{ trust.name }}, {{version.number}} of {{version.published}}; {{head.name}}', values))
      .toBe('Larch Hill Primary in Vale Trust, 2 of 1 September 2026; {{head.name}}')
  })

  it('G2: leaves a placeholder with a blank value, so that it is found', () => {
    const filled = fillPlaceholders('{{school.name}} {{trust.name}}', { 'school.name': '  ' })
    expect(unfilledPlaceholders(filled)).toEqual(['{{school.name}}', '{{trust.name}}'])
  })

  it('never fills a value in turn', () => {
    expect(fillPlaceholders('{{school.name}}', { ...values, 'school.name': '{{trust.name}}' })).toBe('{{trust.name}}')
  })

  it('keeps a name from becoming markup, a link or a new paragraph', () => {
    const filled = fillPlaceholders('At {{school.name}}.', { 'school.name': '*St Anne_s* <b> [x](http://a.b) &amp; `y`\n\n# Z' })
    expect(renderMarkdown(filled)).toBe('<p>At *St Anne_s* &lt;b&gt; [x](http://a.b) &amp;amp; `y` # Z.</p>\n')
  })

  it('shows any name of letters and marks exactly as it is', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }).filter((name) => name.trim() !== ''), (name) => {
      const shown = name.replace(/\s+/g, ' ').trim()
      const html = renderMarkdown(fillPlaceholders('At {{school.name}}.', { 'school.name': name }))
      const text = html.replace(/^<p>At |\.<\/p>\n$/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&')
      expect(text).toBe(shown)
    }), { seed: 20260901, numRuns: 500 })
  })

  it('leaves plain text unescaped', () => {
    expect(fillPlainText('Rules of {{school.name}}', { 'school.name': 'St *A*' })).toBe('Rules of St *A*')
  })
})

describe('unfilledPlaceholders', () => {
  it.each([
    ['Ask {{dsl.name}} first', ['{{dsl.name}}']],
    ['Ask {{ dsl first', ['{{ dsl first']],
    ['Ring ???? or ?????', ['????', '?????']],
    ['Ring [insert number] or [Insert name here', ['[insert number]', '[Insert name here']],
    ['[School name] and [name of head], [TBC], [date]', ['[School name]', '[name of head]', '[TBC]', '[date]']],
    ['Ring XXXX, TBC', ['XXXX', 'TBC']],
  ])('G2: finds what is left open in "%s"', (text, found) => {
    expect(unfilledPlaceholders(text)).toEqual(found)
  })

  it.each(['Why? Really?? Yes!', 'See [your rights](https://example.org) and [date](/dates).', 'Use {one} or [this]', 'TX, XXL', '- [ ] tick'])(
    'does not cry wolf over "%s"', (text) => {
      expect(unfilledPlaceholders(text)).toEqual([])
    })

  it('G2: a template may leave open only what the rendition fills', () => {
    expect(unpublishable('{{school.name}} {{ trust.name }} {{version.number}} {{version.published}}')).toEqual([])
    expect(unpublishable('{{school.name}} {{school.phone}} ????')).toEqual(['{{school.phone}}', '????'])
  })

  it('reports each leftover once', () => {
    expect(unfilledPlaceholders('{{a}} {{a}} {{b}}')).toEqual(['{{a}}', '{{b}}'])
  })
})
