import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_EVERY_MS = 100
/** Bytes of this process below which the engine is left alone. */
const ROOMY_UP_TO = 260e6
/** Bytes that the heap may grow by before it is collected. */
const GARBAGE_UP_TO = 48e6

/**
 * For commands that stream much through a process beside the server: once the process holds more than 260 MB, garbage is collected after
 * every 48 MB of it. The engine alone would let it grow to several times what is in use. Small jobs never get there and keep their speed.
 */
export function keepMemorySmall(): void {
  let collect: (() => void) | null = null
  let usedAfter = 0
  setInterval(() => {
    if (process.memoryUsage.rss() < ROOMY_UP_TO) return
    if (collect && process.memoryUsage().heapUsed < usedAfter + GARBAGE_UP_TO) return
    collect ??= collector()
    collect()
    usedAfter = process.memoryUsage().heapUsed
  }, LOOK_EVERY_MS).unref()
}

function collector(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
