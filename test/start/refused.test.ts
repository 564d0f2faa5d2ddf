import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { createTrustCertificates } from '../../src/adapters/pdf/trust-certificates.ts'
import { belowAFile } from '../commands/bad-input.ts'
import { copyOf, migrated, removeScratch, runAssent, scratch, withDatabase } from '../commands/run-assent.ts'
import { removeTempFolders } from '../support/roster-files.ts'
import { freePort } from '../support/mariadb.ts'

// Real processes: on a busy machine each takes seconds to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let ready = ''
beforeAll(async () => { ready = await migrated() })
afterAll(() => {
  removeScratch()
  removeTempFolders()
})

const STACK = /^\s+at .*:\d+:\d+\)?$|node_modules/m

/** Runs a command that must refuse, and gives what it said; all words are judged for call sites and secrets. */
async function refusal(args: string[], options: { dataDir?: string; env?: Record<string, string> }, secrets: readonly string[] = []) {
  const done = await runAssent([...args, '--json'], options)
  const { error } = done.json() as { error: { what: string; where: string; remedy: string } }
  expect(done.stdout + done.stderr).not.toMatch(STACK)
  for (const secret of secrets) expect(done.stdout + done.stderr).not.toContain(secret)
  expect(error.remedy).not.toBe('')
  return { code: done.code, ...error }
}

const secretFile = (dataDir: string, name: string): string => join(dataDir, 'secrets', name)

describe('a data directory that cannot be used', () => {
  it.each([['below a file', belowAFile], ['where nobody may write', () => '/proc/assent/data']])('%s', async (_name, place) => {
    const dataDir = place()
    const said = await refusal(['serve'], { dataDir })
    expect(said).toMatchObject({ code: 2, where: dataDir, remedy: expect.stringContaining('ASSENT_DATA_DIR') as string })
  })

  it('a database file that is no database', async () => {
    const dataDir = copyOf(ready)
    writeFileSync(join(dataDir, 'assent.db'), 'this is a letter to the parents, not a database. '.repeat(200))
    for (const name of ['assent.db-wal', 'assent.db-shm']) rmSync(join(dataDir, name), { force: true })
    const said = await refusal(['serve'], { dataDir })
    expect(said.code).toBe(2)
    expect(said.what).toMatch(/damaged or is no database/)
  })
})

