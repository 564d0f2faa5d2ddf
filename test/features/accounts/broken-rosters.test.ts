import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { AssentError } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { rosterServices } from '../../support/services.ts'
import { tinySchool, type TinyUser } from '../../support/tiny-roster.ts'
import { account, clean, OS, Seed, world } from './access-world.ts'

const PUPILS = 60
const whole = (user: TinyUser): TinyUser => ({ ...user, grade: user.id.startsWith('P') ? String(1 + Number(user.id.slice(1)) % 6).padStart(2, '0') : '' })
const number = (id: string) => Number(id.slice(1))
/** The whole school with one change to a file of it. */
const spoilt = (name: string, spoil: (text: string) => string | Buffer | null): string => {
  const folder = tinySchool(PUPILS, whole)
  const changed = spoil(readFileSync(join(folder, name), 'utf8'))
  if (changed === null) rmSync(join(folder, name))
  else writeFileSync(join(folder, name), changed)
  return folder
}

/** Ways in which a feed breaks; each arrives three times over five days, as a nightly job would send it. */
const BROKEN: [string, () => string][] = [
  ['the file of people is empty but for its heading', () => spoilt('users.csv', (text) => `${text.split('\n')[0]}\n`)],
  ['half of the people are cut off', () => spoilt('users.csv', (text) => text.split('\n').slice(0, PUPILS).join('\n'))],
  ['the file breaks off in the middle of a row', () => spoilt('users.csv', (text) => text.slice(0, Math.floor(text.length * 0.6)))],
  ['a file of the set is not there', () => spoilt('enrollments.csv', () => null)],
  ['a heading has changed', () => spoilt('users.csv', (text) => text.replace('sourcedId', 'source_id'))],
  ['it is written in UTF-16', () => spoilt('users.csv', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'))],
  ['everybody has a new number, as after a change of MIS', () => tinySchool(PUPILS, (user) => ({ ...whole(user), id: `N${user.id}`, agents: (user.agents ?? []).map((id) => `N${id}`) }))],
  ['the school is not in it any more, another one is', () => tinySchool(PUPILS, (user) => ({ ...whole(user), id: `B${user.id}`, schools: ['B'], agents: (user.agents ?? []).map((id) => `B${id}`) }), { schools: ['B'] })],
  ['everybody is marked to be deleted', () => tinySchool(PUPILS, (user) => ({ ...whole(user), status: 'tobedeleted' }))],
  ['every enrolment ended last week', () => tinySchool(PUPILS, (user) => ({ ...whole(user), ...(user.group ? { until: '2026-10-30' } : {}) }))],
  ['a whole year has ended', () => tinySchool(PUPILS, (user) => ({ ...whole(user), ...(user.group && whole(user).grade === '06' ? { until: '2026-10-30' } : {}) }))],
  ['one in eight is missing', () => tinySchool(PUPILS, (user) => (user.id.startsWith('P') && number(user.id) % 8 === 0 ? null : whole(user)))],
  ['all enrolments are gone', () => spoilt('enrollments.csv', (text) => `${text.split('\n')[0]}\n`)],
]

describe('a broken roster suspends nobody', () => {
  onBothDatabases('although everything is set to enforce', (get) => {
    beforeEach(async () => {
      const { db } = get()
      for (const table of ['source_rows', 'source_schools', 'roster_rejections', 'guardian_links', 'group_memberships']) await db.sql(table).del()
      await clean(db)
    })

    it('the control: one real leaver, approved in the roster, is suspended by itself under the same settings', async () => {
      const { db } = get()
      const { roster, clock } = rosterServices(db, { now: '2026-11-02T07:00:00Z' })
      const read = (path: string) => roster.sync({ name: 'mis', format: 'oneroster-csv', path, mode: 'enforce', planOnly: false, actor: 'system' })
      await read(tinySchool(PUPILS, whole))
      const w = await world(db, { mode: 'enforce', clock })
      await w.table.putMany([account(0, { match: { employeeId: 'P1' } })])
      await w.plans.create({ id: w.ids.next(), kind: 'access', about: 'leavers', state: 'applied', createdBy: OS, createdAt: clock.now() - 90 * 86_400_000 })
      const [earlier] = await w.plans.list('access', 9)
      await w.plans.addItems(earlier?.id ?? '', [{ seq: 0, itemKey: 'x', subject: 'x', action: 'suspend', rank: 2, population: 'x|pupil', state: 'verified', before: null, after: null, file: null, line: null, reason: null }])
      clock.advance(50 * 3_600_000)
      const held = await read(tinySchool(PUPILS, (user) => ({ ...whole(user), ...(user.id === 'P1' ? { until: '2026-10-30' } : {}) })))
      await roster.approve(held.run, { actor: 'person:01K4A0000000000000000000AA', count: 1 })
      await w.reconcile.leavers({ planOnly: false, actor: 'system' })
      expect((await new Seed(w).directory()).get(account(0).immutableId)?.enabled).toBe(false)
    })

    it.each(BROKEN)('B1 B2 B3 R2 R3 R4: %s', { timeout: 60_000 }, async (_, broken) => {
      const { db } = get()
      const { roster, clock } = rosterServices(db, { now: '2026-11-02T07:00:00Z' })
      const read = async (path: string) => {
        try {
          return (await roster.sync({ name: 'mis', format: 'oneroster-csv', path, mode: 'enforce', planOnly: false, actor: 'system' })).state
        } catch (error) {
          if (!(error instanceof AssentError)) throw error
          return 'unusable'
        }
      }
      expect(await read(tinySchool(PUPILS, whole))).toBe('applied')
      const w = await world(db, { mode: 'enforce', clock })
      const seed = new Seed(w)
      await w.table.putMany(Array.from({ length: PUPILS }, (_, n) => account(n, { match: { employeeId: `P${n + 1}` } })))
      await w.reconcile.leavers({ planOnly: false, actor: 'system' })
      // A leaver of long ago has been suspended before: being the first run is not what protects anybody here.
      await w.plans.create({ id: w.ids.next(), kind: 'access', about: 'leavers', state: 'applied', createdBy: OS, createdAt: clock.now() - 90 * 86_400_000 })
      const [earlier] = await w.plans.list('access', 9).then((plans) => plans.filter(({ state, createdAt }) => state === 'applied' && createdAt < clock.now() - 86_400_000))
      await w.plans.addItems(earlier?.id ?? '', [{ seq: 0, itemKey: 'x', subject: 'x', action: 'suspend', rank: 2, population: 'x|pupil', state: 'verified', before: null, after: null, file: null, line: null, reason: null }])
      const before = await seed.directory()
      expect([...before.values()].filter(({ enabled }) => enabled)).toHaveLength(PUPILS)

      const states = new Set<string>()
      for (let day = 0; day < 3; day += 1) {
        clock.advance(50 * 3_600_000)
        states.add(await read(broken()))
        await w.reconcile.leavers({ planOnly: false, actor: 'system' })
        await w.reconcile.reconcile({ planOnly: false, actor: 'system' })
        expect(await seed.directory()).toEqual(before)
        expect(await db.read('restrictions')).toEqual([])
      }
      expect([...states].every((state) => ['unusable', 'refused', 'held', 'applied'].includes(state))).toBe(true)

      // Mended, everything is as if nothing had been.
      clock.advance(50 * 3_600_000)
      await read(tinySchool(PUPILS, whole))
      await w.reconcile.leavers({ planOnly: false, actor: 'system' })
      expect(await seed.directory()).toEqual(before)
    })
  })
})
