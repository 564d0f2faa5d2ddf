import { expect, it } from 'vitest'
import { isProposedLeaver, missingPlaces } from '../../../src/features/roster/missing-places.ts'
import { today } from '../../../src/shared/dates.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { tinyRoster, tinySchool } from '../../support/tiny-roster.ts'
import { rosterWorld, wipe } from './roster-world.ts'

const HOUR = 3_600_000

onBothDatabases('RosterService', (get) => {
  const world = (options?: Parameters<typeof rosterWorld>[1]) => rosterWorld(get().db, options)
  const count = async (table: string): Promise<number> => Number((await get().db.read(table).count({ n: '*' }).first())?.['n'])

  it('R9: imports everybody once; the same people in another order change nothing', async () => {
    await wipe(get().db)
    const { sync, people } = world()
    const first = await sync(tinySchool(12))
    expect(first).toMatchObject({ state: 'applied', read: 24, joiners: 24, movers: 0, leavers: 0, missing: 0, changed: 0, unchanged: 0, rejected: [], refused: [], held: [] })
    expect([await count('people'), await count('affiliations'), await count('guardian_links'), await count('group_memberships')]).toEqual([24, 24, 12, 12])
    const pupil = await get().db.read('affiliations').where({ role: 'pupil' }).first()
    expect(pupil).toMatchObject({ year_code: '4', reg_group: '4K' })
    expect((await people.guardiansOf([pupil.person_id])).get(pupil.person_id)).toHaveLength(1)

    const again = await sync(tinySchool(12))
    expect(again).toMatchObject({ state: 'applied', read: 24, joiners: 0, changed: 0, unchanged: 24, missing: 0 })
    expect([await count('people'), await count('affiliations'), await count('guardian_links')]).toEqual([24, 24, 12])
  })

  it('--plan gives the same numbers and changes no person', async () => {
    await wipe(get().db)
    const { sync } = world()
    const plan = await sync(tinySchool(6, (user) => (user.id === 'P2' ? { ...user, agents: ['NOBODY'] } : user)), { planOnly: true })
    expect(plan).toMatchObject({ state: 'planned', read: 12, joiners: 12, rejectedCount: 1 })
    expect(await count('people')).toBe(0)
    const real = await sync(tinySchool(6, (user) => (user.id === 'P2' ? { ...user, agents: ['NOBODY'] } : user)))
    expect(real).toMatchObject({ state: 'applied', read: 12, joiners: 12, rejectedCount: 1 })
    expect(real.rejected[0]).toMatchObject({ file: 'users.csv', line: 4 })
    expect(real.rejected[0]?.reason).toContain('NOBODY')
  })

  it('counts each person in one class: leavers, joiners, movers, changed, unchanged', async () => {
    await wipe(get().db)
    const { sync } = world()
    await sync(tinySchool(10))
    const next = await sync(tinySchool(11, (user) => {
      if (user.id === 'P1') return { ...user, grade: '05' }
      if (user.id === 'P2') return { ...user, surname: 'Newname' }
      if (user.id === 'G3') return { ...user, email: 'other@family.example' }
      return user
    }))
    expect(next).toMatchObject({ read: 22, joiners: 2, movers: 1, changed: 2, unchanged: 17, leavers: 0, missing: 0, state: 'applied' })
    expect(await get().db.read('people').where({ surname: 'Newname' })).toHaveLength(1)
  })

  it('R5: every enrolment ended is an inferred leaver, counted, held, and applied only after approval', async () => {
    await wipe(get().db)
    const { sync, roster } = world()
    await sync(tinySchool(10))
    const left = await sync(tinySchool(10, (user) => (user.id === 'P4' ? { ...user, until: '2026-10-23' } : user)))
    expect(left).toMatchObject({ state: 'held', leavers: 1, unchanged: 19, heldPeople: 1 })
    expect(left.held.join()).toMatch(/B5/)
    const pupil = async () => get().db.read('affiliations as a').join('people as p', 'p.id', 'a.person_id').where('p.surname', 'SurnameP4').first('a.end_date', 'a.end_reason')
    expect(await pupil()).toMatchObject({ end_date: null })
    await expect(roster.approve(left.run, { actor: 'os:test', count: 7 })).rejects.toThrow(/count typed, 7, is not/)
    const done = await roster.approve(left.run, { actor: 'os:test', count: 1 })
    expect(done.state).toBe('applied')
    expect(await pupil()).toMatchObject({ end_date: '2026-10-23', end_reason: 'inferred' })
    await expect(roster.approve(left.run, { actor: 'os:test', count: 1 })).rejects.toThrow(/this run|superseded|waiting/i)
    const again = await sync(tinySchool(10, (user) => (user.id === 'P4' ? { ...user, until: '2026-10-23' } : user)))
    expect(again).toMatchObject({ state: 'applied', leavers: 0, unchanged: 20 })
  })

  it('R5: the end of the session itself infers nobody', async () => {
    await wipe(get().db)
    const { sync } = world()
    await sync(tinySchool(8, undefined, { termEnd: '2026-10-23' }))
    const again = await sync(tinySchool(8, undefined, { termEnd: '2026-10-23' }))
    expect(again).toMatchObject({ leavers: 0, state: 'applied' })
  })

  it('R4: absent once is missing, and nothing happens to them', async () => {
    await wipe(get().db)
    const { sync, clock } = world()
    await sync(tinySchool(20))
    const without = () => tinySchool(20, (user) => (user.id === 'P5' ? null : user))
    const gone = await sync(without())
    expect(gone).toMatchObject({ missing: 1, leavers: 0, read: 39, unchanged: 39 })
    const row = async () => get().db.read('affiliations as a').join('people as p', 'p.id', 'a.person_id').where('p.surname', 'SurnameP5').first('a.end_date', 'a.missing_runs', 'a.missing_since')
    expect(await row()).toMatchObject({ end_date: null, missing_runs: 1 })
    clock.advance(50 * HOUR)
    expect(await sync(without())).toMatchObject({ missing: 0 })
    expect(await row()).toMatchObject({ end_date: null, missing_runs: 2 })
    const back = await sync(tinySchool(20))
    expect(back).toMatchObject({ changed: 1, joiners: 0, unchanged: 39 })
    expect(await row()).toMatchObject({ missing_runs: 0, missing_since: null })
    expect(await count('guardian_links')).toBe(20)
  })

  it('R5: a user marked "to be deleted" is proposed as a leaver, never made one; unmarked, it is over', async () => {
    await wipe(get().db)
    const { sync, clock } = world()
    await sync(tinySchool(12))
    const marked = await sync(tinySchool(12, (user) => (user.id === 'P6' ? { ...user, status: 'tobedeleted' } : user)))
    expect(marked).toMatchObject({ leavers: 0, changed: 1, missing: 0, state: 'applied' })
    const proposed = async () => (await missingPlaces(get().db, { on: today(clock.now()) })).filter(isProposedLeaver).map(({ externalId }) => externalId)
    expect(await proposed()).toEqual(['P6'])
    expect(await get().db.read('affiliations').whereNotNull('end_date')).toEqual([])
    await sync(tinySchool(12))
    expect(await proposed()).toEqual([])
  })

  it('R2: less than 90 % of the last good size is refused whole', async () => {
    await wipe(get().db)
    const { sync } = world()
    await sync(tinySchool(20))
    const cut = await sync(tinySchool(17))
    expect(cut.state).toBe('refused')
    expect(cut.refused.join()).toMatch(/R2/)
    expect(await get().db.read('affiliations').whereNotNull('missing_since')).toEqual([])
  })

  it('B3: a file without people is refused', async () => {
    await wipe(get().db)
    const { sync } = world()
    await sync(tinySchool(5))
    const empty = await sync(tinyRoster([]))
    expect(empty.state).toBe('refused')
    expect(empty.refused.join()).toMatch(/B3/)
  })

  it('R1: another school\'s file under the same source is refused', async () => {
    await wipe(get().db)
    const { sync } = world()
    await sync(tinySchool(6, undefined, { schools: ['A'] }))
    const other = await sync(tinySchool(6, (user) => ({ ...user, id: `B${user.id}`, schools: ['B'], agents: (user.agents ?? []).map((id) => `B${id}`) }), { schools: ['B'] }))
    expect(other.state).toBe('refused')
    expect(other.refused.join()).toMatch(/R1: School A is missing/)
    expect(await count('people')).toBe(12)
  })

  it('B3: new identifiers for the same people are refused, nobody is doubled', async () => {
    await wipe(get().db)
    const { sync } = world()
    const plain = (user: { id: string }) => ({ ...user, admission: '', name: 'Same', surname: user.id })
    await sync(tinySchool(8, plain))
    const renamed = await sync(tinySchool(8, (user) => ({ ...plain(user), id: `X${user.id}`, agents: (user.agents ?? []).map((id) => `X${id}`) })))
    expect(renamed.state).toBe('refused')
    expect(renamed.refused.join()).toMatch(/B3: 16 people/)
    expect(await count('people')).toBe(16)
  })

  it('R6: a new identifier with the known admission number is the same person', async () => {
    await wipe(get().db)
    const { sync } = world()
    await sync(tinySchool(8))
    const next = await sync(tinySchool(8, (user) => (user.id === 'P3' ? { ...user, id: 'P3new' } : user)))
    expect(next).toMatchObject({ joiners: 0, missing: 0, state: 'applied' })
    expect(await count('people')).toBe(16)
    expect(await sync(tinySchool(8, (user) => (user.id === 'P3' ? { ...user, id: 'P3new' } : user)))).toMatchObject({ unchanged: 16, missing: 0 })
    expect(await get().db.read('guardian_links').whereNull('ended_at')).toHaveLength(8)
  })

  it('R3, B1: clearing e-mails counts as taking away and is held; harmless changes go in', async () => {
    await wipe(get().db)
    const { sync } = world()
    await sync(tinySchool(20))
    const held = await sync(tinySchool(20, (user) => (user.role === 'guardian' && Number(user.id.slice(1)) <= 8 ? { ...user, email: '' } : user.id === 'P20' ? { ...user, name: 'Other' } : user)))
    expect(held.state).toBe('held')
    expect(held.held.join()).toMatch(/B1/)
    expect(held.heldPeople).toBe(8)
    expect(await get().db.read('people').whereNull('email').where('surname', 'like', 'SurnameG%')).toEqual([])
    expect(await get().db.read('people').where({ preferred_forename: 'Other' })).toHaveLength(1)
  })

  it('duplicate identifiers: the first row is kept, the second named by file and line', async () => {
    await wipe(get().db)
    const { sync } = world()
    const twice = await sync(tinyRoster([{ id: 'P1', grade: '04' }, { id: 'P2', grade: '04' }, { id: 'P1', grade: '05', name: 'Second' }]))
    expect(twice).toMatchObject({ joiners: 2, rejectedCount: 1 })
    expect(twice.rejected[0]).toMatchObject({ file: 'users.csv', line: 4 })
    expect(await count('people')).toBe(2)
  })

  it('R10: a source that observes applies nothing', async () => {
    await wipe(get().db)
    const { sync } = world()
    const seen = await sync(tinySchool(5), { mode: 'observe' })
    expect(seen).toMatchObject({ state: 'planned', joiners: 10 })
    expect(await count('people')).toBe(0)
  })

  it('R9: a newer run supersedes a held one, which can then not be approved', async () => {
    await wipe(get().db)
    const { sync, roster } = world()
    await sync(tinySchool(10))
    const leaving = () => tinySchool(10, (user) => (user.id === 'P4' ? { ...user, until: '2026-10-23' } : user))
    const first = await sync(leaving())
    const second = await sync(leaving())
    expect(second.state).toBe('held')
    await expect(roster.approve(first.run, { actor: 'os:test', count: 1 })).rejects.toThrow(/this run|superseded|waiting/i)
    expect((await roster.approve(second.run, { actor: 'os:test', count: 1 })).state).toBe('applied')
  })

  it('B4: a protected person\'s ending is held even when the brake passes', async () => {
    await wipe(get().db)
    const { sync, roster, guarded } = world()
    await sync(tinySchool(30))
    const one = (who: string) => tinySchool(30, (user) => (user.id === who ? { ...user, email: '' } : user))
    const first = await sync(one('G1'))
    await roster.approve(first.run, { actor: 'os:test', count: 1 })
    const guardian = await get().db.read('people').where({ surname: 'SurnameG2' }).first('id')
    guarded.add(guardian.id)
    const both = await sync(tinySchool(30, (user) => (['G1', 'G2'].includes(user.id) ? { ...user, email: '' } : user)))
    expect(both.held.join()).toMatch(/B4/)
    expect(await get().db.read('people').where({ id: guardian.id }).first('email')).toMatchObject({ email: 'g2@family.example' })
  })
})

