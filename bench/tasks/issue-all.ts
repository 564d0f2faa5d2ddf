import { openBenchServices } from '../support/open-bench-services.ts'
import type { Stopwatch } from '../support/stopwatch.ts'

/** Issues to everybody, as `assent issue` does it. */
export async function issueAll(input: { dataDir: string; url: string }, watch: Stopwatch): Promise<{ created: number; existing: number }> {
  const services = await openBenchServices(input)
  const report = await watch.measure(() => services.issuing.issue({ actor: 'os:bench', planOnly: false }))
  await services.worker.stop()
  await services.db.close()
  return { created: report.created, existing: report.existing }
}
