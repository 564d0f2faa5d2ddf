import { describe, expect, it } from 'vitest'
import { FixedClock } from '../../src/adapters/clock.ts'
import { Database } from '../../src/db/database.ts'
import { type Schedule, Schedules } from '../../src/db/schedules.ts'
import type { Timers } from '../../src/db/timers.ts'
import { UnusableInput } from '../../src/shared/errors.ts'
import { onBothDatabases } from '../support/databases.ts'

const timers: Timers = { every: () => () => undefined, after: () => () => undefined }
const going = new AbortController().signal
const none = () => { throw new Error('no failure was expected') }

describe('Schedules', () => {
  onBothDatabases('times', (get) => {
    async function setUp(cron: string, start: string, given: Partial<Schedule> = {}) {
      const { db } = get()
      await db.sql('settings').del()
      await db.sql('leases').del()
      const clock = new FixedClock(start)
      const runs: string[] = []
      const schedule: Schedule = { name: 'nightly', cron, run: async (dueAt) => { runs.push(new Date(dueAt).toISOString()) }, ...given }
      const make = (handle = db) => new Schedules({ db: handle, clock, holder: 'test', schedules: [schedule], timers })
      return { db, clock, runs, schedules: make(), make }
    }

    it('runs at its time, once, and not when first seen', async () => {
      const { clock, runs, schedules } = await setUp('0 6 * * *', '2026-09-01T08:00:00Z')
      expect(await schedules.runDue(going, none)).toBe(0)
      clock.set('2026-09-02T04:59:59Z')
      expect(await schedules.runDue(going, none)).toBe(0)
      clock.set('2026-09-02T05:00:10Z')
      expect(await schedules.runDue(going, none)).toBe(1)
      expect(await schedules.runDue(going, none)).toBe(0)
      expect(runs).toEqual(['2026-09-02T05:00:00.000Z'])
      expect(await schedules.states()).toEqual([
        { name: 'nightly', lastRun: clock.now(), failure: null, nextDue: Date.parse('2026-09-03T05:00:00Z') },
      ])
    })

    it('catches up once after a standstill, also in a new process', async () => {
      const { clock, runs, schedules, make } = await setUp('0 6 * * *', '2026-09-01T08:00:00Z')
      await schedules.runDue(going, none)
      clock.set('2026-09-08T12:00:00Z')
      expect(await make().runDue(going, none)).toBe(1)
      expect(await schedules.runDue(going, none)).toBe(0)
      expect(runs).toHaveLength(1)
      clock.set('2026-09-09T05:00:00Z')
      expect(await schedules.runDue(going, none)).toBe(1)
    })

    it('T1: keeps to the clock of its zone when summer time begins and ends', async () => {
      const { clock, runs, schedules } = await setUp('0 1 * * *', '2026-03-27T12:00:00Z')
      await schedules.runDue(going, none)
      for (const day of ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-25', '2026-10-26']) {
        clock.set(`${day}T12:00:00Z`)
        await schedules.runDue(going, none)
      }
      expect(runs).toEqual([
        '2026-03-28T01:00:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:00:00.000Z', '2026-03-31T00:00:00.000Z', '2026-10-26T01:00:00.000Z',
      ])
    })

    it('is run by one of two processes that look at once', async () => {
      const { url } = get()
      const { clock, runs, schedules, make } = await setUp('*/5 * * * *', '2026-09-01T08:00:00Z')
      const other = await Database.open(url)
      const twin = make(other)
      await schedules.runDue(going, none)
      for (let n = 0; n < 5; n += 1) {
        clock.advance(600_000)
        const ran = await Promise.all([schedules.runDue(going, none), twin.runDue(going, none)])
        expect(ran[0] + ran[1]).toBe(1)
      }
      expect(runs).toHaveLength(5)
      await other.close()
    })

    it('tries a failed one again after a minute, then after two, and says why it failed', async () => {
      let broken = true
      const { clock, schedules } = await setUp('0 6 * * *', '2026-09-01T04:00:00Z', {
        run: async () => { if (broken) throw new Error('no route to "mis.example"') },
      })
      const failures: string[] = []
      const look = () => schedules.runDue(going, (_, name) => failures.push(name))
      await look()
      clock.set('2026-09-01T05:00:00Z')
      for (const seconds of [0, 59, 1, 119, 1]) {
        clock.advance(seconds * 1000)
        await look()
      }
      expect(failures).toHaveLength(3)
      expect((await schedules.states())[0]).toMatchObject({ failure: 'Error: no route to (text)', lastRun: Date.parse('2026-09-01T04:00:00Z') })
      broken = false
      clock.advance(240_000)
      expect(await look()).toBe(1)
      expect((await schedules.states())[0]).toMatchObject({ failure: null, lastRun: clock.now() })
    })

    it('begins nothing once it should stop', async () => {
      const { clock, runs, schedules } = await setUp('* * * * *', '2026-09-01T08:00:00Z')
      await schedules.runDue(going, none)
      clock.advance(600_000)
      expect(await schedules.runDue(AbortSignal.abort(), none)).toBe(0)
      expect(runs).toEqual([])
    })

    it.each([['61 * * * *', 'Europe/London'], ['hello', 'Europe/London'], ['0 6 * * *', 'Europe/Nowhere']])('refuses %s in %s', async (cron, timeZone) => {
      await expect(setUp(cron, '2026-09-01T08:00:00Z', { timeZone })).rejects.toBeInstanceOf(UnusableInput)
    })
  })
})
