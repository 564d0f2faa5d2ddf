import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hangingColumns, NOTHING_HANGS } from '../../../src/what-hangs.ts'
import type { Database } from '../../../src/db/database.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { tinyRoster, tinySchool, type TinyUser } from '../../support/tiny-roster.ts'
import { rosterWorld, wipe } from './roster-world.ts'

/** Everybody as the roster has them, by the feed's identifier; without identifiers of ours and times of writing. */
async function register(db: Database): Promise<unknown> {
  const people = await db.read('people as p').join('source_people as s', 's.person_id', 'p.id').orderBy('s.external_id')
    .select('p.id', 's.external_id', 'p.preferred_forename', 'p.surname', 'p.name_search', 'p.email', 'p.email_norm', 'p.username', 'p.feed_disabled')
  const names = new Map(people.map((row) => [row.id as string, row.external_id as string]))
  const who = (id: string) => names.get(id) ?? id
  const places = await db.read('affiliations as a').join('schools as c', 'c.id', 'a.school_id')
    .select('a.person_id', 'c.name', 'a.role', 'a.year_code', 'a.year_next', 'a.year_from', 'a.reg_group', 'a.start_date', 'a.end_date', 'a.end_reason', 'a.missing_since', 'a.missing_runs', 'a.deleted_in_source')
  const groups = await db.read('group_memberships').select('person_id', 'group_key', 'name', 'registration', 'start_date', 'end_date')
  const links = await db.read('guardian_links').select('pupil_id', 'guardian_id', 'relationship', 'may_sign', 'may_consent', 'do_not_contact', 'priority', 'ended_at')
  const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row)).toSorted()
  return {
    people: lines(people.map(({ id: _id, ...row }) => ({ ...row, feed_disabled: Number(row.feed_disabled) }))),
    places: lines(places.map((row) => ({ ...row, person_id: who(row.person_id), missing_since: row.missing_since === null ? null : Number(row.missing_since), deleted_in_source: Number(row.deleted_in_source) }))),
    groups: lines(groups.map((row) => ({ ...row, person_id: who(row.person_id), registration: Number(row.registration) }))),
    links: lines(links.map((row) => ({ ...row, pupil_id: who(row.pupil_id), guardian_id: who(row.guardian_id), may_sign: Number(row.may_sign), may_consent: Number(row.may_consent), do_not_contact: Number(row.do_not_contact), ended_at: row.ended_at === null ? null : Number(row.ended_at) }))),
  }
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
/** What may come to one person's rows in a second reading; null: they are not in it. */
const change = fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 3, arbitrary: fc.record({
  name: optional(fc.constantFrom('Ada', 'Noor', 'Zoë')), surname: optional(fc.constantFrom('Ames', 'Ó Briain')), email: optional(fc.constantFrom('', 'new@family.example')),
  grade: optional(fc.constantFrom('03', '05', '06')), group: optional(fc.constantFrom('4K', '5K', '5L')), until: optional(fc.constantFrom('2026-10-20', '2027-07-01')),
  schools: optional(fc.constantFrom(['A'], ['B'], ['A', 'B'])), agents: optional(fc.constantFrom<string[]>([], ['G1'], ['G1', 'G2'])), status: optional(fc.constantFrom('', 'tobedeleted')),
}) }, { weight: 1, arbitrary: fc.constant(null) })

/** Twelve families; of the last readings' changes each person gets one, and some are new. */
function roster(changes: readonly (object | null)[], extra: number): string {
  const users: TinyUser[] = []
  let at = 0
  for (let n = 1; n <= 12 + extra; n += 1) {
    for (const base of [{ id: `P${n}`, grade: '04', group: '4K', agents: [`G${n}`], admission: `${1000 + n}` }, { id: `G${n}`, role: 'guardian', email: `g${n}@family.example` }] as TinyUser[]) {
      const one = n > 12 ? {} : changes[at++ % Math.max(1, changes.length)] ?? null
      if (n <= 12 && changes.length > 0 && one === null) continue
      const given = Object.fromEntries(Object.entries(one ?? {}).filter(([key, value]) => value !== undefined && (base.role !== 'guardian' || !['grade', 'group', 'until', 'agents'].includes(key))))
      users.push({ ...base, ...given } as TinyUser)
    }
  }
  return tinyRoster(users)
}

