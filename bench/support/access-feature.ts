import type { Clock } from '../../src/adapters/clock.ts'
import type { Directory } from '../../src/adapters/directories/directory.ts'
import { createIds } from '../../src/adapters/ids.ts'
import type { Database } from '../../src/db/database.ts'
import { Outbox } from '../../src/db/outbox.ts'
import { accessDeps, createAccessFeature } from '../../src/features/accounts/access-feature.ts'
import type { DirectoryMapping } from '../../src/features/accounts/directory-mapping.ts'
import { DirectoryStore, type DirectoryTarget } from '../../src/features/accounts/directory-store.ts'
import { AuditLog } from '../../src/features/audit/audit-log.ts'
import { PeopleQueries } from '../../src/features/people/people-queries.ts'
import { sourceKeys } from '../../src/features/roster/source-keys.ts'
import { SchoolStore } from '../../src/features/schools/school-store.ts'

/** Access as the product wires it, over directories of the benchmark's. */
export async function benchAccess(db: Database, clock: Clock, directories: Readonly<Record<string, Directory>>, mapping: DirectoryMapping) {
  const ids = createIds(clock)
  const store = new DirectoryStore(db, clock, ids)
  const targets = new Map<string, DirectoryTarget>()
  for (const [name, directory] of Object.entries(directories)) targets.set(name, { id: await store.ensure(name, directory.kind), directory, mapping })
  const outside = {
    db, clock, ids, audit: new AuditLog(db, clock, ids), outbox: new Outbox(db, clock, ids), people: new PeopleQueries(db), schools: new SchoolStore(db, clock, ids),
    targets, protectedPeople: async () => new Set<string>(), sourceKeys: () => sourceKeys(db),
  }
  return { deps: accessDeps(outside), ...createAccessFeature(outside) }
}
