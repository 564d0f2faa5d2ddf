import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_EVERY_MS = 50
/** Bytes of this process below which the old part of the heap is left alone. */
const ROOMY_UP_TO = 285e6
/** Bytes that what has survived its first collections may grow by before it is collected. */
const GARBAGE_UP_TO = 32e6
/** Bytes of the young part of the heap: enough for a batch, a fraction of what the engine would take. */
const YOUNG_UP_TO = 16e6

/**
 * For commands that stream much through a process beside the server: the young part of the heap stops growing at 8 MB, and once the
 * process holds more than 245 MB, the old part is collected after every 22 MB of growth. The engine alone would let both grow to several
 * times what is in use. Small jobs never get there.
 */
export function keepMemorySmall(): void {
  // Loading the program alone would make the young part grow to eight times this: it may grow once the program is there.
  growYoungPart(1)
  let young: 'loading' | 'growing' | 'grown' = 'loading'
  let collect: (() => void) | null = null
  let usedAfter = 0
  setInterval(() => {
    if (young === 'loading') {
      growYoungPart(2)
      young = 'growing'
    }
    if (young === 'growing' && bytesOf('new_space', 'space_size') >= YOUNG_UP_TO) {
      growYoungPart(1)
      young = 'grown'
    }
    if (process.memoryUsage.rss() < ROOMY_UP_TO) return
    if (collect && bytesOf('old_space', 'space_used_size') < usedAfter + GARBAGE_UP_TO) return
    collect ??= collector()
    collect()
    usedAfter = bytesOf('old_space', 'space_used_size')
  }, LOOK_EVERY_MS).unref()
}

/** The factor by which the engine lets it grow when it has been filled. */
function growYoungPart(factor: 1 | 2): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`)
}

function bytesOf(space: 'new_space' | 'old_space', what: 'space_size' | 'space_used_size'): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === space)?.[what] ?? 0
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