describe('keys', () => {
  it('D4: a garbled sealing key, and one that belongs to another certificate', async () => {
    const garbled = copyOf(ready)
    writeFileSync(secretFile(garbled, 'seal-key.pem'), '-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n')
    expect(await refusal(['serve'], { dataDir: garbled }, ['bm90IGEga2V5'])).toMatchObject({ code: 2, what: 'The sealing key cannot be read.' })
    const other = copyOf(ready)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(secretFile(other, 'seal-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const said = await refusal(['serve'], { dataDir: other })
    expect(said).toMatchObject({ code: 2, what: expect.stringContaining('do not belong together') as string })
  })

  it('L1: the audit log\'s key readable by others, gone, or another one', async () => {
    const dataDir = copyOf(ready)
    expect((await runAssent(['audit', 'verify'], { dataDir })).code).toBe(0)
    const key = secretFile(dataDir, 'audit-key.pem')
    chmodSync(key, 0o644)
    expect(await refusal(['serve'], { dataDir })).toMatchObject({ code: 2, where: key, remedy: `Run: chmod 600 ${key}` })
    const good = readFileSync(key)
    rmSync(key)
    expect(await refusal(['serve'], { dataDir })).toMatchObject({ code: 2, where: key, what: expect.stringContaining('gone') as string })
    expect(existsSync(key)).toBe(false)
    writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    expect(await refusal(['serve'], { dataDir })).toMatchObject({ code: 2, what: expect.stringContaining('not the one') as string })
    writeFileSync(key, good)
    expect((await runAssent(['audit', 'verify'], { dataDir })).code).toBe(0)
  })

  it('D4: the school\'s own PKCS#12: wrong passphrase, missing file, expired certificate', async () => {
    const dir = scratch()
    const settings = (p12: string, passphrase: string): Record<string, string> => {
      writeFileSync(join(dir, 'passphrase'), `${passphrase}\n`)
      const file = join(dir, 'assent.yaml')
      writeFileSync(file, `sealing:\n  pkcs12File: ${p12}\n  pkcs12PasswordFile: ${join(dir, 'passphrase')}\n`)
      return { ASSENT_CONFIG: file }
    }
    const made = async (name: string, now: number): Promise<string> => {
      let counter = 0
      const certificate = await createTrustCertificates({
        trustName: 'Heron Trust', keyType: 'P-256', now, random: (size) => createHash('sha512').update(`${name} ${counter += 1}`).digest().subarray(0, size),
      })
      const path = join(dir, name)
      writeFileSync(`${path}.pem`, certificate.keyPem + certificate.certificatePem + certificate.caCertificatePem)
      execFileSync('openssl', ['pkcs12', '-export', '-in', `${path}.pem`, '-out', path, '-passout', 'pass:open sesame'], { stdio: 'ignore' })
      return path
    }
    const current = await made('own.p12', Date.now())
    const wrong = await refusal(['serve'], { dataDir: copyOf(ready), env: settings(current, 'not the passphrase') }, ['not the passphrase', 'open sesame'])
    expect(wrong).toMatchObject({ code: 2, what: expect.stringMatching(/passphrase/) as string, where: expect.stringContaining('own.p12') as string })
    const gone = await refusal(['serve'], { dataDir: copyOf(ready), env: settings(join(dir, 'gone.p12'), 'x') })
    expect(gone).toMatchObject({ code: 2, what: expect.stringContaining('gone.p12 does not exist') as string })
    const old = await made('old.p12', Date.UTC(1995, 0, 1))
    const expired = await refusal(['serve'], { dataDir: copyOf(ready), env: settings(old, 'open sesame') }, ['open sesame'])
    expect(expired).toMatchObject({ code: 2, what: expect.stringMatching(/expired on \d{4}-/) as string })
    const good = await runAssent(['migrate', '--json'], { dataDir: copyOf(ready), env: settings(current, 'open sesame') })
    expect(good.code).toBe(0)
  })
})

describe('the database', () => {
  it('an unreachable server: said with its place, without the password', async () => {
    const url = `mysql://assent:s3cret-word@127.0.0.1:${await freePort()}/assent`
    const said = await refusal(['serve'], { dataDir: join(scratch(), 'data'), env: { ASSENT_DATABASE_URL: url } }, ['s3cret-word'])
    expect(said).toMatchObject({ code: 4, where: expect.stringMatching(/^127\.0\.0\.1:\d+\/assent$/) as string, remedy: expect.stringContaining('ASSENT_DATABASE_URL') as string })
  })

  it.skipIf(inject('mariadbUrl') === null)('a wrong password, and a database that does not exist', async () => {
    const url = new URL(inject('mariadbUrl') ?? '')
    url.username = 'root'
    url.password = 'wr0ng-word'
    const dataDir = join(scratch(), 'data')
    const said = await refusal(['serve'], { dataDir, env: { ASSENT_DATABASE_URL: url.href } }, ['wr0ng-word'])
    expect(said).toMatchObject({ code: 4, what: expect.stringContaining('ER_ACCESS_DENIED') as string, remedy: expect.stringContaining('password') as string })
    const file = join(scratch(), 'url')
    writeFileSync(file, (inject('mariadbUrl') ?? '').replace(/\/mysql$/, '/no_such_database'))
    const missing = await refusal(['serve'], { dataDir, env: { ASSENT_DATABASE_URL_FILE: file } })
    expect(missing).toMatchObject({ code: 4, what: expect.stringContaining('ER_BAD_DB_ERROR') as string })
  })

  it('older than the code: sync refuses with the remedy; newer: everything refuses', async () => {
    const dataDir = copyOf(ready)
    await withDatabase(dataDir, async (db) => { await db.sql('schema_migrations').where({ name: '008_identity' }).del() })
    const said = await refusal(['sync', 'csv', '--from', '/nowhere'], { dataDir })
    expect(said).toMatchObject({ code: 2, what: expect.stringContaining('older') as string, remedy: 'Run: npx assent migrate' })
    expect((await runAssent(['migrate', '--json'], { dataDir })).code).toBe(0)
    await withDatabase(dataDir, async (db) => { await db.insertMany('schema_migrations', [{ name: '900_from_the_future', batch: 9, migration_time: null }]) })
    for (const command of [['migrate'], ['issue']]) {
      expect(await refusal(command, { dataDir })).toMatchObject({ code: 2, what: expect.stringContaining('newer version') as string })
    }
  })
})

describe('settings', () => {
  it('an incomplete production configuration: every problem at once, no secret printed', async () => {
    const dir = scratch()
    const file = join(dir, 'assent.yaml')
    writeFileSync(file, [
      'colour: blue',
      'sealing: { pkcs12File: /nowhere/own.p12, pkcs12PasswordFile: /nowhere/word }',
      'sources: [{ name: mis, format: csv, path: /x, speed: fast }]',
      'directories: [{ name: mis, kind: active-directory, url: "ldap://dc1", bindDn: cn=a, bindPasswordFile: /nowhere/bind, searchBases: [] }]',
    ].join('\n'))
    const said = await refusal(['serve'], {
      dataDir: join(dir, 'data'),
      env: { ASSENT_CONFIG: file, ASSENT_BASE_URL: 'http://assent.school.example', ASSENT_PORT: 'eighty', ASSENT_DATABASE_URL: 'postgres://u:pr1vate@db/x' },
    }, ['pr1vate'])
    expect(said).toMatchObject({ code: 2, where: file })
    for (const words of ['ASSENT_PORT is "eighty"', 'ASSENT_DATABASE_URL must begin with', 'ASSENT_BASE_URL must begin with https://', '"colour"', '"speed"', 'ldaps://', 'searchBases', 'trust.name is missing', 'mail (from, smtpUrl) is missing']) {
      expect(said.what).toContain(words)
    }
    expect(existsSync(join(dir, 'data'))).toBe(false)
  })

  it('files that are named and cannot be read; a name used twice', async () => {
    const file = join(scratch(), 'assent.yaml')
    writeFileSync(file, [
      'sources: [{ name: mis, format: csv, path: /x }, { name: odd, format: cvs, path: /x }]',
      'mail: { from: a@b.example, smtpUrl: "smtp://mail", passwordFile: /nowhere/mail }',
      'directories: [{ name: mis, kind: simulated }, { name: mis, kind: active-directory, url: "ldaps://dc1", bindDn: cn=a, bindPasswordFile: /nowhere/bind, caFile: /nowhere/ca.pem, searchBases: [dc=x] }]',
    ].join('\n'))
    const said = await refusal(['doctor'], { dataDir: copyOf(ready), env: { ASSENT_CONFIG: file } })
    for (const words of ['/nowhere/mail', '/nowhere/bind', '/nowhere/ca.pem', '"mis" is used twice', 'sources.1.format']) expect(said.what).toContain(words)
    const broken = join(scratch(), 'broken.yaml')
    writeFileSync(broken, 'trust: {name: "Heron\n')
    expect((await refusal(['doctor'], { env: { ASSENT_CONFIG: broken } })).what).toMatch(/not valid YAML/)
    expect((await refusal(['doctor'], { env: { ASSENT_CONFIG: '/nowhere.yaml' } })).what).toMatch(/cannot be read \(ENOENT\)/)
    const withUser = await refusal(['doctor'], { env: { ASSENT_BASE_URL: 'https://admin:pr1vate@assent.school.example' } }, ['pr1vate'])
    expect(withUser.what).toContain('ASSENT_BASE_URL')
  })
})
