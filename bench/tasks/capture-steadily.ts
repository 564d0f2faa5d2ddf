import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { openBenchServices } from '../support/open-bench-services.ts'
import { captureCommands } from '../support/capture-commands.ts'
import type { Stopwatch } from '../support/stopwatch.ts'

/**
 * Captures signatures at a steady pace until the file `until` appears (`started` is made when the first is due): one begins every `everyMs`, whether or not the one before has
 * ended, so that a wait is felt by all who come meanwhile. Times are from the moment a signature was due.
 */
export async function captureSteadily(input: { dataDir: string; url: string; everyMs: number; most: number; started: string; until: string }, watch: Stopwatch): Promise<{ times: number[]; failed: number }> {
  const services = await openBenchServices(input)
  const commands = await captureCommands(services, input.most)
  const times: number[] = []
  let failed = 0
  const open: Promise<void>[] = []
  writeFileSync(input.started, '')
  await watch.measure(async () => {
    const start = performance.now()
    for (const [at, command] of commands.entries()) {
      const due = start + at * input.everyMs
      await setTimeout(Math.max(0, due - performance.now()))
      if (existsSync(input.until)) break
      open.push(services.signing.sign(command).then((done) => {
        if (done.kind !== 'signed') failed += 1
        times.push(performance.now() - due)
      }, () => { failed += 1 }))
    }
    await Promise.all(open)
  })
  await services.worker.stop()
  await services.db.close()
  return { times, failed }
}
