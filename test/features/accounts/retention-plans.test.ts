import { beforeEach, describe, expect, it } from 'vitest'
import { DirectoryRefusal, type Directory } from '../../../src/adapters/directories/directory.ts'
import { OutsideFailure } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, ARCHIVE, AWAY, BELA, clean, HOME, LEFT, OS, Seed, type World, world, type WorldOptions } from './access-world.ts'

const DAY = 86_400_000
const idOf = (n: number) => account(n).immutableId
const LIFE = { archive: { container: ARCHIVE, archivedUser: false }, delete: true }

describe('retention done by Assent', () => {
  onBothDatabases('archive and delete', (get) => {
    beforeEach(() => clean(get().db))
    /** Leavers who were suspended so many days ago. */
    const setUp = async (count: number, days: number, options: WorldOptions = {}) => {
      const w = await world(get().db, { life: LIFE, ...options })
      const seed = await new Seed(w).begin()
      await seed.crowd(300)
      const people = await seed.pupils(count, { end: LEFT })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      await w.reconcile.apply(run, { actor: ANNA, count })
      w.clock.advance(days * DAY)
      const as = (more: WorldOptions) => world(get().db, { clock: w.clock, life: LIFE, ...more })
      return { w, seed, people, as }
    }
    const propose = async (w: World, only?: (accountId: string) => boolean) => {
      const ids = (await w.retention.due('all')).map(({ accountId }) => accountId).filter(only ?? (() => true))
      return w.retention.propose(ids, 'all', ANNA)
    }
    const plan = async (w: World) => (await propose(w)).plan?.run ?? ''
    const items = async (run: string) => (await get().db.sql('plan_items').where({ plan_id: run }).orderBy('seq')).map(({ state, error, action }) => ({ state, error, action }))

    it('A1, B5: off by default it is a task; switched on it is a plan that a second person approves, with the count where something is deleted', async () => {
      const { w, as } = await setUp(2, 91, { life: null })
      const off = await as({ life: null })
      expect((await off.retention.due('all')).map(({ step, byAssent }) => [step, byAssent])).toEqual([['archive', false], ['archive', false]])
      const on = await as({})
      expect((await on.retention.due('all')).every(({ byAssent }) => byAssent)).toBe(true)
      const run = await plan(on)
      expect(await on.retention.due('all')).toEqual([])
      expect((await w.plans.get(run))?.brake.held.map(({ text }) => text)).toContain('Archiving and deleting always wait for a second person.')
      await expect(on.reconcile.apply(run, { actor: ANNA, count: null })).rejects.toThrow(/second person/)
      expect(await on.reconcile.apply(run, { actor: BELA, count: null })).toMatchObject({ verified: 2, failed: 0 })
    })

    it('archives, reads back, and reconcile leaves it there; undoing puts everything back as it was (U1, A4)', async () => {
      const { w, seed, people } = await setUp(2, 91)
      const before = await seed.directory()
      const delta = await get().db.sql('accounts').where({ person_id: people[0] }).first('delta')
      const run = await plan(w)
      expect(await w.reconcile.apply(run, { actor: BELA, count: null })).toMatchObject({ verified: 2, failed: 0 })
      expect((await seed.directory()).get(idOf(0))).toEqual({ ...before.get(idOf(0)), container: ARCHIVE })
      expect(await w.retention.due('all')).toEqual([])
      // An ordinary look finds nothing to do and nothing changed by hand.
      expect(await w.reconcile.reconcile({ planOnly: false, actor: OS })).toMatchObject({ planned: 0 })
      expect((await get().db.sql('accounts').whereNotNull('drift'))).toEqual([])
      await w.reconcile.undo(run, { actor: ANNA })
      expect(await seed.directory()).toEqual(before)
      expect((await get().db.sql('accounts').where({ person_id: people[0] }).first('delta'))).toEqual(delta)
      expect((await w.retention.due('all')).map(({ step }) => step)).toEqual(['archive', 'archive'])
      await expect(w.reconcile.undo(run, { actor: ANNA })).rejects.toThrow(/undone|archived/)
    })

    it('who comes back is brought home from the archive', async () => {
      const { w, seed, people } = await setUp(1, 91)
      await w.reconcile.apply(await plan(w), { actor: BELA, count: null })
      const [restriction] = await get().db.sql('restrictions').where({ person_id: people[0] }).whereNull('released_at')
      await w.access.releaseById(restriction.id, ANNA)
      await w.person.reconcilePerson(people[0] as string, { actor: ANNA })
      expect((await seed.directory()).get(idOf(0))).toMatchObject({ enabled: true, container: HOME })
      expect((await get().db.sql('accounts').where({ person_id: people[0] }).first('delta'))?.delta).toBeNull()
    })

    it('marks as archived where the directory has that, and takes the mark away with the undo', async () => {
      const { w, seed } = await setUp(1, 91, { life: { archive: { container: null, archivedUser: true }, delete: false } })
      const run = await plan(w)
      expect(await w.reconcile.apply(run, { actor: BELA, count: null })).toMatchObject({ verified: 1 })
      expect((await seed.directory()).get(idOf(0))).toMatchObject({ archived: true, enabled: false, container: AWAY })
      await w.reconcile.undo(run, { actor: ANNA })
      const after = (await seed.directory()).get(idOf(0))
      expect(after).toMatchObject({ enabled: false, container: AWAY })
      expect(after?.archived).toBeUndefined()
    })

    it('deletes with the typed count, says beforehand what can be brought back, and keeps until when', async () => {
      const bin = (directory: Directory): Directory => ({ ...directory, life: { ...directory.life, remove: { delete: async (id) => directory.life?.remove?.delete(id), recovery: async () => ({ days: 20, text: 'For 20 days it can be brought back.' }) } } })
      const { w, seed } = await setUp(2, 271, { wrap: bin })
      const run = await plan(w)
      expect((await w.plans.get(run))?.brake).toMatchObject({ typedCount: true, secondPerson: true, count: 2 })
      expect((await w.plans.get(run))?.brake.held.map(({ text }) => text)).toContain('Deleting in school: For 20 days it can be brought back.')
      await expect(w.reconcile.apply(run, { actor: BELA, count: null })).rejects.toThrow(/how many people/)
      await expect(w.reconcile.apply(run, { actor: BELA, count: 3 })).rejects.toThrow(/not the number/)
      expect(await w.reconcile.apply(run, { actor: BELA, count: 2 })).toMatchObject({ verified: 2, failed: 0 })
      expect((await seed.directory()).size).toBe(0)
      const [deletion] = await get().db.sql('account_deletions')
      expect(Number(deletion.restorable_until) - Number(deletion.deleted_at)).toBe(20 * DAY)
      expect(await get().db.sql('accounts').whereNull('gone_at')).toEqual([])
      await expect(w.reconcile.undo(run, { actor: ANNA })).rejects.toThrow(/not brought back from here/)
    })

    it('B4, legal hold, exemption, hand, return: whoever may not be deleted any more is left out when it runs', async () => {
      const { w, seed, people, as } = await setUp(6, 271)
      const run = await plan(w)
      await w.holds.place(people[0] as string, 'A claim', ANNA)
      await w.access.exempt({ personId: people[1] as string, floorLevel: 'suspended', untilDate: '2027-12-31', reason: 'Kept', actor: ANNA })
      const byHand = (await seed.directory()).get(idOf(2))
      if (byHand) await w.table.put({ ...byHand, enabled: true })
      await get().db.sql('accounts').where({ immutable_id: idOf(2) }).update({ observed: JSON.stringify({ ...byHand, enabled: true }) })
      const [restriction] = await get().db.sql('restrictions').where({ person_id: people[3] }).whereNull('released_at')
      await w.access.releaseById(restriction.id, ANNA)
      const guarded = await as({ protectedIds: [people[4] as string] })
      expect(await guarded.reconcile.apply(run, { actor: BELA, count: 6 })).toMatchObject({ verified: 1 })
      expect([...(await seed.directory()).keys()].toSorted()).toEqual([0, 1, 2, 3, 4].map(idOf))
      expect((await items(run)).map(({ error }) => error)).toEqual(expect.arrayContaining([
        'A legal hold or an exemption stands.', 'Somebody has enabled this account again by hand.', 'R9: this person is no suspended leaver any more.', expect.stringMatching(/^B4/), null,
      ]))
    })

    it('what the directory will not let Assent do becomes a task for a person, approved already', async () => {
      const refusing = (directory: Directory): Directory => ({
        ...directory, life: { ...directory.life, remove: { recovery: async () => ({ days: 0, text: 'None.' }), delete: async () => { throw new DirectoryRefusal('The directory did not delete the account: no right.', 'Delegate it.') } } },
      })
      const { w } = await setUp(1, 271, { wrap: refusing })
      const run = await plan(w)
      await w.reconcile.apply(run, { actor: BELA, count: 1 })
      expect(await items(run)).toMatchObject([{ state: 'skipped', error: expect.stringMatching(/^A task for a person: .*no right/) }])
      expect(await get().db.sql('access_tasks')).toMatchObject([{ kind: 'delete', approved_by: BELA, what: 'Delete pupil0 in school' }])
      expect(await w.retention.due('all')).toEqual([])
    })

    it('B6: the kill switch and a silent directory stop it; going on does the rest and nothing twice', async () => {
      let dead = true
      const deleted: string[] = []
      const failing = (directory: Directory): Directory => ({
        ...directory, life: { ...directory.life, remove: { recovery: async () => ({ days: 0, text: 'None.' }), delete: async (id) => {
          if (dead && deleted.length === 1) throw new OutsideFailure({ what: 'The directory did not answer.', where: 'test', remedy: 'Try again.' })
          await directory.life?.remove?.delete(id)
          deleted.push(id)
        } } },
      })
      const { w, seed } = await setUp(5, 271, { wrap: failing })
      const run = await plan(w)
      await w.reconcile.pause(null, true, ANNA)
      expect(await w.reconcile.apply(run, { actor: BELA, count: 5 })).toMatchObject({ verified: 0 })
      await w.reconcile.pause(null, false, ANNA)
      const stopped = await w.reconcile.apply(run, { actor: BELA, count: null })
      expect(stopped.held.join(' ')).toMatch(/B6/)
      expect(stopped.verified).toBe(1)
      dead = false
      await w.reconcile.apply(run, { actor: BELA, count: null })
      await w.reconcile.apply(run, { actor: BELA, count: null }).catch(() => undefined)
      expect((await seed.directory()).size).toBe(0)
      expect(deleted).toHaveLength(5)
    })
  })
})
