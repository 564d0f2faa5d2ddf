import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateUp } from '../../src/db/migrate.ts'
import { makeDatabase } from '../support/databases.ts'
import { startApp, type TestApp } from './test-app.ts'
import { testPages } from './test-pages.ts'

describe('what a hostile client sends', () => {
  let made: Awaited<ReturnType<typeof makeDatabase>>
  let app: TestApp
  let folder = ''
  beforeAll(async () => {
    made = await makeDatabase('sqlite', null)
    await migrateUp(made.db)
    folder = await mkdtemp(join(tmpdir(), 'assent-assets-'))
    await writeFile(join(folder, 'a.css'), 'body{}')
    app = await startApp(made.db, { pages: testPages([]), assets: [{ url: '/assets', dir: folder }] })
  })
  afterAll(async () => {
    await app.close()
    await made.drop()
    await rm(folder, { recursive: true })
  })

  /** Sends bytes as they are and gives the status of every answer on the connection. */
  const statusesOf = (bytes: string): Promise<number[]> => new Promise((resolve, reject) => {
    const { hostname, port } = new URL(app.url)
    let text = ''
    const socket = createConnection(Number(port), hostname, () => socket.end(bytes))
    socket.on('data', (data) => { text += data.toString('latin1') })
    socket.on('error', reject)
    socket.on('close', () => resolve([...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((match) => Number(match[1]))))
  })
  const request = (first: string, ...more: string[]): string => [first, 'Host: 127.0.0.1', ...more, '', ''].join('\r\n')

  it('ASVS 4.2.1: two opinions about where a message ends are refused, and no second message hides in the first', async () => {
    const hidden = request('GET /notice HTTP/1.1')
    const smuggled = [
      request('POST /notice HTTP/1.1', 'Content-Length: 4', 'Transfer-Encoding: chunked') + `0\r\n\r\n${hidden}`,
      request('POST /notice HTTP/1.1', 'Content-Length: 4', 'Content-Length: 40') + hidden,
      request('POST /notice HTTP/1.1', 'Transfer-Encoding : chunked', 'Content-Length: 4') + hidden,
      request('POST /notice HTTP/1.1', 'Transfer-Encoding: chunked, identity') + `0\r\n\r\n${hidden}`,
    ]
    expect(await statusesOf(request('GET /notice HTTP/1.1', 'Connection: close'))).toEqual([200])
    for (const bytes of smuggled) expect(await statusesOf(bytes)).toEqual([400])
  })

  it('ASVS 13.4.4: TRACE is not answered, wherever it is sent', async () => {
    for (const path of ['/notice', '/assets/a.css', '/healthz', '/nowhere']) {
      const [status = 0] = await statusesOf(request(`TRACE ${path} HTTP/1.1`, 'Connection: close'))
      expect([path, [404, 405].includes(status)]).toEqual([path, true])
    }
  })

  it('ASVS 13.4.3, 5.3.2: folders are not listed, and no path leads out of the public ones', async () => {
    for (const path of ['/assets', '/assets/', '/assets/%2e%2e/package.json', '/assets/..%2fpackage.json', '/assets/%2e%2e%2f%2e%2e%2fetc/passwd', '/assets/..%5c..%5cetc/passwd']) {
      const answer = await app.browser().get(path)
      expect([path, answer.status]).toEqual([path, expect.toSatisfy((status: number) => status >= 400 && status < 500)])
      expect(answer.text).not.toMatch(/a\.css|root:|"name"/)
    }
  })

  it('ASVS 3.4.2, 3.5.2: another site may read nothing, whatever origin it names', async () => {
    for (const origin of ['https://evil.example', 'null', app.url]) {
      for (const [method, path] of [['GET', '/notice'], ['OPTIONS', '/notice'], ['GET', '/assets/a.css']] as const) {
        const { headers } = await app.browser().send(method, path, { headers: { origin, 'access-control-request-method': 'POST' } })
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
      }
    }
  })
})
