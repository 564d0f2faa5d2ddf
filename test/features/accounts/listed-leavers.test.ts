import { beforeEach, describe, expect, it } from 'vitest'
import { Refused } from '../../../src/shared/errors.ts'
import { parseList } from '../../../src/features/accounts/leavers/leaver-list.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, AWAY, BELA, clean, LEFT, OS, Seed, world, type WorldOptions } from './access-world.ts'

describe('a list as people write it', () => {
  it('one person a line; a heading, empty lines and quotation marks are not people', () => {
    expect(parseList('\uFEFFUsername;Name\r\n\r\n"j.smith";"Jo Smith"\r\nAB12\tSmith, Jo')).toEqual([
      { line: 3, text: '"j.smith";"Jo Smith"', cells: ['j.smith', 'Jo Smith'] }, { line: 4, text: 'AB12\tSmith, Jo', cells: ['AB12', 'Smith', 'Jo'] },
    ])
    expect(parseList(' \n\t\n')).toEqual([])
  })
})

describe('leavers by a list', () => {
  onBothDatabases('understood, planned, approved, undone', (get) => {
    beforeEach(() => clean(get().db))
    const setUp = async (options: WorldOptions = {}) => {
      const w = await world(get().db, options)
      const seed = await new Seed(w).begin()
      const make = (text: string, more: object = {}) => w.listed.make({ text, schoolId: seed.school, lastDay: LEFT, actor: OS, within: 'all', ...more })
      return { w, seed, make }
    }
    const statuses = (list: { entries: { status: string }[] }) => list.entries.map(({ status }) => status)

    it('R5 B4: found by every key; ambiguous, unknown, elsewhere, twice, protected, oneself and done already are each named', async () => {
      const { w, seed, make } = await setUp({ protectedIds: ['01K4A0000000000000000000ZZ'] })
      const people = await seed.pupils(8)
      await w.reconcile.observe('school', OS)
      const { db } = w
      await db.sql('people').where({ id: people[1] }).update({ email: 'Two@school.test', email_norm: 'two@school.test' })
      await db.sql('source_people').where({ person_id: people[2] }).update({ admission_number: '000123', upn: 'A123456789012' })
      await db.sql('people').where({ id: people[4] }).update({ name_search: 'up3 made', surname: 'Up3' })
      const [guard] = await seed.pupils(1, { first: 20, account: { protected: true } })
      const [other] = await seed.pupils(1, { first: 30 })
      const second = w.ids.next()
      await db.sql('affiliations').where({ person_id: other }).update({ school_id: second })
      const [gone] = await seed.pupils(1, { first: 40, end: LEFT })
      await w.reconcile.observe('school', OS)
      expect(guard).toBeTruthy()
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      await w.reconcile.apply(run, { actor: ANNA, count: 1 })
      const list = await make(['pupil0', 'two@SCHOOL.test', '000123', 'a123456789012', 'Made Up3', 'up5, made', 'A6', 'Nobody Known', 'pupil20', 'pupil30', 'pupil40', 'pupil7'].join('\n'), { actor: `person:${people[7]}` })
      expect(list.entries.map(({ status, personId }) => [status, personId])).toEqual([
        ['found', people[0]], ['found', people[1]], ['found', people[2]], ['twice', people[2]], ['ambiguous', null], ['found', people[5]], ['found', people[6]],
        ['not-found', null], ['protected', guard], ['wrong-school', null], ['already', gone], ['yourself', people[7]],
      ])
      expect(list.entries[4]?.candidates.toSorted()).toEqual([people[3], people[4]].toSorted())
      const picked = await w.listed.pick(list.id, new Map([[5, people[4] as string]]), 'all')
      expect(picked.entries[4]).toMatchObject({ status: 'found', personId: people[4] })
      // Whose schools are others reads as unknown.
      expect(statuses(await make('pupil0', { schoolId: second, within: [second] }))).toEqual(['not-found'])
    })

    it('P3: who has a place at another school of the trust moves; the others are suspended although the roster keeps them', async () => {
      const mapping = { suspendedContainer: AWAY, restrictedGroups: [], profiles: {} as Record<string, { groups: string[]; withoutGroups: string[] }> }
      const { w, seed, make } = await setUp({ mapping })
      const [stays, goes] = await seed.pupils(2)
      await seed.crowd(100)
      const second = w.ids.next()
      await w.db.sql('schools').insert({ id: second, name: 'Second', short_name: 'Second', settings: JSON.stringify({ timezone: 'Europe/London', yearStart: '09-01' }), created_at: 1 })
      await w.db.sql('affiliations').insert(seed.row(stays as string, { school: second }))
      mapping.profiles[`left-${seed.school}`] = { groups: [], withoutGroups: ['year-8'] }
      await w.reconcile.observe('school', OS)
      const list = await make('pupil0\npupil1')
      expect(statuses(list)).toEqual(['moves', 'found'])
      const plan = await w.listed.plan(list.id, OS)
      expect(plan.planned).toBe(2)
      expect((await w.listed.plan(list.id, OS)).run).toBe(plan.run)
      await w.reconcile.apply(plan.run, { actor: ANNA, count: 2 })
      const after = await seed.directory()
      expect(after.get(account(0).immutableId)).toMatchObject({ enabled: true, groups: ['internet'] })
      expect(after.get(account(1).immutableId)).toMatchObject({ enabled: false, container: AWAY })

      // A look afterwards gives nothing back: the list ended them, until the source says something new (R5).
      expect((await w.reconcile.leavers({ planOnly: false, actor: OS })).planned).toBe(0)
      await seed.end(goes as string, '2026-12-18')
      expect(await w.reconcile.leavers({ planOnly: false, actor: OS })).toMatchObject({ planned: 1, verified: 1 })
      expect((await seed.directory()).get(account(1).immutableId)?.enabled).toBe(true)
    })

    it('U1: undone, everybody is exactly as before, and the list ends nobody any more', async () => {
      const { w, seed, make } = await setUp()
      await seed.pupils(6)
      await seed.crowd(100)
      await w.reconcile.observe('school', OS)
      const before = await seed.directory()
      const places = () => w.db.read('affiliations').orderBy('id').select('id', 'end_date', 'end_reason')
      const asBefore = await places()
      const { run } = await w.listed.plan((await make('pupil0\npupil1\npupil2\npupil3')).id, OS)
      expect(await places()).toEqual(asBefore)
      await w.reconcile.apply(run, { actor: ANNA, count: 4 })
      expect([...(await seed.directory()).values()].filter(({ enabled }) => !enabled)).toHaveLength(4)
      // R5: the list is an explicit end, of the places too, on the day it states.
      expect((await places()).filter((row) => row.end_reason === 'list').map((row) => row.end_date)).toEqual(Array.from({ length: 4 }, () => LEFT))
      await w.reconcile.undo(run, { actor: ANNA })
      expect(await seed.directory()).toEqual(before)
      expect(await places()).toEqual(asBefore)
      expect(await w.db.read('confirmed_leavers')).toEqual([])
      expect(await w.db.read('listed_ends')).toEqual([])
    })

    it('U1: one person of a run gets it back; after 30 days nobody does', async () => {
      const { w, seed, make } = await setUp()
      const people = await seed.pupils(3)
      await seed.crowd(100)
      await w.reconcile.observe('school', OS)
      const before = await seed.directory()
      const { run } = await w.listed.plan((await make('pupil0\npupil1\npupil2')).id, OS)
      await w.reconcile.apply(run, { actor: ANNA, count: 3 })
      expect(await w.choices.giveBack(run, people[1] as string, BELA)).toBe(1)
      await w.outbox.drain(w.handlers, { worker: 'w' })
      const after = await seed.directory()
      expect(after.get(account(1).immutableId)).toEqual(before.get(account(1).immutableId))
      expect(after.get(account(0).immutableId)?.enabled).toBe(false)
      expect(await w.db.read('affiliations').where({ person_id: people[1] }).select('end_date', 'end_reason')).toEqual([{ end_date: null, end_reason: null }])
      expect(await w.db.read('affiliations').where({ person_id: people[0] }).select('end_reason')).toEqual([{ end_reason: 'list' }])
      await expect(w.choices.giveBack(run, people[1] as string, BELA)).rejects.toThrow(/still in force/)
      w.clock.advance(31 * 86_400_000)
      await expect(w.choices.giveBack(run, people[0] as string, BELA)).rejects.toThrow(Refused)
      await expect(w.reconcile.undo(run, { actor: ANNA })).rejects.toThrow(/U1: .* 30 days/)
    })

    it('who is left out by a tick stays, and the count to type follows', async () => {
      const { w, seed, make } = await setUp()
      const people = await seed.pupils(3)
      await seed.crowd(100)
      await w.reconcile.observe('school', OS)
      const { run } = await w.listed.plan((await make('pupil0\npupil1\npupil2')).id, OS)
      expect(await w.choices.leaveOut(run, [people[1] as string], true, ANNA)).toBe(1)
      expect(await w.choices.leaveOut(run, [people[0] as string], true, ANNA)).toBe(1)
      expect(await w.choices.leaveOut(run, [people[0] as string], false, ANNA)).toBe(1)
      expect((await w.plans.get(run))?.brake.count).toBe(2)
      expect(await w.reconcile.apply(run, { actor: ANNA, count: 2 })).toMatchObject({ applied: 2, verified: 2 })
      expect((await seed.directory()).get(account(1).immutableId)?.enabled).toBe(true)
      await expect(w.choices.leaveOut(run, [people[0] as string], true, ANNA)).rejects.toThrow(Refused)
    })

    it('B6: a run that somebody stops ends after its account, and goes on when it is let', async () => {
      const { w, seed, make } = await setUp()
      await seed.pupils(8)
      await seed.crowd(300)
      await w.reconcile.observe('school', OS)
      const { run } = await w.listed.plan((await make(Array.from({ length: 8 }, (_, n) => `pupil${n}`).join('\n'))).id, OS)
      let changes = 0
      const stopping = await world(get().db, { clock: w.clock, wrap: (directory) => ({ ...directory, change: async (id, change) => {
        changes += 1
        if (changes === 5) await w.choices.stop(run, BELA)
        return directory.change(id, change)
      } }) })
      const stopped = await stopping.reconcile.apply(run, { actor: ANNA, count: 8 })
      expect(stopped.held.join(' ')).toMatch(/somebody stopped this run/)
      expect(changes).toBe(5)
      expect(await w.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ applied: 8, verified: 8, held: [] })
    })

    it('a setting: days of grace by role and by year pass before a leaver is planned for', async () => {
      const { w, seed } = await setUp({ settings: { grace: { roles: { pupil: 3, teacher: 10 }, years: { 11: 0 } } } })
      await seed.crowd(100)
      await seed.pupils(1, { end: '2026-11-17' })
      await seed.pupils(1, { first: 1, end: '2026-11-17', year: '11' })
      await seed.pupils(1, { first: 2, end: '2026-11-17', role: 'teacher' })
      const plan = await w.reconcile.leavers({ planOnly: true, actor: OS })
      expect((await w.plans.page(plan.run, { offset: 0, limit: 9 })).map(({ after }) => (after as { username: string }).username)).toEqual(['pupil1'])
      expect((await w.plans.get(plan.run))?.counts).toMatchObject({ grace: 2 })
      w.clock.advance(2 * 86_400_000)
      expect((await w.reconcile.leavers({ planOnly: true, actor: OS })).planned).toBe(2)
    })
  })
})
