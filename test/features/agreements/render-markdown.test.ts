import { describe, expect, it } from 'vitest'
import { clausesOf, openingOf, withoutHeadingIds } from '../../../src/features/agreements/clauses.ts'
import { renderMarkdown } from '../../../src/features/agreements/render-markdown.ts'

describe('renderMarkdown', () => {
  it('takes heading ids from the text and starts at the second level', () => {
    expect(renderMarkdown('# Top\n\n## Be kind {#be-kind}\n\nWords.\n\n### More')).toBe(
      '<h2>Top</h2>\n<h2 id="be-kind">Be kind</h2>\n<p>Words.</p>\n<h3>More</h3>\n')
  })

  it('gives an id once only', () => {
    expect(renderMarkdown('## A {#x}\n\n## B {#x}')).toBe('<h2 id="x">A</h2>\n<h2>B</h2>\n')
  })

  it('shows raw HTML as text', () => {
    expect(renderMarkdown('<script>alert(1)</script> <b onclick="x">y</b>')).not.toMatch(/<(script|b)\b/)
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'JaVaScRiPt:x', '//evil.example/x', 'file:///etc/passwd', 'relative/path'])(
    'makes no link to %s', (url) => {
      expect(renderMarkdown(`[go](${url})`)).not.toContain('<a ')
    })

  it.each([
    ['https://example.org/a', ' rel="noopener noreferrer"'], ['mailto:office@example.org', ''], ['tel:08001111', ''], ['#be-kind', ''], ['/verify', ''],
  ])('links to %s', (url, rel) => {
    expect(renderMarkdown(`[go](${url})`)).toBe(`<p><a href="${url}"${rel}>go</a></p>\n`)
  })

  it('loads no images', () => {
    expect(renderMarkdown('![x](https://example.org/pixel.png)')).not.toContain('<img')
  })
})

describe('clauses', () => {
  const text = 'Hello.\n\n## One {#one}\n\nA.\n\nB.\n\n## Two {#two}\n\n### Deeper {#deep}\n\nC.\n'
  it('splits a text at its headings of the second level', () => {
    expect(clausesOf(text)).toEqual([
      { id: 'one', heading: 'One', markdown: 'A.\n\nB.', line: 3 },
      { id: 'two', heading: 'Two', markdown: '### Deeper {#deep}\n\nC.', line: 9 },
    ])
    expect(openingOf(text)).toBe('Hello.')
    expect(clausesOf('No headings')).toEqual([])
    expect(openingOf('No headings')).toBe('No headings')
  })

  it('drops the ids of headings for print, and nothing else', () => {
    expect(withoutHeadingIds('## One {#one}\n\nKeep {#this}.')).toBe('## One\n\nKeep {#this}.')
  })
})
