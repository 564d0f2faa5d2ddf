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

/** Random identifiers whose time part follows the clock. */
export function createIds(clock: Clock, random: (bytes: number) => Buffer = randomBytes): Ids {
  const fraction = () => random(4).readUInt32BE() / 0x1_0000_0000
  const ulid = monotonicFactory(fraction)
  return { next: () => ulid(clock.now()), random }
}
