import { beforeEach, describe, expect, it } from 'vitest'
import type { Directory } from '../../../src/adapters/directories/directory.ts'
import { plainLetters, usernameCandidates } from '../../../src/features/accounts/life/username-rule.ts'
import { OutsideFailure } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, clean, HOME, OS, Seed, world, type WorldOptions } from './access-world.ts'

const create = { roles: ['pupil'], username: '{yy}{surname}{f}', domain: '', homes: [{ role: 'pupil', years: ['8'], container: HOME }] }
const LIFE = { delete: false, create }

describe('login names', () => {
  it('are made of plain letters by the rule, with a number where several have one name', () => {
    expect(plainLetters('Świętosławska-O’Brien')).toBe('swietoslawskaobrien')
    const olive = { forename: 'Olive', surname: 'Ærøskøbing', employeeId: 'A17', startDate: '2025-09-01' }
    expect(usernameCandidates('{yy}{surname}{f}', olive).slice(0, 3)).toEqual(['25aeroskobingo', '25aeroskobingo2', '25aeroskobingo3'])
    expect(usernameCandidates('{forename}.{surname}', { ...olive, forename: '' })[0]).toBe('aeroskobing')
    // No letter of the alphabet: the person's own number; and never more than twenty characters.
    expect(usernameCandidates('{forename}.{surname}', { ...olive, forename: '明', surname: '王' })[0]).toBe('ua17')
    const long = usernameCandidates('{forename}.{surname}', { ...olive, surname: 'Featherstonehaugh-Cholmondeley' })
    expect(long.every((name) => name.length <= 20)).toBe(true)
    expect(new Set(long).size).toBe(99)
  })
})

describe('accounts that Assent makes', () => {
  onBothDatabases('by a plan', (get) => {
    beforeEach(() => clean(get().db))
    const setUp = async (options: WorldOptions = {}) => {
      const w = await world(get().db, { life: LIFE, ...options })
      const seed = await new Seed(w).begin()
      await seed.pupils(1, { first: 900 })
      const as = (more: WorldOptions) => world(get().db, { clock: w.clock, life: LIFE, ...more })
      return { w, seed, as }
    }
    const made = async (seed: Seed) => [...(await seed.directory()).values()].filter(({ immutableId }) => immutableId.startsWith('sim-new-')).map(({ username, enabled, container, match }) => ({ username, enabled, container, match }))

    it('off unless the trust wants it; then made only once somebody has approved the list, and open at once where nothing holds them back', async () => {
      const { w, seed, as } = await setUp()
      await expect((await as({ life: null })).life.newAccounts(ANNA)).rejects.toThrow(/No directory is set/)
      await seed.pupils(2, { first: 1, noAccount: true })
      const { run } = await w.life.newAccounts(ANNA)
      expect(await made(seed)).toEqual([])
      expect(await w.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ verified: 2, failed: 0 })
      expect(await made(seed)).toEqual([1, 2].map((n) => ({ username: `25up${n === 1 ? 'm' : 'm2'}`, enabled: true, container: HOME, match: { employeeId: `A${n}` } })))
      // They belong to their people from the start, and nobody is made a second account.
      expect(await get().db.sql('accounts').whereNull('person_id')).toEqual([])
      expect((await w.life.newAccounts(ANNA)).planned).toBe(0)
      const before = await made(seed)
      await w.reconcile.reconcile({ planOnly: false, actor: OS })
      expect(await made(seed)).toEqual(before)
    })

    it('I7: who has to sign first gets an account that stays switched off until then', async () => {
      const { w, seed } = await setUp()
      const [person = ''] = await seed.pupils(1, { first: 1, noAccount: true })
      await w.access.place({ personId: person, cause: 'unsigned', level: 'none-yet', reason: 'The account waits for the agreement', releaseKey: 'request:x', otherRoute: true, actor: 'system' })
      const { run } = await w.life.newAccounts(ANNA)
      await w.reconcile.apply(run, { actor: ANNA, count: null })
      expect((await made(seed))[0]?.enabled).toBe(false)
      await w.access.releaseByKey('request:x', `person:${person}`)
      await w.person.reconcilePerson(person, { actor: OS })
      expect((await made(seed))[0]?.enabled).toBe(true)
    })

    it('a name that somebody has already gets a number; a lost answer makes no second account', async () => {
      let lost = 1
      const losing = (directory: Directory): Directory => ({
        ...directory, life: { ...directory.life, create: { make: async (wish) => {
          const account_ = await directory.life?.create?.make(wish)
          if (lost-- > 0) throw new OutsideFailure({ what: 'The directory did not answer.', where: 'test', remedy: 'Try again.' })
          if (!account_) throw new Error('no account')
          return account_
        } } },
      })
      const { w, seed } = await setUp({ wrap: losing })
      await w.table.putMany([account(800, { username: '25upm', match: { employeeId: 'Z9' } })])
      await seed.pupils(1, { first: 1, noAccount: true })
      const { run } = await w.life.newAccounts(ANNA)
      expect(await w.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ verified: 0, failed: 1 })
      expect(await w.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ verified: 1, failed: 0 })
      expect((await made(seed)).map(({ username }) => username)).toEqual(['25upm2'])
    })

    it('says why somebody gets none: no rule for their home, no number of the school, an account that may be theirs', async () => {
      const { w, seed } = await setUp()
      const [elsewhere = ''] = await seed.pupils(1, { first: 1, noAccount: true, year: '9' })
      const [unnumbered = ''] = await seed.pupils(1, { first: 2, noAccount: true })
      await get().db.sql('source_people').where({ person_id: unnumbered }).del()
      // Two people are known by the number of one account, so a person has to decide whose it is.
      const unclear = await seed.pupils(2, { first: 3, noAccount: true })
      await get().db.sql('source_people').where({ person_id: unclear[1] }).update({ admission_number: 'A3' })
      await w.table.putMany([account(3)])
      const { run, planned } = await w.life.newAccounts(ANNA)
      const lines = await get().db.sql('plan_items').where({ plan_id: run })
      expect(Object.fromEntries(lines.map(({ subject, state, reason }) => [subject, `${state}: ${reason}`]))).toMatchObject({
        [elsewhere]: 'skipped: No rule says where this account belongs (life.create.homes).', [unnumbered]: expect.stringMatching(/^skipped: No number of the school/),
      })
      expect(planned).toBeGreaterThanOrEqual(2)
      expect(lines.some(({ subject }) => unclear.includes(subject))).toBe(false)
      expect((await w.plans.get(run))?.brake.held[0]?.text).toMatch(/^2 left out/)
    })
  })
})
