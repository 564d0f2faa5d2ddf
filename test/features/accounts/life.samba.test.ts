import { Client, InvalidCredentialsError } from 'ldapts'
import { describe, expect, inject, it } from 'vitest'
import { createActiveDirectory } from '../../../src/adapters/directories/active-directory.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import type { Database } from '../../../src/db/database.ts'
import { migrateUp } from '../../../src/db/migrate.ts'
import { Outbox } from '../../../src/db/outbox.ts'
import { ACCESS_DEFAULTS, createAccessFeature } from '../../../src/features/accounts/access-feature.ts'
import { DirectoryStore } from '../../../src/features/accounts/directory-store.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { PeopleQueries } from '../../../src/features/people/people-queries.ts'
import { sourceKeys } from '../../../src/features/roster/source-keys.ts'
import { SchoolStore } from '../../../src/features/schools/school-store.ts'
import { makeDatabase } from '../../support/databases.ts'
import { clock, DOMAIN, SambaAdmin, sambaLab, serviceSettings, theLab } from '../../support/samba.ts'
import { ANNA, BELA, LEFT, OS, Seed, world } from './access-world.ts'

/** Of its own: other files suspend accounts at the same time, and a listing that shrinks is not believed (B3). */
const SUSPENDED = `OU=Life of three,OU=Suspended pupils,${DOMAIN}`

/** What the domain controller says to somebody who signs in. */
async function signIn(user: string, password: string): Promise<'in' | 'must change' | 'disabled' | 'wrong'> {
  const { url, ca, servername } = theLab()
  const client = new Client({ url, tlsOptions: { ca, servername }, timeout: 30_000 })
  try {
    await client.bind(user, password)
    return 'in'
  } catch (error) {
    if (!(error instanceof InvalidCredentialsError)) throw error
    return error.message.includes('data 773') ? 'must change' : error.message.includes('data 533') ? 'disabled' : 'wrong'
  } finally {
    await client.unbind()
  }
}

async function inDomain(db: Database, unit: string, days: { archive: number; delete: number }) {
  const ids = createIds(clock)
  const archive = `OU=Archive,${unit}`
  const directory = createActiveDirectory({ ...serviceSettings([unit]), searchBases: [{ dn: unit }, { dn: SUSPENDED, mayBeEmpty: true }] }, clock)
  const id = await new DirectoryStore(db, clock, ids).ensure('domain', 'active-directory')
  const feature = createAccessFeature({
    db, clock, ids, audit: new AuditLog(db, clock, ids), outbox: new Outbox(db, clock, ids, { every: () => () => undefined, after: () => () => undefined }),
    people: new PeopleQueries(db), schools: new SchoolStore(db, clock, ids), protectedPeople: async () => new Set(), sourceKeys: () => sourceKeys(db),
    settings: { ...ACCESS_DEFAULTS, retention: { archiveAfterDays: days.archive, deleteAfterDays: days.delete } },
    targets: new Map([['domain', {
      id, directory, mapping: { suspendedContainer: SUSPENDED, restrictedGroups: [], profiles: {}, archivedContainer: archive },
      life: { archive: { container: archive, archivedUser: false }, delete: true, create: { roles: ['pupil'], username: '{forename}.{surname}', domain: 'school.test', homes: [{ container: unit }] } },
    }]]),
  })
  return { ...feature, archive, close: () => directory.close() }
}

