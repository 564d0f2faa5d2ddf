import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AsciiWriter } from '../../src/shared/ascii-writer.ts'

describe('AsciiWriter', () => {
  it('writes what adding up strings would give, however long it becomes, and begins anew when taken', () => {
    const writer = new AsciiWriter()
    const digits = fc.integer({ min: 1, max: 12 })
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'abc <>/\n'), maxLength: 9_000 }),
      fc.record({ whole: fc.integer({ min: 0, max: 2 ** 31 - 1 }), digits }),
      fc.record({ hex: fc.integer({ min: 0, max: 0xffff }) }),
    )
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      let expected = ''
      for (const one of pieces) {
        if (typeof one === 'string') {
          writer.text(one)
          expected += one
        } else if ('hex' in one) {
          writer.hex4(one.hex)
          expected += one.hex.toString(16).padStart(4, '0')
        } else {
          writer.whole(one.whole, one.digits)
          expected += String(one.whole).padStart(one.digits, '0')
        }
      }
      expect(writer.take()).toBe(expected)
      expect(writer.take()).toBe('')
    }), { seed: 9, numRuns: 300 })
  })

  it('writes the numbers at which a digit is added', () => {
    const writer = new AsciiWriter()
    const edges = [0, 9, 10, 99, 100, 999_999_999, 1_000_000_000, 2 ** 31 - 1]
    for (const edge of edges) {
      writer.whole(edge)
      writer.text(' ')
    }
    expect(writer.take()).toBe(edges.map((edge) => `${edge} `).join(''))
  })
})
