import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { SourceClaim } from '../../../src/adapters/sources/source-claims.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { rosterServices } from '../../support/services.ts'
import { tinySchool, type TinyUser } from '../../support/tiny-roster.ts'
import { wipe } from './roster-world.ts'

interface Line { forename?: string; email?: string; year?: string; reg?: string; leaving?: string }

/** The MIS as a CSV of pupils 1 to `count` of School A, with the admission numbers that the identity provider's OneRoster has too. */
function csv(count: number, change: (n: number) => Line | null = () => ({})): string {
  const path = join(mkdtempSync(join(tmpdir(), 'assent-csv-')), 'pupils.csv')
  const rows = Array.from({ length: count }, (_, at) => at + 1).flatMap((n) => {
    const line = change(n)
    return line === null ? [] : [[`S${n}`, `${1000 + n}`, line.forename ?? `Name${n}`, `SurnameP${n}`, line.year ?? '4', line.reg ?? '4K', line.email ?? `m${n}@mis.example`, line.leaving ?? '', 'School A'].join(',')]
  })
  writeFileSync(path, ['Student ID,Admission Number,Forename,Surname,Year Group,Reg Group,Email,Date of Leaving,School Name', ...rows].join('\n') + '\n')
  return path
}

onBothDatabases('R1 two sources of one school', (get) => {
  const HOUR = 3_600_000
  const OWNED: SourceClaim[] = [{ source: 'mis', owns: ['places', 'year', 'groups', 'name'] }, { source: 'idp', owns: ['email', 'username'] }]

  async function world(claims: SourceClaim[] = OWNED) {
    await wipe(get().db)
    const w = rosterServices(get().db, { claims })
    const read = async (name: string, format: string, path: string) => {
      w.clock.advance(HOUR)
      const run = await w.roster.sync({ name, format, path, mode: 'enforce', planOnly: false, actor: 'os:test' })
      if (run.state === 'held') await w.roster.approve(run.run, { actor: 'os:other', count: run.heldPeople })
      return run
    }
    const mis = (path: string) => read('mis', 'csv', path)
    const idp = (change?: (user: TinyUser) => TinyUser | null, count = 20) => read('idp', 'oneroster-csv', tinySchool(count, (user) => {
      const address = user.role === 'guardian' ? user : { ...user, email: `${user.id.toLowerCase()}@school.example` }
      return change ? change(address) : address
    }))
    const person = async (n: number) => get().db.read('people').where({ surname: `SurnameP${n}` }).select('id', 'preferred_forename', 'email', 'username')
    const places = async (n: number) => get().db.read('affiliations as a').join('people as p', 'p.id', 'a.person_id').join('sources as s', 's.id', 'a.source_id')
      .where({ 'p.surname': `SurnameP${n}`, 'a.role': 'pupil' }).orderBy('s.name').select('s.name', 'a.year_code', 'a.reg_group', 'a.end_date')
    return { ...w, mis, idp, person, places }
  }

  it('R1 the same people from an MIS list and a OneRoster of the identity provider: one person, one place, each field from its owner', async () => {
    const w = await world()
    await w.mis(csv(20))
    const second = await w.idp((user) => (user.role === 'guardian' ? user : { ...user, grade: '05', group: '5X', name: 'Login' }))
    expect(second.refused).toEqual([])
    expect(await w.person(3)).toMatchObject([{ preferred_forename: 'Name3', email: 'p3@school.example', username: 'p3' }])
    expect(await w.places(3)).toEqual([{ name: 'mis', year_code: '4', reg_group: '4K', end_date: null }])
    // Each changes what it owns, and no more.
    await w.mis(csv(20, (n) => (n === 3 ? { forename: 'Preferred', email: 'other@mis.example', year: '5', reg: '5M' } : {})))
    await w.idp((user) => (user.id === 'P3' ? { ...user, grade: '06', group: '6X', name: 'Again', email: 'new@school.example' } : user.role === 'guardian' ? user : { ...user, grade: '05', group: '5X', name: 'Login' }))
    expect(await w.person(3)).toMatchObject([{ preferred_forename: 'Preferred', email: 'new@school.example' }])
    expect(await w.places(3)).toEqual([{ name: 'mis', year_code: '5', reg_group: '5M', end_date: null }])
  })

  it('R1 the order in which they come makes no difference: the owner takes the place over', async () => {
    const w = await world()
    await w.idp()
    expect(await w.places(4)).toMatchObject([{ name: 'idp' }])
    await w.mis(csv(20, () => ({ year: '5', reg: '5M' })))
    expect(await w.places(4)).toMatchObject([{ name: 'mis', year_code: '5' }])
    expect(await w.person(4)).toMatchObject([{ preferred_forename: 'Name4', email: 'p4@school.example' }])
  })

  it('R1 an ending by the other source counts for nothing and is not braked; one by the owner ends the place whatever the other lists', async () => {
    const w = await world()
    await w.mis(csv(20))
    await w.idp()
    const other = await w.idp((user) => (user.role === 'guardian' ? user : { ...user, until: '2026-10-20' }))
    expect(other).toMatchObject({ leavers: 0, held: [], state: 'applied' })
    expect(await w.places(5)).toMatchObject([{ end_date: null }])
    const gone = await w.idp((user) => (user.id === 'P5' ? null : user))
    expect(gone).toMatchObject({ missing: 0 })
    expect(await get().db.read('affiliations').whereNotNull('missing_since')).toEqual([])
    const owner = await w.mis(csv(20, (n) => (n === 5 ? { leaving: '23/10/2026' } : {})))
    expect(owner).toMatchObject({ leavers: 1 })
    expect(await w.places(5)).toMatchObject([{ name: 'mis', end_date: '2026-10-23' }])
    await w.idp()
    expect(await w.places(5)).toMatchObject([{ name: 'mis', end_date: '2026-10-23' }])
  })

  it('R1, P3 declared after both had come: the owner\'s end ends the place that the other still holds', async () => {
    const first = await world([])
    await first.mis(csv(20))
    await first.idp()
    expect(await first.places(6)).toHaveLength(2)
    const w = rosterServices(get().db, { claims: OWNED, now: '2026-11-03T09:00:00Z' })
    const run = await w.roster.sync({ name: 'mis', format: 'csv', path: csv(20, (n) => (n === 6 ? { leaving: '23/10/2026' } : {})), mode: 'enforce', planOnly: false, actor: 'os:test' })
    expect(run).toMatchObject({ leavers: 1, state: 'held' })
    await w.roster.approve(run.run, { actor: 'os:other', count: 1 })
    expect(await first.places(6)).toMatchObject([{ name: 'idp', end_date: '2026-10-23' }, { name: 'mis', end_date: '2026-10-23' }])
  })

  it('R1, R3 a cleared address of somebody whose address is another\'s is no taking away; whom the owner does not name is believed as ever', async () => {
    const w = await world()
    await w.idp()
    await w.mis(csv(19))
    expect(await w.mis(csv(19, (n) => (n <= 10 ? { email: ' ' } : {})))).toMatchObject({ state: 'applied', held: [] })
    expect(await w.person(2)).toMatchObject([{ email: 'p2@school.example' }])
    // P20 is only in the identity provider: its year and place are that source's.
    await w.idp((user) => (user.id === 'P20' ? { ...user, grade: '05' } : user))
    expect(await w.places(20)).toMatchObject([{ name: 'idp', year_code: '5' }])
  })

  it('R1 two owners of the same field are refused, and nothing is applied; U1 undoing the second reading gives back the first', async () => {
    const w = await world([{ source: 'mis', owns: ['year', 'email'] }, { source: 'idp', owns: ['email'] }])
    await w.mis(csv(20))
    const refused = await w.idp()
    expect(refused.state).toBe('refused')
    expect(refused.refused).toEqual(['R1: both "idp" and "mis" own email of the same school. Decide in the settings (sources, owns) which of the two does.'])
    expect(await w.person(1)).toMatchObject([{ email: 'm1@mis.example' }])
    const good = await world()
    await good.mis(csv(20))
    const before = await good.person(7)
    const run = await good.idp()
    const planned = await good.undo.plan(run.run, 'os:test')
    await good.undo.apply(run.run, { actor: 'os:other', count: planned.people })
    expect(await good.person(7)).toEqual(before)
  })
})
