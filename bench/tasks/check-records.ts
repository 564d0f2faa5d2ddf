import { setTimeout } from 'node:timers/promises'
import { openBenchServices } from '../support/open-bench-services.ts'
import type { Stopwatch } from '../support/stopwatch.ts'

/** Waits until every signature has its sealed record, at most `withinMs`; answers how many there are of each, and how long it took. */
export async function checkRecords(input: { dataDir: string; url: string; withinMs: number }, _watch: Stopwatch): Promise<{ signatures: number; sealed: number; waitedMs: number }> {
  const services = await openBenchServices(input)
  const start = performance.now()
  for (;;) {
    const [row] = await services.db.rows(`select count(*) as n, coalesce(sum(case when seal_state = 'sealed' then 1 else 0 end), 0) as sealed from signatures`, [])
    const found = { signatures: Number(row?.['n']), sealed: Number(row?.['sealed']), waitedMs: performance.now() - start }
    if (found.signatures === found.sealed || found.waitedMs > input.withinMs) {
      await services.worker.stop()
      await services.db.close()
      return found
    }
    await setTimeout(200)
  }
}
