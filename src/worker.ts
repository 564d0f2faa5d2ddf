import type { Clock } from './adapters/clock.ts'
import type { Drained, JobHandlers, Outbox } from './db/outbox.ts'
import { Pacer } from './db/pacer.ts'
import { safeReason } from './db/safe-reason.ts'
import type { Schedules } from './db/schedules.ts'
import { systemTimers, type Timers } from './db/timers.ts'
import type { AuditSequencer } from './features/audit/audit-sequencer.ts'

/** The part of a pino logger that is used here. */
export interface WorkerLogger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export interface WorkerParts {
  /** Seen in locks and logs, such as `serve on host1 (812)`. */
  name: string
  outbox: Pick<Outbox, 'drain' | 'onPut'>
  handlers: JobHandlers
  sequencer: Pick<AuditSequencer, 'sequence'>
  schedules: Pick<Schedules, 'runDue'>
  clock: Clock
  logger: WorkerLogger
  timers?: Timers
}

export interface WorkDone extends Drained {
  /** Audit entries given their place. */
  sequenced: number
  /** Schedules run. */
  scheduled: number
}

export interface Worker {
  /** Begins to work until stopped. */
  start(): void
  /** Begins nothing new and waits for what runs. */
  stop(): Promise<void>
  /** Says that there may be work, so that it is done at once. */
  poke(): void
  /** Works until there is nothing left to do now; for the command line and tests. Schedules only when asked. */
  runUntilIdle(options?: { schedules?: boolean }): Promise<WorkDone>
}

/** One kind of work with its own pace. */
interface Lane {
  what: string
  /** The kind of job it does; null for what is not a job. */
  kind: string | null
  /** Milliseconds between two steps: what comes meanwhile shares the next step's commits. */
  breath: number
  /** Does some of it; how much was done. */
  step(signal: AbortSignal): Promise<number>
}

const REST_MS = 1_000
const IDLE_REST_MS = 5_000
const IDLE_AFTER_MS = 30_000
const JOBS_PER_STEP = 50
const BREATH_MS = 100
/** The log has a minute to take an entry in (L1); a head signed for every few entries cost as much as the signatures themselves. */
const LOG_BREATH_MS = 500

/**
 * Drains the outbox, sequences the audit log and runs the schedules. Each kind of job has a lane of its own: a mail server that
 * does not answer holds up neither seals nor the log.
 */
export function createWorker(parts: WorkerParts): Worker {
  const { outbox, sequencer, schedules, logger, clock } = parts
  const timers = parts.timers ?? systemTimers
  const pacers = new Map<Pacer, Lane>()
  let stopping = new AbortController()
  let running: Promise<unknown> | null = null
  let deaf: () => void = () => undefined

  const drain = (handlers: JobHandlers, signal?: AbortSignal) => outbox.drain(handlers, {
    worker: parts.name,
    limit: JOBS_PER_STEP,
    ...(signal ? { signal } : {}),
    onError: (error, job) => logger.warn({ job: job.id, kind: job.kind, attempt: job.attempt, reason: safeReason(error) }, 'A job failed'),
  })
  const runDue = (signal: AbortSignal) => schedules.runDue(signal, (error, name) => {
    logger.error({ schedule: name, reason: safeReason(error) }, 'A schedule failed')
  })

  const lanes: Lane[] = [
    ...Object.entries(parts.handlers).map(([kind, handler]): Lane => ({
      what: `jobs: ${kind}`, kind, breath: BREATH_MS,
      step: async (signal) => total(await drain({ [kind]: handler }, signal)),
    })),
    { what: 'audit log', kind: null, breath: LOG_BREATH_MS, step: async () => (await sequencer.sequence()).sequenced },
    { what: 'schedules', kind: null, breath: BREATH_MS, step: runDue },
  ]

  async function run(lane: Lane, signal: AbortSignal): Promise<void> {
    const pacer = new Pacer(timers)
    pacers.set(pacer, lane)
    let lastWork = clock.now()
    while (!signal.aborted) {
      let failed = false
      const done = await lane.step(signal).catch((error: unknown) => {
        failed = true
        logger.error({ lane: lane.what, reason: safeReason(error) }, 'The worker could not do its work and will try again')
        return 0
      })
      if (done > 0) {
        lastWork = clock.now()
        if (!parts.timers) await new Promise((resolve) => setTimeout(resolve, lane.breath))
      } else if (!signal.aborted) await pacer.rest(failed || clock.now() - lastWork > IDLE_AFTER_MS ? IDLE_REST_MS : REST_MS)
    }
    pacers.delete(pacer)
  }

  const poke = () => { for (const pacer of pacers.keys()) pacer.poke() }
  // Each act puts a job or two: were all lanes to look each time, a pupil who signs would cost twenty-five looks.
  const pokeFor = (kinds: ReadonlySet<string>) => {
    for (const [pacer, { kind }] of pacers) if (kinds.size === 0 || kind === null || kinds.has(kind)) pacer.poke()
  }

  return {
    poke,
    start() {
      if (running) return
      stopping = new AbortController()
      deaf = outbox.onPut(pokeFor)
      running = Promise.all(lanes.map((lane) => run(lane, stopping.signal)))
    },
    async stop() {
      deaf()
      stopping.abort()
      poke()
      await running
      running = null
    },
    async runUntilIdle(options = {}) {
      const all: WorkDone = { done: 0, failed: 0, dead: 0, sequenced: 0, scheduled: 0 }
      for (let before = -1; before < sum(all);) {
        before = sum(all)
        const drained = await drain(parts.handlers)
        all.done += drained.done
        all.failed += drained.failed
        all.dead += drained.dead
        all.sequenced += (await sequencer.sequence()).sequenced
        if (options.schedules) all.scheduled += await runDue(new AbortController().signal)
      }
      return all
    },
  }
}

const total = ({ done, failed, dead }: Drained) => done + failed + dead
const sum = (work: WorkDone) => total(work) + work.sequenced + work.scheduled
