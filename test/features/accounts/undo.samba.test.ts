import { beforeAll, describe, expect, inject, it } from 'vitest'
import { createActiveDirectory } from '../../../src/adapters/directories/active-directory.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import type { Database } from '../../../src/db/database.ts'
import { migrateUp } from '../../../src/db/migrate.ts'
import { Outbox } from '../../../src/db/outbox.ts'
import { createAccessFeature } from '../../../src/features/accounts/access-feature.ts'
import { DirectoryStore } from '../../../src/features/accounts/directory-store.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { PeopleQueries } from '../../../src/features/people/people-queries.ts'
import { sourceKeys } from '../../../src/features/roster/source-keys.ts'
import { SchoolStore } from '../../../src/features/schools/school-store.ts'
import { makeDatabase } from '../../support/databases.ts'
import { clock, DOMAIN, SambaAdmin, sambaLab, serviceSettings } from '../../support/samba.ts'
import { Crash, CrashingDatabase, crashingDirectory, Fuse } from './crashing.ts'
import { ANNA, BELA, LEFT, OS, Seed, world } from './access-world.ts'

/** Of its own: other files suspend accounts at the same time, and a listing that shrinks is not believed (B3). */
const SUSPENDED = `OU=Undo,OU=Suspended pupils,${DOMAIN}`
const FILTERED = `CN=Filtered internet,OU=Groups,${DOMAIN}`
const LIBRARY = `CN=Library loans,OU=Groups,${DOMAIN}`
const mapping = { suspendedContainer: SUSPENDED, restrictedGroups: [FILTERED], profiles: { 'no-loans': { groups: [], withoutGroups: [LIBRARY] } } }

/** The same people and plans over the real domain; a fuse lets the process die. */
async function inDomain(db: Database, scope: string, fuse: Fuse | null = null) {
  const handle = fuse ? new CrashingDatabase(db, fuse) : db
  const ids = createIds(clock)
  const settings = serviceSettings([scope])
  const real = createActiveDirectory({ ...settings, searchBases: [{ dn: scope }, { dn: SUSPENDED, mayBeEmpty: true }] }, clock)
  const id = await new DirectoryStore(db, clock, ids).ensure('domain', 'active-directory')
  const feature = createAccessFeature({
    db: handle, clock, ids, audit: new AuditLog(handle, clock, ids), outbox: new Outbox(handle, clock, ids, { every: () => () => undefined, after: () => () => undefined }),
    people: new PeopleQueries(handle), schools: new SchoolStore(handle, clock, ids), protectedPeople: async () => new Set(), sourceKeys: () => sourceKeys(handle),
    targets: new Map([['domain', { id, directory: fuse ? crashingDirectory(real, fuse) : real, mapping }]]),
  })
  return { ...feature, close: () => real.close() }
}

describe.skipIf(!sambaLab())('undo in Active Directory, against a real domain controller', () => {
  beforeAll(async () => {
    const admin = await new SambaAdmin().bind()
    await admin.addUnit('OU=Undo,OU=Suspended pupils')
    await admin.close()
  })

  it.each([60, 1000])('A4 U1 A1: %i leavers with their disabled accounts, groups and units, killed half-way, with a second restriction over some; exactly as before', { timeout: 900_000 }, async (many) => {
    const { db, drop } = await makeDatabase('sqlite', inject('mariadbUrl'))
    await migrateUp(db)
    const admin = await new SambaAdmin().bind()
    const unit = await admin.addUnit(`OU=Undo ${many},OU=Pupils`)
    const names = Array.from({ length: many }, (_, n) => `undo${many}u${n}`)
    // Never expires, switched off, and plain: bits that a literal value would destroy.
    await admin.addUsers(unit, names.map((username, n) => ({ username, employeeID: `A${n}`, userAccountControl: n % 10 === 0 ? '514' : n % 7 === 0 ? '66048' : '512' })))
    const state = async () => {
      const { searchEntries } = await admin.client.search(`OU=Pupils,${DOMAIN}`, { scope: 'sub', filter: `(sAMAccountName=undo${many}u*)`, attributes: ['sAMAccountName', 'distinguishedName', 'userAccountControl', 'memberOf'], paged: { pageSize: 500 } })
      const away = await admin.client.search(SUSPENDED, { scope: 'sub', filter: `(sAMAccountName=undo${many}u*)`, attributes: ['sAMAccountName', 'distinguishedName', 'userAccountControl', 'memberOf'], paged: { pageSize: 500 } })
      return new Map([...searchEntries, ...away.searchEntries].map((entry) => [String(entry['sAMAccountName']), JSON.stringify([entry['distinguishedName'], entry['userAccountControl'], [entry['memberOf'] ?? []].flat().toSorted()])]))
    }
    try {
      const w = await world(db, { clock: clock as never })
      const seed = await new Seed(w).begin()
      const people = await seed.pupils(many, { end: LEFT, noAccount: true })
      await db.sql('directories').where({ name: 'school' }).del()
      const first = await inDomain(db, unit)
      await first.reconcile.observe('domain', OS)
      const before = await state()
      expect(before.size).toBe(many)
      const { run } = await first.reconcile.leavers({ planOnly: false, actor: OS })

      const dying = await inDomain(db, unit, new Fuse(many * 2))
      await expect(dying.reconcile.apply(run, { actor: ANNA, count: many })).rejects.toThrow(Crash)
      await dying.close()
      await db.sql('leases').del()
      const half = [...(await state()).values()].filter((text) => text.includes('Suspended pupils')).length
      expect(half).toBeGreaterThan(0)
      expect(half).toBeLessThan(many)
      const began = performance.now()
      expect(await first.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ applied: many, verified: many, failed: 0 })
      const applied = performance.now() - began
      expect([...(await state()).values()].filter((text) => text.includes('Suspended pupils'))).toHaveLength(many)

      const over = people.slice(1, 6)
      for (const personId of over) await first.access.place({ personId, cause: 'misuse', level: 'restricted', profile: 'no-loans', reason: 'made up', releaseKey: `k:${personId}`, actor: BELA })
      for (const personId of over.slice(0, 2)) await first.access.releaseByKey(`k:${personId}`, BELA)
      const undoBegan = performance.now()
      expect(await first.reconcile.undo(run, { actor: ANNA })).toMatchObject({ failed: 0 })
      console.info(`${many} in Active Directory: the rest applied in ${(applied / 1000).toFixed(1)} s, undone in ${((performance.now() - undoBegan) / 1000).toFixed(1)} s`)
      for (const personId of over) await first.access.releaseByKey(`k:${personId}`, BELA)
      for (const personId of over) await first.person.reconcilePerson(personId, { actor: OS })
      expect(await state()).toEqual(before)
      await first.close()
    } finally {
      await admin.close()
      await drop()
    }
  })
})
