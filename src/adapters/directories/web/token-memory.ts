import type { Clock } from '../../clock.ts'

export interface FreshToken {
  token: string
  /** Milliseconds. */
  lifetime: number
}

/** A token that ends within so long is not used for another question. */
const MARGIN = 60_000

/** Keeps a token as long as it holds; whoever asks while a new one is fetched waits for the same one. */
export class TokenMemory {
  readonly #fetchToken: () => Promise<FreshToken>
  readonly #clock: Clock
  #held: { token: string; until: number } | null = null
  #coming: Promise<string> | null = null

  constructor(fetchToken: () => Promise<FreshToken>, clock: Clock) {
    this.#fetchToken = fetchToken
    this.#clock = clock
  }

  async token(): Promise<string> {
    if (this.#held && this.#clock.now() < this.#held.until) return this.#held.token
    this.#coming ??= this.#renew().finally(() => { this.#coming = null })
    return this.#coming
  }

  forget(): void {
    this.#held = null
  }

  async #renew(): Promise<string> {
    const { token, lifetime } = await this.#fetchToken()
    this.#held = { token, until: this.#clock.now() + lifetime - MARGIN }
    return token
  }
}
