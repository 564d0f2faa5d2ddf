import { readFileSync } from 'node:fs'
import type { Clock } from './adapters/clock.ts'
import { createActiveDirectory } from './adapters/directories/active-directory.ts'
import type { Directory } from './adapters/directories/directory.ts'
import { createEntraDirectory } from './adapters/directories/entra/entra-directory.ts'
import { createGoogleDirectory } from './adapters/directories/google/google-directory.ts'
import { readAccountList } from './adapters/directories/read-account-list.ts'
import { createScimDirectory } from './adapters/directories/scim/scim-directory.ts'
import { createSimulatedDirectory } from './adapters/directories/simulated.ts'
import { createTaskListDirectory } from './adapters/directories/task-list.ts'
import type { Ids } from './adapters/ids.ts'
import type { Config, DirectorySettings } from './config.ts'
import { mappedGroups } from './config-directories.ts'
import type { Database } from './db/database.ts'
import { DirectoryStore, type DirectoryTarget } from './features/accounts/directory-store.ts'
import { SimulatedAccountTable } from './features/accounts/simulated-account-store.ts'
import { TaskStore } from './features/accounts/task-store.ts'

interface Parts {
  db: Database
  clock: Clock
  ids: Ids
}

/**
 * The configured directories, by name. Nothing is connected yet: a directory that is down stops its own runs, not the school.
 * @throws UnusableInput when an address, certificate, key or password file cannot be used.
 */
export async function openDirectories(config: Config, parts: Parts): Promise<Map<string, DirectoryTarget>> {
  const { db, clock, ids } = parts
  const store = new DirectoryStore(db, clock, ids)
  const targets = new Map<string, DirectoryTarget>()
  for (const settings of config.directories) {
    const id = await store.ensure(settings.name, settings.kind)
    targets.set(settings.name, { id, directory: connect(settings, id, config, parts), mapping: { ...settings.mapping, archivedContainer: settings.life?.archive?.container ?? null }, mode: settings.mode, life: settings.life ?? null, signIn: settings.signIn ?? null })
  }
  return targets
}

function connect(settings: DirectorySettings, id: string, config: Config, parts: Parts): Directory {
  const { db, clock } = parts
  const { name } = settings
  switch (settings.kind) {
    case 'simulated':
      return createSimulatedDirectory(new SimulatedAccountTable(db), { containers: settings.containers, groups: settings.groups })
    case 'task-list':
      return createTaskListDirectory(new TaskStore(parts).ofDirectory(id, settings.dueDays), {
        name, groups: mappedGroups(settings), containers: settings.mapping.suspendedContainer === null ? [] : [settings.mapping.suspendedContainer, ''],
        readList: () => readAccountList(settings.accountsFile, `directory "${name}" (task list)`),
      })
    case 'google':
      return createGoogleDirectory({ ...settings, serviceAccountKey: config.secret(settings.keyFile), groups: mappedGroups(settings) })
    case 'entra':
      return createEntraDirectory({
        name, tenantId: settings.tenantId, clientId: settings.clientId, domains: settings.domains, signIns: settings.signIns, protectedGroups: settings.protectedGroups, protectedUsers: settings.protectedUsers,
        groups: mappedGroups(settings), ...(settings.clientSecretFile ? { clientSecret: config.secret(settings.clientSecretFile) } : {}),
        ...(settings.certificateFile ? { certificate: config.secret(settings.certificateFile) } : {}),
      })
    case 'scim':
      return createScimDirectory({
        name, baseUrl: settings.url, token: config.secret(settings.tokenFile), groups: mappedGroups(settings), protectedGroups: settings.protectedGroups, protectedUsers: settings.protectedUsers,
      })
    case 'active-directory':
      return createActiveDirectory({
        name, url: settings.url, bindDn: settings.bindDn, password: config.secret(settings.bindPasswordFile),
        searchBases: settings.searchBases.map((base) => (typeof base === 'string' ? { dn: base } : { dn: base.dn, mayBeEmpty: base.mayBeEmpty })),
        protectedGroups: settings.protectedGroups, protectedUsers: settings.protectedUsers,
        ...(settings.caFile ? { ca: readFileSync(settings.caFile, 'utf8') } : {}), ...(settings.servername ? { servername: settings.servername } : {}),
      }, clock)
  }
}
