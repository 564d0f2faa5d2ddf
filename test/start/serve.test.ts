import { readdirSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { copyOf, migrated, removeScratch, runAssent, scratch, withDatabase } from '../commands/run-assent.ts'
import { Browser, tokenIn } from '../http/browser.ts'
import { freePort } from '../support/mariadb.ts'
import { startAssent, stopAll } from './start-assent.ts'

// Real processes: on a busy machine each takes seconds to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let ready = ''
beforeAll(async () => { ready = await migrated() })
afterEach(stopAll)
afterAll(removeScratch)

const LINK = /http:\/\/127\.0\.0\.1:\d+(\/setup\/\S+)/

describe('assent serve', () => {
  it('starts on nothing: private folder and secrets, loopback only, one set-up link that makes one administrator', async () => {
    const dataDir = join(scratch(), 'new', 'data')
    const port = String(await freePort())
    const server = await startAssent(['serve', '--with-worker'], /works once\):\n\S+\n/, { dataDir, env: { ASSENT_PORT: port } })

    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(statSync(join(dataDir, 'secrets')).mode & 0o777).toBe(0o700)
    const secrets = readdirSync(join(dataDir, 'secrets'))
    expect(secrets).toEqual(expect.arrayContaining(['audit-key.pem', 'seal-key.pem', 'session-secret']))
    for (const name of secrets) expect(statSync(join(dataDir, 'secrets', name)).mode & 0o777).toBe(0o600)

    const outside = Object.values(networkInterfaces()).flat().find((address) => address?.family === 'IPv4' && !address.internal)
    if (outside) expect(await answers(outside.address, Number(port))).toBe(false)
    expect(await answers('127.0.0.1', Number(port))).toBe(true)

    const path = LINK.exec(server.output.stdout)?.[1] ?? ''
    const browser = new Browser(`http://127.0.0.1:${port}`)
    const page = await browser.get(path)
    expect(page.status).toBe(200)
    expect(page.text).toContain('<form')
    // Looking at the link, as a mail scanner or a preview does, uses nothing up.
    expect((await browser.get(path)).status).toBe(200)
    const wrong = await browser.post(path, { _csrf: tokenIn(page), name: 'Ada Example', email: 'not-an-address', trustName: 'Heron Trust' })
    expect(wrong.status).toBe(303)
    expect((await browser.get(path)).text).toContain('Write your work e-mail address')
    const done = await browser.submit(path, { name: 'Ada Example', email: 'ada@heron.example', trustName: 'Heron Learning Trust' })
    expect(done.status).toBe(303)
    expect(done.location).toBe('/security/start')
    const home = await browser.get((await browser.get('/security/start')).location ?? '')
    expect(home.text).toContain('Heron Learning Trust')
    expect(home.text).toContain('/sign-out')

    const stranger = new Browser(`http://127.0.0.1:${port}`)
    const second = await stranger.get(path)
    expect(second.text).not.toContain('name="trustName"')
    const again = await stranger.post(path, { _csrf: tokenIn(second), name: 'Eve', email: 'eve@elsewhere.example', trustName: 'Other' })
    expect(again.status).toBeGreaterThanOrEqual(400)

    const stopped = await server.stop()
    expect(stopped).toMatchObject({ code: 0, signal: null })
    expect(stopped.ms).toBeLessThan(5_000)
    expect(server.output.stderr).not.toMatch(/Heron|ada@heron/)
    expect(await withDatabase(dataDir, (db) => db.rows('select role from role_grants', []))).toEqual([{ role: 'trust-admin' }])

    // With an administrator in place no start prints a link; the command line still makes one for whoever may run it.
    const later = await startAssent(['serve', '--json'], /\}\n/, { dataDir, env: { ASSENT_PORT: port } })
    expect(JSON.parse(later.output.stdout)).toMatchObject({ listening: `http://127.0.0.1:${port}`, setupLink: null })
    const link = await runAssent(['admin-link', '--json'], { dataDir, env: { ASSENT_PORT: port } })
    expect(link.code).toBe(0)
    const url = new URL(String(link.json()['link']))
    const opened = await new Browser(url.origin).get(url.pathname)
    expect(opened.text).toContain('<form')
    expect(await later.stop('SIGINT')).toMatchObject({ code: 0 })
  })

  it('ends within five seconds though a visitor keeps a connection open', async () => {
    const port = await freePort()
    const server = await startAssent(['serve'], /listens at/, { dataDir: copyOf(ready), env: { ASSENT_PORT: String(port) } })
    const slow = createConnection(port, '127.0.0.1')
    slow.on('error', () => undefined)
    slow.write('POST /setup/x HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\nhalf')
    await new Promise((resolve) => slow.once('connect', resolve))
    const stopped = await server.stop()
    slow.destroy()
    expect(stopped).toMatchObject({ code: 0 })
    expect(stopped.ms).toBeLessThan(5_000)
  })

  it('a taken port is said with its number and how to choose another', async () => {
    const port = String(await freePort())
    const dataDir = copyOf(ready)
    await startAssent(['serve'], /listens at/, { dataDir, env: { ASSENT_PORT: port } })
    const second = await runAssent(['serve', '--json'], { dataDir: copyOf(ready), env: { ASSENT_PORT: port } })
    expect(second.code).toBe(2)
    expect(second.json()).toMatchObject({ error: { what: `Port ${port} is taken by another program.`, remedy: expect.stringContaining('ASSENT_PORT') as string } })
  })
})

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port })
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => resolve(false))
  })
}
