import { chmodSync, closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { UnusableInput } from '../shared/errors.ts'

/**
 * A new file that this user alone can read, made before there is anything to write, so that nothing is done in vain. One that is there already
 * is refused: it might be readable by others. Whoever made it calls `write` or `drop`.
 * @throws the system's error, with its code and path.
 */
export function newPrivateFile(path: string): { write(content: Uint8Array): void; drop(): void } {
  const file = openSync(path, 'wx', 0o600)
  return {
    write(content) {
      writeFileSync(file, content)
      closeSync(file)
    },
    drop() {
      closeSync(file)
      rmSync(path, { force: true })
    },
  }
}

/** Writes a file that this user alone can read, also over one that others could. @throws UnusableInput */
export function writePrivately(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, '', { mode: 0o600 })
    chmodSync(path, 0o600)
    writeFileSync(path, content)
  } catch (error) {
    throw new UnusableInput({ what: `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`, where: path, remedy: 'Name a file in a folder that you may write to.' })
  }
}