onBothDatabases('U1 undoing a roster run', (get) => {
  const HOUR = 3_600_000
  const world = async () => {
    await wipe(get().db)
    await get().db.sql('requests').del()
    return rosterWorld(get().db)
  }
  const undo = async (w: Awaited<ReturnType<typeof world>>, run: string) => {
    const planned = await w.undo.plan(run, 'os:test')
    return { planned, done: await w.undo.apply(run, { actor: 'os:other', count: planned.people > 5 ? planned.people : null }) }
  }

  it('U1 applied and then undone gives the same people back, whatever the second reading said', async () => {
    await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 24, maxLength: 24 }), fc.integer({ min: 0, max: 3 }), async (changes, extra) => {
      const w = await world()
      await w.sync(roster([], 0))
      const before = await register(get().db)
      w.clock.advance(HOUR)
      const run = await w.sync(roster(changes, extra))
      fc.pre(run.state !== 'refused')
      if (run.state === 'held') await w.roster.approve(run.run, { actor: 'os:other', count: run.heldPeople })
      w.clock.advance(HOUR)
      const { planned, done } = await undo(w, run.run)
      expect(await register(get().db)).toEqual(before)
      expect(done).toMatchObject({ people: planned.people, changedSince: 0, kept: 0, state: 'applied', left: [] })
      // The same file again changes nothing: they are kept until it says something else.
      w.clock.advance(HOUR)
      const again = await w.sync(roster(changes, extra))
      expect(again).toMatchObject({ joiners: 0, movers: 0, leavers: 0, changed: 0, missing: 0 })
      expect(await register(get().db)).toEqual(before)
    }), { numRuns: 12 })
  }, 180_000)

  it('U1 what has been changed since stays and is listed; the rest goes back', async () => {
    const w = await world()
    await w.sync(tinySchool(12))
    w.clock.advance(HOUR)
    const bad = await w.sync(tinySchool(12, (user) => (['P1', 'P2'].includes(user.id) ? { ...user, name: 'Wrong', grade: '05', email: 'wrong@family.example' } : user)))
    await get().db.sql('people').where({ surname: 'SurnameP1' }).update({ email: 'right@family.example', email_norm: 'right@family.example' })
    const planned = await w.undo.plan(bad.run, 'os:test')
    expect(planned).toMatchObject({ state: 'planned', people: 2, details: 2, changedSince: 1, left: [{ subject: 'P1', reason: 'has been changed since, so it stays: the e-mail address' }] })
    expect(await get().db.read('people').where({ preferred_forename: 'Wrong' })).toHaveLength(2)
    const done = await w.undo.apply(bad.run, { actor: 'os:test', count: null })
    expect(done.left).toEqual(planned.left)
    const names = await get().db.read('people').whereIn('surname', ['SurnameP1', 'SurnameP2']).orderBy('surname').select('preferred_forename', 'email')
    expect(names).toEqual([{ preferred_forename: 'NameP1', email: 'right@family.example' }, { preferred_forename: 'NameP2', email: null }])
    expect(await get().db.read('affiliations').where({ role: 'pupil', year_code: '5' })).toEqual([])
    expect(w.asked).toEqual(['os:test'])
    expect(await get().db.read('audit_entries').where({ subject: `run:${bad.run}` }).whereIn('event', ['roster.undo-begun', 'roster.undone']).then((rows) => rows.map(({ event }) => event).toSorted())).toEqual(['roster.undo-begun', 'roster.undone'])
    await expect(w.undo.plan(bad.run, 'os:test')).resolves.toMatchObject({ state: 'applied' })
  })

  it('U1, R5 an ending that was approved is lifted, kept against the same rows, and ends again when the source says so anew', async () => {
    const w = await world()
    await w.sync(tinySchool(12))
    w.clock.advance(HOUR)
    const left = (day: string) => tinySchool(12, (user) => (user.id === 'P4' ? { ...user, until: day } : user))
    const run = await w.sync(left('2026-10-23'))
    await w.roster.approve(run.run, { actor: 'os:other', count: 1 })
    const end = async () => (await get().db.read('affiliations as a').join('people as p', 'p.id', 'a.person_id').where('p.surname', 'SurnameP4').first('a.end_date')).end_date
    expect(await end()).toBe('2026-10-23')
    const { planned } = await undo(w, run.run)
    expect(planned).toMatchObject({ endsLifted: 1, endsSet: 0, people: 1 })
    expect(await end()).toBeNull()
    w.clock.advance(HOUR)
    expect(await w.sync(left('2026-10-23'))).toMatchObject({ state: 'applied', leavers: 0 })
    expect(await end()).toBeNull()
    w.clock.advance(HOUR)
    expect(await w.sync(left('2026-10-26'))).toMatchObject({ state: 'held', leavers: 1 })
    // Undone endings count for nothing in the seven days of the brake (B1).
    expect(await get().db.read('plan_items').where({ state: 'applied', action: 'end' })).toEqual([])
  })

  it('U1 joiners go where nothing hangs on them; who was asked, signed or has an account stays and is listed', async () => {
    const w = await world()
    await w.sync(tinySchool(12))
    w.clock.advance(HOUR)
    const run = await w.sync(tinySchool(15))
    const idOf = async (key: string) => (await get().db.read('source_people').where({ external_id: key }).first('person_id'))?.person_id as string
    const asked = await idOf('P13')
    await get().db.sql('requests').insert({
      id: w.ids.next(), requirement_id: w.ids.next(), person_id: asked, school_id: w.ids.next(), agreement_id: w.ids.next(), family: 'pupil', signer_rule: 'pupil', occasion: '2026/27', state: 'open', reasons: '[]', created_at: w.clock.now(),
    })
    const { planned, done } = await undo(w, run.run)
    expect(planned).toMatchObject({ withdrawn: 5, kept: 1, people: 5 })
    expect(done.left).toEqual([{ subject: 'P13', reason: 'stays, because this person has been asked to sign' }])
    expect(await idOf('P13')).toBe(asked)
    expect([await idOf('P14'), await idOf('G13')]).toEqual([undefined, undefined])
    expect(await get().db.read('people')).toHaveLength(25)
    w.clock.advance(HOUR)
    expect(await w.sync(tinySchool(15))).toMatchObject({ joiners: 0, unchanged: 30, missing: 0 })
    expect(await get().db.read('people')).toHaveLength(25)
    // As soon as the source says something new of one of them, all their rows count, with the adult they name.
    w.clock.advance(HOUR)
    expect(await w.sync(tinySchool(15, (user) => (user.id === 'P14' ? { ...user, name: 'Corrected' } : user)))).toMatchObject({ joiners: 2 })
    const pupil = await idOf('P14')
    expect(await get().db.read('affiliations').where({ person_id: pupil })).toMatchObject([{ year_code: '4', reg_group: '4K' }])
    expect(await get().db.read('guardian_links').where({ pupil_id: pupil, guardian_id: await idOf('G14') })).toHaveLength(1)
    // Those who are not in the file any more are not missing: they are out.
    w.clock.advance(HOUR)
    expect(await w.sync(tinySchool(14, (user) => (user.id === 'P14' ? { ...user, name: 'Corrected' } : user)))).toMatchObject({ missing: 0, joiners: 0 })
    expect(await get().db.read('withdrawn_joiners').orderBy('external_id').select('external_id')).toEqual([{ external_id: 'G13' }])
  })

  it('U1 killed in the middle, an undo goes on where it stopped; meanwhile nobody approves what the run held', async () => {
    const w = await world()
    await w.sync(tinySchool(300))
    const before = await register(get().db)
    w.clock.advance(HOUR)
    const run = await w.sync(tinySchool(300, (user) => (user.id === 'P1' ? { ...user, until: '2026-10-23' } : { ...user, surname: `Other${user.id}` })))
    expect(run.state).toBe('held')
    const planned = await w.undo.plan(run.run, 'os:test')
    let steps = 0
    const step = get().db.step.bind(get().db)
    get().db.step = (async (work: () => Promise<unknown>) => {
      if ((steps += 1) > 2) throw new Error('killed')
      return step(work)
    }) as typeof step
    await expect(w.undo.apply(run.run, { actor: 'os:test', count: planned.people })).rejects.toThrow('killed')
    get().db.step = step
    expect(await register(get().db)).not.toEqual(before)
    await expect(w.roster.approve(run.run, { actor: 'os:other', count: 1 })).rejects.toThrow(/no longer waiting/)
    expect((await w.undo.apply(run.run, { actor: 'os:other', count: null })).state).toBe('applied')
    expect(await register(get().db)).toEqual(before)
  })

  it('F2, U1 a bar to contact that the reading brought stays: taking it back gives no estranged adult a child again', async () => {
    const w = await world()
    await w.sync(tinySchool(12))
    w.clock.advance(HOUR)
    const run = await w.sync(tinySchool(12, (user) => (user.id === 'P1' ? { ...user, name: 'Wrong' } : user)))
    const link = await get().db.read('guardian_links as l').join('people as p', 'p.id', 'l.pupil_id').where('p.surname', 'SurnameP1').first('l.id', 'l.pupil_id')
    const { plan_id } = await get().db.read('roster_changes').where({ person_id: link.pupil_id }).first('plan_id')
    // As a feed that says so brings it, with another word about the same adult.
    await get().db.sql('guardian_links').where({ id: link.id }).update({ do_not_contact: 1, priority: 7 })
    await get().db.sql('roster_changes').insert({ plan_id, seq: 900, person_id: link.pupil_id, kind: 'link', row_key: link.id, before: JSON.stringify({ do_not_contact: 0, priority: 1 }), after: JSON.stringify({ do_not_contact: 1, priority: 7 }), outcome: null })
    const { planned } = await undo(w, run.run)
    expect(planned.left).toEqual([{ subject: 'P1', reason: 'an adult stays barred from contact until the source says otherwise' }])
    const after = await get().db.read('guardian_links').where({ id: link.id }).first('do_not_contact', 'priority')
    expect({ bar: Number(after.do_not_contact), priority: Number(after.priority) }).toEqual({ bar: 1, priority: 1 })
    expect(await get().db.read('people').where({ preferred_forename: 'Wrong' })).toEqual([])
  })

  it('U1 a newer reading is left alone: only what still is as the old one made it goes back', async () => {
    const w = await world()
    await w.sync(tinySchool(12))
    w.clock.advance(HOUR)
    const first = await w.sync(tinySchool(12, (user) => (user.id === 'P1' ? { ...user, name: 'One', grade: '05' } : user)))
    w.clock.advance(HOUR)
    await w.sync(tinySchool(12, (user) => (user.id === 'P1' ? { ...user, name: 'Two', grade: '05' } : user)))
    const { planned } = await undo(w, first.run)
    expect(planned).toMatchObject({ newer: 1, changedSince: 1 })
    const row = await get().db.read('people as p').join('affiliations as a', 'a.person_id', 'p.id').where('p.surname', 'SurnameP1').first('p.preferred_forename', 'a.year_code')
    expect(row).toEqual({ preferred_forename: 'Two', year_code: '4' })
  })

  it('U1, B5 after thirty days, twice, with a wrong count, or of a run that changed nothing: refused with the reason', async () => {
    const w = await world()
    await w.sync(tinySchool(12))
    w.clock.advance(HOUR)
    const run = await w.sync(tinySchool(12, (user) => ({ ...user, name: 'Wrong' })))
    await expect(w.undo.apply(run.run, { actor: 'os:test', count: null })).rejects.toThrow(/no undo of this run/)
    const planned = await w.undo.plan(run.run, 'os:test')
    expect(planned.people).toBe(24)
    await expect(w.undo.apply(run.run, { actor: 'os:test', count: null })).rejects.toThrow(/B5: type how many/)
    await expect(w.undo.apply(run.run, { actor: 'os:test', count: 23 })).rejects.toThrow(/23, is not/)
    const look = await w.sync(tinySchool(12), { planOnly: true })
    await expect(w.undo.plan(look.run, 'os:test')).rejects.toThrow(/changed nothing/)
    w.clock.advance(31 * 24 * HOUR)
    await expect(w.undo.plan(run.run, 'os:test')).rejects.toThrow(/30 days/)
  })

  it('U1 every column that names a person is looked at before a joiner is taken out', async () => {
    const tables = Object.keys(await get().db.sql('affiliations').columnInfo()).length > 0 ? await tablesOf(get().db) : []
    const named: string[] = []
    for (const table of tables) {
      for (const column of Object.keys(await get().db.sql(table).columnInfo())) if (/^(person|subject|signer|pupil|guardian|holder)_id$/.test(column)) named.push(`${table}.${column}`)
    }
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((column) => !hangingColumns().includes(column) && !NOTHING_HANGS.includes(column))).toEqual([])
    expect(hangingColumns().filter((column) => !named.includes(column))).toEqual([])
  })
})

/** Tables of either database, by the migrations' own list of what they make. */
async function tablesOf(db: Database): Promise<string[]> {
  const { readFileSync, readdirSync } = await import('node:fs')
  const folder = new URL('../../../migrations/', import.meta.url)
  const names = readdirSync(folder).flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/createTable\(knex, '([a-z_]+)'/g)].map(([, name]) => name as string))
  const there: string[] = []
  for (const name of new Set(names)) if (await db.sql.schema.hasTable(name)) there.push(name)
  return there
}
