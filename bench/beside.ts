import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type BenchOptions, type BenchRow, quantile } from './support/bench-row.ts'
import { writeRoster } from './support/roster-files.ts'
import { runTask } from './support/run-task.ts'
import { assent, environment, type Place, startServer } from '../test/support/start-server.ts'
import { freshDatabase, inWorkFolder } from './support/work-folder.ts'

const LIMIT_MS = 1_000

/**
 * Signing on the embedded database while a large roster comes in: `serve` runs with its worker, signatures are captured at a
 * steady pace, and `assent sync` imports beside them. Before, one school's people were imported and asked to sign.
 */
export function benchBeside({ quick, say }: BenchOptions): Promise<BenchRow[]> {
  return inWorkFolder(async (folder) => {
    const small = await writeRoster(join(folder, 'small'), quick ? 600 : 3_000, 1)
    say('Writing the large roster ...')
    const large = await writeRoster(join(folder, 'large'), quick ? 5_000 : 100_000, 2)
    const place = await freshDatabase(folder, null)
    await runTask('syncRoster', { folder: small, ...place, migrate: true })
    await runTask('issueAll', place)
    const server = await startServer(place)
    try {
      say('Signing while nothing else happens ...')
      const capture = { ...place, everyMs: 200 }
      const alone = await captureWhile(capture, join(folder, 'stop-1'), 100, () => setTimeout(quick ? 2_000 : 8_000))
      say('Signing while the roster comes in ...')
      const beside = await captureWhile(capture, join(folder, 'stop-2'), 3_000, () => sync(place, large))
      return [...describe('alone', alone, quick), ...describe('beside an import', beside, quick, LIMIT_MS)]
    } finally {
      await server.stop()
    }
  })
}

/** A name for the import's source that the small one did not use: the large trust is another one. */
async function sync(place: Place, folder: string): Promise<void> {
  const child = spawn(process.execPath, [assent, 'sync', 'oneroster-csv', '--from', folder, '--name', 'large', '--json'], { env: environment(place), stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit') as [number]
  if (code !== 0) throw new Error(`sync ended with exit code ${code}`)
}

async function exists(file: string): Promise<void> {
  while (!existsSync(file)) await setTimeout(50)
}

interface Captured { times: number[]; failed: number; tookMs: number }

async function captureWhile(capture: Place & { everyMs: number }, stopFile: string, most: number, work: () => Promise<unknown>): Promise<Captured> {
  const startedFile = `${stopFile}.started`
  const capturing = runTask('captureSteadily', { ...capture, most, started: startedFile, until: stopFile })
  await Promise.race([capturing, exists(startedFile)])
  const start = performance.now()
  try {
    await work()
  } finally {
    writeFileSync(stopFile, '')
  }
  const tookMs = performance.now() - start
  const { times, failed } = await capturing
  if (failed > 0 || times.length === 0) throw new Error(`${failed} signatures were not captured, ${times.length} were`)
  return { times, failed, tookMs }
}

function describe(when: string, { times, tookMs }: Captured, quick: boolean, limit?: number): BenchRow[] {
  const note = `${times.length} signatures in ${(tookMs / 1000).toFixed(0)} s`
  return [
    { name: `signature captured ${when}, half of them`, value: quantile(times, 0.5), unit: 'ms', note },
    { name: `signature captured ${when}, 95 of 100`, value: quantile(times, 0.95), unit: 'ms' },
    { name: `signature captured ${when}, 99 of 100`, value: quantile(times, 0.99), unit: 'ms', ...(limit === undefined || quick ? {} : { limit }) },
    { name: `signature captured ${when}, slowest`, value: Math.max(...times), unit: 'ms' },
  ]
}
