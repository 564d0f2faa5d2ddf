import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_EVERY_MS = 100
/** Bytes of this process below which the engine is left alone. */
const ROOMY_UP_TO = 240e6
/** Bytes that the heap may grow by before it is collected. */
const GARBAGE_UP_TO = 24e6

/**
 * For commands that stream much through a process beside the server: once the process holds more than 240 MB, garbage is collected after
 * every 24 MB of it. The engine alone would let it grow to several times what is in use. Small jobs never get there and keep their speed.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let usedAfter = 0
  setInterval(() => {
    const { rss, heapUsed } = process.memoryUsage()
    if (rss < ROOMY_UP_TO || heapUsed < usedAfter + GARBAGE_UP_TO) return
    collect()
    usedAfter = process.memoryUsage().heapUsed
  }, LOOK_EVERY_MS).unref()
}
