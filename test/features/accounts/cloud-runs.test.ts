import type { admin_directory_v1 } from '@googleapis/admin'
import { afterEach, describe, expect, it } from 'vitest'
import { createEntraDirectory } from '../../../src/adapters/directories/entra/entra-directory.ts'
import { createGoogleDirectory } from '../../../src/adapters/directories/google/google-directory.ts'
import type { DirectoryMapping } from '../../../src/features/accounts/directory-mapping.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { CLIENT, entraTwin, SECRET, TENANT } from '../../support/twins/entra-twin.ts'
import { GOOGLE_ADMIN, GOOGLE_KEY, googleTwin } from '../../support/twins/google-twin.ts'
import { twinOutside } from '../../support/twins/twin-server.ts'
import { ANNA, clean, LEFT, OS, Seed, START, world } from './access-world.ts'
import { FixedClock } from '../../../src/adapters/clock.ts'

const AWAY = '/Pupils/Away'
const mapping: DirectoryMapping = { suspendedContainer: AWAY, profiles: {}, restrictedGroups: ['limited@school.example'] }
const id = (n: number) => `1000000000000000${String(n).padStart(5, '0')}`
const user = (n: number, more: admin_directory_v1.Schema$User = {}): admin_directory_v1.Schema$User => ({
  id: id(n), primaryEmail: `pupil${n}@school.example`, suspended: false, archived: false, isAdmin: false, isDelegatedAdmin: false, orgUnitPath: '/Pupils', externalIds: [{ type: 'organization', value: `A${n}` }], ...more,
})

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

