import type { Clock } from '../adapters/clock.ts'
import type { Ids } from '../adapters/ids.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { Instant } from '../shared/dates.ts'
import type { Database } from './database.ts'
import { claimJobs, finishJobs, type HeldJob, holdJobs, MAX_ATTEMPTS, releaseJobs, retryJob } from './outbox-claims.ts'
import { safeReason } from './safe-reason.ts'
import { systemTimers, type Timers } from './timers.ts'

/** What a handler is told about its job. */
export interface Job {
  /** The same at every attempt: to be used as the outside world's idempotency key or message id. */
  id: string
  kind: string
  dedupeKey: string
  /** This attempt's number, from 1. */
  attempt: number
  createdAt: Instant
  /** Fires when the job is no longer ours; a handler with long waits should stop then. */
  signal: AbortSignal
}

/** Does one job outside any transaction. It may be called again for the same job, so it must be idempotent. */
export type JobHandler = (payload: Record<string, unknown>, job: Job) => Promise<void>

/** Does several jobs of one kind with fewer commits than one by one; answers for each what it failed with, or null. Idempotent as well. */
export interface BatchHandler {
  many(payloads: readonly Record<string, unknown>[], jobs: readonly Job[]): Promise<readonly unknown[]>
}
export type JobHandlers = Readonly<Record<string, JobHandler | BatchHandler>>

export interface DrainOptions {
  /** Name of the worker, for people who look. */
  worker: string
  /** At most so many jobs; 100 unless told. */
  limit?: number
  /** Jobs due at this instant; the clock's now unless told. */
  now?: Instant
  /** Starts no further job once this fires; the running one is waited for. */
  signal?: AbortSignal
  /** Told of each failure, with the error itself. */
  onError?: (error: unknown, job: Job) => void
}

export interface Drained {
  done: number
  /** Failed and to be tried again. */
  failed: number
  /** Given up in this call. */
  dead: number
}

export interface OutboxCounts {
  /** Due now and free. */
  ready: number
  /** Due later: put off, or waiting after a failure. */
  later: number
  running: number
  /** Not given up, but failed at least once. */
  failing: number
  /** Given up after 12 attempts: someone must look. */
  dead: number
  /** When the oldest free job became due; null when none waits. */
  oldest: Instant | null
}

/** After a worker was killed its jobs wait this long: a third of the minute within which a signature has its record. */
const LEASE_MS = 20_000
const BATCH = 10
/** Jobs done together: enough that their commits hardly count, few enough that none waits long for the others. */
const TOGETHER = 64

/**
 * Effects on the outside world, written in the transaction that causes them and done later by a worker: at least once,
 * never by two workers at a time.
 */
export class Outbox {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  readonly #timers: Timers
  readonly #listeners = new Set<(kinds: ReadonlySet<string>) => void>()

