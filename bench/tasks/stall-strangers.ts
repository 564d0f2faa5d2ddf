import { once } from 'node:events'
import { createServer } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { allPages, createApp } from '../../src/app.ts'
import { routeTable } from '../../src/http/mount-pages.ts'
import { createLogger } from '../../src/shared/logger.ts'
import { openBenchServices } from '../support/open-bench-services.ts'
import type { Stopwatch } from '../support/stopwatch.ts'
import type { StrangerAnswer, StrangerWork } from '../support/stranger.ts'

export interface Stall { route: string; what: string; stalledMs: number; status: number }

const RESOLUTION_MS = 2

/**
 * Sends 100 kB of everything to every route that strangers reach, from another thread, and watches how long this thread, which answers,
 * cannot do anything else. The best of three tries counts: what the machine itself holds up does not come three times.
 */
export async function stallStrangers(input: { dataDir: string; url: string }, _watch: Stopwatch): Promise<{ stalls: Stall[]; requests: number }> {
  const services = await openBenchServices({ ...input, migrate: true }, { trustProxy: ['127.0.0.1'] })
  // Every request is a stranger of its own: limits by address are no part of this.
  const server = createServer(createApp({ ...services, logger: createLogger({ level: 'silent' }) })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const routes = routeTable(allPages(services)).filter(({ permission }) => permission === 'public').map(({ method, path }) => ({ method, path }))
  const stranger = new Worker(new URL('../support/stranger.ts', import.meta.url), { workerData: { base: `http://127.0.0.1:${port}`, routes } satisfies StrangerWork })
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  const worst = new Map<string, Stall>()
  let requests = 0
  // One letter a time: the stranger waits for the word before it sends the next body.
  for await (const [message] of messages(stranger)) {
    if (message.kind === 'done') break
    if (message.kind === 'ready') delay.reset()
    if (message.kind === 'answered') {
      requests += 1
      await new Promise((resolve) => setTimeout(resolve, RESOLUTION_MS * 3))
      const stalledMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS)
      const key = `${message.route} ${message.what}`
      const before = worst.get(key)
      if (!before || stalledMs < before.stalledMs) worst.set(key, { route: message.route, what: message.what, stalledMs, status: message.status })
    }
    stranger.postMessage('go on')
  }
  await stranger.terminate()
  server.closeAllConnections()
  server.close()
  await services.worker.stop()
  await services.db.close()
  return { stalls: [...worst.values()].toSorted((a, b) => b.stalledMs - a.stalledMs).slice(0, 12), requests }
}

async function* messages(worker: Worker): AsyncIterable<[StrangerAnswer]> {
  const waiting: StrangerAnswer[] = []
  let wake: (() => void) | null = null
  worker.on('message', (message: StrangerAnswer) => {
    waiting.push(message)
    wake?.()
  })
  worker.on('error', (error) => { throw error })
  for (;;) {
    const next = waiting.shift()
    if (next) yield [next]
    else await new Promise<void>((resolve) => { wake = resolve })
  }
}
