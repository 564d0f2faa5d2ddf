import { expect, it } from 'vitest'
import { bandOf } from '../../../src/features/agreements/band.ts'
import { PeopleStore } from '../../../src/features/people/people-store.ts'
import { changeOfYear, isPromotion, yearOn, yearOnSql } from '../../../src/features/people/year-on.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { tinySchool } from '../../support/tiny-roster.ts'
import { rosterWorld, wipe } from './roster-world.ts'

const held = (yearCode: string | null, yearNext: string | null = null, yearFrom: string | null = null) => ({ yearCode, yearNext, yearFrom })
const july = { on: '2026-07-20', newYear: '2026-09-01' }

it('R8 a step to the next year is a promotion, from nursery to Year 14; nothing else is', () => {
  for (const [from, to] of [['N2', 'R'], ['R', '1'], ['2', '3'], ['6', '7'], ['13', '14']]) expect(isPromotion(from ?? '', to ?? '')).toBe(true)
  for (const [from, to] of [['6', '8'], ['7', '6'], ['X', '1'], ['14', 'X'], ['6', '6']]) expect(isPromotion(from ?? '', to ?? '')).toBe(false)
  expect(isPromotion(null, 'E1')).toBe(false)
  expect(isPromotion('6', null)).toBe(false)
})

it('R8 a promotion of July counts from the first day of the new year; corrections count at once, also while one waits', () => {
  const waiting = held('6', '7', '2026-09-01')
  expect(changeOfYear(held('6'), '7', july)).toEqual(waiting)
  expect(['2026-07-20', '2026-08-31', '2026-09-01'].map((on) => yearOn(waiting, on))).toEqual(['6', '6', '7'])
  // Out of season, a step back, a cleared year, and nothing to wait for.
  expect(changeOfYear(held('6'), '7', { on: '2027-02-01', newYear: null })).toEqual(held('7'))
  expect(changeOfYear(held('6'), '5', july)).toEqual(held('5'))
  expect(changeOfYear(held('6'), null, july)).toEqual(held(null))
  // The school takes it back, or finds a mistake, before September.
  expect(changeOfYear(waiting, '6', july)).toEqual(held('6'))
  expect(changeOfYear(waiting, '4', july)).toEqual(held('4'))
  // Read again while it waits; and after the day has come, though nobody has settled it.
  expect(changeOfYear(waiting, '7', july)).toEqual(waiting)
  expect(changeOfYear(waiting, '8', { on: '2026-09-20', newYear: null })).toEqual(held('8'))
})

