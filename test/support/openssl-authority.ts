import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How the made-up authority behaves with the next request. */
export type AuthorityMood = 'honest' | 'other-nonce' | 'other-imprint' | 'refuses' | 'garbage' | 'silent' | 'server-error' | 'endless'

export interface OpensslAuthority {
  url: string
  authorityPem: string
  /** An authority that nobody trusts. */
  strangerPem: string
  mood: AuthorityMood
  asked: number
  close(): Promise<void>
}

/** A time-stamping authority: `openssl ts` behind a local HTTP server. */
export async function opensslAuthority(): Promise<OpensslAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-tsa-'))
  const at = (name: string) => join(folder, name)
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  writeFileSync(at('ts.cnf'), `[tsa]\ndefault_tsa = one\n[one]\nserial = ${at('serial')}\ncrypto_device = builtin\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\nordering = no\ntsa_name = no\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n`)
  writeFileSync(at('serial'), '01\n')
  for (const name of ['ca', 'stranger']) run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '30', '-subj', `/CN=Time ${name}`)
  run('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', '/CN=Time signer')
  writeFileSync(at('ext'), 'extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n')
  run('x509', '-req', '-in', 'tsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'tsa.pem', '-days', '30', '-extfile', 'ext')
  const reply = (query: string): Buffer => {
    run('ts', '-reply', '-config', 'ts.cnf', '-queryfile', query, '-signer', 'tsa.pem', '-inkey', 'tsa.key', '-out', 'reply.tsr')
    return readFileSync(at('reply.tsr'))
  }
  const query = (digest: string): void => { run('ts', '-query', '-digest', digest, '-sha256', '-cert', '-out', 'other.tsq') }
  const authority: OpensslAuthority = {
    url: '', authorityPem: readFileSync(at('ca.pem'), 'utf8'), strangerPem: readFileSync(at('stranger.pem'), 'utf8'), mood: 'honest', asked: 0,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
      rmSync(folder, { recursive: true, force: true })
    },
  }
  const server = createServer((request, answer) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part)).once('end', () => {
      authority.asked += 1
      writeFileSync(at('query.tsq'), Buffer.concat(parts))
      const send = (body: Buffer) => answer.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(body)
      switch (authority.mood) {
        case 'honest': return void send(reply('query.tsq'))
        case 'other-nonce': {
          const text = spawnSync('openssl', ['ts', '-query', '-in', at('query.tsq'), '-text'], { encoding: 'utf8' }).stdout
          query([...text.matchAll(/^ +[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){16})/gm)].map((line) => (line[1] ?? '').replaceAll(/[^0-9a-f]/g, '')).join(''))
          return void send(reply('other.tsq'))
        }
        case 'other-imprint':
          query('ab'.repeat(32))
          return void send(reply('other.tsq'))
        case 'refuses': return void send(Buffer.from('30053003020102', 'hex'))
        case 'garbage': return void send(Buffer.from('<html>no</html>'))
        case 'server-error': return void answer.writeHead(503).end()
        case 'endless': {
          answer.writeHead(200)
          const more = (): void => { while (answer.write(Buffer.alloc(16_384))); }
          answer.on('drain', more)
          return more()
        }
        case 'silent':
      }
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  authority.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return authority
}
