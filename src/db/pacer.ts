import type { Timers } from './timers.ts'

/** A rest that can be cut short; a poke during the work before counts too, so none is lost. */
export class Pacer {
  readonly #timers: Timers
  #poked = false
  #wake: (() => void) | null = null

  constructor(timers: Timers) {
    this.#timers = timers
  }

  poke(): void {
    this.#poked = true
    this.#wake?.()
  }

  /** Ends after `ms` milliseconds or at a poke, whichever is first. */
  async rest(ms: number): Promise<void> {
    if (!this.#poked) {
      await new Promise<void>((resolve) => {
        const cancel = this.#timers.after(ms, resolve)
        this.#wake = () => {
          cancel()
          resolve()
        }
      })
    }
    this.#wake = null
    this.#poked = false
  }
}
