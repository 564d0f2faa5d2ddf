import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createActiveDirectory } from '../../src/adapters/directories/active-directory.ts'
import { changeMany } from '../../src/adapters/directories/batches.ts'
import type { ChangeOutcome } from '../../src/adapters/directories/directory.ts'
import { chunks } from '../../src/shared/chunks.ts'
import { Database } from '../../src/db/database.ts'
import { migrateUp } from '../../src/db/migrate.ts'
import { FixedClock, systemClock } from '../../src/adapters/clock.ts'
import { SambaAdmin, sambaLab, serviceSettings } from '../../test/support/samba.ts'
import { benchAccess } from '../support/access-feature.ts'
import { putPeople } from '../support/access-people.ts'
import type { Stopwatch } from '../support/stopwatch.ts'

/** What one change costs by itself, as part of a whole run with its records, and by `ldapmodify` alone; in milliseconds for all. */
export interface SuspendedInSamba {
  bareMs: number
  adapterMs: number
  runMs: number
}

/** Suspends `count` accounts three ways, each its own, in the Samba domain beside which `in-namespace.sh` runs this. */
export async function suspendInSamba({ count }: { count: number }, watch: Stopwatch): Promise<SuspendedInSamba> {
  const lab = sambaLab()
  if (!lab) throw new Error('run this through test/support/in-namespace.sh')
  const admin = await new SambaAdmin(lab).bind()
  const unit = await admin.addUnit('OU=Bench,OU=Pupils')
  const make = (prefix: string, employee: boolean) => admin.addUsers(unit, Array.from({ length: count }, (_, n) => ({ username: `${prefix}${n}`, ...(employee ? { employeeID: `A${n}` } : {}) })))
  await make('bare', false)
  const ids = await make('own', false)
  await make('run', true)
  await admin.close()
  const directory = createActiveDirectory(serviceSettings([unit]), systemClock)
  await directory.check()

  const bareMs = bare(lab, unit, count)
  const start = performance.now()
  // As a run does it: as many together as the directory takes.
  const outcomes = await watch.measure(async () => {
    const all: ChangeOutcome[] = []
    for (const part of chunks(ids, directory.batchSize ?? 1)) all.push(...await changeMany(directory, part.map((immutableId) => ({ immutableId, change: { enabled: false } }))))
    return all
  })
  const refused = outcomes.find(({ error, account }) => error || account?.enabled !== false)
  if (refused) throw refused.error ?? new Error('An account was not suspended')
  const adapterMs = performance.now() - start

  const folder = mkdtempSync(join(tmpdir(), 'assent-bench-samba-'))
  const db = await Database.open(`sqlite:${join(folder, 'assent.db')}`)
  await migrateUp(db)
  const clock = new FixedClock('2026-11-19T16:00:00Z')
  await putPeople(db, clock, count, count)
  const access = await benchAccess(db, clock, { school: directory }, { suspendedContainer: null, profiles: {}, restrictedGroups: [] })
  const { run } = await access.reconcile.leavers({ planOnly: false, actor: 'os:bench' })
  const begun = performance.now()
  const report = await access.reconcile.apply(run, { actor: 'person:01K4A0000000000000000000AA', count })
  const runMs = performance.now() - begun
  if (report.verified !== count) throw new Error(`Of ${count} accounts ${report.verified} were suspended: ${report.held.join(' ')}`)
  await db.close()
  await directory.close()
  rmSync(folder, { recursive: true })
  return { bareMs, adapterMs, runMs }
}

/** One `ldapmodify`, one connection, one change after the other. */
function bare(lab: NonNullable<ReturnType<typeof sambaLab>>, unit: string, count: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'assent-bench-ldif-'))
  const file = join(folder, 'changes.ldif')
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, lab.ca)
  writeFileSync(file, Array.from({ length: count }, (_, n) => `dn: CN=bare${n},${unit}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n`).join('\n'))
  const start = performance.now()
  execFileSync('ldapmodify', ['-x', '-H', lab.url, '-D', lab.serviceDn, '-w', lab.servicePassword, '-f', file], {
    stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, LDAPTLS_CACERT: ca, LDAPTLS_REQCERT: 'allow' },
  })
  const took = performance.now() - start
  rmSync(folder, { recursive: true })
  return took
}
