import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { httpAuthority } from '../../../src/adapters/time-stamping/http-authority.ts'
import { writeBundle } from '../../../src/features/signing/record-bundle.ts'
import { templatesDir } from '../../../src/services.ts'
import { type AuthorityMood, type OpensslAuthority, opensslAuthority } from '../../support/openssl-authority.ts'
import { signEverything } from '../../support/sign-everything.ts'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

let outside: OpensslAuthority
beforeAll(async () => { outside = await opensslAuthority() }, 60_000)
afterAll(() => outside?.close())

const DAY = 86_400_000

// openssl is part of every system these tests run on; where it is not, making the authority fails and says so.
for (const kind of ['sqlite', 'mariadb'] as const) describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`a time-stamp a day over the head of the ledger [${kind}]`, () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp({
      kind, mariadbUrl: inject('mariadbUrl'), now: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString(),
      timeStamping: httpAuthority({ url: outside.url, authorityPem: outside.authorityPem, timeoutMs: 700 }),
    })
    const trust = await smallTrust(app)
    await trust.add({ name: 'Noor Aziz', role: 'teacher' })
    await trust.issue()
    await app.services.worker.runUntilIdle()
  }, 60_000)
  afterAll(async () => app?.close())

  const stampNow = async () => {
    await app.services.headStamps.request()
    return app.services.worker.runUntilIdle()
  }

  const wrong: [AuthorityMood, RegExp][] = [
    ['refuses', /refused \(status 02\)/], ['garbage', /runs past the end/], ['other-nonce', /answers another request/], ['other-imprint', /for another digest/],
    ['server-error', /answered 503/], ['silent', /did not answer within/], ['endless', /far too long/],
  ]
  it.each(wrong)('an authority that is %s costs no signature and is asked again', async (mood, reason) => {
    outside.mood = mood
    await app.services.db.run('update outbox set available_at = 0 where kind = ? and state = ?', ['audit.stamp', 'ready'])
    const [stamping, signed] = await Promise.all([stampNow(), signEverything(app)])
    expect(signed.length).toBe(mood === 'refuses' ? 1 : 0)
    expect(stamping.failed).toBe(1)
    expect(await app.services.headStamps.all()).toEqual([])
    const [job] = await app.services.db.rows('select state, last_error from outbox where kind = ?', ['audit.stamp'])
    expect(job?.['state']).toBe('ready')
    expect(job?.['last_error']).toMatch(reason)
  })

  it('an authority that nobody named is not believed', async () => {
    outside.mood = 'honest'
    const other = httpAuthority({ url: outside.url, authorityPem: outside.strangerPem })
    await expect(other.stamp(Buffer.alloc(32, 1), Buffer.alloc(8, 0x80))).rejects.toThrow(/not the one configured/)
  })

  it('is kept once for each head, shown, checked, and judged by openssl', async () => {
    outside.mood = 'honest'
    await app.services.outbox.retry()
    await app.services.worker.runUntilIdle()
    const [stamp] = await app.services.headStamps.all()
    expect(Math.abs((stamp?.stampedAt ?? 0) - Date.now())).toBeLessThan(120_000)
    expect(await app.services.headStamps.firstBad()).toBeNull()
    const before = outside.asked
    app.clock.advance(DAY)
    await stampNow()
    // Nothing was written since, so there is nothing new to be stamped.
    expect(outside.asked).toBe(before)
    const folder = mkdtempSync(join(tmpdir(), 'assent-stamp-'))
    writeFileSync(join(folder, 'token.der'), stamp?.token ?? '')
    writeFileSync(join(folder, 'ca.pem'), outside.authorityPem)
    const judged = spawnSync('openssl', ['ts', '-verify', '-digest', stamp?.imprint ?? '', '-in', join(folder, 'token.der'), '-token_in', '-CAfile', join(folder, 'ca.pem')], { encoding: 'utf8' })
    expect(judged.stdout + judged.stderr).toContain('Verification: OK')
    rmSync(folder, { recursive: true, force: true })
  })

  it('cannot be changed, and travels with the bundle, where anybody checks it', async () => {
    await expect(app.services.db.run('update audit_timestamps set imprint = ?', ['0'.repeat(64)])).rejects.toThrow(/append-only/)
    const folder = mkdtempSync(join(tmpdir(), 'assent-stamp-'))
    const shipped = join(templatesDir, 'bundle')
    await app.services.worker.runUntilIdle()
    await writeBundle(app.services, { folder, schoolName: null, shipped })
    const judge = () => JSON.parse(spawnSync(process.execPath, ['verify.mjs', '--json'], { cwd: folder, encoding: 'utf8' }).stdout) as { valid: boolean; stamps: object[]; bad: { reason: string }[] }
    expect(judge()).toMatchObject({ valid: true, bad: [], stamps: [{}] })
    const whole = readFileSync(join(folder, 'timestamps.jsonl'), 'utf8')
    const { size, token } = JSON.parse(whole) as { size: number; token: string }
    const spoiled = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(token, 'base64')
      change(bytes)
      writeFileSync(join(folder, 'timestamps.jsonl'), `${JSON.stringify({ size, token: bytes.toString('base64') })}\n`)
      return judge()
    }
    for (const place of [0.3, 0.5, 0.97]) expect(spoiled((bytes) => { bytes[Math.floor(bytes.length * place)] = (bytes[Math.floor(bytes.length * place)] ?? 0) ^ 0x41 }).valid).toBe(false)
    writeFileSync(join(folder, 'timestamps.jsonl'), whole)
    writeFileSync(join(folder, 'time-authority.pem'), outside.strangerPem)
    expect(judge().bad[0]?.reason).toMatch(/not the one in time-authority.pem/)
    rmSync(folder, { recursive: true, force: true })
  })
})
