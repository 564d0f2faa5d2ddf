import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../adapters/storage/make-folder.ts'
import { UnusableInput } from '../shared/errors.ts'

const MARKER = '.assent-demo'

/**
 * Empties the demo's own folder, or makes it. A folder without the demo's marker is never touched.
 * @throws UnusableInput when the folder holds something else, or cannot be written to.
 */
export function freshDemoFolder(dir: string): void {
  if (existsSync(dir) && readdirSync(dir).length > 0 && !existsSync(join(dir, MARKER))) {
    throw new UnusableInput({
      what: 'This folder is not the demo\'s: it holds files but not the demo\'s marker. Nothing was changed.', where: dir,
      remedy: 'Name an empty or new folder with --data.',
    })
  }
  try {
    for (const name of existsSync(dir) ? readdirSync(dir) : []) rmSync(join(dir, name), { recursive: true, force: true })
    makeFolder(dir)
    writeFileSync(join(dir, MARKER), 'This folder belongs to the demo of Assent and is emptied at each start.\n')
  } catch (error) {
    throw new UnusableInput({ what: `The demo's folder cannot be written to (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`, where: dir, remedy: 'Name another folder with --data.' }, error)
  }
}
