import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_EVERY_MS = 200
/** Bytes of this process below which the engine is left alone. */
const ROOMY_UP_TO = 245e6
/** Bytes that what has survived its first collections may grow by before it is collected. */
const GARBAGE_UP_TO = 22e6

/**
 * For commands that stream much through a process beside the server: once the process holds more than 245 MB, the old part of the heap is
 * collected after every 22 MB of growth. The engine alone would let it grow to several times what is in use. Small jobs never get there.
 */
export function keepMemorySmall(): void {
  let collect: (() => void) | null = null
  let usedAfter = 0
  setInterval(() => {
    if (process.memoryUsage.rss() < ROOMY_UP_TO) return
    if (collect && oldSpace() < usedAfter + GARBAGE_UP_TO) return
    collect ??= collector()
    collect()
    usedAfter = oldSpace()
  }, LOOK_EVERY_MS).unref()
}

const oldSpace = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0

function collector(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
