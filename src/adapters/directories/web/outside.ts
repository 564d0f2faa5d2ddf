import { systemTimers } from '../../../db/timers.ts'
import { systemClock, type Clock } from '../../clock.ts'

/** What an adapter over HTTPS needs of the world; tests pass a clock that waiting moves on, and a server of their own (T1). */
export interface Outside {
  fetch: (url: string, init: RequestInit) => Promise<Response>
  clock: Clock
  /** Waits so many milliseconds. */
  pause: (ms: number) => Promise<void>
  /** From 0 to 1: spreads tries, so that many clients do not come back in the same instant. */
  random: () => number
}

export const realOutside: Outside = {
  fetch: (url, init) => fetch(url, init),
  clock: systemClock,
  pause: (ms) => new Promise((resolve) => { systemTimers.after(ms, resolve) }),
  random: () => Math.random(),
}
