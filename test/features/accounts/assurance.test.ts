import { beforeEach, describe, expect, it } from 'vitest'
import { onBothDatabases } from '../../support/databases.ts'
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
  })
})
