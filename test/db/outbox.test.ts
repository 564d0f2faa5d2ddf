import { describe, expect, it } from 'vitest'
import { FixedClock } from '../../src/adapters/clock.ts'
import { createIds } from '../../src/adapters/ids.ts'
import { Database } from '../../src/db/database.ts'
import { type JobHandlers, Outbox } from '../../src/db/outbox.ts'
import { waitAfter } from '../../src/db/outbox-claims.ts'
import type { Timers } from '../../src/db/timers.ts'
import { OutsideFailure } from '../../src/shared/errors.ts'
import { onBothDatabases, type TestDatabase } from '../support/databases.ts'

const START = '2026-09-01T08:00:00Z'
const nothing: Timers = { every: () => () => undefined, after: () => () => undefined }

function setUp({ db }: TestDatabase, timers: Timers = nothing) {
  const clock = new FixedClock(START)
  return { db, clock, outbox: new Outbox(db, clock, createIds(clock), timers) }
}
const row = (db: Database, key: string) => db.read('outbox').where({ dedupe_key: key }).first()

describe('Outbox', { retry: 0 }, () => {
  onBothDatabases('one worker', (get) => {
    const empty = async () => get().db.sql('outbox').del()

    it('S2: keeps a job only when its transaction commits, and does it with its payload', async () => {
      await empty()
      const { db, outbox } = setUp(get())
      await db.transaction(async () => { await outbox.put('seal', { signature: 'S1' }, { dedupeKey: 'seal:S1' }) })
      await db.transaction(async () => {
        await outbox.put('seal', { signature: 'S2' }, { dedupeKey: 'seal:S2' })
        throw new Error('rolled back')
      }).catch(() => undefined)
      const seen: unknown[] = []
      const drained = await outbox.drain({ seal: async (payload, job) => { seen.push([payload, job.dedupeKey, job.attempt, db.inTransaction]) } }, { worker: 'w' })
      expect(drained).toEqual({ done: 1, failed: 0, dead: 0 })
      expect(seen).toEqual([[{ signature: 'S1' }, 'seal:S1', 1, false]])
    })

    it('ignores a repeat of a key, also after the job was done', async () => {
      await empty()
      const { outbox } = setUp(get())
      let runs = 0
      const handlers: JobHandlers = { mail: async () => { runs += 1 } }
      expect(await outbox.put('mail', {}, { dedupeKey: 'k' })).toBe(true)
      expect(await outbox.put('mail', { other: 1 }, { dedupeKey: 'k' })).toBe(false)
      await outbox.drain(handlers, { worker: 'w' })
      expect(await outbox.put('mail', {}, { dedupeKey: 'k' })).toBe(false)
      await outbox.drain(handlers, { worker: 'w' })
      expect(runs).toBe(1)
    })

    it('tells listeners after the commit, and only of new jobs', async () => {
      await empty()
      const { db, outbox } = setUp(get())
      const told: string[] = []
      const stop = outbox.onPut(() => told.push(db.inTransaction ? 'inside' : 'after'))
      await db.transaction(async () => {
        await outbox.put('mail', {}, { dedupeKey: 'a' })
        told.push('work')
      })
      await outbox.put('mail', {}, { dedupeKey: 'a' })
      stop()
      await outbox.put('mail', {}, { dedupeKey: 'b' })
      expect(told).toEqual(['work', 'after'])
    })

    it('waits longer after each failure, is dead after twelve, says why without personal data, and can be revived', async () => {
      await empty()
      const { db, clock, outbox } = setUp(get())
      await outbox.put('mail', {}, { dedupeKey: 'k' })
      let runs = 0
      const handlers: JobHandlers = { mail: async () => { runs += 1; throw new Error('550 no such user <kim.doe@example.org> "Kim Doe"') } }
      const waits: number[] = []
      for (let attempt = 1; attempt <= 11; attempt += 1) {
        expect(await outbox.drain(handlers, { worker: 'w' })).toEqual({ done: 0, failed: 1, dead: 0 })
        expect(await outbox.drain(handlers, { worker: 'w' })).toEqual({ done: 0, failed: 0, dead: 0 })
        waits.push(Number((await row(db, 'k')).available_at) - clock.now())
        clock.set(Number((await row(db, 'k')).available_at))
      }
      expect(await outbox.waiting()).toMatchObject({ failing: 1, dead: 0 })
      expect(await outbox.drain(handlers, { worker: 'w' })).toEqual({ done: 0, failed: 0, dead: 1 })
      waits.forEach((wait, n) => {
        expect(wait).toBeGreaterThanOrEqual(waitAfter(n + 1, 0))
        expect(wait).toBeLessThanOrEqual(waitAfter(n + 1, 1))
      })
      expect(clock.now() - Date.parse(START)).toBeGreaterThan(45 * 3_600_000)
      clock.advance(1e9)
      await outbox.drain(handlers, { worker: 'w' })
      expect(runs).toBe(12)
      expect(await outbox.waiting()).toEqual({ ready: 0, later: 0, running: 0, failing: 0, dead: 1, oldest: null })
      const [dead] = await outbox.dead()
      expect(dead).toMatchObject({ kind: 'mail', lastError: expect.stringMatching(/^Error: 550 no such user/) })
      expect(dead?.lastError).not.toMatch(/kim|doe/i)
      expect(await outbox.retry(dead ? [dead.id] : [])).toBe(1)
      expect(await outbox.drain({ mail: async () => undefined }, { worker: 'w' })).toEqual({ done: 1, failed: 0, dead: 0 })
    })

    it('keeps our own words about a failure', async () => {
      await empty()
      const { db, outbox } = setUp(get())
      await outbox.put('mail', {}, { dedupeKey: 'k' })
      const seen: unknown[] = []
      const failure = new OutsideFailure({ what: 'The mail server does not answer.', where: 'mail.example:587' })
      await outbox.drain({ mail: () => Promise.reject(failure) }, { worker: 'w', onError: (error, job) => seen.push([error, job.kind]) })
      expect((await row(db, 'k')).last_error).toBe('The mail server does not answer. (mail.example:587)')
      expect(seen).toEqual([[failure, 'mail']])
    })

    it('leaves alone what is not due and what it has no handler for', async () => {
      await empty()
      const { clock, outbox } = setUp(get())
      await outbox.put('mail', {}, { dedupeKey: 'later', availableAt: clock.now() + 1000 })
      await outbox.put('new-kind', {}, { dedupeKey: 'unknown' })
      const handlers: JobHandlers = { mail: async () => undefined }
      expect((await outbox.drain(handlers, { worker: 'w' })).done).toBe(0)
      expect(await outbox.waiting()).toEqual({ ready: 1, later: 1, running: 0, failing: 0, dead: 0, oldest: clock.now() })
      expect((await outbox.drain(handlers, { worker: 'w', now: clock.now() + 1000 })).done).toBe(1)
    })

    it('stops between two jobs when told, and gives the rest back', async () => {
      await empty()
      const { clock, outbox } = setUp(get())
      await outbox.putMany(Array.from({ length: 25 }, (_, n) => ({ kind: 'mail', payload: {}, dedupeKey: `k${n}` })))
      const stop = new AbortController()
      let runs = 0
      const handlers: JobHandlers = { mail: async () => { if (++runs === 3) stop.abort() } }
      expect((await outbox.drain(handlers, { worker: 'w', signal: stop.signal })).done).toBe(3)
      expect(await outbox.waiting()).toMatchObject({ ready: 22, running: 0, oldest: clock.now() })
      expect((await outbox.drain(handlers, { worker: 'w', limit: 7 })).done).toBe(7)
      expect((await outbox.drain(handlers, { worker: 'w' })).done).toBe(15)
    })

    it('does a job again that a dead worker left, alone, and buries it when it keeps killing workers', async () => {
      await empty()
      const { db, clock, outbox } = setUp(get())
      await outbox.putMany(['a', 'b', 'c'].map((key) => ({ kind: 'mail', payload: {}, dedupeKey: key })))
      await db.sql('outbox').whereIn('dedupe_key', ['a', 'b']).update({ locked_by: 'gone#1', locked_until: clock.now() + 1000 })
      const order: string[] = []
      const handlers: JobHandlers = { mail: async (_, job) => { order.push(`${job.dedupeKey}${job.attempt}`) } }
      await outbox.drain(handlers, { worker: 'w' })
      expect(order).toEqual(['c1'])
      clock.advance(1000)
      await db.sql('outbox').where({ dedupe_key: 'a' }).update({ attempts: 11 })
      expect(await outbox.drain(handlers, { worker: 'w' })).toEqual({ done: 1, failed: 0, dead: 1 })
      expect(order).toEqual(['c1', 'b2'])
      expect((await row(db, 'a')).last_error).toMatch(/worker stopped/)
    })

    it('is fenced: who lost a job neither finishes nor delays it', async () => {
      await empty()
      const { db, outbox } = setUp(get())
      await outbox.putMany(['won', 'threw'].map((key) => ({ kind: 'mail', payload: {}, dedupeKey: key })))
      const drained = await outbox.drain({
        mail: async (_, job) => {
          await db.sql('outbox').where({ id: job.id }).update({ locked_by: 'other#2' })
          if (job.dedupeKey === 'threw') throw new Error('late')
        },
      }, { worker: 'w' })
      expect(drained).toEqual({ done: 0, failed: 0, dead: 0 })
      for (const key of ['won', 'threw']) expect(await row(db, key)).toMatchObject({ state: 'ready', locked_by: 'other#2', attempts: 0, last_error: null })
    })

    it('keeps its hold on a long job, and tells the handler when it lost it', async () => {
      await empty()
      let beat: (() => void) | undefined
      const { db, clock, outbox } = setUp(get(), { ...nothing, every: (_, what) => { beat = what; return () => { beat = undefined } } })
      await outbox.put('mail', {}, { dedupeKey: 'k' })
      await outbox.drain({
        mail: async (_, job) => {
          clock.advance(50_000)
          beat?.()
          await expect.poll(async () => Number((await row(db, 'k')).locked_until)).toBe(clock.now() + 20_000)
          expect(job.signal.aborted).toBe(false)
          await db.sql('outbox').where({ id: job.id }).update({ locked_by: 'other#2' })
          const lost = new Promise((resolve) => job.signal.addEventListener('abort', resolve))
          beat?.()
          await lost
        },
      }, { worker: 'w' })
      expect(beat).toBeUndefined()
    })

    it('holds the jobs behind a long one too, and skips one that was taken all the same', async () => {
      await empty()
      const { db, clock, outbox } = setUp(get())
      await outbox.putMany(['a', 'b', 'c'].map((key) => ({ kind: 'mail', payload: {}, dedupeKey: key })))
      const order: string[] = []
      const drained = await outbox.drain({
        mail: async (_, job) => {
          order.push(job.dedupeKey)
          if (job.dedupeKey !== 'a') return
          clock.advance(70_000)
          await db.sql('outbox').where({ dedupe_key: 'b' }).update({ locked_by: 'other#2', locked_until: clock.now() + 60_000 })
        },
      }, { worker: 'w', limit: 3 })
      expect(order).toEqual(['a', 'c'])
      expect(drained.done).toBe(2)
      expect(await row(db, 'b')).toMatchObject({ locked_by: 'other#2', attempts: 0 })
    })

    it('forgets what was done long ago', async () => {
      await empty()
      const { clock, outbox } = setUp(get())
      await outbox.put('mail', {}, { dedupeKey: 'k' })
      await outbox.drain({ mail: async () => undefined }, { worker: 'w' })
      expect(await outbox.forget(clock.now())).toBe(0)
      expect(await outbox.forget(clock.now() + 1)).toBe(1)
    })
  })

  onBothDatabases('four workers', (get) => {
    it('does 300 jobs once each, never two at a time', async () => {
      const { url } = get()
      const { outbox } = setUp(get())
      await outbox.putMany(Array.from({ length: 300 }, (_, n) => ({ kind: 'mail', payload: { n }, dedupeKey: `k${n}` })))
      const runs = new Map<string, number>()
      const open = new Set<string>()
      const overlaps: string[] = []
      const handlers: JobHandlers = {
        async mail(_, job) {
          if (open.has(job.id)) overlaps.push(job.id)
          open.add(job.id)
          await new Promise((resolve) => setImmediate(resolve))
          runs.set(job.id, (runs.get(job.id) ?? 0) + 1)
          open.delete(job.id)
        },
      }
      const shares = await Promise.all(['a', 'b', 'c', 'd'].map(async (worker) => {
        const db = await Database.open(url)
        try {
          return (await setUp({ db, url }).outbox.drain(handlers, { worker, limit: 300 })).done
        } finally {
          await db.close()
        }
      }))
      // A worker may find everything claimed and stop early; what it leaves another does.
      const rest = await outbox.drain(handlers, { worker: 'e', limit: 300 })
      expect(shares.reduce((sum, share) => sum + share, rest.done)).toBe(300)
      expect(shares.filter((share) => share > 0).length).toBeGreaterThan(1)
      expect(overlaps).toEqual([])
      expect(new Set(runs.values())).toEqual(new Set([1]))
      expect(runs.size).toBe(300)
    })
  })
})
