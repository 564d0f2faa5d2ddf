import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardedFetch } from '../../../src/adapters/identity/guarded-fetch.ts'
import { isInside } from '../../../src/adapters/guarded-request.ts'

describe('fetching for a sign-in', () => {
  let server: Server
  let url = ''
  let asked = 0
  beforeAll(async () => {
    server = createServer((req, res) => {
      asked += 1
      if (req.url === '/redirect') res.writeHead(302, { location: '/' }).end()
      else if (req.url === '/large') res.end(Buffer.alloc(1_100_000))
      else res.setHeader('content-type', 'text/plain').end(`${req.method} ${req.headers['x-test'] ?? ''}`)
    })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => { server.close(resolve) }))

  it('asks the hosts that are named, for a trial also on this computer', async () => {
    const fetch = guardedFetch({ hosts: ['127.0.0.1'], mayBePlain: true })
    const answer = await fetch(`${url}/`, { method: 'POST', headers: { 'x-test': 'yes' }, body: 'a=b' })
    expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([200, 'POST yes', 'text/plain'])
  })

  it('follows no redirect and reads no end of bytes', async () => {
    const fetch = guardedFetch({ hosts: ['127.0.0.1'], mayBePlain: true })
    await expect(fetch(`${url}/redirect`)).rejects.toThrow('unreachable')
    await expect(fetch(`${url}/large`)).rejects.toThrow('unreachable')
  })

  it('never asks this computer or a neighbour for a school on the internet, however it is written', async () => {
    const before = asked
    const port = new URL(url).port
    const hosts = ['127.0.0.1', 'localhost', '[::1]', '169.254.169.254', '10.0.0.1', '[::ffff:7f00:1]', '2130706433']
    const fetch = guardedFetch({ hosts: [...hosts, '127.0.0.1'], mayBePlain: false })
    for (const host of hosts) {
      for (const address of [`https://${host}/`, `https://${host}:${port}/`, `http://${host}:${port}/`]) await expect(fetch(address)).rejects.toThrow('unreachable')
    }
    await expect(fetch('https://user:word@accounts.google.com/')).rejects.toThrow('unreachable')
    await expect(fetch('file:///etc/passwd')).rejects.toThrow('unreachable')
    await expect(fetch('https://another.example/')).rejects.toThrow('unreachable')
    expect(asked).toBe(before)
  })

  it.each(['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '::1', '::', 'fc00::1', 'fe80::1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', 'no address'])('%s lies inside', (address) => {
    expect(isInside(address)).toBe(true)
  })

  it.each(['8.8.8.8', '172.32.0.1', '2a00:1450:4009:80b::200e'])('%s lies outside', (address) => {
    expect(isInside(address)).toBe(false)
  })
})
