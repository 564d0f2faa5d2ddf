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

/** Random identifiers whose time part follows the clock. */
export function createIds(clock: Clock, random: (bytes: number) => Buffer = randomBytes): Ids {
  // The system is asked for randomness a page at a time: a ULID takes up to sixteen numbers.
  let pool: Buffer = Buffer.alloc(0)
  let at = 0
  const fraction = () => {
    if (at + 4 > pool.length) {
      pool = random(POOL)
      at = 0
    }
    at += 4
    return pool.readUInt32BE(at - 4) / 0x1_0000_0000
  }
  const ulid = monotonicFactory(fraction)
  return { next: () => ulid(clock.now()), random }
}