describe('runs over directories in the cloud', () => {
  onBothDatabases('in batches', (get) => {
    it('applies, verifies and undoes a run of 120 leavers in Google: late answers, one deleted, one moved, one that will not; the undo is exact', { timeout: 60_000 }, async () => {
      const { db } = get()
      await clean(db)
      const clock = new FixedClock(START)
      const outside = twinOutside(clock)
      const users = Array.from({ length: 120 }, (_, n) => user(n))
      const twin = await googleTwin({ clock, users, groups: { 'limited@school.example': [] }, units: ['/Pupils', AWAY], lag: 1200 })
      open.push(twin)
      const directory = createGoogleDirectory({ name: 'google', serviceAccountKey: GOOGLE_KEY, adminUser: GOOGLE_ADMIN, orgUnits: ['/Pupils'], groups: ['limited@school.example'], endpoints: twin.endpoints }, outside)
      const w = await world(db, { clock, wrap: () => directory, mapping })
      const seed = await new Seed(w).begin()
      await seed.pupils(120, { end: LEFT, noAccount: true })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      twin.remove(id(50))
      twin.edit(id(51), { orgUnitPath: AWAY })
      twin.state.fault = ({ method, path }) => (method === 'PATCH' && path.endsWith(id(52)) ? { status: 400, body: { error: { code: 400, errors: [{ reason: 'invalid' }] } } } : null)
      const report = await w.reconcile.apply(run, { actor: ANNA, count: 120 })
      expect(report).toMatchObject({ planned: 120, verified: 118, failed: 1 })
      expect(users.filter(({ id: key }) => twin.user(key as string)?.suspended)).toHaveLength(118)
      expect(twin.state.signOuts).toHaveLength(118)
      expect(await db.read('accounts').whereNotNull('intent')).toEqual([])
      twin.state.fault = null
      expect(await w.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ verified: 119, failed: 0 })
      expect(await w.reconcile.undo(run, { actor: ANNA })).toMatchObject({ failed: 0 })
      for (const { id: key } of users) {
        const now = twin.user(key as string)
        if (key !== id(50)) expect(now, String(key)).toMatchObject({ suspended: false, orgUnitPath: key === id(51) ? AWAY : '/Pupils' })
      }
    })

    it('B6: a storm of refusals stops the run; what was done stays done and the rest goes on later', { timeout: 60_000 }, async () => {
      const { db } = get()
      await clean(db)
      const clock = new FixedClock(START)
      const twin = await googleTwin({ clock, users: Array.from({ length: 60 }, (_, n) => user(n)), groups: { 'limited@school.example': [] }, units: ['/Pupils', AWAY] })
      open.push(twin)
      const directory = createGoogleDirectory({ name: 'google', serviceAccountKey: GOOGLE_KEY, adminUser: GOOGLE_ADMIN, orgUnits: ['/Pupils'], groups: [], endpoints: twin.endpoints }, twinOutside(clock))
      const w = await world(db, { clock, wrap: () => directory, mapping })
      const seed = await new Seed(w).begin()
      await seed.pupils(60, { end: LEFT, noAccount: true })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      let patches = 0
      twin.state.fault = ({ method }) => (method === 'PATCH' && ++patches > 3 ? { status: 429, body: { error: { code: 429, errors: [{ reason: 'rateLimitExceeded' }] } } } : null)
      const report = await w.reconcile.apply(run, { actor: ANNA, count: 60 })
      expect(report.verified).toBe(3)
      expect(report.failed).toBeGreaterThan(2)
      expect(report.held.join()).toContain('B6')
      twin.state.fault = null
      clock.advance(61_000)
      expect(await w.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ verified: 60, failed: 0 })
    })

    it('somebody whose signing out failed is signed out by the next run, though nothing else is left to do', async () => {
      const { db } = get()
      await clean(db)
      const clock = new FixedClock(START)
      const twin = await googleTwin({ clock, users: [user(0)], groups: {}, units: ['/Pupils', AWAY] })
      open.push(twin)
      const directory = createGoogleDirectory({ name: 'google', serviceAccountKey: GOOGLE_KEY, adminUser: GOOGLE_ADMIN, orgUnits: [], groups: [], endpoints: twin.endpoints }, twinOutside(clock))
      const w = await world(db, { clock, wrap: () => directory, mapping })
      const seed = await new Seed(w).begin()
      await seed.pupils(1, { end: LEFT, noAccount: true })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      twin.state.fault = ({ path }) => (path.endsWith('/signOut') ? { status: 503, body: {} } : null)
      expect(await w.reconcile.apply(run, { actor: ANNA, count: 1 })).toMatchObject({ failed: 1 })
      expect([twin.user(id(0))?.suspended, twin.state.signOuts]).toEqual([true, []])
      twin.state.fault = null
      clock.advance(61_000)
      expect(await w.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ verified: 1, failed: 0 })
      expect(twin.state.signOuts).toEqual([id(0)])
      await w.reconcile.undo(run, { actor: ANNA })
      expect(twin.user(id(0))).toMatchObject({ suspended: false, orgUnitPath: '/Pupils' })
    })

    it('a hybrid account is left to its Active Directory: its sessions are ended, and nothing is written over', async () => {
      const { db } = get()
      await clean(db)
      const clock = new FixedClock(START)
      const guid = '00000000-0000-4000-9000-000000000001'
      const twin = await entraTwin({ clock, groups: [], users: [{ id: guid, userPrincipalName: 'a@school.example', accountEnabled: true, employeeId: 'A0', onPremisesSyncEnabled: true, userType: 'Member' }] })
      open.push(twin)
      const directory = createEntraDirectory({ name: 'entra', tenantId: TENANT, clientId: CLIENT, clientSecret: SECRET, domains: [], groups: [], endpoints: twin.endpoints }, twinOutside(clock))
      const w = await world(db, { clock, wrap: () => directory, mapping: { suspendedContainer: null, profiles: {}, restrictedGroups: [] } })
      const seed = await new Seed(w).begin()
      await seed.pupils(1, { end: LEFT, noAccount: true })
      const { run } = await w.reconcile.leavers({ planOnly: false, actor: OS })
      expect(await w.reconcile.apply(run, { actor: ANNA, count: 1 })).toMatchObject({ verified: 1, failed: 0 })
      expect(twin.state.revoked).toEqual([guid])
      expect(twin.user(guid)?.accountEnabled).toBe(true)
      expect(await db.read('accounts').first('delta', 'drift', 'intent')).toEqual({ delta: null, drift: null, intent: null })
      twin.edit(guid, { accountEnabled: false })
      expect(await w.reconcile.reconcile({ planOnly: false, actor: OS })).toMatchObject({ planned: 0 })
    })
  })
})
