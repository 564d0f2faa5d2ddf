import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it, mode 0700, one by one: the engine's own recursive way never returns on file systems that
 * refuse with "no such file", such as /proc. @throws the operating system's error.
 */
export function makeFolder(dir: string): void {
  if (existsSync(dir)) return
  const above = dirname(dir)
  if (above !== dir) makeFolder(above)
  try {
    mkdirSync(dir, { mode: 0o700 })
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
