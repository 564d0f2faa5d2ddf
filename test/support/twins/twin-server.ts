import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FixedClock } from '../../../src/adapters/clock.ts'
import type { Outside } from '../../../src/adapters/directories/web/outside.ts'

/** One question as a twin sees it, whether it came alone or in a batch. */
export interface TwinQuestion {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  text: string
}

export interface TwinAnswer {
  status: number
  body?: unknown
  headers?: Record<string, string>
  /** Sent as it stands instead of the body. */
  raw?: string
}

/** A server on the loopback that answers as told. */
export async function twinServer(answer: (question: TwinQuestion) => TwinAnswer | 'hang up' | Promise<TwinAnswer | 'hang up'>): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    void read(request).then(async (text) => {
      const url = new URL(request.url ?? '/', 'http://twin')
      const said = await answer({ method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: flat(request), text })
      if (said === 'hang up') {
        response.destroy()
        return
      }
      const body = said.raw ?? (said.body === undefined ? '' : JSON.stringify(said.body))
      response.writeHead(said.status, { 'content-type': 'application/json; charset=UTF-8', ...said.headers })
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
}

/** The real network, and time that passes only when somebody waits. */
export function twinOutside(clock = new FixedClock('2026-11-02T09:00:00Z')): Outside & { clock: FixedClock; waited: number[] } {
  const waited: number[] = []
  return {
    clock, waited, fetch: (url, init) => fetch(url, init), random: () => 0.5,
    pause: async (ms) => {
      waited.push(ms)
      clock.advance(ms)
    },
  }
}

/** At most so many questions in any window, as the vendors count them. */
export class TwinQuota {
  readonly #limit: number
  readonly #windowMs: number
  readonly #clock: FixedClock
  #used: { at: number; units: number }[] = []
  #sum = 0
  /** Units let through, and how often somebody asked too much. */
  used = 0
  refused = 0

  constructor(limit: number, windowMs: number, clock: FixedClock) {
    this.#limit = limit
    this.#windowMs = windowMs
    this.#clock = clock
  }

  /** Null when there is room; else how many milliseconds until there is. */
  take(units: number): number | null {
    const now = this.#clock.now()
    let old = 0
    while (old < this.#used.length && (this.#used[old] as { at: number }).at <= now - this.#windowMs) this.#sum -= (this.#used[old++] as { units: number }).units
    if (old > 0) this.#used = this.#used.slice(old)
    if (this.#sum + units > this.#limit) {
      this.refused += 1
      return ((this.#used[0]?.at ?? now) + this.#windowMs) - now
    }
    const last = this.#used.at(-1)
    if (last?.at === now) last.units += units
    else this.#used.push({ at: now, units })
    this.#sum += units
    this.used += units
    return null
  }
}

/** What is written is seen later: every write has an instant from which readers see it. */
export class Delayed<T> {
  readonly #clock: FixedClock
  readonly #pending: { at: number; value: T }[] = []
  #seen: T
  /** As it really is. */
  now: T

  constructor(value: T, clock: FixedClock) {
    this.#clock = clock
    this.#seen = value
    this.now = value
  }

  write(value: T, lag: number): void {
    this.now = value
    this.#pending.push({ at: this.#clock.now() + lag, value })
  }

  get seen(): T {
    while (this.#pending[0] && this.#pending[0].at <= this.#clock.now()) this.#seen = (this.#pending.shift() as { value: T }).value
    return this.#seen
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

const flat = (request: IncomingMessage): Record<string, string> => Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
