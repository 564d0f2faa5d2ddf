import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Clock } from './clock.ts'

/** Source of identifiers and secrets; tests pass a seeded one. */
export interface Ids {
  /** A new ULID, 26 characters, rising within one process. */
  next(): string
  /** `bytes` unguessable bytes. */
  random(bytes: number): Buffer
}

const POOL = 4096
/** More than this is asked of the system itself. */
const SMALL = 64

/** Random identifiers whose time part follows the clock. */
export function createIds(clock: Clock, random: (bytes: number) => Buffer = randomBytes): Ids {
  // The system is asked for randomness a page at a time: a ULID takes up to sixteen numbers, and a page view a few bytes here and there.
  let pool: Buffer = Buffer.alloc(0)
  let at = 0
  const draw = (bytes: number): number => {
    if (at + bytes > pool.length) {
      pool = random(POOL)
      at = 0
    }
    at += bytes
    return at - bytes
  }
  const fraction = () => {
    const from = draw(4)
    return pool.readUInt32BE(from) / 0x1_0000_0000
  }
  const ulid = monotonicFactory(fraction)
  return {
    next: () => ulid(clock.now()),
    random(bytes) {
      if (bytes > SMALL) return random(bytes)
      const from = draw(bytes)
      const given = Buffer.from(pool.subarray(from, from + bytes))
      // Nobody shall find it here who is not meant to have it.
      pool.fill(0, from, from + bytes)
      return given
    },
  }
}
