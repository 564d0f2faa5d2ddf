import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceJson } from '../../../src/adapters/pdf/evidence-json.ts'
import { der, oid, sequence } from '../../../src/adapters/pdf/der.ts'
import { children, DerError, oidText, readDer } from '../../../src/adapters/pdf/der-read.ts'
import { fastFont, setFast } from '../../../src/adapters/pdf/fast-text.ts'
import { fastTables } from '../../../src/adapters/pdf/fast-tables.ts'
import { FontLibrary } from '../../../src/adapters/pdf/font-library.ts'
import { FontSubsets } from '../../../src/adapters/pdf/font-subsets.ts'
import { markdownBlocks } from '../../../src/adapters/pdf/markdown-blocks.ts'
import { decryptRc2Cbc } from '../../../src/adapters/pdf/rc2.ts'
import { momentWords, pdfDate } from '../../../src/adapters/pdf/record-words.ts'
import { setText } from '../../../src/adapters/pdf/set-text.ts'

describe('canonical JSON', () => {
  it('says the same as the value, whatever the order of its keys', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const text = evidenceJson(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(evidenceJson(reversed(value))).toBe(text)
    }), { seed: 1 })
    expect(evidenceJson({ b: [1, undefined], a: undefined, '': 'é' })).toBe('{"":"é","b":[1,null]}')
    expect(() => evidenceJson({ a: Number.NaN })).toThrow(TypeError)
    expect(() => evidenceJson({ a: 1n })).toThrow(TypeError)
  })
})

describe('DER', () => {
  it('reads back what it wrote, at every length', () => {
    for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 100_000]) {
      const node = readDer(sequence(der(0x04, Buffer.alloc(size, 7)), oid('1.2.840.113549.1.9.16.2.47')))
      const [bytes, id] = children(node)
      expect(bytes?.content.length).toBe(size)
      expect(id && oidText(id)).toBe('1.2.840.113549.1.9.16.2.47')
    }
  })

  it('throws DerError, and nothing else, on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, ber) => {
      try {
        children(readDer(Buffer.from(bytes), ber), ber)
      } catch (error) {
        expect(error).toBeInstanceOf(DerError)
      }
    }), { seed: 2, numRuns: 2000 })
  })
})

it('RC2 agrees with the vectors of RFC 2268', () => {
  const vectors = [
    ['0000000000000000', 63, '0000000000000000', 'ebb773f993278eff'],
    ['ffffffffffffffff', 64, 'ffffffffffffffff', '278b27e42e2f0d49'],
    ['3000000000000000', 64, '1000000000000001', '30649edf9be7d2c2'],
    ['88', 64, '0000000000000000', '61a8a244adacccf0'],
    ['88bca90e90875a', 64, '0000000000000000', '6ccf4308974c267f'],
    ['88bca90e90875a7f0f79c384627bafb2', 64, '0000000000000000', '1a807d272bbe5db1'],
    ['88bca90e90875a7f0f79c384627bafb2', 128, '0000000000000000', '2269552ab0f85ca6'],
  ] as const
  for (const [key, bits, plain, cipher] of vectors) {
    expect(decryptRc2Cbc(Buffer.from(key, 'hex'), bits, Buffer.alloc(8), Buffer.from(cipher, 'hex')).toString('hex')).toBe(plain)
  }
})

describe('T1: moments in words', () => {
  it('T1: are in the time of the United Kingdom, and in the file in UTC', () => {
    expect(momentWords(Date.UTC(2026, 6, 1, 23, 5, 9))).toBe('2 July 2026 at 00:05:09 BST')
    expect(momentWords(Date.UTC(2026, 0, 31, 14, 5, 9, 999))).toBe('31 January 2026 at 14:05:09 GMT')
    expect(pdfDate(Date.UTC(2026, 6, 1, 23, 5, 9, 999))).toBe('D:20260701230509+00\'00\'')
  })
})

describe('setting text', () => {
  const library = new FontLibrary(false)
  const subsets = new FontSubsets('F')
  const font = fastFont(fastTables(library, subsets).regular)
  const plain = (text: string) => [{ text, bold: false, italic: false }]

  it('D5: the quick way gives up on any character its table lacks, and only then', () => {
    expect(setFast(font, 'Zoë Łuczak-O’Brien', 11, 300)).not.toBeNull()
    for (const odd of ['Ж', 'ع', '王', '😀', '\u0000', '\n', 'Ŵ']) expect(setFast(font, `a${odd}b`, 11, 300)).toBeNull()
  })

  it('no line is wider than its column, and no letter is lost, quick or shaped', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abc WXY -/é'), maxLength: 120 })
    fc.assert(fc.property(letters, fc.integer({ min: 30, max: 200 }), (text, width) => {
      const quick = setFast(font, text, 10, width)
      const shaped = setText(plain(text), 10, width, { library, subsets })
      for (const set of [quick, shaped]) {
        expect(Math.max(...(set?.lines ?? []).map((line) => line.width))).toBeLessThanOrEqual(width + 0.01)
        const shown = (set?.lines ?? []).flatMap((line) => line.ops.match(/<([0-9a-f]+)>/g) ?? []).join('').replaceAll(/[<>]/g, '').length / 4
        // Spaces where a line ends are the only glyphs that may go.
        expect(shown).toBeGreaterThanOrEqual(text.replaceAll(' ', '').length)
        expect(shown).toBeLessThanOrEqual(text.length)
      }
    }), { seed: 4, numRuns: 200 })
  })

  it('a long word without a place to break is broken between letters', () => {
    expect(setText(plain('ab'.repeat(200)), 10, 100, { library, subsets }).lines.length).toBeGreaterThan(10)
    expect(setText(plain('王小明'.repeat(20)), 10, 100, { library, subsets }).lines.length).toBeGreaterThan(4)
  })

  it('a paragraph in Arabic is set to the right, one that begins in Latin to the left', () => {
    expect(setText(plain('أحمد Ahmed'), 10, 300, { library, subsets }).rtl).toBe(true)
    expect(setText(plain('Ahmed أحمد'), 10, 300, { library, subsets }).rtl).toBe(false)
  })
})

it('markdown becomes blocks; HTML, code and images stay readable', () => {
  const blocks = markdownBlocks('# Title\n\nA **b** *c*\n\n3. x\n   - y\n\n> q\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n---\n\n```\ncode\n```\n\n<b>raw</b> ![picture](x.png)')
  expect(blocks.map((block) => block.kind)).toEqual(['heading', 'paragraph', 'list', 'quote', 'table', 'rule', 'paragraph', 'paragraph'])
  expect(blocks[2]).toMatchObject({ ordered: true, start: 3 })
  expect(blocks[4]).toMatchObject({ head: [[{ text: 'a', bold: true }], [{ text: 'b' }]], rows: [[[{ text: '1' }], [{ text: '2' }]]] })
  expect(JSON.stringify(blocks.slice(6))).toMatch(/code.*<b>raw<\/b>|code.*<b>.*raw.*<\/b>/)
  expect(JSON.stringify(blocks.at(-1))).toContain('picture')
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, member]) => [key, reversed(member)]))
}
