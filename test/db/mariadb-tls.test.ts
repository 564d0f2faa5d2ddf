import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { Database } from '../../src/db/database.ts'
import { databaseUrlProblem } from '../../src/db/dialect.ts'
import { migrateUp, pendingMigrations } from '../../src/db/migrate.ts'
import { startMariaDb, type ThrowawayMariaDb } from '../support/mariadb.ts'

describe.skipIf(inject('mariadbUrl') === null)('ASVS 12.3.1: a database server by TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assent-tls-'))
  const at = (name: string) => join(folder, name)
  let server: ThrowawayMariaDb | null
  let plain: ThrowawayMariaDb | null
  beforeAll(async () => {
    const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const name of ['ca', 'stranger']) run('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '30', '-subj', `/CN=Authority ${name}`)
    for (const [name, host] of [['good', 'localhost'], ['other', 'db.heron.example']] as const) {
      run('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`)
      writeFileSync(at('ext'), `subjectAltName = DNS:${host}\n`)
      run('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', `${name}.pem`, '-days', '30', '-extfile', 'ext')
    }
    server = await startMariaDb({ cert: at('good.pem'), key: at('good.key') })
    plain = await startMariaDb({ cert: at('other.pem'), key: at('other.key') })
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    await plain?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** By name: certificates are for names. */
  const named = (of: ThrowawayMariaDb | null, tail: string) => `${(of?.adminUrl ?? '').replace('127.0.0.1', 'localhost')}${tail}`
  const opened = async (url: string) => {
    const db = await Database.open(url)
    try {
      return (await db.rows(`show status like 'Ssl_cipher'`, []))[0]?.['Value'] as string
    } finally {
      await db.close()
    }
  }

  it('is encrypted with the authority that is named, and the whole schema goes over it', async () => {
    expect(await opened(named(server, `?ca=${at('ca.pem')}`))).toMatch(/AES|CHACHA/)
    expect(await opened(named(server, ''))).toBe('')
    const admin = await Database.open(named(server, `?ca=${at('ca.pem')}`))
    await admin.sql.raw('create database over_tls')
    await admin.close()
    const db = await Database.open(named(server, `?ca=${at('ca.pem')}`).replace('/mysql?', '/over_tls?'))
    await migrateUp(db)
    expect(await pendingMigrations(db)).toEqual([])
    await db.close()
  }, 60_000)

  it('is refused with an unknown authority, with another name, and by a server without TLS; each says what to do', async () => {
    await expect(opened(named(server, `?ca=${at('stranger.pem')}`))).rejects.toMatchObject({ what: expect.stringContaining('is not trusted') as string, remedy: expect.stringContaining('?ca=') as string })
    await expect(opened(named(server, '?tls=verify'))).rejects.toMatchObject({ what: expect.stringContaining('is not trusted') as string })
    await expect(opened(named(plain, `?ca=${at('ca.pem')}`))).rejects.toMatchObject({ what: expect.stringContaining('for another name') as string })
    await expect(opened(named(server, `?ca=${at('nowhere.pem')}`))).rejects.toMatchObject({ exitCode: 2, where: at('nowhere.pem') })
    await expect(opened(named({ adminUrl: inject('mariadbUrl') ?? '' } as ThrowawayMariaDb, `?ca=${at('ca.pem')}`))).rejects.toMatchObject({ exitCode: 4 })
  })
})

describe('ASVS 12.3.1: where a database server may be', () => {
  const problemsOf = (url: string, production = true): string => {
    try {
      loadConfig({ ASSENT_DATABASE_URL: url, ...(production ? { ASSENT_BASE_URL: 'https://assent.heron.example' } : {}) })
      return ''
    } catch (error) {
      return (error as { what: string }).what
    }
  }

  it.each(['mysql://a:b@db.heron.example/assent', 'mysql://a:b@10.0.0.5:3306/assent', 'mysql://a:b@[fd00::1]/assent', 'mysql://a:b@127.0.0.1.heron.example/assent'])('production does not start with %s', (url) => {
    expect(problemsOf(url)).toContain('leads to another machine without encryption')
    expect(problemsOf(url)).not.toContain('a:b')
    expect(problemsOf(url, false)).toBe('')
  })

  it.each(['mysql://a@127.0.0.1/assent', 'mysql://a@localhost/assent', 'mysql://a@[::1]/assent', 'mysql://a@db/assent?socket=/run/mysqld/mysqld.sock', 'mysql://a@db.heron.example/assent?tls=verify', 'mysql://a@db.heron.example/assent?ca=/etc/ca.pem', 'sqlite:/srv/assent.db'])('and does with %s', (url) => {
    expect(problemsOf(url)).not.toContain('encryption')
  })

  it.each([['mysql://a@db/assent?ssl=1', 'means nothing here'], ['mysql://a@db/assent?tls=no', 'is not "verify"'], ['mysql://a@db/assent?tls=verify&socket=/s', 'on a socket'], ['mysql://a@10.0.0.5/assent?tls=verify', 'by number'], ['mysql://a@db', 'names no database']])('a slip never ends without encryption: %s', (url, words) => {
    expect(databaseUrlProblem(url)).toContain(words)
  })
})
