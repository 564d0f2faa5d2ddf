import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ObservedAccount } from '../../src/adapters/directories/directory.ts'
import { loadConfig, type DirectorySettings } from '../../src/config.ts'
import { buildDemo, type BuiltDemo, demoDirectorySettings, inventDemo } from '../../src/demo/build-demo.ts'
import type { DemoTrust } from '../../src/demo/model.ts'
import { close, listen } from '../../src/commands/serve.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'
import { freePort } from '../support/mariadb.ts'

/** A running demo trust: the production services and pages, a real server, its worker at work. */
export interface RoadWorld {
  url: string
  services: Services
  demo: BuiltDemo
  /** The account of somebody as the directory holds it now. */
  accountOf(externalId: string): Promise<ObservedAccount>
  close(): Promise<void>
}

export interface RoadOptions {
  /** Null: the embedded database in the demo's folder. */
  databaseUrl: string | null
  /** Another directory than the simulated one, with the accounts of these people in it. */
  directory?: (trust: DemoTrust, folder: string) => Promise<DirectorySettings>
  /** Pupils of the trust; 60 unless told. */
  people?: number
}

const PEOPLE = 60

/** Builds a small demo trust along the real road and opens its pages. */
export async function openRoad(options: RoadOptions): Promise<RoadWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'assent-road-'))
  const trust = inventDemo(Date.now(), options.people ?? PEOPLE)
  const settings = options.directory ? await options.directory(trust, dataDir) : demoDirectorySettings(trust)
  const base = loadConfig({}, { demo: true, dataDir, port: await freePort() })
  const services = await openServices({
    ...base, ...(options.databaseUrl ? { databaseUrl: options.databaseUrl } : {}), trust: { name: trust.trust.name, label: 'trust' }, directories: [settings],
  }, { migrate: true, testSeal: true, actor: 'os:demo' })
  const demo = await buildDemo(services, trust, dataDir, () => undefined)
  const server = await listen(services, demo)
  services.worker.start()
  return {
    url: services.config.baseUrl, services, demo,
    async accountOf(externalId) {
      const row = await services.db.read('accounts as a').join('source_people as s', 's.person_id', 'a.person_id').where('s.external_id', externalId).first('a.immutable_id')
      const account = await services.directories.get(settings.name)?.directory.read(row?.immutable_id ?? '')
      if (!account) throw new Error(`no account of ${externalId}`)
      return account
    },
    async close() {
      await close(server)
      await services.worker.stop()
      for (const { directory } of services.directories.values()) await directory.close()
      await services.db.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
