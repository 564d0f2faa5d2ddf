import { describe, expect, it } from 'vitest'
import { FixedClock } from '../src/adapters/clock.ts'
import { createIds } from '../src/adapters/ids.ts'
import { type JobHandlers, Outbox } from '../src/db/outbox.ts'
import { Schedules } from '../src/db/schedules.ts'
import type { Timers } from '../src/db/timers.ts'
import { AuditSequencer } from '../src/features/audit/audit-sequencer.ts'
import { createWorker } from '../src/worker.ts'
import { makeLedger } from './features/audit/ledger.ts'
import { onBothDatabases, type TestDatabase } from './support/databases.ts'

/** Rests that end only when the test says so, or at a poke. */
function handTimers() {
  const rests = new Map<() => void, number>()
  const timers: Timers = {
    every: () => () => undefined,
    after(ms, what) {
      rests.set(what, ms)
      return () => { rests.delete(what) }
    },
  }
  return {
    timers,
    /** Waits until so many lanes rest; how long they mean to. */
    async resting(count: number): Promise<number[]> {
      await expect.poll(() => rests.size).toBe(count)
      return [...rests.values()]
    },
    wake() {
      const now = [...rests.keys()]
      rests.clear()
      for (const what of now) what()
    },
  }
}

function deferred() {
  let done: () => void = () => undefined
  const promise = new Promise<void>((resolve) => { done = resolve })
  return { promise, done }
}

async function setUp({ db }: TestDatabase, handlers: JobHandlers, runSchedule: () => Promise<void> = async () => undefined) {
  for (const table of ['outbox', 'settings']) await db.sql(table).del()
  const { clock, key, log: audit } = await makeLedger(db)
  const hand = handTimers()
  const ids = createIds(clock)
  const outbox = new Outbox(db, clock, ids, hand.timers)
  const logged: { message: string; details: object }[] = []
  const log = (details: object, message: string) => { logged.push({ message, details }) }
  const worker = createWorker({
    name: 'test', outbox, handlers, clock, timers: hand.timers, logger: { info: log, warn: log, error: log },
    sequencer: new AuditSequencer({ db, clock, key, holder: 'test', timers: hand.timers }),
    schedules: new Schedules({ db, clock, holder: 'test', timers: hand.timers, schedules: [{ name: 'hourly', cron: '0 * * * *', run: runSchedule }] }),
  })
  return { db, clock, hand, outbox, audit, logged, worker }
}

describe('worker', () => {
  onBothDatabases('at work', (get) => {
    it('S2: does a job at once after the commit that put it', async () => {
      const ran = deferred()
      const { db, outbox, worker, hand } = await setUp(get(), { seal: async () => ran.done() })
      worker.start()
      await hand.resting(3)
      await db.transaction(async () => { await outbox.put('seal', {}, { dedupeKey: 'a' }) })
      await ran.promise
      await worker.stop()
      expect(await outbox.waiting()).toMatchObject({ ready: 0, running: 0 })
    })

    it('rests a second, and five once it has been idle for long', async () => {
      const { worker, hand, clock } = await setUp(get(), { seal: async () => undefined })
      worker.start()
      expect(await hand.resting(3)).toEqual([1000, 1000, 1000])
      clock.advance(31_000)
      hand.wake()
      expect(await hand.resting(3)).toEqual([5000, 5000, 5000])
      await worker.stop()
    })

    it('waits for the running job when stopped, and begins no other', async () => {
      const begun = deferred()
      const finish = deferred()
      const { outbox, worker } = await setUp(get(), { seal: async () => { begun.done(); await finish.promise } })
      await outbox.putMany(['a', 'b', 'c'].map((key) => ({ kind: 'seal', payload: {}, dedupeKey: key })))
      worker.start()
      await begun.promise
      let stopped = false
      const stopping = worker.stop().then(() => { stopped = true })
      await new Promise((resolve) => setImmediate(resolve))
      expect(stopped).toBe(false)
      finish.done()
      await stopping
      expect(await outbox.waiting()).toMatchObject({ ready: 2, running: 0 })
    })

    it('does not let one kind of job hold up another, nor the log', async () => {
      const finish = deferred()
      const sealed = deferred()
      const { db, outbox, audit, worker } = await setUp(get(), { mail: () => finish.promise, seal: async () => sealed.done() })
      await outbox.put('mail', {}, { dedupeKey: 'm' })
      await outbox.put('seal', {}, { dedupeKey: 's' })
      await db.transaction(() => audit.record({ actor: 'system', event: 'x', payload: {} }))
      worker.start()
      await sealed.promise
      await expect.poll(() => db.read('audit_pending')).toEqual([])
      finish.done()
      await worker.stop()
    })

    it('outlives a lane that fails, and says so without personal data', async () => {
      const { db, worker, hand, logged } = await setUp(get(), {})
      const broken = createWorker({
        name: 'test', handlers: {}, clock: new FixedClock(0), timers: hand.timers,
        outbox: new Outbox(db, new FixedClock(0), createIds(new FixedClock(0))),
        logger: { info: () => undefined, warn: () => undefined, error: (details, message) => { logged.push({ details, message }) } },
        sequencer: { sequence: () => Promise.reject(new Error('lost kim@example.org')) }, schedules: { runDue: async () => 0 },
      })
      broken.start()
      expect((await hand.resting(2)).toSorted()).toEqual([1000, 5000])
      hand.wake()
      await expect.poll(() => logged.length).toBe(2)
      await broken.stop()
      await worker.stop()
      expect(logged[0]).toEqual({ details: { lane: 'audit log', reason: 'Error: lost (address)' }, message: expect.any(String) })
    })

    it('works until idle: jobs that jobs put, the log, and schedules when asked', async () => {
      let hours = 0
      const { db, clock, outbox, audit, worker, logged } = await setUp(get(), {
        seal: async () => { await outbox.put('mail', {}, { dedupeKey: 'm' }) },
        mail: async () => {
          await db.transaction(() => audit.record({ actor: 'system', event: 'mail.sent', payload: {} }))
          throw new Error('after all not')
        },
      }, async () => { hours += 1 })
      await outbox.put('seal', {}, { dedupeKey: 's' })
      expect(await worker.runUntilIdle({ schedules: true })).toEqual({ done: 1, failed: 1, dead: 0, sequenced: 1, scheduled: 0 })
      expect(logged).toEqual([{ message: 'A job failed', details: expect.objectContaining({ kind: 'mail', attempt: 1, reason: 'Error: after all not' }) }])
      clock.advance(3 * 3_600_000)
      expect(await worker.runUntilIdle()).toMatchObject({ failed: 1, scheduled: 0 })
      expect(await worker.runUntilIdle({ schedules: true })).toMatchObject({ scheduled: 1 })
      expect(hours).toBe(1)
    })

    it('can be started again after a stop', async () => {
      const ran = deferred()
      const { outbox, worker } = await setUp(get(), { seal: async () => ran.done() })
      worker.start()
      await worker.stop()
      await outbox.put('seal', {}, { dedupeKey: 'a' })
      worker.start()
      worker.start()
      await ran.promise
      await worker.stop()
      expect(await outbox.waiting()).toMatchObject({ ready: 0, running: 0 })
    })
  })
})
