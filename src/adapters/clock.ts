import type { Instant } from '../shared/dates.ts'

/** Where "now" comes from; tests pass a clock that stands still until told (T1). */
export interface Clock {
  now(): Instant
}

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that moves only when told. */
export class FixedClock implements Clock {
  #at: Instant
  constructor(at: Instant | string) {
    this.#at = typeof at === 'string' ? Date.parse(at) : at
  }
  now(): Instant {
    return this.#at
  }
  advance(milliseconds: number): void {
    this.#at += milliseconds
  }
  set(at: Instant | string): void {
    this.#at = typeof at === 'string' ? Date.parse(at) : at
  }
}
