import { beforeEach, describe, expect, it } from 'vitest'
import { Refused, UnusableInput } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { account, ANNA, BELA, clean, LEFT, OS, Seed, world, type WorldOptions } from './access-world.ts'

const TODAY = '2026-11-19'

describe('AccessService', () => {
  onBothDatabases('restrictions', (get) => {
    beforeEach(() => clean(get().db))
    const setUp = async (options: WorldOptions = {}) => {
      const w = await world(get().db, options)
      const seed = await new Seed(w).begin()
      await seed.crowd(100)
      const [person] = await seed.pupils(1)
      await w.reconcile.observe('school', OS)
      const drain = () => w.outbox.drain(w.handlers, { worker: 'w' })
      const now = async () => (await seed.directory()).get(account(0).immutableId)
      return { w, seed, person: person as string, drain, now }
    }

    it('A2: a signature releases its own restriction in its own transaction, and the account follows after the commit', async () => {
      const { w, person, drain, now } = await setUp()
      const place = () => w.access.place({ personId: person, cause: 'unsigned', level: 'restricted', reason: 'not signed', releaseKey: 'request:1', actor: ANNA })
      const id = await place()
      expect(await place()).toBe(id)
      await drain()
      expect((await now())?.groups).toContain('limited')
      await w.db.transaction(async () => {
        expect(await w.access.releaseByKey('request:1', `person:${person}`)).toBe(1)
        throw new Error('the signature failed')
      }).catch(() => undefined)
      expect((await w.access.accessOf(person, TODAY, { reveal: true })).desired.level).toBe('restricted')
      await w.db.transaction(() => w.access.releaseByKey('request:1', `person:${person}`))
      expect((await now())?.groups).toContain('limited')
      await drain()
      expect(await now()).toEqual(account(0, { groups: ['internet', 'year-8'] }))
      expect(await w.access.releaseByKey('request:1', `person:${person}`)).toBe(0)
      const events = (await w.db.read('audit_entries').where({ subject: `person:${person}` }).orderBy('id')).map((row) => row.event)
      expect(events).toEqual(['access.restricted', 'access.released'])
    })

    it('A1 A2: two causes overlap and end in either order', async () => {
      for (const order of [['a', 'b'], ['b', 'a']]) {
        await clean(get().db)
        const { w, person, drain, now } = await setUp()
        await w.access.place({ personId: person, cause: 'manual', level: 'suspended', reason: 'made up', releaseKey: 'a', actor: ANNA })
        await w.access.place({ personId: person, cause: 'misuse', level: 'restricted', profile: 'no-internet', reason: 'made up', releaseKey: 'b', actor: BELA })
        await drain()
        expect(await now()).toMatchObject({ enabled: false })
        const states = []
        for (const key of order) {
          await w.access.releaseByKey(key, ANNA)
          await drain()
          const { enabled, groups } = await now() ?? account(0)
          states.push({ enabled, groups })
        }
        // While nobody can log in, groups of earlier restrictions stay; they go when access returns.
        const full = { enabled: true, groups: ['internet', 'year-8'] }
        expect(states).toEqual(order[0] === 'a' ? [{ enabled: true, groups: ['filtered', 'limited', 'year-8'] }, full] : [{ enabled: false, groups: ['filtered', 'year-8'] }, full])
        expect(await now()).toEqual(account(0))
      }
    })

    it('A5: misuse and safeguarding read in neutral words outside the circle, everywhere', async () => {
      const { w, person, drain } = await setUp()
      const id = await w.access.place({ personId: person, cause: 'safeguarding', level: 'suspended', reason: 'secret matter', actor: BELA, emergency: true })
      await w.access.place({ personId: person, cause: 'manual', level: 'restricted', reason: 'lost device', actor: ANNA })
      await drain()
      const outside = JSON.stringify([
        await w.access.accessOf(person, TODAY, { reveal: false }), await w.queries.timeline(person, { reveal: false }),
        await w.db.read('audit_payloads'), await w.db.read('plan_items'), await w.db.read('plans'), await w.db.read('outbox'),
      ])
      expect(outside).not.toMatch(/secret|safeguarding/)
      expect(outside).toContain(`ask the DSL, reference ${id.slice(-8)}`)
      expect(outside).toContain('lost device')
      expect(JSON.stringify((await w.access.accessOf(person, TODAY, { reveal: false })).desired)).not.toContain('"emergency":true')
      const inside = await w.access.accessOf(person, TODAY, { reveal: true })
      expect(inside.restrictions.map((each) => each.reason)).toEqual(['secret matter', 'lost device'])
      expect(inside.desired).toMatchObject({ level: 'suspended', emergency: true })
    })

    it('A5: suspending staff asks first whether advice was taken', async () => {
      const { w, seed } = await setUp()
      const [teacher] = await seed.pupils(1, { first: 9, role: 'teacher' })
      const command = { personId: teacher as string, cause: 'safeguarding', level: 'suspended', reason: 'made up', actor: BELA } as const
      await expect(w.access.place(command)).rejects.toThrow(/LADO/)
      await w.access.place({ ...command, advice: 'not-yet' })
      expect(await w.db.read('restrictions')).toHaveLength(1)
    })

    it('I5: an unsigned agreement never locks out of Assent unless another way to sign exists', async () => {
      const { w, person } = await setUp()
      const command = { personId: person, cause: 'unsigned', level: 'suspended', reason: 'not signed', actor: ANNA } as const
      await expect(w.access.place(command)).rejects.toThrow(Refused)
      await w.access.place({ ...command, otherRoute: true })
    })

    it('refuses what makes no sense, and places nothing', async () => {
      const { w, person } = await setUp()
      const command = { personId: person, cause: 'manual', level: 'restricted', reason: 'made up', actor: ANNA } as const
      const wrong = [{ level: 'full' }, { reason: ' ' }, { fromDate: '2026-02-30' }, { fromDate: '2026-12-01', untilDate: '2026-11-30' }, { releaseKey: '' }] as const
      for (const more of wrong) await expect(w.access.place({ ...command, ...more })).rejects.toThrow(UnusableInput)
      await expect(w.access.place({ ...command, personId: w.ids.next() })).rejects.toThrow(/no such person/)
      expect(await w.db.read('restrictions')).toEqual([])
      expect(await w.db.read('outbox')).toEqual([])
    })

    it('A2: from and until are kept by the calendar: the account follows on the day', async () => {
      const { w, person, drain, now } = await setUp()
      await w.access.place({ personId: person, cause: 'manual', level: 'restricted', reason: 'made up', fromDate: '2026-11-23', untilDate: '2026-11-24', actor: ANNA })
      await drain()
      expect(await now()).toEqual(account(0))
      w.clock.set('2026-11-23T07:00:00Z')
      await drain()
      expect((await now())?.groups).toContain('limited')
      w.clock.set('2026-11-24T23:00:00Z')
      await drain()
      expect((await now())?.groups).toContain('limited')
      w.clock.set('2026-11-25T00:30:00Z')
      await drain()
      expect(await now()).toEqual(account(0))
    })

    it('B7: an emergency for one person is not braked; what a person decides is counted; what nobody decided waits (R10)', async () => {
      const { w, seed, person, drain, now } = await setUp()
      await w.access.place({ personId: person, cause: 'safeguarding', level: 'suspended', reason: 'made up', actor: BELA, emergency: true })
      await drain()
      expect(await now()).toMatchObject({ enabled: false })
      const others = await seed.pupils(8, { first: 20 })
      await w.reconcile.observe('school', OS)
      for (const personId of others.slice(0, 7)) {
        await w.access.place({ personId, cause: 'misuse', level: 'restricted', reason: 'made up', actor: BELA })
        await drain()
      }
      const limited = [...(await seed.directory()).values()].filter((each) => each.groups.includes('limited'))
      // 109 pupils: five pass within 24 hours, the first one suspended among them.
      expect(limited).toHaveLength(4)
      expect((await w.queries.plans(10)).waiting.map((plan) => plan.brake.held[0]?.rule)).toEqual(['B1', 'B1', 'B1'])
      await w.access.place({ personId: others[7] as string, cause: 'unsigned', level: 'restricted', reason: 'not signed', actor: 'system' })
      await drain()
      expect((await w.queries.plans(1)).waiting[0]?.brake.held.map((each) => each.rule)).toContain('R10')
    })

    it('a directory that does not answer is tried again, and the person is brought right then', async () => {
      const { w, person, now } = await setUp()
      const down = await world(get().db, { clock: w.clock, faults: { failEvery: 1 } })
      await w.access.place({ personId: person, cause: 'manual', level: 'suspended', reason: 'made up', actor: ANNA })
      expect(await down.outbox.drain(down.handlers, { worker: 'w' })).toMatchObject({ failed: 1, done: 0 })
      expect(await now()).toEqual(account(0))
      w.clock.advance(60_000)
      expect(await w.outbox.drain(w.handlers, { worker: 'w' })).toMatchObject({ failed: 0, done: 1 })
      expect(await now()).toMatchObject({ enabled: false })
    })

    it('A4: the other side of a leaver is not seen: releasing one cause leaves the other alone', async () => {
      const { w, seed, person, drain, now } = await setUp()
      await w.access.place({ personId: person, cause: 'unsigned', level: 'restricted', reason: 'not signed', releaseKey: 'r', actor: ANNA })
      await drain()
      await seed.end(person, LEFT)
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      await w.reconcile.apply(run, { actor: ANNA, count: 1 })
      await w.access.releaseByKey('r', `person:${person}`)
      await drain()
      expect(await now()).toMatchObject({ enabled: false })
      await w.reconcile.undo(run, { actor: ANNA })
      expect(await now()).toEqual(account(0))
    })
  })
})