describe.skipIf(!sambaLab())('the life of accounts in Active Directory, against a real domain controller', () => {
  it('I7, A1, U1: made, given a password that works, suspended, archived, back again, archived and deleted', { timeout: 120_000 }, async () => {
    const { db, drop } = await makeDatabase('sqlite', inject('mariadbUrl'))
    await migrateUp(db)
    const admin = await new SambaAdmin().bind()
    const unit = await admin.addUnit('OU=Life of three,OU=Pupils')
    await admin.addUnit('OU=Life of three,OU=Suspended pupils')
    await admin.client.add(`OU=Archive,${unit}`, { objectClass: 'organizationalUnit' })
    await admin.addUsers(unit, [{ username: 'life-stays', employeeID: 'Z1' }])
    try {
      const seed = await new Seed(await world(db, { clock: clock as never })).begin()
      const people = await seed.pupils(3, { noAccount: true, first: 41 })
      await db.sql('directories').where({ name: 'school' }).del()
      const w = await inDomain(db, unit, { archive: 0, delete: 1000 })

      const { run } = await w.life.newAccounts(ANNA)
      expect(await w.reconcile.apply(run, { actor: ANNA, count: null })).toMatchObject({ verified: 3, failed: 0 })
      const ids = await Promise.all([41, 42, 43].map((n) => admin.idOf(`made.up${n === 41 ? '' : n - 40}`)))
      const home = await admin.dnOf(ids[0] as string)
      expect(home).toBe(`CN=made.up,${unit}`)

      const { given, problems } = await w.passwords.give(people, { actor: ANNA, way: 'slip', beyond: new Set<string>() })
      expect(problems).toEqual([])
      // Year 8: they choose their own at the first sign-in.
      for (const { password, accounts } of given) {
        expect(await signIn(`${accounts[0]?.username}@school.test`, password)).toBe('must change')
        expect(await signIn(`${accounts[0]?.username}@school.test`, `${password}x`)).toBe('wrong')
      }

      await db.sql('affiliations').whereIn('person_id', people).update({ end_date: LEFT })
      const leavers = await w.reconcile.leavers({ planOnly: false, actor: OS })
      expect(await w.reconcile.apply(leavers.run, { actor: ANNA, count: 3 })).toMatchObject({ verified: 3 })
      expect(await signIn('made.up@school.test', given[0]?.password ?? '')).toBe('disabled')

      const due = async (at: typeof w) => (await at.retention.due('all')).map(({ accountId }) => accountId)
      const archiving = (await w.retention.propose(await due(w), 'all', ANNA)).plan?.run ?? ''
      expect(await w.reconcile.apply(archiving, { actor: BELA, count: null })).toMatchObject({ verified: 3, failed: 0 })
      expect(await admin.dnOf(ids[0] as string)).toBe(`CN=made.up,${w.archive}`)
      await w.reconcile.undo(archiving, { actor: ANNA })
      expect(await admin.dnOf(ids[0] as string)).toBe(`CN=made.up,${SUSPENDED}`)
      expect(await admin.attribute(ids[0] as string, 'userAccountControl')).toBe('514')

      const again = (await w.retention.propose(await due(w), 'all', ANNA)).plan?.run ?? ''
      await w.reconcile.apply(again, { actor: BELA, count: null })
      const later = await inDomain(db, unit, { archive: 0, delete: 0 })
      const deleting = (await later.retention.propose((await due(later)).slice(0, 2), 'all', ANNA)).plan?.run ?? ''
      // A new Samba domain has no recycle bin, and the plan says so.
      expect((await db.sql('plans').where({ id: deleting }).first('brake')).brake).toContain('Recycle Bin is off')
      expect(await later.reconcile.apply(deleting, { actor: BELA, count: 2 })).toMatchObject({ verified: 2, failed: 0 })
      const { searchEntries } = await admin.client.search(`OU=Archive,${unit}`, { scope: 'sub', filter: '(sAMAccountName=made.up*)', attributes: ['sAMAccountName'] })
      expect(searchEntries).toHaveLength(1)
      // Who comes back finds their account as it was at home.
      const [kept] = await db.sql('accounts').whereIn('person_id', people).whereNull('gone_at')
      const [restriction] = await db.sql('restrictions').where({ person_id: kept.person_id }).whereNull('released_at')
      await later.access.releaseById(restriction.id, ANNA)
      await later.person.reconcilePerson(kept.person_id, { actor: OS })
      const [account] = await db.sql('accounts').where({ id: kept.id })
      expect(JSON.parse(account.observed)).toMatchObject({ enabled: true, container: unit })
      await later.close()
      await w.close()
    } finally {
      await admin.close()
      await drop()
    }
  })
})
