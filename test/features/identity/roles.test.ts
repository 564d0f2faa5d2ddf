import { beforeAll, describe, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { ActorService } from '../../../src/features/identity/actor-service.ts'
import { affiliationRoles, allows, grantedRoles, permissions } from '../../../src/features/identity/permissions.ts'
import type { PersonFacts } from '../../../src/features/identity/ports.ts'
import { decideGrant, type NewGrant } from '../../../src/features/identity/role-grant.ts'
import { RoleService } from '../../../src/features/identity/role-service.ts'
import { RoleStore } from '../../../src/features/identity/role-store.ts'
import { ensureCan, ensureNotFamily, type Actor } from '../../../src/http/actor.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { seededIds, START } from '../../http/test-app.ts'
import type { Act } from './identity-app.ts'

const PERSON = '01K00000000000000000000000'
const [OAK, ELM] = ['01K0000000000000000000000A', '01K0000000000000000000000B']
const HOUR = 3_600_000
const wanted: NewGrant = { personId: PERSON, role: 'office', schoolId: OAK, groupName: null, until: null, grantedBy: 'os:test' }

const quiet = { endSessionsOf: async () => 0, tellCircle: async () => undefined }

describe('permissions', () => {
  it('deny is the default: unknown roles and permissions, and names every object has', () => {
    for (const role of ['nobody', '', 'constructor', '__proto__', 'toString']) {
      for (const permission of permissions) expect(allows(role, permission)).toBe(false)
    }
    expect(allows('trust-admin', 'no.such')).toBe(false)
    expect(allows('trust-admin', 'length')).toBe(false)
  })

  it('nobody gets anything by merely being in the records, nor as cover', () => {
    for (const role of [...affiliationRoles, 'cover']) {
      expect(permissions.filter((permission) => allows(role, permission))).toEqual([])
    }
  })

  it('governors see figures, link governors registers too, a class teacher the board and pupils’ slips, and none anything else', () => {
    expect(permissions.filter((permission) => allows('governor', permission))).toEqual(['figures.view'])
    expect(permissions.filter((permission) => allows('link-governor', permission))).toEqual(['figures.view', 'registers.view'])
    expect(permissions.filter((permission) => allows('class-teacher', permission))).toEqual(['office.board.view', 'office.board.export', 'passwords.set'])
  })

  it('external support sees no person, record, log or setting, and approves nothing', () => {
    expect(permissions.filter((permission) => allows('external-it', permission))).toEqual(['roster.view', 'roster.run', 'access.view', 'access.plan'])
  })

  it('nobody may see the mailbox of the demo by role', () => {
    expect(grantedRoles.filter((role) => allows(role, 'mailbox.view'))).toEqual([])
  })

  it('only the trust administrator manages settings; who plans access in IT places no restriction on a person', () => {
    expect(grantedRoles.filter((role) => allows(role, 'settings.manage'))).toEqual(['trust-admin'])
    expect(allows('it-admin', 'restriction.place')).toBe(false)
  })
})

describe('decideGrant', () => {
  it.each([
    [{ role: 'king' }, 'unknown-role'],
    [{ role: 'pupil' }, 'unknown-role'],
    [{ role: 'external-it' }, 'needs-an-end'],
    [{ role: 'cover' }, 'needs-an-end'],
    [{ until: START }, 'already-over'],
    [{ schoolId: null, groupName: '7A' }, 'group-without-school'],
    [{ role: 'head-of-year' }, 'needs-a-group'],
    [{ role: 'cover', groupName: '7A', until: START + 26 * HOUR }, 'longer-than-a-day'],
    [{ role: 'class-teacher', schoolId: null }, 'needs-a-group'],
    [{ role: 'cover', until: START + 1 }, 'needs-a-group'],
    [{ role: 'dsl', yearCode: '7' }, 'role-of-the-whole'],
  ])('refuses %j: %s', (change, reason) => {
    expect(decideGrant({ ...wanted, ...change }, START)).toEqual({ ok: false, reason })
  })
})

onBothDatabases('roles and actors', (get) => {
  const clock = new FixedClock(START)
  const acts: Act[] = []
  const facts = new Map<string, PersonFacts>()
  let roles: RoleService
  let actors: (demo?: boolean) => ActorService
  beforeAll(() => {
    const { db } = get()
    const store = new RoleStore(db)
    roles = new RoleService({ db, store, clock, ids: seededIds(clock, `roles ${db.dialect.name}`), audit: { record: async (act) => acts.push(act) }, ...quiet })
    actors = (demo = false) => new ActorService({ roles: store, people: { factsOf: async (id) => facts.get(id) ?? null }, clock, demo, isSuspended: async () => false })
  })
  const fresh = async (...grants: Partial<NewGrant>[]): Promise<Actor> => {
    await get().db.sql('role_grants').delete()
    clock.set(START)
    facts.set(PERSON, { name: 'Ada', affiliations: [], children: [] })
    for (const grant of grants) await roles.grant({ ...wanted, ...grant })
    return actor()
  }
  const actor = async (via: 'saml' | 'link' | 'class' = 'saml'): Promise<Actor> => {
    const found = await actors().actorFor(PERSON, via)
    if (!found) throw new Error('no actor')
    return found
  }

  it('a role at one school counts at that school only', async () => {
    const office = await fresh({})
    expect([office.can('office.board.view'), office.can('office.board.view', OAK), office.can('office.board.view', ELM)]).toEqual([true, true, false])
    expect(office.schools('office.board.view')).toEqual([OAK])
    expect(office.schools('access.plan')).toEqual([])
  })

  it('a role of the trust counts everywhere, and roles add up', async () => {
    const both = await fresh({}, { role: 'dpo', schoolId: null })
    expect(both.schools('audit.view')).toBe('all')
    expect(both.can('audit.view', ELM)).toBe(true)
    expect(both.can('roster.view', ELM)).toBe(false)
  })

  it('a role for one year counts nowhere but on pages made for groups', async () => {
    const head = await fresh({ role: 'head-of-year', groupName: 'Year 7' })
    expect([head.can('person.view'), head.can('person.view', OAK), head.schools('person.view')]).toEqual([false, false, []])
    expect(head.roles).toEqual([{ role: 'head-of-year', schoolId: OAK, groupName: 'Year 7' }])
  })

  it('a time-boxed role ends at its instant', async () => {
    const support = await fresh({ role: 'external-it', until: START + HOUR })
    expect(support.can('access.plan')).toBe(true)
    clock.advance(HOUR - 1)
    expect((await actor()).can('access.plan')).toBe(true)
    clock.advance(1)
    expect((await actor()).can('access.plan')).toBe(false)
  })

  it('a role taken away is gone with the next request, and both acts are in the log', async () => {
    await fresh()
    acts.length = 0
    const grant = await roles.grant(wanted)
    expect((await actor()).can('office.board.view')).toBe(true)
    await roles.takeAway(grant.id, 'os:test')
    expect((await actor()).can('office.board.view')).toBe(false)
    expect(acts.map(({ event, subject }) => [event, subject])).toEqual([['role.granted', `person:${PERSON}`], ['role.taken-away', `person:${PERSON}`]])
    await expect(roles.takeAway(grant.id, 'os:test')).rejects.toThrow('no such role')
  })

  it('a grant whose log entry fails is not made', async () => {
    await fresh()
    const { db } = get()
    const broken = new RoleService({ db, store: new RoleStore(db), clock, ids: seededIds(clock, 'broken'), audit: { record: async () => { throw new Error('disk full') } }, ...quiet })
    await expect(broken.grant(wanted)).rejects.toThrow('disk full')
    expect(await db.read('role_grants')).toEqual([])
  })

  it('by a signing link or in a class session nobody is more than a signatory', async () => {
    await fresh({ role: 'trust-admin', schoolId: null })
    for (const via of ['link', 'class'] as const) {
      const signatory = await actor(via)
      expect(permissions.filter((permission) => signatory.can(permission))).toEqual([])
      expect(signatory.personId).toBe(PERSON)
    }
  })

  it('P1: one person wears several hats', async () => {
    await fresh()
    facts.set(PERSON, {
      name: 'Ada', children: [{ pupilId: 'p1', doNotContact: false }],
      affiliations: [{ role: 'teacher', schoolId: OAK }, { role: 'support', schoolId: OAK }, { role: 'governor', schoolId: ELM }, { role: 'visitor', schoolId: ELM }],
    })
    expect((await actor()).roles).toEqual([
      { role: 'staff', schoolId: OAK, groupName: null }, { role: 'visitor', schoolId: ELM, groupName: null }, { role: 'guardian', schoolId: null, groupName: null },
    ])
  })

  it('F2, P7: a do-not-contact child is not on their page, and still a family conflict', async () => {
    await fresh()
    facts.set(PERSON, { name: 'Ada', affiliations: [], children: [{ pupilId: 'p1', doNotContact: false }, { pupilId: 'p2', doNotContact: true }] })
    const parent = await actor()
    expect(parent.guardianOf).toEqual(['p1'])
    for (const pupil of ['p1', 'p2']) expect(() => ensureNotFamily(parent, pupil)).toThrow('family link')
    expect(() => ensureNotFamily(parent, 'p3')).not.toThrow()
  })

  it('there is no actor without a person', async () => {
    expect(await actors().actorFor('01K0000000000000000000GONE', 'saml')).toBeNull()
  })

  it('in the demo everyone may see the mailbox, elsewhere nobody', async () => {
    await fresh({ role: 'trust-admin', schoolId: null })
    expect((await actor()).can('mailbox.view')).toBe(false)
    expect((await actors(true).actorFor(PERSON, 'persona'))?.can('mailbox.view')).toBe(true)
  })

  it('what is not theirs reads like what does not exist', async () => {
    const office = await fresh({})
    expect(() => ensureCan(office, 'roster.view', OAK)).not.toThrow()
    expect(() => ensureCan(office, 'roster.view', ELM)).toThrow('could not find')
    expect(() => ensureCan(office, 'audit.view')).toThrow('permission')
  })
})
