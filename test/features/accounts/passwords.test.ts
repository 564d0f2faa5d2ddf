import { beforeEach, describe, expect, it } from 'vitest'
import { DirectoryRefusal, type Directory } from '../../../src/adapters/directories/directory.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, clean, Seed, world, type WorldOptions } from './access-world.ts'

const idOf = (n: number) => account(n).immutableId

describe('giving temporary passwords', () => {
  onBothDatabases('to pupils', (get) => {
    beforeEach(() => clean(get().db))
    const setUp = async (options: WorldOptions = {}) => {
      const set: { id: string; password: string; mustChange: boolean }[] = []
      const w = await world(get().db, { onPassword: (id, password, mustChange) => { set.push({ id, password, mustChange }) }, ...options })
      const seed = await new Seed(w).begin()
      const young = await seed.pupils(3, { year: '2' })
      const older = await seed.pupils(1, { first: 10, year: '9' })
      await w.reconcile.observe('school', ANNA)
      const again = (more: WorldOptions) => world(get().db, { clock: w.clock, onPassword: (id, password, mustChange) => { set.push({ id, password, mustChange }) }, ...more })
      return { w, seed, young, older, set, again }
    }
    const everything = async (): Promise<string> => {
      const { db } = get()
      const tables = ['account_passwords', 'access_tasks', 'outbox', 'plans', 'plan_items', 'accounts', 'simulated_accounts', 'audit_payloads', 'audit_pending', 'leases', 'settings', 'directory_looks']
      return JSON.stringify(await Promise.all(tables.map((table) => db.sql(table))))
    }
    const by = { actor: ANNA, way: 'slip' as const, beyond: new Set<string>() }

    it('sets one in the directory, as the band has it, and keeps that it was given, never which', async () => {
      const { w, young, older, set } = await setUp()
      const { given, problems } = await w.passwords.give([...young, ...older], by)
      expect(problems).toEqual([])
      expect(given.map(({ password, accounts }) => ({ password, username: accounts[0]?.username }))).toEqual(set.map(({ password }, at) => ({ password, username: `pupil${at === 3 ? 10 : at}` })))
      expect(given.map(({ band }) => band)).toEqual(['KS1', 'KS1', 'KS1', 'KS3-4'])
      expect(set.map(({ mustChange }) => mustChange)).toEqual([false, false, false, true])
      expect(new Set(given.map(({ password }) => password)).size).toBe(4)
      expect(await get().db.sql('account_passwords')).toHaveLength(4)
      const kept = await everything()
      for (const { password } of given) expect(kept).not.toContain(password)
      const events = (await get().db.sql('audit_entries').where({ subject: `person:${young[0]}` })).map(({ event }) => event)
      expect(events).toEqual(expect.arrayContaining(['access.password-asked', 'access.password-set']))
    })

    it('a lost answer is followed by a new password, so that no slip lies; then nobody is told one', async () => {
      const { young, set, again } = await setUp()
      const once = await (await again({ faults: { lostAnswers: 1 } })).passwords.give([young[0] as string], by)
      expect(set).toHaveLength(2)
      expect(set[0]?.password).not.toBe(set[1]?.password)
      expect(once.given[0]?.password).toBe(set[1]?.password)
      const never = await (await again({ faults: { lostAnswers: 2 } })).passwords.give([young[1] as string], by)
      expect(never.given).toEqual([])
      expect(never.problems[0]?.text).toMatch(/not known whether the password was set/)
      // What is not known stays marked, so that the page asks for a new one.
      expect((await get().db.sql('account_passwords').where({ person_id: young[1] })).map(({ state }) => state)).toEqual(['asked', 'asked'])
    })

    it('B4, A5, B6, R10: refuses protected and suspended people in neutral words, and directories that are paused or only observed', async () => {
      const { w, young, older, set, again, seed } = await setUp()
      await w.access.place({ personId: young[0] as string, cause: 'safeguarding', level: 'suspended', reason: 'A very private reason', actor: ANNA, emergency: true })
      const guarded = await seed.pupils(1, { first: 30, account: { protected: true } })
      const none = await seed.pupils(1, { first: 31, noAccount: true })
      await w.reconcile.observe('school', ANNA)
      const { given, problems } = await (await again({ protectedIds: [older[0] as string] })).passwords.give([...young.slice(0, 1), ...older, ...guarded, ...none], by)
      expect(given).toEqual([])
      expect(problems.map(({ text }) => text)).toEqual([
        'Access changed by the school: a suspended account gets no password.', expect.stringMatching(/^B4/), expect.stringMatching(/^B4/), 'No account of theirs is known.',
      ])
      const observing = await (await again({ mode: 'observe' })).passwords.give([young[1] as string], by)
      expect(observing.problems[0]?.text).toMatch(/^R10/)
      await w.reconcile.pause(null, true, ANNA)
      expect((await w.passwords.give([young[1] as string], by)).problems[0]?.text).toMatch(/^B6/)
      expect(set).toEqual([])
    })

    it('where a system takes none it is a task for a person, without the password in it', async () => {
      const bare = (directory: Directory): Directory => {
        const { life: _, ...without } = directory
        return without
      }
      const { w, young } = await setUp({ wrap: bare })
      const { given, problems } = await w.passwords.give(young.slice(0, 1), by)
      expect(given).toEqual([])
      expect(problems[0]?.text).toMatch(/a task for a person was put on the list/)
      await w.passwords.give(young.slice(0, 1), by)
      expect(await get().db.sql('access_tasks')).toMatchObject([{ kind: 'password', what: 'Set a new password for pupil0 in school and hand it over in person' }])
    })

    it('says what the directory refused, and goes on with the next', async () => {
      const refusing = (directory: Directory): Directory => ({
        ...directory, life: { ...directory.life, password: { mustChange: true, set: async (id, wish) => {
          if (id === idOf(0)) throw new DirectoryRefusal('The directory did not set the password: its rules do not allow one like this.', 'Ask for more words.')
          return await directory.life?.password?.set(id, wish) ?? { mustChange: false }
        } } },
      })
      const { w, young } = await setUp({ wrap: refusing })
      const { given, problems } = await w.passwords.give(young, by)
      expect(given).toHaveLength(2)
      expect(problems).toMatchObject([{ directory: 'school', text: expect.stringMatching(/rules do not allow.*Ask for more words/) }])
      expect((await get().db.sql('account_passwords').where({ state: 'refused' }))).toHaveLength(1)
    })

    it('an account that waits for its agreement gets one, and its owner reads that it opens later', async () => {
      const { w, young } = await setUp()
      await w.access.place({ personId: young[0] as string, cause: 'unsigned', level: 'none-yet', reason: 'The account waits for the agreement', releaseKey: 'request:x', otherRoute: true, actor: 'system' })
      const { given } = await w.passwords.give(young.slice(0, 1), by)
      expect(given[0]?.opensLater).toBe(true)
    })
  })
})
