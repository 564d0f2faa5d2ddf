import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { removeScratch, runAssent, scratch, root } from '../commands/run-assent.ts'
import { Browser } from '../http/browser.ts'
import { freePort } from '../support/mariadb.ts'
import { startAssent, stopAll } from './start-assent.ts'

// Real processes: on a busy machine each takes seconds to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

afterEach(stopAll)
afterAll(removeScratch)

describe('assent demo', () => {
  it('says it is ready when it answers, and ends cleanly when its starter is told to', async () => {
    const data = join(scratch(), 'demo')
    const port = await freePort()
    const demo = await startAssent(['demo', '--people', '60', '--port', String(port), '--data', data], new RegExp(`Assent demo ready at http://127\\.0\\.0\\.1:${port}\\n`))
    const page = await new Browser(`http://127.0.0.1:${port}`).get('/demo')
    expect(page.status).toBe(200)
    expect(page.text).toContain('People who sign')
    // Its data can be tried from the command line.
    const beside = { dataDir: data, env: { ASSENT_CONFIG: join(data, 'assent.json') } }
    expect((await runAssent(['directories', '--json'], beside)).json()).toMatchObject({ directories: [{ name: 'school-network', connected: true, paused: false }] })
    const read = await runAssent(['sync', 'mis', '--json'], beside)
    expect(read.code, read.stdout).toBe(0)
    expect(read.json()).toMatchObject({ joiners: 0, leavers: 0, held: [], refused: [] })
    const second = await runAssent(['demo', '--people', '60', '--port', String(port), '--data', data, '--json'])
    expect(second.code).toBe(2)
    expect(second.json()).toMatchObject({ error: { what: `Port ${port} is taken by another program.` } })
    expect((await new Browser(`http://127.0.0.1:${port}`).get('/demo')).status).toBe(200)
    const stopped = await demo.stop()
    expect(stopped).toMatchObject({ code: 0, signal: null })
    expect(stopped.ms).toBeLessThan(5_000)
    expect(demo.output.stderr).not.toMatch(/^\s+at /m)
  })

  it('refuses a folder that is not its own and leaves it as it is', async () => {
    const data = scratch()
    writeFileSync(join(data, 'precious.txt'), 'mine')
    const done = await runAssent(['demo', '--data', data, '--port', String(await freePort()), '--json'])
    expect(done.code).toBe(2)
    expect(done.json()).toMatchObject({ error: { where: data, remedy: expect.stringContaining('--data') as string } })
    expect(readdirSync(data)).toEqual(['precious.txt'])
    const below = await runAssent(['demo', '--data', join(data, 'precious.txt', 'x'), '--json'])
    expect(below.code).toBe(2)
    const file = await runAssent(['demo', '--data', join(data, 'precious.txt'), '--json'])
    expect(file.code).toBe(2)
    expect(existsSync(join(data, 'precious.txt'))).toBe(true)
  })
})

const older = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path))
it.skipIf(!older)('started by whatever Node the host has, a signal reaches the process that works', async () => {
  const port = await freePort()
  const dataDir = join(scratch(), 'data')
  const server = await startAssent(['serve'], /listens at/, { dataDir, env: { ASSENT_PORT: String(port) }, command: [older ?? '', join(root, 'bin', 'assent.cjs')] })
  expect(await server.stop()).toMatchObject({ code: 0 })
  await expect(new Browser(`http://127.0.0.1:${port}`).get('/healthz')).rejects.toThrow('fetch failed')
})
