import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, guardXml, MESSAGE_LIMITS, METADATA_LIMITS } from '../../../src/adapters/identity/xml-guard.ts'
import { parseXml, type XmlElement } from '../../../src/adapters/identity/xml-tree.ts'

const problemOf = (work: () => unknown): string => {
  try {
    work()
    return 'passes'
  } catch (error) {
    return (error as Error).message
  }
}
const guard = (xml: string, limits = MESSAGE_LIMITS): string => problemOf(() => guardXml(xml, limits))

describe('the guard before any XML work', () => {
  it('lets ordinary documents pass', () => {
    expect(guard('<?xml version="1.0" encoding="UTF-8"?>\n<a x="1>2" y=\'"\'><b/>text &amp; &#65; &#x1F600;<c></c></a>\n')).toBe('passes')
    expect(guard('<a><!-- by hand --><b/></a>', METADATA_LIMITS)).toBe('passes')
  })

  it.each([
    ['<!DOCTYPE a><a/>', 'forbidden-markup'], ['<a><!-- x --></a>', 'forbidden-markup'], ['<a><![CDATA[x]]></a>', 'forbidden-markup'], ['<a><?x y?></a>', 'forbidden-markup'],
    ['<?x y?><a/>', 'forbidden-markup'], ['<a>&b;</a>', 'forbidden-markup'], ['<a>& b</a>', 'forbidden-markup'], ['<a/><b/>', 'structure'], ['<a/>text', 'structure'], ['text<a/>', 'structure'],
    ['<a>', 'structure'], ['</a>', 'structure'], ['<a></a></a>', 'structure'], ['<a x="<"/>', 'structure'], ['<a x=">', 'structure'], ['', 'structure'], ['<a', 'unreadable'],
    ['<?xml version="1.0" encoding="utf-16"?><a/>', 'unreadable'], ['<a>\u0001</a>', 'unreadable'],
    [`<a>${'<b/>'.repeat(400)}</a>`, 'too-large'], [`${'<a>'.repeat(25)}${'</a>'.repeat(25)}`, 'too-large'], [`<a ${'x="1" '.repeat(1_201)}/>`, 'too-large'], [`<a>${'x'.repeat(36_000)}</a>`, 'too-large'],
  ])('stops %s', (xml, problem) => {
    expect(guard(xml)).toBe(problem)
  })

  it('stops what is no base64 or no UTF-8', () => {
    expect(problemOf(() => decodeMessage('A'.repeat(48_004)))).toBe('too-large')
    expect(problemOf(() => decodeMessage('PGEvPg'))).toBe('unreadable')
    expect(problemOf(() => decodeMessage('PGEv*g=='))).toBe('unreadable')
    expect(problemOf(() => decodeMessage(Buffer.from([0x3c, 0xff, 0x3e]).toString('base64')))).toBe('unreadable')
    expect(decodeMessage(' PGEv\r\nPg== ')).toBe('<a/>')
  })

  it('counts at least as much as the parser sees, whatever is written', () => {
    const count = (element: XmlElement): number => 1 + element.children.reduce((sum, child) => sum + count(child), 0)
    const piece = fc.constantFrom('<a>', '</a>', '<a/>', '<a b="c">', '<a b=\'<\'>', '"', "'", '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', '>', '<', 'x', '&amp;', '=')
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }).map((pieces) => `<r>${pieces.join('')}</r>`), (xml) => {
      if (guard(xml, { ...MESSAGE_LIMITS, elements: 6 }) !== 'passes') return
      const parsed = ((): XmlElement | null => { try { return parseXml(xml) } catch { return null } })()
      if (parsed) expect(count(parsed)).toBeLessThanOrEqual(6)
    }), { numRuns: 3_000 })
  })

  it('takes a millisecond or so for the largest body that is read', () => {
    const wide = `<a>${'<b/>'.repeat(8_000)}</a>`
    const began = performance.now()
    for (let at = 0; at < 20; at += 1) guard(wide)
    expect((performance.now() - began) / 20).toBeLessThan(10)
  })
})
