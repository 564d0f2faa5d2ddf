import { expect, it } from 'vitest'
import { inferEnds } from '../../../src/features/roster/inferred-leaving.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { tinySchool, type TinyUser } from '../../support/tiny-roster.ts'
import { rosterWorld, wipe } from './roster-world.ts'

it('R5, R8: the end of the session makes a leaver only of somebody who is expected to leave', () => {
  const groups = [{ kind: 'group' as const, personKey: 'P1', schoolKey: 'A', groupKey: 'A/6K', name: '6K', registration: true, startDate: null, endDate: '2026-08-31', endIsSession: true }]
  expect(inferEnds(groups, '2026-09-05')).toEqual([])
  expect(inferEnds(groups, '2026-09-05', (school) => school === 'A')).toEqual([{ schoolKey: 'A', on: '2026-08-31' }])
})

onBothDatabases('R8 roll-over', (get) => {
  /** Forty pupils; the first ten in Year 6. `until` ends their only class. */
  const school = (until?: (n: number) => string | undefined) => tinySchool(40, (user: TinyUser) => {
    const n = Number(user.id.slice(1))
    if (user.role === 'guardian') return user
    const end = until?.(n)
    return { ...user, ...(n <= 10 ? { grade: '06', group: '6K' } : {}), ...(end ? { until: end } : {}) }
  })

  async function world(window: boolean) {
    await wipe(get().db)
    await get().db.sql('calendar_periods').delete()
    await get().db.sql('expected_leavers').delete()
    const made = rosterWorld(get().db)
    await made.sync(school())
    const [place] = await made.schools.all().then((all) => all.filter(({ name }) => name === 'School A'))
    if (!place) throw new Error('no school')
    if (window) await made.calendar.add({ schoolId: place.id, kind: 'rollover', name: 'New year', from: '2026-10-20', to: '2026-11-20' }, 'os:test')
    return { ...made, place }
  }
  const yearSix = (n: number) => (n <= 10 ? '2026-10-23' : undefined)

  it('R8 a confirmed year inside the window is not braked; the inferred endings still want one approval', async () => {
    const { sync, expectedLeavers, place, roster } = await world(true)
    const pupils = await expectedLeavers.pupils(place, '6', '2026-11-02')
    expect(pupils).toHaveLength(10)
    expect(await expectedLeavers.confirm(place, '6', new Set(), '2026-11-02', 'os:test')).toBe(10)
    expect((await expectedLeavers.years(place, '2026-11-02')).find(({ yearCode }) => yearCode === '6')).toMatchObject({ pupils: 10, expected: 10 })
    const run = await sync(school(yearSix))
    expect(run).toMatchObject({ state: 'held', leavers: 10 })
    expect(run.held.join()).not.toMatch(/B1|B2/)
    expect(run.held.join()).toMatch(/R5/)
    expect((await roster.approve(run.run, { actor: 'os:other', count: 10 })).state).toBe('applied')
  })

  it.each([['no window', false, true], ['nobody confirmed', true, false]])('R8 with %s the whole year is held by B1 and B2', async (_why, window, confirmed) => {
    const { sync, expectedLeavers, place } = await world(window)
    if (confirmed) await expectedLeavers.confirm(place, '6', new Set(), '2026-11-02', 'os:test')
    const run = await sync(school(yearSix))
    expect(run.state).toBe('held')
    expect(run.held.join()).toMatch(/B1/)
    expect(run.held.join()).toMatch(/B2/)
  })

  it('R8 others who would leave in the window count as ever, and a list can be taken back', async () => {
    const { sync, expectedLeavers, place } = await world(true)
    const pupils = await expectedLeavers.pupils(place, '6', '2026-11-02')
    await expectedLeavers.confirm(place, '6', new Set(pupils.slice(0, 2).map(({ personId }) => personId)), '2026-11-02', 'os:test')
    const run = await sync(school((n) => (n <= 16 ? '2026-10-23' : undefined)))
    expect(run.held.join()).toMatch(/B1.*8 of/)
    await expectedLeavers.withdraw(place, '6', '2026-11-02', 'os:test')
    expect((await expectedLeavers.years(place, '2026-11-02')).find(({ yearCode }) => yearCode === '6')).toMatchObject({ expected: 0 })
  })
})