onBothDatabases('R8 the year that counts', (get) => {
  async function world(now: string) {
    await wipe(get().db)
    await get().db.sql('calendar_periods').delete()
    return rosterWorld(get().db, { now })
  }
  const grade = (id: string, to: string) => tinySchool(10, (user) => (user.role === 'guardian' ? user : { ...user, grade: user.id === id ? to : '06' }))
  const place = async (surname = 'SurnameP1') => get().db.read('affiliations as a').join('people as p', 'p.id', 'a.person_id').where('p.surname', surname).first('a.year_code', 'a.year_next', 'a.year_from')
  const asked = async (on: string) => (await get().db.rows(`select ${yearOnSql('a')} as y from affiliations a join people p on p.id = a.person_id where p.surname = 'SurnameP1'`, [on]))[0]?.['y']

  it('R8 the feed promotes in July: the old year counts until the first of September, the new one from then on', async () => {
    const w = await world('2026-07-20T09:00:00Z')
    await w.sync(grade('P0', '06'))
    expect((await w.sync(grade('P1', '07'))).movers).toBe(1)
    expect(await place()).toEqual({ year_code: '6', year_next: '7', year_from: '2026-09-01' })
    expect([await asked('2026-08-31'), await asked('2026-09-01')]).toEqual(['6', '7'])
    expect((await w.sync(grade('P1', '07'))).unchanged).toBe(20)
    expect(await place()).toEqual({ year_code: '6', year_next: '7', year_from: '2026-09-01' })
    const store = new PeopleStore(get().db, w.clock, w.ids)
    expect(await store.beginYears('2026-08-31')).toBe(0)
    expect(await store.beginYears('2026-09-01')).toBe(1)
    expect(await place()).toEqual({ year_code: '7', year_next: null, year_from: null })
  })

  it('R8 what else changes of somebody whose year waits does not bring it forward', async () => {
    const w = await world('2026-07-20T09:00:00Z')
    await w.sync(grade('P0', '06'))
    await w.sync(grade('P1', '07'))
    await w.sync(tinySchool(10, (user) => (user.role === 'guardian' ? user : { ...user, grade: user.id === 'P1' ? '07' : '06', ...(user.id === 'P1' ? { name: 'Other', group: '7A' } : {}) })))
    expect(await place()).toEqual({ year_code: '6', year_next: '7', year_from: '2026-09-01' })
  })

  it('R8 in the middle of the year a change counts at once; within 120 days, or in the declared window, a promotion waits', async () => {
    const w = await world('2026-11-02T09:00:00Z')
    await w.sync(grade('P0', '06'))
    await w.sync(grade('P1', '07'))
    expect(await place()).toEqual({ year_code: '7', year_next: null, year_from: null })
    // 20 April is more than 120 days before September: only a declared window makes it a roll-over.
    const early = await world('2027-04-20T09:00:00Z')
    await early.sync(grade('P0', '06'))
    await early.sync(grade('P1', '07'))
    expect(await place()).toMatchObject({ year_code: '7', year_from: null })
    const [school] = await early.schools.all()
    await early.calendar.add({ schoolId: school?.id ?? null, kind: 'rollover', name: 'New year', from: '2027-04-01', to: '2027-09-10' }, 'os:test')
    await early.sync(tinySchool(10, (user) => (user.role === 'guardian' ? user : { ...user, grade: ['P1', 'P2'].includes(user.id) ? '07' : '06' })))
    expect(await place('SurnameP2')).toEqual({ year_code: '6', year_next: '7', year_from: '2027-09-01' })
  })

  it('R8 after the first day a late promotion counts at once, also inside the window', async () => {
    const w = await world('2026-09-03T09:00:00Z')
    await w.sync(grade('P0', '06'))
    await w.calendar.add({ schoolId: null, kind: 'rollover', name: 'New year', from: '2026-07-15', to: '2026-09-15' }, 'os:test')
    await w.sync(grade('P1', '07'))
    expect(await place()).toEqual({ year_code: '7', year_next: null, year_from: null })
  })

  it('R8 a school whose year begins on another day waits for that one', async () => {
    const w = await world('2026-07-20T09:00:00Z')
    await w.sync(grade('P0', '06'))
    const school = (await w.schools.all()).find(({ name }) => name === 'School A')
    if (!school) throw new Error('no school')
    await w.schools.update(school.id, { ...school, yearStart: '08-17' })
    await w.sync(grade('P1', '07'))
    expect(await place()).toMatchObject({ year_from: '2026-08-17' })
  })

  it('G3, R8 the band that a person set for year X stays over the new year', async () => {
    const w = await world('2026-07-20T09:00:00Z')
    const list = (next: string) => tinySchool(4, (user) => (user.role === 'guardian' ? user : { ...user, grade: user.id === 'P1' ? next : '06' }))
    await w.sync(list('Other'))
    await get().db.sql('people').where({ surname: 'SurnameP1' }).update({ band_override: 'KS2' })
    await w.sync(list('07'))
    const row = await get().db.read('people').where({ surname: 'SurnameP1' }).first('band_override')
    const { year_code: yearCode } = await place()
    expect(bandOf({ role: 'pupil', yearCode, bandOverride: row.band_override })).toBe('KS2')
  })
})
