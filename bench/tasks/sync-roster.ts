import { keepMemorySmall } from '../../src/commands/keep-memory-small.ts'
import type { Stopwatch } from '../support/stopwatch.ts'

/** One run of the importer over the folder, as `assent sync` does it; opening the database is not counted. */
export async function syncRoster(input: { folder: string; dataDir: string; url: string; migrate?: boolean }, watch: Stopwatch) {
  // As the command does it: the program is loaded afterwards.
  keepMemorySmall()
  const { openBenchServices } = await import('../support/open-bench-services.ts')
  const services = await openBenchServices(input)
  const report = await watch.measure(() => services.roster.sync({
    name: 'bench', format: 'oneroster-csv', path: input.folder, mode: 'enforce', planOnly: false, actor: 'os:bench',
  }))
  await services.worker.stop()
  await services.db.close()
  const { state, read, joiners, changed, unchanged, rejectedCount, held } = report
  return { state, read, joiners, changed, unchanged, rejectedCount, held: held.length }
}
