import { expect, it } from 'vitest'
import { MissingService } from '../../../src/features/roster/missing-service.ts'
import { PeopleSettings } from '../../../src/features/people/people-settings.ts'
import { PlaceEnds } from '../../../src/features/people/place-ends.ts'
import { BASES } from '../../../src/features/people/responsibility.ts'
import { ResponsibilityService } from '../../../src/features/people/responsibility-service.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { tinySchool, type TinyUser } from '../../support/tiny-roster.ts'
import { rosterWorld, wipe } from './roster-world.ts'

onBothDatabases('what the office said, and what a feed says after it', (get) => {
  const HOUR = 3_600_000
  const ALL = { schools: 'all' as const }
  async function world() {
    await wipe(get().db)
    const w = rosterWorld(get().db)
    const ends = new PlaceEnds(get().db, w.clock)
    const person = async (key: string) => (await get().db.read('source_people').where({ external_id: key }).first('person_id'))?.person_id as string
    const place = async (key: string) => get().db.read('affiliations').where({ person_id: await person(key) }).first('id', 'end_date', 'end_reason', 'reg_group')
    return { ...w, ends, person, place, missing: new MissingService({ db: get().db, clock: w.clock, audit: w.audit, ends }), plan: w.ids.next() }
  }

  it('R5, R4 a confirmed list ends the place; a feed that still lists them is a contradiction for the office, whatever else it changes', async () => {
    const w = await world()
    await w.sync(tinySchool(8))
    w.clock.advance(HOUR)
    const ended = [await w.person('P1'), await w.person('P2')]
    await get().db.transaction(() => w.ends.end(ended, { planId: w.plan, schoolId: null, on: '2026-10-30' }))
    expect(await w.place('P1')).toMatchObject({ end_date: '2026-10-30', end_reason: 'list' })
    // Nobody has read the source since: there is nothing to contradict.
    expect(await w.ends.stillStated(ALL)).toEqual([])
    w.clock.advance(HOUR)
    const next = await w.sync(tinySchool(8, (user) => (user.id === 'P1' ? { ...user, name: 'Renamed', grade: '05', group: '5K' } : user)))
    expect(next.state).toBe('applied')
    expect(await w.place('P1')).toMatchObject({ end_date: '2026-10-30', end_reason: 'list', reg_group: '5K' })
    expect((await w.ends.stillStated(ALL)).map(({ name, sourceName, endDate }) => [name, sourceName, endDate])).toEqual([
      ['Renamed SurnameP1', w.name, '2026-10-30'], ['NameP2 SurnameP2', w.name, '2026-10-30'],
    ])
    expect(await w.ends.stillStated({ schools: [] })).toEqual([])
    await w.missing.answerListed((await w.place('P1')).id, 'left', 'os:test')
    await w.missing.answerListed((await w.place('P2')).id, 'stays', 'os:test')
    expect(await w.place('P1')).toMatchObject({ end_date: '2026-10-30' })
    expect(await w.place('P2')).toMatchObject({ end_date: null, end_reason: null })
    expect(await w.ends.stillStated(ALL)).toEqual([])
    await expect(w.missing.answerListed((await w.place('P1')).id, 'stays', 'os:test')).rejects.toThrow(/answered already/)
  })

  it('R5 whom the feed drops too is no contradiction; whom it names as back has the place again', async () => {
    const w = await world()
    await w.sync(tinySchool(20))
    w.clock.advance(HOUR)
    await get().db.transaction(async () => w.ends.end([await w.person('P1')], { planId: w.plan, schoolId: null, on: '2026-10-30' }))
    w.clock.advance(HOUR)
    await w.sync(tinySchool(20, (user) => (user.id === 'P1' ? null : user)))
    expect(await w.ends.stillStated(ALL)).toEqual([])
    w.clock.advance(HOUR)
    await w.sync(tinySchool(20))
    expect(await w.place('P1')).toMatchObject({ end_date: null, end_reason: null })
  })

  it('U1 taken back, places are exactly as they were, but for one that somebody has changed since', async () => {
    const w = await world()
    await w.sync(tinySchool(6))
    const all = () => get().db.read('affiliations').orderBy('id').select('id', 'end_date', 'end_reason')
    await get().db.sql('affiliations').where({ person_id: await w.person('P2') }).update({ end_date: '2026-12-18', end_reason: 'roster' })
    const before = await all()
    const people = [await w.person('P1'), await w.person('P2'), await w.person('P3')]
    await get().db.transaction(() => w.ends.end(people, { planId: w.plan, schoolId: null, on: '2026-10-30' }))
    await get().db.transaction(() => w.ends.end(people, { planId: w.plan, schoolId: null, on: '2026-10-30' }))
    expect((await all()).filter((row) => row.end_reason === 'list')).toHaveLength(3)
    await get().db.sql('affiliations').where({ person_id: people[2] }).update({ end_date: '2026-10-01', end_reason: 'office' })
    await get().db.transaction(() => w.ends.giveBack(w.plan, null))
    const third = (await w.place('P3')).id
    expect(await all()).toEqual(before.map((row) => (row.id === third ? { id: third, end_date: '2026-10-01', end_reason: 'office' } : row)))
  })

  it('R1, F1 parental responsibility that the office recorded is never changed by a feed, nor by an undo, also when the link is said anew', async () => {
    const w = await world()
    for (const table of ['responsibility_statements']) await get().db.sql(table).del()
    await w.sync(tinySchool(6))
    const may = async () => (await w.people.guardiansOf([await w.person('P1')])).get(await w.person('P1'))?.find(({ guardianId }) => guardianId === first)?.mayConsent
    const first = await w.person('G1')
    expect(await may()).toBe(false)
    const office = new ResponsibilityService({ db: get().db, clock: w.clock, ids: w.ids, audit: w.audit, settings: new PeopleSettings(get().db, w.clock, w.audit) })
    await office.record({ pupilId: await w.person('P1'), guardianId: first, value: 'yes', basis: BASES[0], saidBy: 'Ada', statedOn: '2026-11-02' }, 'office', `person:${'0'.repeat(26)}`)
    expect(await may()).toBe(true)
    const without = (user: TinyUser) => (user.id === 'P1' ? { ...user, agents: ['G2'] } : user)
    for (const path of [tinySchool(6, (user) => (user.id === 'P1' ? { ...user, name: 'Renamed', agents: ['G1', 'G2'] } : user)), tinySchool(6), tinySchool(6, without), tinySchool(6)]) {
      w.clock.advance(HOUR)
      const run = await w.sync(path)
      if (run.state === 'held') await w.roster.approve(run.run, { actor: 'os:other', count: run.heldPeople })
      expect(run.refused).toEqual([])
    }
    expect(await may()).toBe(true)
    // A joiner about whom somebody has stated something is not taken out again.
    w.clock.advance(HOUR)
    const run = await w.sync(tinySchool(7))
    await office.record({ pupilId: await w.person('P7'), guardianId: await w.person('G7'), value: 'yes', basis: BASES[0], saidBy: 'Ada', statedOn: '2026-11-02' }, 'office', `person:${'0'.repeat(26)}`)
    expect(await w.undo.plan(run.run, 'os:test')).toMatchObject({ withdrawn: 0, kept: 2 })
  })
})
