import { describe, expect, it } from 'vitest'
import type { ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import type { Database } from '../../../src/db/database.ts'
import { Refused } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, BELA, clean, LEFT, OS, Seed, snapshot, type World, world } from './access-world.ts'
import { Crash, CrashingDatabase, crashingDirectory, Fuse } from './crashing.ts'

interface Scene { seed: Seed; run: string; before: Map<string, ObservedAccount>; again(): Promise<World> }

/** Four leavers: plain, disabled by hand before, limited by another cause, and one of a later batch than the canary. */
async function setUp(db: Database, applied = false): Promise<Scene> {
  await clean(db)
  const w = await world(db)
  const seed = await new Seed(w).begin()
  await seed.pupils(1, { end: LEFT })
  await seed.pupils(1, { end: LEFT, first: 1, account: { enabled: false } })
  const [limited] = await seed.pupils(1, { end: LEFT, first: 2 })
  await seed.pupils(1, { end: LEFT, first: 3 })
  await w.reconcile.observe('school', OS)
  await w.access.place({ personId: limited as string, cause: 'misuse', level: 'restricted', profile: 'no-internet', reason: 'made up', actor: BELA })
  await w.person.reconcilePerson(limited as string, { actor: BELA })
  const before = await seed.directory()
  expect(before.get(account(2).immutableId)?.groups).toEqual(['filtered', 'limited', 'year-8'])
  const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
  if (applied) await w.reconcile.apply(run, { actor: ANNA, count: 4 })
  const restore = await snapshot(db)
  return { seed, run, before, again: async () => { await restore(); return world(db) } }
}

/** Does `act` in a process that dies at the given step; true when it came to its end before. */
async function dies(db: Database, w: World, at: number, act: (process: World) => Promise<unknown>): Promise<boolean> {
  const fuse = new Fuse(at)
  const process = await world(db, { clock: w.clock, db: new CrashingDatabase(db, fuse), wrap: (directory) => crashingDirectory(directory, fuse) })
  let error: unknown = null
  await act(process).catch((thrown: unknown) => { error = thrown })
  if (error !== null) expect(error).toBeInstanceOf(Crash)
  // The dead process's leases run out by themselves.
  w.clock.advance(61_000)
  return !fuse.blown
}

const suspended = (accounts: Map<string, ObservedAccount>) => [...accounts.values()].filter((each) => !each.enabled && each.container === '/Away').length

describe('a process that is killed', () => {
  onBothDatabases('at every step', (get) => {
    it('A4 U1: while it applies: it goes on where it was, and the undo is exact', { timeout: 240_000 }, async () => {
      const { db } = get()
      const scene = await setUp(db)
      let at = 1
      // Every step on the one database; the other, which is slower to reset, takes every fourth.
      for (; ; at += db.dialect.lockRows ? 4 : 1) {
        const w = await scene.again()
        const ended = await dies(db, w, at, (process) => process.reconcile.apply(scene.run, { actor: ANNA, count: 4 }))
        if (!ended) expect(await w.reconcile.apply(scene.run, { actor: ANNA, count: 4 }).catch(unlessOver)).toMatchObject({ applied: 4, verified: 4, failed: 0, held: [] })
        expect(suspended(await scene.seed.directory())).toBe(4)
        expect(await db.read('restrictions').where({ plan_id: scene.run })).toHaveLength(4)
        expect(await w.reconcile.undo(scene.run, { actor: ANNA })).toMatchObject({ verified: 4, failed: 0 })
        expect(await scene.seed.directory(), `killed at step ${at}`).toEqual(scene.before)
        expect(await db.read('accounts').whereNotNull('intent')).toEqual([])
        if (ended) break
      }
      expect(at).toBeGreaterThan(60)
    })

    it('U1: while it applies, and then undone without going on: exact as well', { timeout: 240_000 }, async () => {
      const { db } = get()
      const scene = await setUp(db)
      for (let at = 2; ; at += 2) {
        const w = await scene.again()
        const ended = await dies(db, w, at, (process) => process.reconcile.apply(scene.run, { actor: ANNA, count: 4 }))
        await w.reconcile.undo(scene.run, { actor: ANNA }).catch(unlessOver)
        expect(await scene.seed.directory(), `killed at step ${at}`).toEqual(scene.before)
        if (ended) break
      }
    })

    it('U1: while it undoes: the undo goes on, and is exact', { timeout: 240_000 }, async () => {
      const { db } = get()
      const scene = await setUp(db, true)
      for (let at = 1; ; at += 2) {
        const w = await scene.again()
        const ended = await dies(db, w, at, (process) => process.reconcile.undo(scene.run, { actor: ANNA }))
        if (!ended) await w.reconcile.undo(scene.run, { actor: ANNA }).catch(unlessOver)
        expect(await scene.seed.directory(), `killed at step ${at}`).toEqual(scene.before)
        expect(await db.read('accounts').whereNotNull('intent')).toEqual([])
        if (ended) break
      }
    })
  })
})

/** Killed before its first write or after its last: there was nothing to go on with. */
function unlessOver(error: unknown): object {
  if (error instanceof Refused) return { applied: 4, verified: 4, failed: 0, held: [] }
  throw error
}
