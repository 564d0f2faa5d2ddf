import { readFileSync } from 'node:fs'
import type { Clock } from './adapters/clock.ts'
import { createActiveDirectory } from './adapters/directories/active-directory.ts'
import type { Directory } from './adapters/directories/directory.ts'
import { createSimulatedDirectory } from './adapters/directories/simulated.ts'
import type { Ids } from './adapters/ids.ts'
import type { Config, DirectorySettings } from './config.ts'
import type { Database } from './db/database.ts'
import { DirectoryStore, type DirectoryTarget } from './features/accounts/directory-store.ts'
import { SimulatedAccountTable } from './features/accounts/simulated-account-store.ts'

/**
 * The configured directories, by name. Nothing is connected yet: a directory that is down stops its own runs, not the school.
 * @throws UnusableInput when an address, certificate or password file cannot be used.
 */
export async function openDirectories(config: Config, parts: { db: Database; clock: Clock; ids: Ids }): Promise<Map<string, DirectoryTarget>> {
  const { db, clock, ids } = parts
  const store = new DirectoryStore(db, clock, ids)
  const targets = new Map<string, DirectoryTarget>()
  for (const settings of config.directories) {
    targets.set(settings.name, {
      id: await store.ensure(settings.name, settings.kind), directory: connect(settings, config, parts), mapping: settings.mapping, mode: settings.mode,
    })
  }
  return targets
}

function connect(settings: DirectorySettings, config: Config, { db, clock }: { db: Database; clock: Clock }): Directory {
  if (settings.kind === 'simulated') return createSimulatedDirectory(new SimulatedAccountTable(db), { containers: settings.containers, groups: settings.groups })
  return createActiveDirectory({
    name: settings.name, url: settings.url, bindDn: settings.bindDn, password: config.secret(settings.bindPasswordFile),
    searchBases: settings.searchBases.map((base) => (typeof base === 'string' ? { dn: base } : { dn: base.dn, mayBeEmpty: base.mayBeEmpty })),
    protectedGroups: settings.protectedGroups, protectedUsers: settings.protectedUsers,
    ...(settings.caFile ? { ca: readFileSync(settings.caFile, 'utf8') } : {}), ...(settings.servername ? { servername: settings.servername } : {}),
  }, clock)
}
