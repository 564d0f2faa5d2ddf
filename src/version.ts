import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The version in package.json of this installation: `src` sits one level below it in the clone, `dist/src` two in a release. */
export function version(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const file = [join(here, '..', 'package.json'), join(here, '..', '..', 'package.json')].find((path) => existsSync(path))
  return file ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : 'unknown'
}
