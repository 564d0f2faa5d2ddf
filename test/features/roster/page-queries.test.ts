import { rmSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { PlanStore } from '../../../src/db/plan-store.ts'
import { AccessPageQueries } from '../../../src/features/accounts/access-page-queries.ts'
import { isProposedLeaver, missingPlaces } from '../../../src/features/roster/missing-places.ts'
import { PlaceEnds } from '../../../src/features/people/place-ends.ts'
import { MissingService } from '../../../src/features/roster/missing-service.ts'
import { RosterQueries } from '../../../src/features/roster/roster-queries.ts'
import type { Reader } from '../../../src/features/roster/roster-scope.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { rosterServices } from '../../support/services.ts'
import { tinyRoster, type TinyUser } from '../../support/tiny-roster.ts'

const WHOLE: Reader = { schools: 'all', label: 'os:other' }
const users = (change: (user: TinyUser) => TinyUser | null = (user) => user): TinyUser[] => [
  ...Array.from({ length: 8 }, (_, n): TinyUser => ({ id: `A${n}`, grade: '04', group: '4K', schools: ['A'], agents: [`GA${n}`] })),
  ...Array.from({ length: 8 }, (_, n): TinyUser => ({ id: `GA${n}`, role: 'guardian', schools: ['A'] })),
  ...Array.from({ length: 8 }, (_, n): TinyUser => ({ id: `B${n}`, grade: '05', group: '5B', schools: ['B'], agents: [`GB${n}`] })),
  ...Array.from({ length: 8 }, (_, n): TinyUser => ({ id: `GB${n}`, role: 'guardian', schools: ['B'] })),
].map(change).filter((user): user is TinyUser => user !== null)
const left = (user: TinyUser): TinyUser => (user.id === 'A1' || user.id === 'B1' ? { ...user, until: '2026-10-16' } : user)

onBothDatabases('what the pages ask', (get) => {
  let world: ReturnType<typeof rosterServices>
  let queries: RosterQueries
  let b = ''
  let sync: (list: TinyUser[]) => Promise<string>

  beforeEach(async () => {
    const { db } = get()
    for (const table of ['plan_items', 'plans', 'roster_runs', 'roster_rejections', 'source_rows', 'source_people', 'source_schools', 'sources', 'affiliations', 'group_memberships', 'guardian_links', 'people', 'schools']) await db.sql(table).del()
    world = rosterServices(db)
    const { roster, schools, people } = world
    queries = new RosterQueries({ db, sources: roster.sources, runs: roster.runs, plans: roster.plans, people, schools })
    sync = async (list) => {
      const path = tinyRoster(list)
      const { run } = await roster.sync({ name: 'mis', format: 'oneroster-csv', path, mode: 'enforce', planOnly: false, actor: 'os:test' })
      rmSync(path, { recursive: true })
      return run
    }
    await sync(users())
    b = (await schools.all()).find(({ name }) => name === 'School B')?.id ?? ''
  })

  describe('classes and people of a run', () => {
    it('agree with the report, for the whole trust and for one school', async () => {
      const run = await sync(users((user) => (user.id === 'B7' ? null : user.id === 'B5' ? { ...left(user), grade: '06' } : left(user))))
      const whole = await queries.run(run, WHOLE)
      const own = await queries.run(run, { schools: [b], label: 'os:other' })
      if (!whole || !own) throw new Error('The run is there')
      const { leavers, movers, missing } = whole.run.report
      expect({ leavers, movers, missing }).toEqual({ leavers: 2, movers: 1, missing: 1 })
      expect(await queries.classes(whole)).toEqual({ held: 2, leavers: 2, joiners: 0, movers: 1, changed: 0, missing: 1 })
      expect(await queries.classes(own)).toEqual({ held: 1, leavers: 1, joiners: 0, movers: 1, changed: 0, missing: 1 })
      const people = await queries.people(own, 'leavers', { offset: 0, limit: 10 })
      expect(people.map(({ subject, name, items }) => ({ subject, name, rows: items.map(({ action, file }) => `${action} ${file}`) })))
        .toEqual([{ subject: 'B1', name: 'NameB1 SurnameB1', rows: ['end enrollments.csv', 'change enrollments.csv'] }])
      expect([await queries.holdsOthers(whole), await queries.holdsOthers(own)]).toEqual([false, true])
    })

    it('lines without a school, such as guardian links, follow the person', async () => {
      const [first] = (await queries.runs(WHOLE, {}, { offset: 0, limit: 5 })).runs
      const own = await queries.run(first?.id ?? '', { schools: [b], label: 'os:other' })
      if (!own) throw new Error('The run is there')
      const subjects = (await queries.people(own, 'joiners', { offset: 0, limit: 100 })).map(({ subject }) => subject)
      expect(subjects.toSorted()).toEqual([...Array.from({ length: 8 }, (_, n) => `B${n}`), ...Array.from({ length: 8 }, (_, n) => `GB${n}`)])
    })

    it('a run of other schools is not there, except for who began it', async () => {
      const [first] = (await queries.runs(WHOLE, {}, { offset: 0, limit: 5 })).runs
      expect(await queries.run(first?.id ?? '', { schools: ['01K00000000000000000000000'], label: 'os:other' })).toBeNull()
      expect((await queries.runs({ schools: [], label: 'os:other' }, {}, { offset: 0, limit: 5 })).total).toBe(0)
      expect((await queries.runs({ schools: [], label: 'os:test' }, {}, { offset: 0, limit: 5 })).total).toBe(1)
    })
  })

  describe('R4: missing people', () => {
    const on = '2026-11-02'
    it('are proposed only after two complete readings 48 hours apart, and answers stay within their meaning', async () => {
      const { db } = get()
      const gone = users((user) => (user.id === 'B6' || user.id === 'B7' ? null : user))
      await sync(gone)
      expect((await missingPlaces(db, { on })).map(isProposedLeaver)).toEqual([false, false])
      world.clock.advance(47 * 3_600_000)
      await sync(gone)
      expect((await missingPlaces(db, { on })).map(isProposedLeaver)).toEqual([false, false])
      const service = new MissingService({ db, clock: world.clock, audit: world.audit, ends: new PlaceEnds(get().db, world.clock) })
      const [first] = await missingPlaces(db, { on })
      await expect(service.answerMissing(first?.affiliationId ?? '', { kind: 'stays' }, 'os:test')).rejects.toThrow('R4: this person has not been missing for long enough')
      world.clock.advance(3_600_000)
      await sync(gone)
      const proposed = (await missingPlaces(db, { on, schools: [b] })).filter(isProposedLeaver)
      expect(proposed.map(({ externalId, missingRuns }) => [externalId, missingRuns])).toEqual([['B6', 3], ['B7', 3]])
      expect(await missingPlaces(db, { on, schools: [] })).toEqual([])
      await expect(service.answerMissing(proposed[0]?.affiliationId ?? '', { kind: 'left', on: '2030-01-01' }, 'os:test')).rejects.toThrow('more than a year ahead')
      await service.answerMissing(proposed[0]?.affiliationId ?? '', { kind: 'left', on: '2026-10-30' }, 'os:test')
      await expect(service.answerMissing(proposed[0]?.affiliationId ?? '', { kind: 'stays' }, 'os:test')).rejects.toThrow('not missing any more')
      expect(await missingPlaces(db, { on })).toHaveLength(1)
      await sync(users())
      expect(await missingPlaces(db, { on })).toEqual([])
    })
  })

  it('access plans: counts, lines and who else is concerned, by school', async () => {
    const { db } = get()
    const plans = new PlanStore(db)
    const people = await world.people.search('surname', 100)
    const idOf = (name: string) => people.find((person) => person.surname === name)?.id ?? ''
    const a = (await world.schools.all()).find(({ name }) => name === 'School A')?.id ?? ''
    const pages = new AccessPageQueries({ db, clock: world.clock, plans, people: world.people })
    const planId = world.ids.next()
    await plans.create({ id: planId, kind: 'access', about: 'leavers', state: 'planned', createdBy: 'system', createdAt: world.clock.now() })
    const item = (seq: number, subject: string, rank: number, population: string | null, state: 'planned' | 'skipped' = 'planned') => ({
      seq, itemKey: `x:${seq}`, subject, action: rank > 0 ? 'suspend' : 'restore', rank, population, state, before: null, after: null, file: null, line: null, reason: null,
    })
    await plans.addItems(planId, [item(0, idOf('SurnameA1'), 2, `${a}|pupil`), item(1, idOf('SurnameB1'), 2, `${b}|pupil`), item(2, idOf('SurnameB2'), 0, null), item(3, idOf('SurnameB3'), 2, `${b}|pupil`, 'skipped')])
    expect(await pages.counts(planId, 'all')).toMatchObject({ losing: 2, giving: 1, skipped: 1, total: 4 })
    expect(await pages.counts(planId, [b])).toMatchObject({ losing: 1, giving: 1, skipped: 1, total: 3 })
    expect((await pages.lines(planId, [b], 'losing', { offset: 0, limit: 10 })).map(({ name }) => name)).toEqual(['NameB1 SurnameB1'])
    expect([await pages.concernsOthers(planId, [b]), await pages.concernsOthers(planId, [a, b]), await pages.concernsOthers(planId, 'all')]).toEqual([true, false, false])
    expect(await pages.losingPeople(planId, [a])).toBe(1)
    expect((await pages.plans('all', { offset: 0, limit: 5 }, { waiting: true })).plans.map(({ plan }) => plan.id)).toEqual([planId])
    expect((await pages.plans([], { offset: 0, limit: 5 }, { waiting: true })).total).toBe(0)
    expect((await pages.newestLook(0))?.id).toBe(planId)
    expect(await pages.newestLook(world.clock.now() + 1)).toBeNull()
  })
})
