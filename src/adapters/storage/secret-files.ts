import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UnusableInput } from '../../shared/errors.ts'
import { makeFolder } from './make-folder.ts'

/** Secrets made at first start, in the data directory, readable by this user alone. */
export class SecretFiles {
  readonly #dir: string

  /** @throws UnusableInput when the data directory cannot be made or written to. */
  constructor(dataDir: string) {
    this.#dir = join(dataDir, 'secrets')
    try {
      makeFolder(this.#dir)
      chmodSync(dataDir, 0o700)
      const probe = join(this.#dir, '.probe')
      writeFileSync(probe, '', { mode: 0o600 })
    } catch (error) {
      throw new UnusableInput({
        what: `The data directory cannot be written to (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`,
        where: dataDir, remedy: 'Make it writable for this user, or name another one in ASSENT_DATA_DIR.',
      }, error)
    }
  }

  get folder(): string {
    return this.#dir
  }

  /** Null when there is none yet. @throws UnusableInput when others may read it. */
  read(name: string): string | null {
    const path = join(this.#dir, name)
    if (!existsSync(path)) return null
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new UnusableInput({ what: `The secret ${name} may be read by others on this machine.`, where: path, remedy: `Run: chmod 600 ${path}` })
    }
    return readFileSync(path, 'utf8')
  }

  /** Written whole or not at all. */
  write(name: string, content: string): void {
    const path = join(this.#dir, name)
    writeFileSync(`${path}.tmp`, content, { mode: 0o600, flush: true })
    renameSync(`${path}.tmp`, path)
  }

  remove(name: string): void {
    rmSync(join(this.#dir, name), { force: true })
  }

  /** The secret, made now if there is none. */
  readOrMake(name: string, make: () => string): string {
    const known = this.read(name)
    if (known !== null) return known.trim()
    const made = make()
    this.write(name, made)
    return made
  }
}
