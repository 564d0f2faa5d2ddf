import { beforeEach, describe, expect, it } from 'vitest'
import { judgeAccess } from '../../../src/features/accounts/access-brake.ts'
import { BRAKE_DEFAULTS } from '../../../src/shared/brake.ts'
import { PeopleQueries } from '../../../src/features/people/people-queries.ts'
import { Refused } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, AWAY, BELA, clean, HOME, LEFT, OS, Seed, world, type WorldOptions } from './access-world.ts'

describe('leavers', () => {
  onBothDatabases('plan, approve, suspend, undo', (get) => {
    beforeEach(() => clean(get().db))
    const setUp = async (options: WorldOptions = {}) => {
      const w = await world(get().db, options)
      return { w, seed: await new Seed(w).begin() }
    }

    it('P3 R10: a leaver is planned and waits; approved, the account is suspended and read back', async () => {
      const { w, seed } = await setUp()
      await seed.crowd(100)
      const [leaver] = await seed.pupils(1, { end: LEFT })
      await seed.pupils(2, { first: 10 })
      const plan = await w.reconcile.leavers({ planOnly: true, actor: OS })
      expect(plan).toMatchObject({ planned: 1, applied: 0, verified: 0, failed: 0 })
      expect(plan.held.join(' ')).toMatch(/R10/)
      const report = await w.reconcile.leavers({ planOnly: false, actor: OS })
      expect(report).toMatchObject({ planned: 1, applied: 0 })
      expect((await seed.directory()).get(account(0).immutableId)?.enabled).toBe(true)
      expect((await w.plans.get(plan.run))?.state).toBe('superseded')
      const [item] = await w.plans.page(report.run, { offset: 0, limit: 9 })
      expect(item).toMatchObject({ subject: leaver, action: 'suspend', state: 'held', population: `${seed.school}|pupil`, reason: `left Larkrise Primary on ${LEFT}; mis` })

      expect(await w.reconcile.apply(report.run, { actor: ANNA, count: 1 })).toEqual({ run: report.run, planned: 1, applied: 1, verified: 1, failed: 0, held: [] })
      expect((await seed.directory()).get(account(0).immutableId)).toMatchObject({ enabled: false, container: AWAY })
      expect((await seed.directory()).get(account(10).immutableId)).toEqual(account(10))
      expect(await w.plans.get(report.run)).toMatchObject({ state: 'applied', approvedBy: ANNA })
      const entry = await w.db.read('audit_entries').where({ event: 'access.applied', subject: `plan:${report.run}` }).first()
      expect(entry).toMatchObject({ actor: ANNA, items_count: 1 })
      expect(await w.db.read('outbox').where({ kind: 'identity.end-sessions' })).toHaveLength(1)
      // Twice changes nothing.
      expect(await w.reconcile.leavers({ planOnly: false, actor: OS })).toMatchObject({ planned: 0, held: [] })
    })

    it('U1: undo gives back the exact account, keeps the person, and leaves other causes in force', async () => {
      const { w, seed } = await setUp()
      await seed.crowd(100)
      const odd = { groups: ['lark-staff', 'year-8'], enabled: true }
      const [first, second] = await seed.pupils(2, { end: LEFT, account: odd })
      await w.reconcile.observe('school', OS)
      await w.access.place({ personId: second as string, cause: 'misuse', level: 'restricted', reason: 'made up', actor: BELA })
      await w.outbox.drain(w.handlers, { worker: 'w' })
      const before = await seed.directory()
      expect(before.get(account(1).immutableId)?.groups).toContain('limited')

      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      expect(await w.reconcile.apply(run, { actor: ANNA, count: 2 })).toMatchObject({ applied: 2, verified: 2 })
      expect([...(await seed.directory()).values()].filter((each) => each.enabled)).toEqual([])
      const undone = await w.reconcile.undo(run, { actor: ANNA })
      expect(undone).toMatchObject({ planned: 2, verified: 2, failed: 0 })
      expect(await seed.directory()).toEqual(before)
      expect(await w.plans.get(run)).toMatchObject({ state: 'undone' })
      expect(await w.plans.get(undone.run)).toMatchObject({ undoOf: run, state: 'applied' })
      expect((await w.access.accessOf(second as string, '2026-11-19', { reveal: true })).desired.level).toBe('restricted')

      // Kept while the source says the same; asked again when it says something new.
      expect(await w.reconcile.leavers({ planOnly: false, actor: OS })).toMatchObject({ planned: 0 })
      await seed.end(first as string, '2026-11-16')
      expect(await w.reconcile.leavers({ planOnly: false, actor: OS })).toMatchObject({ planned: 1 })
      await expect(w.reconcile.undo(run, { actor: ANNA })).rejects.toThrow(Refused)
    })

    it('B7: who has come back is given the account back at once, whatever waits besides', async () => {
      const { w, seed } = await setUp()
      await seed.crowd(100)
      const [back] = await seed.pupils(1, { end: LEFT })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      await w.reconcile.apply(run, { actor: ANNA, count: 1 })
      await seed.pupils(2, { first: 20, end: LEFT })
      await w.db.sql('affiliations').insert({ ...seed.row(back as string, { start: '2026-11-18' }), source_id: w.ids.next() })
      const report = await w.reconcile.leavers({ planOnly: false, actor: OS })
      expect(report).toMatchObject({ planned: 3, applied: 1, verified: 1 })
      expect((await seed.directory()).get(account(0).immutableId)).toEqual(account(0))
      expect((await w.plans.get(report.run))?.state).toBe('held')
    })

    it('R4 P3: missing, starting soon, or still at another school is no leaver; a parent who was a teacher is', async () => {
      const { w, seed } = await setUp()
      await seed.pupils(1, { missing: true })
      const [soon, later, other, parent] = await seed.pupils(4, { first: 10, end: LEFT })
      const insert = (person: string | undefined, more: object) => w.db.sql('affiliations').insert({ ...seed.row(person as string, more), source_id: w.ids.next() })
      await insert(soon, { start: '2027-01-05' })
      await insert(later, { start: '2027-04-20' })
      await insert(other, { role: 'governor' })
      await insert(parent, { role: 'guardian' })
      const { run } = await w.reconcile.leavers({ planOnly: true, actor: OS })
      const items = await w.plans.page(run, { offset: 0, limit: 9 })
      expect(items.map((item) => item.subject).toSorted()).toEqual([later, parent].toSorted())
    })

    it('A1: leavers of Year 11 keep their access over the summer, and an exemption holds a leaver back', async () => {
      const { w, seed } = await setUp()
      w.clock.set('2026-08-20T10:00:00Z')
      await seed.pupils(1, { end: '2026-06-26', year: '11' })
      const [exempt] = await seed.pupils(1, { first: 5, end: '2026-06-26', year: '9' })
      await w.access.exempt({ personId: exempt as string, floorLevel: 'full', untilDate: '2026-09-15', reason: 'portfolio', actor: BELA })
      expect(await w.reconcile.leavers({ planOnly: true, actor: OS })).toMatchObject({ planned: 0 })
      w.clock.set('2026-09-16T10:00:00Z')
      expect(await w.reconcile.leavers({ planOnly: true, actor: OS })).toMatchObject({ planned: 1 })
      w.clock.set('2026-10-01T10:00:00Z')
      expect(await w.reconcile.leavers({ planOnly: true, actor: OS })).toMatchObject({ planned: 2 })
    })

    it('B4: protected accounts and people are left out, never changed, and so is the approver', async () => {
      const { w, seed } = await setUp()
      await seed.crowd(100)
      const [head, approver] = await seed.pupils(2, { end: LEFT })
      await seed.pupils(1, { first: 5, end: LEFT, account: { protected: true } })
      const guarded = await world(get().db, { protectedIds: [head as string], clock: w.clock })
      const before = await seed.directory()
      const report = await guarded.reconcile.leavers({ planOnly: false, actor: OS })
      expect(report.planned).toBe(1)
      expect(report.held.join(' ')).toMatch(/B4: 2 protected people/)
      const done = await guarded.reconcile.apply(report.run, { actor: `person:${approver}`, count: 1 })
      expect(done).toMatchObject({ applied: 0, verified: 0 })
      expect(await seed.directory()).toEqual(before)
      const items = await w.plans.page(report.run, { offset: 0, limit: 9 })
      expect(items.map((item) => item.state)).toEqual(['skipped', 'skipped', 'skipped'])
    })

    it('B1 B5: many leavers need a second person and the typed count; a wrong count is refused', async () => {
      const { w, seed } = await setUp({ mode: 'enforce' })
      await seed.crowd(100)
      await seed.pupils(30, { end: LEFT })
      const before = await seed.directory()
      const { run, held } = await w.reconcile.leavers({ planOnly: false, actor: ANNA })
      expect(held.join(' ')).toMatch(/B1: Larkrise, pupil: 30 of 130.*B2: .*Year 8: 30 of 30.*B5: More than 25/)
      await expect(w.reconcile.apply(run, { actor: ANNA, count: 30 })).rejects.toThrow(/second person/)
      await expect(w.reconcile.apply(run, { actor: BELA, count: null })).rejects.toThrow(/type how many/)
      await expect(w.reconcile.apply(run, { actor: BELA, count: 29 })).rejects.toThrow(/count typed, 29, is not/)
      expect(await seed.directory()).toEqual(before)
      expect(await w.reconcile.apply(run, { actor: BELA, count: 30 })).toMatchObject({ applied: 30, verified: 30, failed: 0, held: [] })
    })

    it('B2 R8: a whole year passes only inside its school’s roll-over window and on the list confirmed for it; whoever is not on it still counts', async () => {
      const listed = new Set<string>()
      let school = ''
      const { w, seed } = await setUp({ mode: 'enforce', expectedLeavers: async (ids) => new Set(ids.filter((id) => listed.has(id)).map((id) => `${school}|${id}`)) })
      school = seed.school
      await seed.crowd(100)
      const leavers = await seed.pupils(30, { end: LEFT })
      const look = async () => (await w.reconcile.leavers({ planOnly: true, actor: ANNA })).held.filter((text) => !text.startsWith('B5: This is the first run')).join(' ')
      // Outside a window nobody is on any list.
      expect(await look()).toMatch(/B1.*B2: .*Year 8: 30 of 30.*B5: More than 25/)
      for (const id of leavers) listed.add(id)
      expect(await look()).toBe('')
      // Eight who are not on the list are too many, and not the year.
      for (const id of leavers.slice(0, 8)) listed.delete(id)
      expect(await look()).toMatch(/^B1: Larkrise, pupil: 8 of 130/)
      expect(await look()).not.toMatch(/B2/)
      for (const id of leavers.slice(0, 26)) listed.delete(id)
      expect(await look()).toMatch(/B2: .*Year 8: 26 of 30/)
      // Somebody who is still there and would lose something is no leaver, whatever the list says.
      const staying = leavers.map((personId) => ({ personId, schoolId: school, role: 'pupil', yearCode: '8', regGroup: null, current: true }))
      const verdict = await judgeAccess({
        db: w.db, people: new PeopleQueries(w.db), settings: BRAKE_DEFAULTS, now: w.clock.now(), on: '2026-11-19', schoolNames: new Map(), planId: 'none', firstRunMatters: false, expectedLeavers: async (ids) => new Set(ids.map((id) => `${school}|${id}`)),
      }, staying)
      expect(verdict.reasons.map(({ rule }) => rule)).toContain('B2')
    })

    it('B1 B5 R10: where the directory enforces, the first run is held, later small ones pass, and 24 hours add up', async () => {
      const { w, seed } = await setUp({ mode: 'enforce' })
      await seed.crowd(40)
      const waves = [2, 3, 1]
      let first = 0
      const reports = []
      for (const n of waves) {
        await seed.pupils(n, { first, end: LEFT })
        first += n
        const report = await w.reconcile.leavers({ planOnly: false, actor: OS })
        reports.push(report)
        if (report.held.length > 0 && reports.length === 1) await w.reconcile.apply(report.run, { actor: ANNA, count: n })
      }
      expect(reports[0]?.held.join(' ')).toMatch(/B5: This is the first run/)
      expect(reports[1]).toMatchObject({ applied: 3, verified: 3, held: [] })
      expect(reports[2]?.held.join(' ')).toMatch(/B1: .*6 of 41 people would lose access within 24 hours/)
    })

    it('R9: approval lapses after seven days, and looks again at every line', async () => {
      const { w, seed } = await setUp()
      await seed.crowd(100)
      const [stays, changed] = await seed.pupils(3, { end: LEFT })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      await seed.end(stays as string, null)
      await seed.end(changed as string, '2026-11-17')
      expect(await w.reconcile.apply(run, { actor: ANNA, count: 3 })).toMatchObject({ applied: 1, failed: 0 })
      const items = await w.plans.page(run, { offset: 0, limit: 9 })
      expect(items.map((item) => item.error)).toEqual([expect.stringMatching(/place in the trust again/), expect.stringMatching(/said something else/), null])
      expect((await seed.directory()).get(account(0).immutableId)).toMatchObject({ enabled: true, container: HOME })

      const next = await w.reconcile.leavers({ planOnly: false, actor: OS })
      w.clock.advance(7 * 86_400_000 + 1)
      await expect(w.reconcile.apply(next.run, { actor: ANNA, count: 1 })).rejects.toThrow(/lapsed/)
    })

    it('leavers without an account only have their sessions ended, once', async () => {
      const { w, seed } = await setUp()
      const [person] = await seed.pupils(1, { end: LEFT, noAccount: true })
      const [guardian] = await seed.pupils(1, { first: 1, end: LEFT, noAccount: true, role: 'guardian' })
      await seed.pupils(1, { first: 2, noAccount: true, role: 'guardian' })
      await w.reconcile.leavers({ planOnly: true, actor: OS })
      expect(await w.db.read('outbox')).toEqual([])
      await w.reconcile.leavers({ planOnly: false, actor: OS })
      await w.reconcile.leavers({ planOnly: false, actor: OS })
      const jobs = await w.db.read('outbox').where({ kind: 'identity.end-sessions' })
      expect(jobs.map((job) => JSON.parse(job.payload))).toEqual([{ personId: person }, { personId: guardian }])
    })

    it('B6: not in lessons; the calendar is asked when many would be changed', async () => {
      const { w, seed } = await setUp({ bulkPause: async () => ({ text: 'Lessons run until 15:30.', free: null }) })
      await seed.crowd(100)
      await seed.pupils(4, { end: LEFT })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      await expect(w.reconcile.apply(run, { actor: ANNA, count: 4 })).rejects.toThrow(/B6: Lessons/)
    })

    it('P3: leaving one school of two is a move: that school\'s groups go, the account stays', async () => {
      const { w, seed } = await setUp()
      const left = { ...seed }.school
      const moving = await world(get().db, { clock: w.clock, mapping: { suspendedContainer: AWAY, restrictedGroups: [], profiles: { [`left-${left}`]: { groups: [], withoutGroups: ['year-8'] } } } })
      const [person] = await seed.pupils(1, { end: LEFT })
      await w.db.sql('affiliations').insert({ ...seed.row(person as string, { school: w.ids.next() }) })
      const { run } = await moving.reconcile.leavers({ planOnly: false, actor: OS })
      expect(await w.plans.page(run, { offset: 0, limit: 9 })).toMatchObject([{ action: 'school-move', state: 'held' }])
      await moving.reconcile.apply(run, { actor: ANNA, count: 1 })
      expect((await seed.directory()).get(account(0).immutableId)).toEqual(account(0, { groups: ['internet'] }))
      await moving.reconcile.undo(run, { actor: ANNA })
      expect((await seed.directory()).get(account(0).immutableId)).toEqual(account(0))
    })
  })
})
