import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const filesOf = (folder: string, end: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => end.test(name)).map((name) => join(folder, name))
const product = [...filesOf('src', /\.ts$/), ...filesOf('public', /\.js$/)]
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
/** Files that hold it, but for those where it does no harm. */
const having = (pattern: RegExp, harmless: string[] = []): string[] => product.filter((file) => pattern.test(read(file)) && !harmless.includes(file))

it('ASVS 1.2.5, 1.3.2, 1.3.7, 1.5.2: the product starts no other program, runs no text as code, and makes no template or object out of what it was sent', () => {
  expect(product.length).toBeGreaterThan(300)
  expect(having(/child_process|\bexecSync\b|\bspawn\(/)).toEqual([])
  // One constant word, to reach the garbage collector.
  expect(having(/\beval\(|new Function\(|from 'node:vm'|setTimeout\(\s*['"`]/, ['src/commands/keep-memory-small.ts'])).toEqual([])
  expect(having(/renderString|nunjucks\.compile|\bdeserialize\(/)).toEqual([])
})

it('ASVS 11.5.1, 11.4.1: what must not be guessed never comes from Math.random, and MD5 is used nowhere', () => {
  // Waits before another try are spread by it.
  expect(having(/Math\.random/, ['src/db/database.ts', 'src/db/libsql-client.ts', 'src/adapters/directories/web/outside.ts'])).toEqual([])
  // The identifier of a key inside a certificate is SHA-1 by RFC 5280, 4.2.1.2, and secures nothing.
  expect(having(/createHash\('(md5|sha1|md4)'|createHmac\('(md5|sha1)'/i, ['src/adapters/pdf/trust-certificates.ts'])).toEqual([])
})

it('ASVS 1.2.9: no pattern is made out of what somebody typed', () => {
  // Constants, the names of two PEM blocks, and addresses of our own.
  expect(having(/new RegExp\(/, ['src/adapters/sources/csv/text-damage.ts', 'src/adapters/directories/entra/entra-settings.ts', 'src/http/path-patterns.ts'])).toEqual([])
})

it('ASVS 12.3.2: nothing switches off the check of a certificate', () => {
  expect(having(/rejectUnauthorized:(?! *true)|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity: *\(\) *=>/)).toEqual([])
})

it('ASVS 3.5.5, 3.2.2: pages listen to no other window and write no markup of their own making', () => {
  const scripts = filesOf('public', /\.js$/)
  expect(scripts.length).toBeGreaterThan(2)
  expect(scripts.filter((file) => /postMessage|'message'|document\.write|insertAdjacentHTML|outerHTML *=/.test(read(file)))).toEqual([])
  // What is put in whole was rendered and escaped by the server.
  const whole = scripts.flatMap((file) => [...read(file).matchAll(/\.innerHTML = (.+)$/gm)].map((match) => match[1]))
  expect(whole.filter((from) => !['fresh.innerHTML', 'read.html'].includes(from ?? ''))).toEqual([])
})

it('ASVS 15.1.2, 15.2.4: every package is listed with its version and checksum, from the one registry', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string; resolved?: string; integrity?: string; link?: boolean }> }
  const wrong = Object.entries(packages).filter(([path, { version, resolved, integrity }]) =>
    path !== '' && !(version && (resolved ?? 'https://registry.npmjs.org/').startsWith('https://registry.npmjs.org/') && integrity?.startsWith('sha512-')))
  expect(Object.keys(packages).length).toBeGreaterThan(50)
  expect(wrong.map(([path]) => path)).toEqual([])
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)])
})
