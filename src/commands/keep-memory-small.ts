import { setFlagsFromString } from 'node:v8'

/**
 * For commands that stream much through a process beside the server: the engine collects early instead of letting garbage grow to
 * several times what is in use (a large import's peak falls by a third, for a few per cent of processor time).
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=40')
}
