import { beforeEach, describe, expect, it } from 'vitest'
import { DirectoryRefusal, type Directory } from '../../../src/adapters/directories/directory.ts'
import { OutsideFailure, Refused } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, clean, LEFT, OS, Seed, type World, world, type WorldOptions } from './access-world.ts'

const idOf = (n: number) => account(n).immutableId
const silent = () => new OutsideFailure({ what: 'The directory did not answer.', where: 'test', remedy: 'Try again.' })

/** A directory whose changes are seen, and may fail. */
function watching(onChange: (id: string) => void | Promise<void>) {
  return (directory: Directory): Directory => ({
    ...directory,
    async change(id, change) {
      await onChange(id)
      return directory.change(id, change)
    },
  })
}

describe('applying a plan', () => {
  onBothDatabases('canary, batches, stop and go on', (get) => {
    beforeEach(() => clean(get().db))
    const setUp = async (leavers: number) => {
      const w = await world(get().db)
      const seed = await new Seed(w).begin()
      await seed.crowd(300)
      await seed.pupils(leavers, { end: LEFT })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      const as = (options: WorldOptions) => world(get().db, { clock: w.clock, ...options })
      return { w, seed, run, as, approval: { actor: ANNA, count: leavers } }
    }
    const off = async (seed: Seed) => [...(await seed.directory()).values()].filter((each) => !each.enabled).map((each) => each.immutableId).toSorted()

    it('B6: when the canary fails nothing more is begun; going on later finishes the rest', async () => {
      const { w, seed, run, as, approval } = await setUp(8)
      const bad = await as({ wrap: watching((id) => { if (id === idOf(1)) throw silent() }) })
      const stopped = await bad.reconcile.apply(run, approval)
      expect(stopped).toMatchObject({ planned: 8, applied: 2, verified: 2, failed: 1 })
      expect(stopped.held).toEqual([expect.stringMatching(/^B6: 1 of the first 3 accounts/)])
      expect(await off(seed)).toEqual([idOf(0), idOf(2)])
      // Those not tried yet come first, so one bad account does not block the others; no second approval is needed.
      const again = await bad.reconcile.apply(run, { actor: OS, count: null })
      expect(again).toMatchObject({ applied: 7, verified: 7, failed: 1 })
      expect((await w.plans.get(run))?.state).toBe('held')
      expect(await w.reconcile.apply(run, { actor: OS, count: null })).toEqual({ run, planned: 8, applied: 8, verified: 8, failed: 0, held: [] })
      expect((await w.plans.get(run))?.state).toBe('applied')
      await expect(w.reconcile.apply(run, approval)).rejects.toThrow(/is applied/)
    })

    it('B6: stops at ten per cent errors, and resumes', async () => {
      const { w, seed, run, as, approval } = await setUp(40)
      const bad = new Set([20, 21, 22].map(idOf))
      const flaky = await as({ wrap: watching((id) => { if (bad.has(id)) throw new DirectoryRefusal('No right to do so.', 'Delegate it.') }) })
      const stopped = await flaky.reconcile.apply(run, approval)
      expect(stopped).toMatchObject({ applied: 20, verified: 20, failed: 3 })
      expect(stopped.held[0]).toMatch(/B6: 3 of 23 accounts/)
      expect(await off(seed)).toHaveLength(20)
      const items = await w.plans.page(run, { offset: 0, limit: 99, states: ['failed'] })
      expect(items.map((item) => item.error)).toEqual(Array(3).fill('No right to do so. Delegate it.'))
      // A refusal is an answer, so no intent stays open.
      expect(await w.db.read('accounts').whereNotNull('intent')).toEqual([])
      expect(await w.reconcile.apply(run, approval)).toMatchObject({ applied: 40, verified: 40, failed: 0 })
      expect(await off(seed)).toHaveLength(40)
    })

    it('B6: the kill switch stops the run after the account it is at; progress is readable while it runs', async () => {
      const { w, run, seed, as, approval } = await setUp(10)
      const seen: unknown[] = []
      let changes = 0
      const running: World = await as({ wrap: watching(async () => {
        changes += 1
        if (changes !== 6) return
        seen.push(await w.queries.progress(run), (await w.plans.get(run))?.state)
        await w.reconcile.pause('school', true, ANNA)
      }) })
      const stopped = await running.reconcile.apply(run, approval)
      expect(seen).toEqual([{ done: 3, total: 10, failed: 0 }, 'applying'])
      expect(stopped).toMatchObject({ applied: 6, verified: 6 })
      expect(stopped.held[0]).toMatch(/B6: the directory "school" is paused/)
      expect(await off(seed)).toHaveLength(6)
      expect(await w.reconcile.apply(run, approval)).toMatchObject({ applied: 6 })
      await w.reconcile.pause(null, false, ANNA)
      expect(await w.reconcile.apply(run, approval)).toMatchObject({ applied: 10, verified: 10, held: [] })
    })

    it('applying twice at once: one wins, the other learns who holds the directory', async () => {
      const { w, seed, run, as, approval } = await setUp(5)
      let second: unknown = null
      const first = await as({ wrap: watching(async () => { second ??= await w.reconcile.apply(run, { actor: 'os:other', count: 5 }).catch((error: unknown) => error) }) })
      expect(await first.reconcile.apply(run, approval)).toMatchObject({ applied: 5, verified: 5 })
      expect(second).toBeInstanceOf(Refused)
      expect((second as Refused).what).toMatch(/held by person:01K4A0000000000000000000AA/)
      expect(await off(seed)).toHaveLength(5)
    })

    it('B7: an emergency does not wait for the end of a long run', async () => {
      const { w, seed, run, as, approval } = await setUp(8)
      const [child] = await seed.pupils(1, { first: 50 })
      await w.reconcile.observe('school', OS)
      const order: string[] = []
      const long = await as({ wrap: watching(async (id) => {
        order.push(id)
        if (order.length === 1) await w.access.place({ personId: child as string, cause: 'safeguarding', level: 'suspended', reason: 'made up', actor: ANNA, emergency: true })
      }) })
      expect(await long.reconcile.apply(run, approval)).toMatchObject({ applied: 8, verified: 8 })
      expect(order.indexOf(idOf(50))).toBe(3)
      await w.outbox.drain(w.handlers, { worker: 'w' })
      expect((await seed.directory()).get(idOf(50))).toMatchObject({ enabled: false })
      expect(order).toHaveLength(9)
    })

    it('a change that is not there when read back is a failure', async () => {
      const { w, run, as, approval } = await setUp(5)
      const lying = await as({ wrap: (directory) => ({ ...directory, change: async (id, change) => ({ ...(await directory.read(id) ?? account(0)), enabled: change.enabled ?? true, container: change.moveTo ?? '/' }) }) })
      expect(await lying.reconcile.apply(run, approval)).toMatchObject({ applied: 0, verified: 0, failed: 3 })
      const [item] = await w.plans.page(run, { offset: 0, limit: 1, states: ['failed'] })
      expect(item?.error).toMatch(/somebody has enabled it since|not as it was written/)
    })

    it('an account that is gone meanwhile is skipped, the others go on', async () => {
      const { seed, run, as, approval } = await setUp(4)
      const w = await as({ faults: { goneMeanwhile: new Set([idOf(1)]) } })
      expect(await w.reconcile.apply(run, approval)).toMatchObject({ applied: 3, verified: 3, failed: 0, held: [] })
      expect(await off(seed)).toEqual([idOf(0), idOf(2), idOf(3)])
    })

    it('A4: re-enabled by hand while suspended is reported, not written over, until a person confirms', async () => {
      const { w, seed, run, approval } = await setUp(2)
      await w.reconcile.apply(run, approval)
      const now = (await seed.directory()).get(idOf(0)) ?? account(0)
      await w.table.put({ ...now, enabled: true })
      const report = await w.reconcile.reconcile({ planOnly: false, actor: OS })
      expect(report).toMatchObject({ planned: 0, applied: 0, failed: 0 })
      expect((await w.plans.get(report.run))?.counts).toMatchObject({ drift: 1 })
      expect((await seed.directory()).get(idOf(0))?.enabled).toBe(true)
      const known = (await w.accounts.byImmutableIds(w.directoryId, [idOf(0)])).get(idOf(0))
      expect(known?.drift).toMatchObject([{ kind: 'enabled-by-hand', waits: true }])
      const access = await w.access.accessOf(known?.personId ?? '', '2026-11-19', { reveal: false })
      expect(access.accounts[0]?.drift).toHaveLength(1)
      expect(await w.person.confirmDrift(known?.id ?? '', ANNA)).toEqual({ kind: 'changed' })
      expect((await seed.directory()).get(idOf(0))?.enabled).toBe(false)
      expect(await w.reconcile.undo(run, { actor: ANNA })).toMatchObject({ verified: 2 })
      expect((await seed.directory()).get(idOf(0))).toEqual(account(0))
    })

    it('R10: a directory that is only observed is never changed', async () => {
      const { seed, run, as, approval } = await setUp(3)
      const before = await seed.directory()
      const w = await as({ mode: 'observe' })
      expect(await w.reconcile.apply(run, approval)).toMatchObject({ applied: 0, failed: 0 })
      expect(await seed.directory()).toEqual(before)
    })
  })
})
