import { describe, expect, it } from 'vitest'
import { FixedClock } from '../../src/adapters/clock.ts'
import { Database } from '../../src/db/database.ts'
import { leaseHolder, withLease } from '../../src/db/lease.ts'
import type { Timers } from '../../src/db/timers.ts'
import { Refused } from '../../src/shared/errors.ts'
import { onBothDatabases } from '../support/databases.ts'

const START = Date.parse('2026-09-01T08:00:00Z')

/** Timers whose heartbeat is given by hand. */
function handTimers() {
  const beats = new Map<number, () => void>()
  const timers: Timers = {
    every(ms, what) { beats.set(ms, what); return () => { beats.delete(ms) } },
    after: () => () => undefined,
  }
  return { timers, beats }
}

describe('withLease', { retry: 0 }, () => {
  onBothDatabases('leases', (get) => {
    it('runs the work alone; a second taker learns who holds it since when and until when', async () => {
      const { db, url } = get()
      const clock = new FixedClock(START)
      const { timers } = handTimers()
      const other = await Database.open(url)
      const answer = await withLease(db, clock, 'source:mis', 'serve on host1', async () => {
        clock.advance(5_000)
        await expect(withLease(other, clock, 'source:mis', 'sync on host2', async () => 'never', { ttlMs: 30_000, timers })).rejects.toMatchObject({
          constructor: Refused,
          what: '"source:mis" is already running: held by serve on host1 since 2026-09-01T08:00:00.000Z, until 2026-09-01T08:00:30.000Z unless renewed.',
          exitCode: 3,
        })
        // Another name is another lease.
        return withLease(other, clock, 'source:other', 'x', async () => 'both', { ttlMs: 30_000, timers })
      }, { ttlMs: 30_000, timers })
      expect(answer).toBe('both')
      expect(await leaseHolder(db, 'source:mis', clock.now())).toBeNull()
      expect(await withLease(other, clock, 'source:mis', 'sync on host2', async () => 'now', { ttlMs: 30_000, timers })).toBe('now')
      await other.close()
    })

    it('lets go when the work fails, and passes the error on', async () => {
      const { db } = get()
      const clock = new FixedClock(START)
      const { timers, beats } = handTimers()
      await expect(withLease(db, clock, 'a', 'h', () => Promise.reject(new Error('work')), { ttlMs: 1000, timers })).rejects.toThrow('work')
      expect(beats.size).toBe(0)
      expect(await db.read('leases')).toEqual([])
    })

    it('is renewed by each heartbeat', async () => {
      const { db } = get()
      const clock = new FixedClock(START)
      const { timers, beats } = handTimers()
      await withLease(db, clock, 'a', 'h', async (signal) => {
        clock.advance(10_000)
        beats.get(10_000)?.()
        await expect.poll(async () => (await leaseHolder(db, 'a', clock.now()))?.until).toBe(START + 40_000)
        clock.advance(25_000)
        expect(await leaseHolder(db, 'a', clock.now())).toMatchObject({ holder: 'h', since: START })
        expect(signal.aborted).toBe(false)
      }, { ttlMs: 30_000, timers })
    })

    it('may be taken over once it ran out; the first holder is told and does not take the second one\'s lease away', async () => {
      const { db, url } = get()
      const clock = new FixedClock(START)
      const { timers, beats } = handTimers()
      const other = await Database.open(url)
      await withLease(db, clock, 'a', 'same name', async (signal) => {
        const firstBeat = beats.get(10_000)
        clock.advance(30_000)
        await withLease(other, clock, 'a', 'same name', async (second) => {
          const told = new Promise((resolve) => signal.addEventListener('abort', resolve))
          firstBeat?.()
          await told
          expect((signal.reason as Error).message).toMatch(/lost/)
          expect(second.aborted).toBe(false)
          expect(await leaseHolder(db, 'a', clock.now())).toMatchObject({ since: START + 30_000 })
        }, { ttlMs: 30_000, timers })
      }, { ttlMs: 30_000, timers })
      await other.close()
    })

    it('is won by one of many who try at once', async () => {
      const { db, url } = get()
      const clock = new FixedClock(START)
      const { timers } = handTimers()
      const handles = await Promise.all(Array.from({ length: 6 }, () => Database.open(url)))
      let inside = 0
      let most = 0
      let finish: () => void = () => undefined
      const refused = new Promise<void>((resolve) => { finish = resolve })
      let losers = 0
      const outcomes = await Promise.allSettled([db, ...handles].map(async (handle) => {
        try {
          return await withLease(handle, clock, 'race', 'h', async () => {
            inside += 1
            most = Math.max(most, inside)
            await refused
            inside -= 1
          }, { ttlMs: 30_000, timers })
        } catch (error) {
          losers += 1
          if (losers === handles.length) finish()
          throw error
        }
      }))
      expect(most).toBe(1)
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome.status === 'rejected').every((outcome) => outcome.reason instanceof Refused)).toBe(true)
      await Promise.all(handles.map((handle) => handle.close()))
    })

    it('is not taken inside a transaction, where the others could not see it', async () => {
      const { db } = get()
      await expect(db.transaction(() => withLease(db, new FixedClock(START), 'a', 'h', async () => 1, { ttlMs: 1000 }))).rejects.toThrow(/outside a transaction/)
    })
  })
})