  constructor(db: Database, clock: Clock, ids: Ids, timers: Timers = systemTimers) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
    this.#timers = timers
  }

  /**
   * Puts one job into the open transaction. A job whose `dedupeKey` is known is left as it is: false. Payload: identifiers
   * rather than personal data, since it stays until forgotten.
   */
  async put(kind: string, payload: object, options: { dedupeKey: string; availableAt?: Instant }): Promise<boolean> {
    return await this.putMany([{ kind, payload, ...options }]) === 1
  }

  /** Like `put` for many jobs with few statements; returns how many were new. */
  async putMany(jobs: readonly { kind: string; payload: object; dedupeKey: string; availableAt?: Instant }[]): Promise<number> {
    const now = this.#clock.now()
    const rows = jobs.map((job) => {
      // One of the databases would cut a long key short without a word, and two jobs would become one.
      if (job.kind.length > 60 || job.dedupeKey.length > 190) throw new RangeError('The kind or key of a job is too long')
      return {
        id: this.#ids.next(), kind: job.kind, dedupe_key: job.dedupeKey, payload: canonicalJson(job.payload), state: 'ready', attempts: 0,
        available_at: job.availableAt ?? now, locked_by: null, locked_until: null, last_error: null, created_at: now, done_at: null,
      }
    })
    const fresh = await this.#db.insertNew('outbox', rows)
    if (fresh > 0) this.#tell(new Set(jobs.map((job) => job.kind)))
    return fresh
  }

  /** Calls `listener` after each commit that put a job, with the kinds of what was put; none: whatever kind. Returns how to stop that. */
  onPut(listener: (kinds: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(kinds: ReadonlySet<string>): void {
    this.#db.afterCommit(() => { for (const listener of this.#listeners) listener(kinds) })
  }

  /** Does due jobs, one after the other, until none is free or `limit` is reached. Kinds without a handler are left alone. */
  async drain(handlers: JobHandlers, options: DrainOptions): Promise<Drained> {
    if (this.#db.inTransaction) throw new Error('Jobs are run outside a transaction')
    const total: Drained = { done: 0, failed: 0, dead: 0 }
    const kinds = Object.keys(handlers)
    const batch = kinds.length === 1 && typeof handlers[kinds[0] ?? ''] === 'object' ? TOGETHER : BATCH
    let left = options.limit ?? 100
    while (left > 0 && kinds.length > 0 && !options.signal?.aborted) {
      const now = this.#clock.now()
      const token = `${options.worker.slice(0, 33)}#${this.#ids.next()}`
      const claim = { kinds, token, dueAt: options.now ?? now, now, until: now + LEASE_MS, limit: Math.min(batch, left) }
      const { held, dead } = await claimJobs(this.#db, claim)
      total.dead += dead
      if (held.length === 0 && dead === 0) break
      left -= held.length
      await this.#runBatch(held, token, handlers, options, total)
    }
    return total
  }

  async #runBatch(held: HeldJob[], token: string, handlers: JobHandlers, options: DrainOptions, total: Drained): Promise<void> {
    let until = this.#clock.now() + LEASE_MS
    for (let n = 0; n < held.length;) {
      const rest = held.slice(n)
      const ids = rest.map(({ id }) => id)
      if (options.signal?.aborted) return releaseJobs(this.#db, ids, token)
      const hold = () => {
        const longer = this.#clock.now() + LEASE_MS
        return holdJobs(this.#db, ids, token, longer).then((ours) => {
          until = longer
          return ours
        })
      }
      const next = together(rest, handlers)
      n += next.length
      // The jobs before this one may have taken longer than the lease.
      if (until - this.#clock.now() < LEASE_MS / 2 && !await hold()) continue
      await this.#runSome(next, token, handlers, options, total, hold)
    }
  }

  async #runSome(
    jobs: HeldJob[], token: string, handlers: JobHandlers, options: DrainOptions, total: Drained, hold: () => Promise<boolean>,
  ): Promise<void> {
    const lost = new AbortController()
    const stop = this.#timers.every(LEASE_MS / 3, () => {
      hold().then((ours) => { if (!ours) lost.abort() }, () => undefined)
    })
    const told = jobs.map((job): Job => ({ id: job.id, kind: job.kind, dedupeKey: job.dedupeKey, attempt: job.attempt, createdAt: job.createdAt, signal: lost.signal }))
    try {
      const failures = await attempt(handlers, jobs, told)
      total.done += await finishJobs(this.#db, jobs.filter((_, n) => !failures.has(n)).map((job) => job.id), token, this.#clock.now())
      for (const [n, { error }] of failures) {
        const [job, tell] = [jobs[n], told[n]]
        if (!job || !tell) continue
        options.onError?.(error, tell)
        const jitter = this.#ids.random(2).readUInt16BE() / 0x1_0000
        const kept = await retryJob(this.#db, job, token, { now: this.#clock.now(), jitter, reason: safeReason(error) })
        if (kept === 'ready') total.failed += 1
        if (kept === 'dead') total.dead += 1
      }
    } finally {
      stop()
    }
  }

  /** Figures for health pages and alarms. */
  async waiting(now: Instant = this.#clock.now()): Promise<OutboxCounts> {
    const held = `state = 'ready' and locked_until > ?`
    const free = `state = 'ready' and (locked_until is null or locked_until <= ?)`
    const sum = (condition: string, name: string) => `coalesce(sum(case when ${condition} then 1 else 0 end), 0) as ${name}`
    const row = await this.#db.read('outbox').whereIn('state', ['ready', 'dead']).first(
      this.#db.read.raw(sum(`${free} and available_at <= ?`, 'due'), [now, now]),
      this.#db.read.raw(sum(`${free} and available_at > ?`, 'later'), [now, now]),
      this.#db.read.raw(sum(held, 'running'), [now]),
      this.#db.read.raw(sum(`state = 'ready' and attempts > 0`, 'failing')),
      this.#db.read.raw(sum(`state = 'dead'`, 'dead')),
      this.#db.read.raw(`min(case when ${free} and available_at <= ? then available_at end) as oldest`, [now, now]),
    ) as Record<string, number | string | null>
    const count = (name: string) => Number(row[name] ?? 0)
    return {
      ready: count('due'), later: count('later'), running: count('running'), failing: count('failing'), dead: count('dead'),
      oldest: row['oldest'] === null ? null : Number(row['oldest']),
    }
  }

  /** The jobs given up, oldest first, for the page on which someone looks at them. */
  async dead(limit = 100): Promise<{ id: string; kind: string; createdAt: Instant; lastError: string | null }[]> {
    const rows = await this.#db.read('outbox').where({ state: 'dead' }).orderBy('id').limit(limit)
      .select('id', 'kind', 'created_at as createdAt', 'last_error as lastError') as { id: string; kind: string; createdAt: number; lastError: string | null }[]
    return rows.map((row) => ({ ...row, createdAt: Number(row.createdAt) }))
  }

  /** Makes failed and dead jobs due at once, with their attempts counted anew; all of them unless ids are given. */
  async retry(ids?: readonly string[]): Promise<number> {
    const now = this.#clock.now()
    const query = this.#db.sql('outbox').whereIn('state', ['ready', 'dead']).where('attempts', '>', 0)
      .where((free) => free.whereNull('locked_until').orWhere('locked_until', '<=', now))
    const changed = await (ids ? query.whereIn('id', [...ids]) : query).update({ state: 'ready', attempts: 0, available_at: now })
    if (changed > 0) this.#tell(new Set())
    return changed
  }

  /** Deletes jobs done before `before`, their keys included. Returns how many. */
  async forget(before: Instant): Promise<number> {
    return this.#db.sql('outbox').where({ state: 'done' }).where('done_at', '<', before).del()
  }
}

/** The jobs at the front that are done at once: all of one kind where its handler takes many, else the first alone. */
function together(jobs: HeldJob[], handlers: JobHandlers): HeldJob[] {
  const kind = jobs[0]?.kind ?? ''
  if (typeof handlers[kind] !== 'object') return jobs.slice(0, 1)
  const other = jobs.findIndex((job) => job.kind !== kind)
  return other < 0 ? jobs : jobs.slice(0, other)
}

/** Runs the jobs; answers what failed, by place. */
async function attempt(handlers: JobHandlers, jobs: HeldJob[], told: Job[]): Promise<Map<number, { error: unknown }>> {
  const [first, tell] = [jobs[0], told[0]]
  const handler = first && handlers[first.kind]
  try {
    if (!handler || !tell) return new Map()
    if (typeof handler === 'function') {
      await handler(JSON.parse(first.payload), tell)
      return new Map()
    }
    const answers = await handler.many(jobs.map((job) => JSON.parse(job.payload) as Record<string, unknown>), told)
    return new Map(jobs.flatMap((_, n) => (answers[n] === null ? [] : [[n, { error: answers[n] }] as const])))
  } catch (error) {
    return new Map(jobs.map((_, n) => [n, { error }]))
  }
}

export { MAX_ATTEMPTS }
