import { type BenchOptions, type BenchRow } from './support/bench-row.ts'
import { runTask } from './support/run-task.ts'
import { freshDatabase, inWorkFolder } from './support/work-folder.ts'

const LIMIT_MS = 100

/** No body of 100 kB on a route without sign-in holds up everybody else for more than 100 ms. */
export function benchStall({ say }: BenchOptions): Promise<BenchRow[]> {
  return inWorkFolder(async (folder) => {
    say('Sending 100 kB of everything to every public route ...')
    const { stalls, requests } = await runTask('stallStrangers', await freshDatabase(folder, null))
    const [worst] = stalls
    for (const { route, what, stalledMs, status } of stalls) say(`  ${stalledMs.toFixed(0).padStart(4)} ms  ${route}  ${what}  (${status})`)
    return [{
      name: 'longest stall by a stranger', value: worst?.stalledMs ?? Number.NaN, unit: 'ms', limit: LIMIT_MS,
      note: worst ? `${worst.route}: ${worst.what}; ${requests} requests` : 'nothing was measured',
    }]
  })
}
