import { beforeEach, describe, expect, it } from 'vitest'
import type { Directory, ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { OutsideFailure, Refused } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, clean, HOME, LEFT, OS, Seed, world, type WorldOptions } from './access-world.ts'

describe('observing a directory', () => {
  onBothDatabases('walks', (get) => {
    beforeEach(() => clean(get().db))
    const setUp = async (options: WorldOptions = {}) => {
      const w = await world(get().db, options)
      return { w, seed: await new Seed(w).begin() }
    }
    const listing = (accounts: ObservedAccount[], then?: () => never) => (directory: Directory): Directory => ({
      ...directory,
      async* list() { yield* accounts; then?.() },
    })
    const personOf = async (w: Awaited<ReturnType<typeof world>>, n: number) =>
      (await w.accounts.byImmutableIds(w.directoryId, [account(n).immutableId])).get(account(n).immutableId)?.personId

    it('takes in a large directory, matches by the exact key, and changes nothing on a second walk', async () => {
      const { w, seed } = await setUp()
      const people = await seed.pupils(1203)
      expect(await w.reconcile.observe('school', OS)).toEqual({ seen: 1203, added: 1203, changed: 0, gone: 0, matched: 1203, orphans: 0, conflicts: [] })
      expect(await personOf(w, 7)).toBe(people[7])
      expect(await w.reconcile.observe('school', OS)).toEqual({ seen: 1203, added: 0, changed: 0, gone: 0, matched: 0, orphans: 0, conflicts: [] })
    })

    it('matches by employee id, then by login or address, and only where one person has it', async () => {
      const { w, seed } = await setUp()
      const [byId, byName, twinA, twinB] = await seed.pupils(4, { noAccount: true })
      await w.db.sql('people').where({ id: byName as string }).update({ username: 'Teach.Er' })
      await w.db.sql('people').whereIn('id', [twinA as string, twinB as string]).update({ email_norm: 'shared@school.test' })
      await w.db.sql('source_people').where({ person_id: byId as string }).update({ admission_number: '00417' })
      await w.table.putMany([
        account(100, { match: { employeeId: '00417' }, username: 'teach.er' }),
        account(101, { match: {}, username: 'teach.er' }),
        account(102, { match: { upn: 'Shared@School.test' } }),
        account(103, { match: { employeeId: '0417' }, username: 'svc-backup' }),
      ])
      expect(await w.reconcile.observe('school', OS)).toMatchObject({ matched: 2, orphans: 2 })
      expect(await Promise.all([100, 101, 102, 103].map((n) => personOf(w, n)))).toEqual([byId, byName, null, null])
      expect((await w.queries.orphans('school', 9)).map((each) => each.username)).toEqual(['pupil102', 'svc-backup'])
    })

    it('A7: a shared login registered with an owner is no orphan', async () => {
      const { w, seed } = await setUp()
      const [owner] = await seed.pupils(1, { first: 5, role: 'teacher', noAccount: true })
      await w.table.putMany([account(1, { match: {}, username: 'year2-tablet' })])
      await w.reconcile.observe('school', OS)
      const [orphan] = await w.queries.orphans(null, 9)
      await w.access.registerShared(orphan?.id ?? '', owner as string, ANNA)
      expect(await w.queries.orphans(null, 9)).toEqual([])
    })

    it('never gives a matched account to somebody else by itself; it says so', async () => {
      const { w, seed } = await setUp()
      const [first] = await seed.pupils(2)
      await w.reconcile.observe('school', OS)
      await w.table.put(account(0, { match: { employeeId: 'A1' } }))
      const report = await w.reconcile.observe('school', OS)
      expect(report.conflicts).toHaveLength(1)
      expect(await personOf(w, 0)).toBe(first)
    })

    it('marks accounts gone after a whole walk, and takes them back when they return', async () => {
      const { w, seed } = await setUp()
      await seed.pupils(3)
      await w.reconcile.observe('school', OS)
      await w.table.delete(account(1).immutableId)
      expect(await w.reconcile.observe('school', OS)).toMatchObject({ seen: 2, gone: 1 })
      await w.table.put(account(1))
      expect(await w.reconcile.observe('school', OS)).toMatchObject({ seen: 3, gone: 0, changed: 1 })
    })

    it('B3: an empty, short or broken walk marks nobody gone and plans nothing', async () => {
      const { w, seed } = await setUp()
      await seed.pupils(30, { end: LEFT })
      await w.reconcile.observe('school', OS)
      const as = (wrap: WorldOptions['wrap']) => world(get().db, { clock: w.clock, ...(wrap ? { wrap } : {}) })
      const fail = (): never => { throw new OutsideFailure({ what: 'The directory did not answer.' }) }
      const empty = await as(listing([]))
      await expect(empty.reconcile.observe('school', OS)).rejects.toThrow(/B3: the directory lists 0 accounts/)
      await expect(empty.reconcile.leavers({ planOnly: false, actor: OS })).rejects.toThrow(Refused)
      await expect((await as(listing([account(0), account(1)]))).reconcile.reconcile({ planOnly: false, actor: OS })).rejects.toThrow(/B3/)
      const broken = await as(listing([account(0), account(1)], fail))
      await expect(broken.reconcile.reconcile({ planOnly: false, actor: OS })).rejects.toThrow(OutsideFailure)
      await expect(broken.reconcile.leavers({ planOnly: false, actor: OS })).rejects.toThrow(OutsideFailure)
      expect(await w.accounts.countPresent(w.directoryId)).toBe(30)
      expect(await w.db.read('plans')).toEqual([])
      expect(await w.db.read('restrictions')).toEqual([])
      // The lease was let go all the same.
      expect(await w.reconcile.observe('school', OS)).toMatchObject({ gone: 0 })
    })

    it('orphans are never touched', async () => {
      const { w } = await setUp()
      await w.table.putMany([account(1, { match: {} })])
      await w.reconcile.leavers({ planOnly: false, actor: OS })
      expect(await w.reconcile.reconcile({ planOnly: false, actor: OS })).toMatchObject({ planned: 0 })
      expect(await w.table.get(account(1).immutableId)).toEqual(account(1, { match: {} }))
    })
  })

  onBothDatabases('reconciling everybody', (get) => {
    beforeEach(() => clean(get().db))
    const setUp = async (options: WorldOptions = {}) => {
      const w = await world(get().db, options)
      const seed = await new Seed(w).begin()
      await seed.crowd(100)
      const people = await seed.pupils(4)
      await w.reconcile.observe('school', OS)
      return { w, seed, people: people as [string, string, string, string] }
    }
    const place = (w: Awaited<ReturnType<typeof world>>, personId: string) =>
      w.access.place({ personId, cause: 'unsigned', level: 'restricted', reason: 'not signed', releaseKey: personId, actor: 'system' })

    it('R10 B7: taking away waits for a person, giving back is done at once; --plan changes nothing and says the same', async () => {
      const { w, seed, people } = await setUp()
      await w.access.place({ personId: people[0], cause: 'misuse', level: 'restricted', reason: 'made up', releaseKey: 'k', actor: ANNA })
      await w.outbox.drain(w.handlers, { worker: 'w' })
      await w.access.releaseByKey('k', ANNA)
      await place(w, people[1])
      const before = await seed.directory()
      const plan = await w.reconcile.reconcile({ planOnly: true, actor: OS })
      expect(plan).toMatchObject({ planned: 2, applied: 0 })
      expect(await seed.directory()).toEqual(before)
      const report = await w.reconcile.reconcile({ planOnly: false, actor: OS })
      expect(report).toMatchObject({ planned: 2, applied: 1, verified: 1 })
      expect(report.held.join(' ')).toMatch(/R10: 1 person/)
      expect(plan.held).toEqual(report.held)
      const after = await seed.directory()
      expect(after.get(account(0).immutableId)).toEqual(account(0, { groups: ['internet', 'year-8'] }))
      expect(after.get(account(1).immutableId)).toEqual(account(1))
      const view = await w.queries.plan(report.run, { offset: 0, limit: 9 })
      expect(view?.lines[0]).toMatchObject({ who: 'Made Up1', place: 'Larkrise Primary, pupil', directory: 'school', username: 'pupil1', action: 'restrict', state: 'held', before: { container: HOME } })
      expect(view?.progress).toEqual({ done: 1, total: 2, failed: 0 })
      expect(await w.reconcile.apply(report.run, { actor: ANNA, count: 1 })).toMatchObject({ applied: 2, verified: 2, held: [] })
      expect((await seed.directory()).get(account(1).immutableId)?.groups).toContain('limited')
      expect((await w.queries.plans(9)).done.map((each) => each.id)).toContain(report.run)
    })

    it('R9: a held line is skipped when the person should have something else by now', async () => {
      const { w, seed, people } = await setUp()
      await place(w, people[0])
      const { run } = await w.reconcile.reconcile({ planOnly: false, actor: OS })
      await w.access.releaseByKey(people[0], OS)
      expect(await w.reconcile.apply(run, { actor: ANNA, count: 1 })).toMatchObject({ applied: 0, failed: 0 })
      expect((await seed.directory()).get(account(0).immutableId)).toEqual(account(0))
    })

    it('a newer plan supersedes one that still waits; one set aside is over', async () => {
      const { w, people } = await setUp()
      await place(w, people[0])
      const first = await w.reconcile.reconcile({ planOnly: false, actor: OS })
      const second = await w.reconcile.reconcile({ planOnly: false, actor: OS })
      await expect(w.reconcile.apply(first.run, { actor: ANNA, count: 1 })).rejects.toThrow(/superseded/)
      await w.reconcile.setAside(second.run, ANNA)
      await expect(w.reconcile.apply(second.run, { actor: ANNA, count: 1 })).rejects.toThrow(Refused)
      await expect(w.reconcile.undo(second.run, { actor: ANNA })).rejects.toThrow(/nothing to undo/)
      await expect(w.reconcile.apply(w.ids.next(), { actor: ANNA, count: 1 })).rejects.toThrow(/no such access plan/)
      await expect(w.reconcile.reconcile({ directory: 'none', planOnly: true, actor: OS })).rejects.toThrow(/no directory "none"/)
    })

    it('B4: a protected person under a restriction is reported, never changed', async () => {
      const { w, seed, people } = await setUp()
      await place(w, people[0])
      const guarded = await world(get().db, { clock: w.clock, mode: 'enforce', protectedIds: [people[0]] })
      const report = await guarded.reconcile.reconcile({ planOnly: false, actor: OS })
      expect(report).toMatchObject({ planned: 0, applied: 0 })
      expect(report.held).toEqual([expect.stringMatching(/^B4: 1 protected person/)])
      expect((await seed.directory()).get(account(0).immutableId)).toEqual(account(0))
    })
  })
})
