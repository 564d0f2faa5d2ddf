import { cpSync, existsSync, symlinkSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { removeScratch, root, runAssent, scratch } from '../commands/run-assent.ts'
import { Browser } from '../http/browser.ts'
import { freePort } from '../support/mariadb.ts'
import { startAssent, stopAll } from './start-assent.ts'

// Real processes: on a busy machine each takes seconds to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })
afterEach(stopAll)
afterAll(removeScratch)

it('what a release holds, without any source, starts: pages, styles, mails, agreements, fonts, layout worker', async () => {
  const at = join(scratch(), 'release')
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(at, 'dist')], { cwd: root })
  for (const part of ['bin', 'templates', 'public', 'package.json']) cpSync(join(root, part), join(at, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(at, 'node_modules'))
  expect(existsSync(join(at, 'src'))).toBe(false)

  const version = await runAssent(['--version', '--json'], { at })
  expect(version.json()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string })
  const port = await freePort()
  // The demo walks the whole road: it reads a roster, puts agreements, seals records in the layout worker, renders mails.
  const demo = await startAssent(['demo', '--people', '40', '--port', String(port), '--data', join(at, 'demo')], /Assent demo ready/, { at })
  const browser = new Browser(`http://127.0.0.1:${port}`)
  const page = await browser.get('/demo')
  expect(page.status).toBe(200)
  const assets = [...page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '')
  expect(assets.length).toBeGreaterThan(1)
  for (const asset of assets) expect(await browser.get(asset)).toMatchObject({ status: 200 })
  expect(await browser.get('/assets/fonts/atkinson-hyperlegible/atkinson-hyperlegible-latin-400-normal.woff2')).toMatchObject({ status: 200 })
  expect(await demo.stop()).toMatchObject({ code: 0 })
  expect(demo.output.stderr).not.toMatch(/Cannot find|ENOENT|"level":"error"/)
  const log = await runAssent(['audit', 'verify', '--json'], { at, dataDir: join(at, 'demo') })
  expect(log.json()).toMatchObject({ valid: true })
  const records = await runAssent(['records', '--out', join(at, 'records'), '--json'], { at, dataDir: join(at, 'demo') })
  expect(Number(records.json()['written'])).toBeGreaterThan(0)
})
