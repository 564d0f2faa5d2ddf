import { expect, it } from 'vitest'
import { FixedClock } from '../../src/adapters/clock.ts'
import { createAttemptLimiter } from '../../src/http/attempt-limiter.ts'

it('allows so many tries per key and window, and forgets on success', () => {
  const clock = new FixedClock(0)
  const limiter = createAttemptLimiter(clock, { max: 3, windowMs: 1_000 })
  const tries = (key: string, times: number) => Array.from({ length: times }, () => limiter.take(key))
  expect(tries('a', 5)).toEqual([true, true, true, false, false])
  expect(tries('b', 1)).toEqual([true])
  clock.advance(999)
  expect(tries('a', 1)).toEqual([false])
  clock.advance(1)
  expect(tries('a', 4)).toEqual([true, true, true, false])
  limiter.forget('a')
  expect(tries('a', 1)).toEqual([true])
})

it('keeps no more keys than it may, and lets the longest unused go', () => {
  const limiter = createAttemptLimiter(new FixedClock(0), { max: 1, windowMs: 1_000, maxKeys: 2 })
  expect(['a', 'b', 'b', 'c', 'b', 'a'].map((key) => limiter.take(key))).toEqual([true, true, false, true, false, true])
})
