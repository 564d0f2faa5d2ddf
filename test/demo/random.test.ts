import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/demo/random.ts'

describe('createRandom', () => {
  it('gives the same stream for the same seed and another for another', () => {
    const draw = (seed: number) => Array.from({ length: 50 }, (() => {
      const random = createRandom(seed)
      return () => random.next()
    })())
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    expect(draw(2 ** 32 + 7)).not.toEqual(draw(7))
  })

  it('spreads evenly over a range, both ends included', () => {
    const random = createRandom(1)
    const counts = new Map<number, number>()
    for (let draw = 0; draw < 60_000; draw++) {
      const value = random.int(1, 6)
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    expect([...counts.keys()].toSorted()).toEqual([1, 2, 3, 4, 5, 6])
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })

  it('follows weights, never picks weight 0, and refuses to pick from nothing', () => {
    const random = createRandom(2)
    const drawn = Array.from({ length: 10_000 }, () => random.weighted([['never', 0], ['rare', 1], ['often', 9]]))
    expect(drawn).not.toContain('never')
    expect(drawn.filter((one) => one === 'rare').length / 10_000).toBeCloseTo(0.1, 1)
    expect(() => random.weighted([['a', 0]])).toThrow(RangeError)
    expect(() => random.pick([])).toThrow(RangeError)
  })

  it('shuffles into a permutation and leaves the list alone', () => {
    const list = Object.freeze(Array.from({ length: 100 }, (_, index) => index))
    const mixed = createRandom(3).shuffle(list)
    expect(mixed).not.toEqual(list)
    expect(mixed.toSorted((a, b) => a - b)).toEqual(list)
  })

  it('forks by name, however much was drawn before', () => {
    const one = createRandom(4)
    const other = createRandom(4)
    other.next()
    expect(one.fork('staff').next()).toBe(other.fork('staff').next())
    expect(one.fork('staff').next()).not.toBe(one.fork('staf').next())
  })
})
