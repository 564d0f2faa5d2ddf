import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, BELA, clean, LEFT, OS, Seed, world } from './access-world.ts'
import { Crash, CrashingDatabase, crashingDirectory, Fuse } from './crashing.ts'

/** The other database, which is slower to fill, takes fewer. */
const many = (db: Database): number => (db.dialect.lockRows ? 250 : 1000)

/** A thousand leavers as a directory really holds them: some switched off by hand, some in other groups, some limited already. */
async function thousand(db: Database) {
  await clean(db)
  const w = await world(db)
  const seed = await new Seed(w).begin()
  const count = many(db)
  await seed.crowd(200)
  const plain = await seed.pupils(count - 100, { end: LEFT })
  await seed.pupils(50, { end: LEFT, first: count - 100, account: { enabled: false, groups: ['year-8'] } })
  await seed.pupils(50, { end: LEFT, first: count - 50, account: { groups: ['lark-staff'] } })
  await w.reconcile.observe('school', OS)
  const limited = plain.slice(0, 5)
  for (const personId of limited) await w.access.place({ personId, cause: 'manual', level: 'restricted', profile: 'no-internet', reason: 'made up', actor: BELA })
  await w.outbox.drain(w.handlers, { worker: 'w' })
  const before = await seed.directory()
  const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
  expect(before.get(account(0).immutableId)?.groups).toContain('limited')
  return { w, seed, plain, before, run, count }
}

const off = (accounts: ReadonlyMap<string, { enabled: boolean; container: string }>) => [...accounts.values()].filter((each) => !each.enabled && each.container === '/Away').length

describe('undo gives back exactly what was there, for a thousand', () => {
  onBothDatabases('simulated directory', (get) => {
    beforeEach(() => clean(get().db))

    it('U1 A4: applied and undone', { timeout: 180_000 }, async () => {
      const { w, seed, before, run, count } = await thousand(get().db)
      expect(await w.reconcile.apply(run, { actor: ANNA, count })).toMatchObject({ applied: count, verified: count, failed: 0 })
      expect(off(await seed.directory())).toBe(count)
      expect(await w.reconcile.undo(run, { actor: ANNA })).toMatchObject({ verified: count, failed: 0 })
      expect(await seed.directory()).toEqual(before)
    })

    it('U1 A4: killed in the middle of a batch, then undone without going on', { timeout: 180_000 }, async () => {
      const { w, seed, before, run, count } = await thousand(get().db)
      const fuse = new Fuse(count * 6)
      const process = await world(get().db, { clock: w.clock, db: new CrashingDatabase(get().db, fuse), wrap: (directory) => crashingDirectory(directory, fuse) })
      await expect(process.reconcile.apply(run, { actor: ANNA, count })).rejects.toThrow(Crash)
      w.clock.advance(61_000)
      const done = off(await seed.directory())
      expect(done).toBeGreaterThan(50)
      expect(done).toBeLessThan(count)
      await w.reconcile.undo(run, { actor: ANNA })
      expect(await seed.directory()).toEqual(before)
      expect(await get().db.read('accounts').whereNotNull('intent')).toEqual([])
    })

    it.each(['the other ends first', 'the undo comes first'])('U1 A1: with a second restriction over it: %s', { timeout: 180_000 }, async (order) => {
      const { w, seed, plain, before, run, count } = await thousand(get().db)
      await w.reconcile.apply(run, { actor: ANNA, count })
      const over = plain.slice(10, 15)
      for (const personId of over) await w.access.place({ personId, cause: 'misuse', level: 'restricted', profile: 'no-internet', reason: 'made up', releaseKey: `k:${personId}`, actor: BELA })
      await w.outbox.drain(w.handlers, { worker: 'w' })
      const lift = async () => {
        for (const personId of over) await w.access.releaseByKey(`k:${personId}`, BELA)
        await w.outbox.drain(w.handlers, { worker: 'w' })
      }
      if (order === 'the other ends first') await lift()
      await w.reconcile.undo(run, { actor: ANNA })
      if (order === 'the undo comes first') {
        // The other cause stays in force until it ends.
        expect((await seed.directory()).get(account(10).immutableId)?.groups).toEqual(['filtered', 'limited', 'year-8'])
        await lift()
      }
      expect(await seed.directory()).toEqual(before)
    })
  })
})
