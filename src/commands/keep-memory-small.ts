import { setFlagsFromString } from 'node:v8'

const LOOK_EVERY_MS = 500
/** MB of 10^6 bytes. */
const ROOMY_UP_TO = 320

/**
 * For commands that stream much through a process beside the server: once the process holds more than 320 MB, the engine collects
 * early instead of letting garbage grow to several times what is in use. Small jobs never get there and keep their speed.
 */
export function keepMemorySmall(): void {
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() < ROOMY_UP_TO * 1e6) return
    clearInterval(timer)
    setFlagsFromString('--semi-space-growth-factor=1')
    setFlagsFromString('--heap-growing-percent=40')
  }, LOOK_EVERY_MS)
  timer.unref()
}
