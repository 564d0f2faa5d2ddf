import { generateKeyPairSync, verify } from 'node:crypto'
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadOrCreateAuditKey } from '../../../src/features/audit/audit-key.ts'
import { UnusableInput } from '../../../src/shared/errors.ts'
import { temporaryDirectory } from './ledger.ts'

describe('loadOrCreateAuditKey', () => {
  it('makes one key, for its owner only, and finds it again', async () => {
    const dir = join(temporaryDirectory(), 'data')
    const made = await loadOrCreateAuditKey(dir)
    const found = await loadOrCreateAuditKey(dir)
    expect(found.keyId).toBe(made.keyId)
    expect(statSync(join(dir, 'audit-key.pem')).mode & 0o777).toBe(0o600)
    expect(verify(null, Buffer.from('x'), found.publicKeyPem, made.sign(Buffer.from('x')))).toBe(true)
  })

  it('agrees on one key when many start at once, and leaves nothing lying about', async () => {
    const dir = temporaryDirectory()
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateAuditKey(dir)))
    expect(new Set(keys.map((key) => key.keyId)).size).toBe(1)
    expect(readdirSync(dir)).toEqual(['audit-key.pem'])
  })

  const pem = (pair: ReturnType<typeof generateKeyPairSync>) => pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  it.each([
    ['no key', () => 'hello', /is not a private key/],
    ['an empty file', () => '', /is not a private key/],
    ['another kind of key', () => pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }) as never), /of type ec, not Ed25519/],
  ])('refuses %s, saying where and not to delete it', async (_, content, message) => {
    const dir = temporaryDirectory()
    writeFileSync(join(dir, 'audit-key.pem'), content(), { mode: 0o600 })
    const failure = await loadOrCreateAuditKey(dir).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UnusableInput)
    expect(failure).toMatchObject({ what: expect.stringMatching(message), where: join(dir, 'audit-key.pem'), remedy: expect.stringMatching(/backup/) })
  })

  it('refuses a key that others may read', async () => {
    const dir = temporaryDirectory()
    await loadOrCreateAuditKey(dir)
    chmodSync(join(dir, 'audit-key.pem'), 0o640)
    await expect(loadOrCreateAuditKey(dir)).rejects.toMatchObject({ constructor: UnusableInput, remedy: expect.stringMatching(/chmod 600/) })
  })

  it('says when the directory cannot be used', async () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    await expect(loadOrCreateAuditKey(file)).rejects.toBeInstanceOf(UnusableInput)
  })
})
