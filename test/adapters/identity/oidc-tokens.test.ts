import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { guardedFetch } from '../../../src/adapters/identity/guarded-fetch.ts'
import { OidcClient } from '../../../src/adapters/identity/oidc.ts'

const CALLBACK = 'https://assent.example/oidc/school/callback'
const NOW = Date.parse('2026-09-01T08:00:00Z')
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })

type Claims = Record<string, unknown>
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const withRsa = (key: KeyObject) => (head: string) => sign('sha256', Buffer.from(head), key).toString('base64url')

describe('an ID token', () => {
  let server: Server
  let issuer = ''
  /** What the provider says of itself, and the token it gives next. */
  let metadata: Claims = {}
  let token = ''
  beforeAll(async () => {
    server = createServer((req, res) => {
      res.setHeader('content-type', 'application/json')
      if (req.url?.startsWith('/.well-known/')) res.end(JSON.stringify(metadata))
      else if (req.url === '/jwks') res.end(JSON.stringify({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] }))
      else res.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', id_token: token }))
    })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    metadata = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, id_token_signing_alg_values_supported: ['RS256'] }
  })
  afterAll(() => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) }))

  const oidc = () => new OidcClient({ fetch: guardedFetch({ hosts: ['127.0.0.1'], mayBePlain: true }), clock: new FixedClock(NOW), mayBePlain: true })
  const trust = () => ({ issuer, clientId: 'assent', clientSecret: 'a client secret of the tests', scopes: [] })

  /** Signs in with a token of these claims. */
  async function given(claims: Claims, header: object = { alg: 'RS256', kid: 'one' }, signed: (head: string) => string = withRsa(own.privateKey)) {
    const client = oidc()
    const attempt = client.newAttempt()
    const second = Math.floor(NOW / 1000)
    const head = `${part(header)}.${part({ iss: issuer, aud: 'assent', sub: 'pupil1', iat: second, exp: second + 300, nonce: attempt.nonce, ...claims })}`
    token = `${head}.${signed(head)}`
    return client.finish(trust(), CALLBACK, `?code=c&state=${attempt.state}`, attempt)
  }

  it('is believed when it is right', async () => {
    expect((await given({})).subject).toEqual({ format: issuer, value: 'pupil1' })
  })

  const second = NOW / 1000
  it.each<[string, Claims]>([
    ['another service', { aud: 'another-client' }], ['two services, handed on by the other', { aud: ['assent', 'another-client'], azp: 'another-client' }], ['nobody', { aud: undefined }],
    ['another sign-in', { nonce: 'x'.repeat(43) }], ['no sign-in', { nonce: undefined }], ['another issuer', { iss: 'https://evil.example' }],
    ['a time that is over', { exp: second - 120 }], ['no end', { exp: undefined }], ['a time to come', { nbf: second + 600 }], ['nobody by name', { sub: undefined }],
  ])('ASVS 9.2.1, 9.2.3, 10.5.1, 10.5.4: is refused when it is for %s', async (_, claims) => {
    await expect(given(claims)).rejects.toThrow('token')
  })

  it('ASVS 9.1.1, 9.1.2, 9.1.3: is refused without a signature, with that of another key, or with an algorithm changed to the public key as a secret', async () => {
    const pem = own.publicKey.export({ type: 'spki', format: 'pem' })
    await expect(given({}, { alg: 'RS256', kid: 'one' }, withRsa(other.privateKey))).rejects.toThrow('token')
    await expect(given({}, { alg: 'RS256', jwk: other.publicKey.export({ format: 'jwk' }) }, withRsa(other.privateKey))).rejects.toThrow('token')
    await expect(given({}, { alg: 'none' }, () => '')).rejects.toThrow('token')
    await expect(given({}, { alg: 'HS256', kid: 'one' }, (head) => createHmac('sha256', pem).update(head).digest('base64url'))).rejects.toThrow('token')
    await expect(given({}, { alg: 'HS256' }, (head) => createHmac('sha256', trust().clientSecret).update(head).digest('base64url'))).rejects.toThrow('token')
  })

  it('ASVS 10.5.3: a provider that calls itself something else is not asked', async () => {
    metadata = { ...metadata, issuer: 'https://accounts.google.com' }
    const client = oidc()
    await expect(client.signInUrl(trust(), CALLBACK, client.newAttempt())).rejects.toThrow(/unreachable|issuer/)
    metadata = { ...metadata, issuer }
    expect(await client.signInUrl(trust(), CALLBACK, client.newAttempt())).toContain(`${issuer}/auth?`)
  })
})
