import type { Outside } from './outside.ts'

/** A quota: at most `units` in any `windowMs`. */
export interface Quota {
  units: number
  windowMs: number
}

/** Part of the quota that is left to whoever else uses it, and to clocks that differ. */
const LEFT_FREE = 0.03
/** Part of the quota that may be used at once; the rest flows in steadily. */
const BURST = 0.03

/**
 * Keeps just below a quota by waiting before asking, because a refused question costs as much as an answered one: a bucket
 * that holds a burst and is refilled steadily, so that no window ever holds more than the quota.
 */
export class Pace {
  readonly #outside: Pick<Outside, 'clock' | 'pause'>
  readonly #burst: number
  readonly #perMs: number
  #held: number
  #at: number

  constructor(quota: Quota, outside: Pick<Outside, 'clock' | 'pause'>) {
    this.#outside = outside
    this.#burst = quota.units * BURST
    this.#perMs = quota.units * (1 - BURST - LEFT_FREE) / quota.windowMs
    this.#held = this.#burst
    this.#at = outside.clock.now()
  }

  /** Waits until so many units may be used, and uses them. More than a burst at once is lent, and waited for afterwards. */
  async take(units: number): Promise<void> {
    this.#refill()
    const lacking = Math.min(units, this.#burst) - this.#held
    if (lacking > 0) {
      await this.#outside.pause(Math.ceil(lacking / this.#perMs))
      this.#refill()
    }
    this.#held -= units
  }

  #refill(): void {
    const now = this.#outside.clock.now()
    this.#held = Math.min(this.#burst, this.#held + Math.max(0, now - this.#at) * this.#perMs)
    this.#at = now
  }
}
