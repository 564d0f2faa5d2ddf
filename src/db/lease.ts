import { ulid } from 'ulid'
import type { Clock } from '../adapters/clock.ts'
import type { Instant } from '../shared/dates.ts'
import { Refused } from '../shared/errors.ts'
import type { Database } from './database.ts'
import { systemTimers, type Timers } from './timers.ts'

export interface LeaseOptions {
  /** How long the lease lasts without a heartbeat; a dead holder blocks the others for so long. */
  ttlMs: number
  timers?: Timers
}

export interface LeaseHolder {
  holder: string
  since: Instant
  until: Instant
}

/**
 * Runs `work` while nobody else, in this or another process, runs under the same name. The lease is renewed every third of its
 * time. If it is lost all the same (the machine slept, the database was away), the signal fires and the work should stop.
 * `holder` says who we are to others, such as `serve on host1 (pid 812)`.
 * @throws Refused, saying who holds it since when and until when.
 */
export async function withLease<T>(
  db: Database, clock: Clock, name: string, holder: string, work: (signal: AbortSignal) => Promise<T>, options: LeaseOptions = { ttlMs: 60_000 },
): Promise<T> {
  // Inside a transaction the others would not see the lease, and the heartbeat would outlive the transaction.
  if (db.inTransaction) throw new Error('A lease is taken outside a transaction')
  if (name.length > 120) throw new RangeError('The name of a lease is too long')
  const lease = new Lease(db, clock, name, options.ttlMs)
  await lease.take(holder.slice(0, 120))
  const stop = (options.timers ?? systemTimers).every(options.ttlMs / 3, () => lease.beat())
  try {
    return await work(lease.signal)
  } finally {
    stop()
    await lease.release()
  }
}

/** Who holds a lease now, or null. */
export async function leaseHolder(db: Database, name: string, now: Instant): Promise<LeaseHolder | null> {
  const row = await db.read('leases').where({ name }).where('until', '>', now).first('holder', 'since', 'until') as LeaseHolder | undefined
  return row ? { holder: row.holder, since: Number(row.since), until: Number(row.until) } : null
}

class Lease {
  readonly #db: Database
  readonly #clock: Clock
  readonly #name: string
  readonly #ttlMs: number
  readonly #token = ulid()
  readonly #lost = new AbortController()
  #until: Instant = 0

  constructor(db: Database, clock: Clock, name: string, ttlMs: number) {
    this.#db = db
    this.#clock = clock
    this.#name = name
    this.#ttlMs = ttlMs
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }

  async take(holder: string): Promise<void> {
    // The holder may let go between our failed attempt and our question who it is: then we try again.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const now = this.#clock.now()
      const row = { name: this.#name, holder, token: this.#token, since: now, until: now + this.#ttlMs }
      const taken = await this.#db.together(async () => await this.#db.insertNew('leases', [row])
        || await this.#db.sql('leases').where({ name: this.#name }).where('until', '<=', now).update(row))
      this.#until = row.until
      if (taken) return
      const other = await leaseHolder(this.#db, this.#name, now)
      if (other) throw new Refused(heldBy(this.#name, other))
    }
    throw new Refused({ what: `"${this.#name}" is being taken by others all the time.`, where: this.#name, remedy: 'Try again.' })
  }

  /** Renews the lease; a database that does not answer is asked again until our time has run out. */
  beat(): void {
    const now = this.#clock.now()
    const until = now + this.#ttlMs
    const renewed = this.#db.together(() => this.#mine().update({ until }))
    renewed.then((rows) => {
      if (rows > 0) this.#until = until
      else this.#lost.abort(lost(this.#name))
    }, () => {
      if (this.#clock.now() >= this.#until) this.#lost.abort(lost(this.#name))
    })
  }

  async release(): Promise<void> {
    // What the work returned or threw matters more; an unreleased lease runs out by itself.
    await this.#db.together(() => this.#mine().del()).catch(() => undefined)
  }

  #mine(): ReturnType<Database['sql']> {
    return this.#db.sql('leases').where({ name: this.#name, token: this.#token })
  }
}

function heldBy(name: string, { holder, since, until }: LeaseHolder): { what: string; where: string; remedy: string } {
  const at = (instant: Instant) => new Date(instant).toISOString()
  return {
    what: `"${name}" is already running: held by ${holder} since ${at(since)}, until ${at(until)} unless renewed.`,
    where: name,
    remedy: 'Wait until it has finished. If its process has died, the lease runs out by itself at the time given.',
  }
}

function lost(name: string): Refused {
  return new Refused({ what: `The lease "${name}" was lost while the work ran.`, where: name, remedy: 'Run it again.' })
}
