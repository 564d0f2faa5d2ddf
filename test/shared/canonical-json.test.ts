import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/shared/canonical-json.ts'

describe('canonicalJson', () => {
  it('does not depend on the order keys were set in', () => {
    expect(canonicalJson({ b: 1, a: { d: [1, { z: 1, y: 2 }], c: null } })).toBe('{"a":{"c":null,"d":[1,{"y":2,"z":1}]},"b":1}')
    expect(canonicalJson({ 10: 'x', 9: 'y', é: 1, e: 2 })).toBe('{"10":"x","9":"y","e":2,"é":1}')
  })

  it('leaves out undefined members and keeps odd text whole', () => {
    expect(canonicalJson({ a: undefined, b: '\u0000"\\\ud800🙂' })).toBe('{"b":"\\u0000\\"\\\\\\ud800🙂"}')
    expect(canonicalJson(-0)).toBe('0')
  })

  it('can be read back, and then written the same again', () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true })),
    })).value
    fc.assert(fc.property(values, (value) => {
      const text = canonicalJson(value)
      expect(canonicalJson(JSON.parse(text))).toBe(text)
    }))
  })

  it.each([
    ['a fraction', { a: [0.1] }, '$.a[0]'],
    ['a number beyond 2^53', { a: 2 ** 53 }, '$.a'],
    ['not a number', { a: Number.NaN }, '$.a'],
    ['a date', { a: new Date(0) }, '$.a'],
    ['a buffer', { a: Buffer.of(1) }, '$.a'],
    ['a big integer', { a: 1n }, '$.a'],
    ['a function', { a: () => 1 }, '$.a'],
    ['a hole', { a: Array(1) }, '$.a[0]'],
  ])('refuses %s and says where', (_, value, place) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
    expect(() => canonicalJson(value)).toThrow(place)
  })

  it('refuses a circle', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(() => canonicalJson(circle)).toThrow(/nested/)
  })
})
