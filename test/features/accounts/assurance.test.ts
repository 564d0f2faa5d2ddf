import { beforeEach, describe, expect, it } from 'vitest'
import { onBothDatabases } from '../../support/databases.ts'
import { assuranceCsv } from '../../../src/features/accounts/assurance/assurance-routes.ts'
import { account, ANNA, clean, OS, Seed, world } from './access-world.ts'

describe('access assurance', () => {
  onBothDatabases('accounts without a person, administrators, shared logins, days from leaving to suspended', (get) => {
    beforeEach(() => clean(get().db))

    it('A7 B4: names each, counts the rest, and measures how fast leavers were suspended', async () => {
      const w = await world(get().db)
      const seed = await new Seed(w).begin()
      await seed.crowd(60)
      await seed.pupils(3)
      await seed.pupils(2, { first: 10, end: '2026-11-13' })
      await seed.pupils(1, { first: 20, end: '2026-11-01' })
      const [owner] = await seed.pupils(1, { first: 30, role: 'teacher' })
      await seed.pupils(1, { first: 40, account: { protected: true } })
      await w.table.putMany([account(90, { match: {} }), account(91, { match: {} }), account(92, { match: {}, enabled: false })])
      await w.reconcile.observe('school', OS)
      const shared = (await w.accounts.orphans(null, 9)).find(({ username }) => username === 'pupil91')
      await w.access.registerShared(shared?.id ?? '', owner as string, ANNA)

      const before = await w.assurance.report('all', w.clock.now())
      expect(before).toMatchObject({ accounts: 11, active: 10, leaving: { people: 0, median: null } })
      expect(before.withoutPerson.map(({ username, text }) => `${username}: ${text}`).toSorted()).toEqual([
        'pupil10: its person has no current place', 'pupil11: its person has no current place', 'pupil20: its person has no current place', 'pupil90: belongs to nobody known',
      ])
      expect(before.administrators.map(({ username }) => username)).toEqual(['pupil40'])
      expect(before.shared).toMatchObject([{ username: 'pupil91', text: 'answered for by Made Up30' }])

      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      await w.reconcile.apply(run, { actor: ANNA, count: 3 })
      const after = await w.assurance.report('all', w.clock.now())
      expect(after.withoutPerson.map(({ username }) => username)).toEqual(['pupil90'])
      expect(after.leaving).toEqual({ people: 3, median: 6, longest: 18, slow: 1 })
      expect(await w.assurance.report([seed.school], w.clock.now())).toMatchObject({ leaving: { people: 3 }, withoutPerson: [] })
      expect(await w.assurance.report([], w.clock.now())).toMatchObject({ accounts: 0, leaving: { people: 0 } })
    })

    it('A7 B4: names what nobody has used for 60 days, administrators and shared logins too, and what no directory speaks of is not among it', async () => {
      const w = await world(get().db)
      const seed = await new Seed(w).begin()
      const at = (day: string) => Date.parse(`${day}T07:00:00Z`)
      await seed.pupils(1, { account: { lastSignIn: at('2026-09-19') } })
      await seed.pupils(1, { first: 1, account: { lastSignIn: at('2026-09-20') } })
      await seed.pupils(1, { first: 2, account: { lastSignIn: null } })
      await seed.pupils(1, { first: 3 })
      await seed.pupils(1, { first: 4, account: { lastSignIn: at('2025-01-01'), enabled: false } })
      await seed.pupils(1, { first: 5, role: 'teacher', account: { lastSignIn: at('2026-06-01'), protected: true } })
      const [owner] = await seed.pupils(1, { first: 6, role: 'teacher', account: { lastSignIn: at('2026-11-18') } })
      await w.table.putMany([account(91, { match: {}, lastSignIn: at('2026-05-01') })])
      await w.reconcile.observe('school', OS)
      await w.access.registerShared((await w.accounts.orphans(null, 9)).find(({ username }) => username === 'pupil91')?.id ?? '', owner as string, ANNA)
      const report = await w.assurance.report('all', w.clock.now())
      expect(report.unused.map(({ username, kind, lastSignIn }) => [username, kind, lastSignIn])).toEqual([
        ['pupil91', 'shared', '2026-05-01'], ['pupil5', 'administrator', '2026-06-01'], ['pupil0', 'person', '2026-09-19'],
      ])
      expect(report.signIns).toEqual([{ directory: 'school', active: 7, known: 6, note: null }])
      const csv = assuranceCsv(report)
      expect(csv).toContain('"not used for 60 days, shared",pupil91,school,Made Up6,last used on')
      expect(csv).toContain('of 6 of 7 accounts')

      // A sign-in alone makes no account look changed, and a new one takes it off the list; never used counts from when it was first seen.
      await w.table.putMany([account(0, { lastSignIn: at('2026-11-19') })])
      expect(await w.reconcile.observe('school', OS)).toMatchObject({ changed: 0, added: 0 })
      w.clock.advance(61 * 86_400_000)
      const later = await w.assurance.report('all', w.clock.now())
      expect(later.unused.map(({ username, text }) => `${username}: ${text}`)).toContain('pupil2: never used, first seen on Thursday 19 November 2026')
      expect(later.unused.map(({ username }) => username)).toContain('pupil0')

      // Active Directory writes it down late: 14 days more are allowed.
      await get().db.sql('directories').where({ name: 'school' }).update({ kind: 'active-directory' })
      w.clock.advance(-61 * 86_400_000)
      const lagging = await w.assurance.report('all', w.clock.now())
      expect(lagging.unused.map(({ username }) => username)).toEqual(['pupil91', 'pupil5'])
      expect(lagging.signIns[0]?.note).toMatch(/9 to 14 days late/)
    })
  })
})
