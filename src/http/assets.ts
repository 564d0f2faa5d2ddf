import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One folder of public files: everything below `dir` answers below `url`. */
export interface AssetFolder {
  url: string
  dir: string
}

const require = createRequire(import.meta.url)

/**
 * The folders to serve, most specific first: mount them in this order. Fonts and the signature pad come straight from
 * their packages, so that no copy of them is kept in the repository.
 *
 * - `/assets/fonts/atkinson-hyperlegible/...` -> `node_modules/@fontsource/atkinson-hyperlegible/files` (SIL OFL)
 * - `/assets/fonts/andika/...` -> `node_modules/@fontsource/andika/files` (SIL OFL)
 * - `/assets/vendor/signature_pad/...` -> `node_modules/signature_pad/dist` (MIT)
 * - `/assets/...` -> `public`
 */
export function assetFolders(): AssetFolder[] {
  return [
    { url: '/assets/fonts/atkinson-hyperlegible', dir: packageFolder('@fontsource/atkinson-hyperlegible', 'files') },
    { url: '/assets/fonts/andika', dir: packageFolder('@fontsource/andika', 'files') },
    { url: '/assets/vendor/signature_pad', dir: packageFolder('signature_pad', 'dist') },
    { url: '/assets', dir: publicFolder() },
  ]
}

const urls = new Map<string, string>()

/**
 * Address of a file of `public`, such as `/assets/assent.css?v=1a2b3c4d`: the mark changes with the content, so the file
 * may be cached for a year. With `fresh` the file is read again each time (development).
 */
export function assetUrl(file: string, fresh = false): string {
  const known = fresh ? undefined : urls.get(file)
  if (known) return known
  const hash = createHash('sha256').update(readFileSync(join(publicFolder(), file))).digest('hex').slice(0, 8)
  const url = `/assets/${file}?v=${hash}`
  urls.set(file, url)
  return url
}

/** `templates/` of this installation. */
export function templateFolder(): string {
  return installationFolder('templates')
}

function publicFolder(): string {
  return installationFolder('public')
}

/** `src/http` sits two levels below the root in the clone, `dist/src/http` three levels below it in a release. */
function installationFolder(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const near = join(here, '..', '..', name)
  return existsSync(near) ? near : join(here, '..', '..', '..', name)
}

function packageFolder(name: string, folder: string): string {
  return join(dirname(packageFile(name)), folder)
}

function packageFile(name: string): string {
  try {
    return require.resolve(`${name}/package.json`)
  } catch {
    // signature_pad does not export its package.json: walk up the folders that Node itself would search.
    const found = require.resolve.paths(name)?.map((dir) => join(dir, name, 'package.json')).find((path) => existsSync(path))
    if (!found) throw new Error(`The package ${name} is not installed: run npm ci.`)
    return found
  }
}
