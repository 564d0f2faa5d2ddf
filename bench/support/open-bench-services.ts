import { type Config, loadConfig } from '../../src/config.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'

/** The product's own services over a data directory and database of the benchmark's. */
export function openBenchServices(where: { dataDir: string; url: string; migrate?: boolean }, change: Partial<Config> = {}): Promise<Services> {
  const config = loadConfig({ ASSENT_DATA_DIR: where.dataDir, ASSENT_DATABASE_URL: where.url })
  return openServices({ ...config, ...change }, { actor: 'os:bench', migrate: where.migrate ?? false })
}
