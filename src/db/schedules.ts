import { Cron } from 'croner'
import type { Clock } from '../adapters/clock.ts'
import type { Instant } from '../shared/dates.ts'
import { Refused, UnusableInput } from '../shared/errors.ts'
import type { Database } from './database.ts'
import { withLease } from './lease.ts'
import { safeReason } from './safe-reason.ts'
import { systemTimers, type Timers } from './timers.ts'

/** Something that is done at certain times, by one process of all. */
export interface Schedule {
  /** At most 40 characters; stays the same for ever. */
  name: string
  /** A cron pattern of five fields, such as `0 6 * * 1-5`, in `timeZone`. */
  cron: string
  /** IANA name; Europe/London unless told. */
  timeZone?: string
  /** `dueAt` is the time it should have begun; `signal` fires when it should stop. It may run again after a failure. */
  run(dueAt: Instant, signal: AbortSignal): Promise<void>
}

export interface ScheduleState {
  name: string
  /** Last success; for a schedule that never ran, when it was first seen. */
  lastRun: Instant
  /** Why it failed since, or null. */
  failure: string | null
  nextDue: Instant | null
}

interface Planned {
  schedule: Schedule
  cron: Cron
  /** Nothing needs asking before; null: not asked yet. */
  lookAt: Instant | null
  failures: number
}

const LEASE_MS = 60_000
const FIRST_RETRY_MS = 60_000
const LONGEST_RETRY_MS = 3_600_000
const NEVER: Instant = Number.MAX_SAFE_INTEGER

/**
 * Runs what is due. The last success is kept in the database: after a standstill a schedule that was missed, however often, is run
 * once. One that fails is tried again after a minute, then at growing distances.
 */
export class Schedules {
  readonly #db: Database
  readonly #clock: Clock
  readonly #holder: string
  readonly #timers: Timers
  readonly #planned: Planned[]

  /** @throws UnusableInput for a pattern or time zone that does not exist. */
  constructor(parts: { db: Database; clock: Clock; holder: string; schedules: readonly Schedule[]; timers?: Timers }) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#holder = parts.holder
    this.#timers = parts.timers ?? systemTimers
    this.#planned = parts.schedules.map((schedule) => ({ schedule, cron: parseCron(schedule), lookAt: null, failures: 0 }))
  }

  /** Runs what is due now; returns how many ran well. `onError` is told of each failure. */
  async runDue(signal: AbortSignal, onError: (error: unknown, name: string) => void): Promise<number> {
    let ran = 0
    for (const planned of this.#planned) {
      if (signal.aborted) break
      if (planned.lookAt !== null && planned.lookAt > this.#clock.now()) continue
      if (await this.#runOne(planned, signal, onError)) ran += 1
    }
    return ran
  }

  /** For pages and `doctor`. */
  async states(): Promise<ScheduleState[]> {
    return Promise.all(this.#planned.map(async (planned) => {
      const { lastRun, failure } = await this.#kept(planned)
      return { name: planned.schedule.name, lastRun, failure, nextDue: nextAfter(planned.cron, lastRun) }
    }))
  }

  async #runOne(planned: Planned, signal: AbortSignal, onError: (error: unknown, name: string) => void): Promise<boolean> {
    if (await this.#dueAt(planned) === null) return false
    const { schedule } = planned
    const key = keyOf(schedule)
    try {
      return await withLease(this.#db, this.#clock, key, this.#holder, async (lost) => {
        // Another process may have run it just before.
        const dueAt = await this.#dueAt(planned)
        if (dueAt === null) return false
        await schedule.run(dueAt, AbortSignal.any([lost, signal]))
        await this.#keep(key, { lastRun: this.#clock.now(), failure: null })
        planned.failures = 0
        planned.lookAt = null
        return true
      }, { ttlMs: LEASE_MS, timers: this.#timers })
    } catch (error) {
      const now = this.#clock.now()
      planned.lookAt = now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** planned.failures)
      if (error instanceof Refused && error.where === key) return false
      planned.failures += 1
      onError(error, schedule.name)
      const { lastRun } = await this.#kept(planned)
      await this.#keep(key, { lastRun, failure: safeReason(error) })
      return false
    }
  }

  /** When the schedule should have begun, or null when it is not due; then notes when to look again. */
  async #dueAt(planned: Planned): Promise<Instant | null> {
    const { lastRun } = await this.#kept(planned)
    const next = nextAfter(planned.cron, lastRun)
    if (next !== null && next <= this.#clock.now()) return next
    planned.lookAt = next ?? NEVER
    return null
  }

  async #kept({ schedule }: Planned): Promise<{ lastRun: Instant; failure: string | null }> {
    const name = keyOf(schedule)
    const row = await this.#db.read('settings').where({ name }).first('value') as { value: string } | undefined
    if (row) return JSON.parse(row.value) as { lastRun: Instant; failure: string | null }
    const fresh = { lastRun: this.#clock.now(), failure: null }
    await this.#db.insertNew('settings', [{ name, value: JSON.stringify(fresh) }])
    return fresh
  }

  async #keep(name: string, state: { lastRun: Instant; failure: string | null }): Promise<void> {
    await this.#db.transaction(() => this.#db.sql('settings').where({ name }).update({ value: JSON.stringify(state) }))
  }
}

const keyOf = (schedule: Schedule) => `schedule:${schedule.name}`

const nextAfter = (cron: Cron, after: Instant) => cron.nextRun(new Date(after))?.getTime() ?? null

function parseCron(schedule: Schedule): Cron {
  if (schedule.name.length > 40) throw new RangeError('The name of a schedule is too long')
  try {
    const cron = new Cron(schedule.cron, { timezone: schedule.timeZone ?? 'Europe/London', paused: true, mode: '5-part' })
    // An unknown zone shows only when it is used.
    cron.nextRun(new Date(0))
    return cron
  } catch (error) {
    throw new UnusableInput({
      what: `The times of the schedule "${schedule.name}" cannot be read: ${schedule.cron} (${schedule.timeZone ?? 'Europe/London'}).`,
      where: schedule.name,
      remedy: 'Use five fields: minute, hour, day, month, weekday; and a zone such as Europe/London.',
    }, error)
  }
}
