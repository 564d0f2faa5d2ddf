import { describe, expect, it } from 'vitest'
import type { RosterFact } from '../../../src/adapters/sources/source.ts'
import { findMergePairs, type StatedPerson } from '../../../src/features/roster/merge-pairs.ts'
import { MergeService } from '../../../src/features/roster/merge-service.ts'
import type { RosterRun } from '../../../src/features/roster/roster-run.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { rosterWorld, wipe } from './roster-world.ts'
import { tinySchool, type TinyUser } from '../../support/tiny-roster.ts'

const pupil = (key: string, name: string, year = '4', group = '4K'): StatedPerson => ({
  key,
  facts: [
    { kind: 'person', personKey: key, preferredForename: name, surname: 'Khan' },
    { kind: 'affiliation', personKey: key, schoolKey: 'A', role: 'pupil', yearCode: year },
    { kind: 'group', personKey: key, schoolKey: 'A', groupKey: group, name: group, registration: true },
  ] as RosterFact[],
})

describe('B3 pairs of old and new identifiers', () => {
  it('B3 pairs people by name and role', () => {
    expect(findMergePairs([pupil('1', 'Amira'), pupil('2', 'Noah')], [pupil('x1', 'Amira'), pupil('x2', 'Noah'), pupil('x3', 'Zoe')])).toEqual({
      pairs: [
        { oldKey: '1', newKey: 'x1', name: 'Amira Khan', role: 'pupil', yearCode: '4' },
        { oldKey: '2', newKey: 'x2', name: 'Noah Khan', role: 'pupil', yearCode: '4' },
      ],
      unclear: [],
    })
  })

  it('B3 tells namesakes apart by year, then group, and leaves the rest to a person', () => {
    const years = findMergePairs([pupil('1', 'Amira', '4'), pupil('2', 'Amira', '6')], [pupil('x2', 'Amira', '6'), pupil('x1', 'Amira', '4')])
    expect(years.pairs.map(({ oldKey, newKey }) => [oldKey, newKey])).toEqual([['2', 'x2'], ['1', 'x1']])
    const twins = findMergePairs([pupil('1', 'Amira'), pupil('2', 'Amira')], [pupil('x1', 'Amira'), pupil('x2', 'Amira')])
    expect(twins).toEqual({ pairs: [], unclear: ['x1', 'x2'] })
  })
})

onBothDatabases('B3 merging identifiers', (get) => {
  const plain = (user: TinyUser) => ({ ...user, admission: '', name: 'Same', surname: user.id })
  const renamed = () => tinySchool(8, (user) => ({ ...plain(user), id: `X${user.id}`, agents: (user.agents ?? []).map((id) => `X${id}`) }))

  it('B3 a confirmed merge lets the next reading find everybody; nobody is doubled, ended or missing', async () => {
    await wipe(get().db)
    const { sync, roster, clock, audit } = rosterWorld(get().db)
    const merges = new MergeService({ db: get().db, clock, audit, plans: roster.plans, runs: roster.runs, sources: roster.sources })
    await sync(tinySchool(8, plain))
    const before = await get().db.read('people').select('id').orderBy('id')
    const refused = await sync(renamed())
    expect(refused.state).toBe('refused')
    expect((await merges.findings((await roster.runs.get(refused.run)) as RosterRun))?.pairs).toHaveLength(16)
    await expect(merges.merge(refused.run, { actor: 'os:test', count: 15, leaveOut: [] })).rejects.toThrow(/number of pairs/)
    expect(await merges.merge(refused.run, { actor: 'os:test', count: 16, leaveOut: [] })).toBe(16)

    const next = await sync(renamed())
    expect(next).toMatchObject({ state: 'applied', joiners: 0, missing: 0, leavers: 0 })
    expect(await get().db.read('people').select('id').orderBy('id')).toEqual(before)
    expect(await get().db.read('affiliations').whereNotNull('missing_since')).toEqual([])
    expect(await get().db.read('guardian_links').whereNull('ended_at')).toHaveLength(8)
    expect(await sync(renamed())).toMatchObject({ state: 'applied', joiners: 0, missing: 0, unchanged: 16 })
    await expect(merges.merge(refused.run, { actor: 'os:test', count: 16, leaveOut: [] })).rejects.toThrow(/read again/)
  })

  it('B3 a merge is taken back as long as no reading has used it', async () => {
    await wipe(get().db)
    const { sync, roster, clock, audit } = rosterWorld(get().db)
    const merges = new MergeService({ db: get().db, clock, audit, plans: roster.plans, runs: roster.runs, sources: roster.sources })
    await sync(tinySchool(8, plain))
    const refused = await sync(renamed())
    expect(await merges.merge(refused.run, { actor: 'os:test', count: 15, leaveOut: ['XP1'] })).toBe(15)
    expect(await merges.undo(refused.run, 'os:test')).toBe(15)
    expect((await sync(renamed())).refused.join()).toMatch(/B3: 16 people/)
    const list = await sync(tinySchool(8, plain))
    expect(list).toMatchObject({ state: 'applied', unchanged: 16 })
    await expect(merges.merge(list.run, { actor: 'os:test', count: 0, leaveOut: [] })).rejects.toThrow(/not refused/)
  })
})
