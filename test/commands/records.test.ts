import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { signSome } from '../../src/demo/sign-some.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'
import { oneRoster11Files, removeTempFolders, writeFolder } from '../support/roster-files.ts'
import { larkmoor } from './larkmoor.ts'
import { copyOf, dump, migrated, removeScratch, runHere, scratch, withDatabase } from './run-assent.ts'

// Real processes: on a busy machine each takes seconds to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let issued = ''
/** A copy in which a part of the school has signed and every signature is sealed. */
let sealed = ''
let signed = 0

beforeAll(async () => {
  issued = await migrated()
  const roster = await runHere(['sync', 'oneroster-csv', '--from', writeFolder(oneRoster11Files(larkmoor())), '--json'], { dataDir: issued })
  if (roster.code !== 0) throw new Error(roster.stdout)
  sealed = copyOf(issued)
  await inProcess(sealed, async (services) => {
    await services.issuing.issue({ actor: 'os:test', planOnly: false })
    signed = await signSome(services, new Set())
    await services.worker.runUntilIdle()
  })
})
afterAll(() => {
  removeScratch()
  removeTempFolders()
})

/** In this process, with mail kept instead of sent. */
async function inProcess(dataDir: string, work: (services: Services) => Promise<void>): Promise<void> {
  const services = await openServices(loadConfig({}, { dataDir, demo: true }), { actor: 'os:test' })
  try {
    await work(services)
  } finally {
    await services.worker.stop()
    await services.db.close()
  }
}

/** Lines of a CSV whose values here hold no line breaks. */
const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split(/\r?\n/)

describe('issue', () => {
  it('I1: --plan gives the same numbers and changes nothing; a second run creates none', async () => {
    const dataDir = copyOf(issued)
    const before = await dump(dataDir)
    const planned = await runHere(['issue', '--plan', '--json'], { dataDir })
    expect(planned).toMatchObject({ code: 0, stderr: '' })
    expect(await dump(dataDir)).toEqual(before)
    const real = await runHere(['issue', '--json'], { dataDir })
    expect(real.code).toBe(0)
    const numbers = ({ created, existing, unreachable }: Record<string, unknown>) => ({ created, existing, unreachable })
    expect(numbers(real.json())).toEqual(numbers(planned.json()))
    expect(Number(real.json()['created'])).toBe(26)
    const again = await runHere(['issue', '--json'], { dataDir })
    expect(again.json()).toMatchObject({ created: 0, existing: 26 })
  })

  it('I1: --date puts those of that day\'s year, once', async () => {
    const dataDir = copyOf(issued)
    const next = `${new Date().getUTCFullYear() + 2}-10-01`
    const first = await runHere(['issue', '--date', next, '--json'], { dataDir })
    expect(first.json()).toMatchObject({ existing: 0 })
    const again = await runHere(['issue', '--date', next, '--json'], { dataDir })
    expect(again.json()).toMatchObject({ created: 0 })
  })
})

describe('records and verify', () => {
  it('records: one file per signature, readable by this user alone, listed in index.csv', async () => {
    const out = join(scratch(), 'out')
    const done = await runHere(['records', '--out', out, '--json'], { dataDir: sealed })
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(signed).toBeGreaterThan(5)
    expect(done.json()).toEqual({ written: signed, out })
    expect(readdirSync(out).filter((name) => name.endsWith('.pdf'))).toHaveLength(signed)
    expect(linesOf(join(out, 'index.csv'))).toHaveLength(signed + 1)
    expect(linesOf(join(out, 'index.csv'))[0]).toBe('file,sha256,reference,agreement,version,signed_at,about,signed_by,capacity,school,status')
    for (const name of readdirSync(out)) expect(statSync(join(out, name)).mode & 0o077).toBe(0)
    const [nobody, known] = await Promise.all([
      runHere(['records', '--out', join(out, 'a'), '--school', 'No Such School', '--json'], { dataDir: sealed }),
      runHere(['records', '--out', join(out, 'b'), '--school', '100001', '--json'], { dataDir: sealed }),
    ])
    expect(nobody.code).toBe(2)
    expect(known.json()).toMatchObject({ written: signed })
    const file = join(out, 'index.csv', 'below-a-file')
    expect((await runHere(['records', '--out', file, '--json'], { dataDir: sealed })).code).toBe(2)
  })

  it('L2: verify --bundle judges an exported folder without database or settings', async () => {
    const out = join(scratch(), 'out')
    await runHere(['records', '--out', out], { dataDir: sealed })
    const elsewhere = join(scratch(), 'nothing-here')
    const whole = await runHere(['verify', '--bundle', out, '--json'], { dataDir: elsewhere })
    expect(whole).toMatchObject({ code: 0, stderr: '' })
    expect(whole.json()).toMatchObject({ valid: true, records: signed, good: signed, bad: [] })
    const [name = ''] = readdirSync(out).filter((file) => file.endsWith('.pdf'))
    writeFileSync(join(out, name), 'changed')
    const bad = await runHere(['verify', '--bundle', out, '--json'], { dataDir: elsewhere })
    expect(bad.code).toBe(5)
    expect(bad.json()).toMatchObject({ valid: false, good: signed - 1, bad: [{ file: name }] })
    expect((await runHere(['verify', '--bundle', join(out, 'gone'), '--json'], { dataDir: elsewhere })).code).toBe(5)
  })

  it('D4, L1: rotate renews the certificate and the key of the ledger; records and log stay whole', async () => {
    const dataDir = copyOf(sealed)
    const out = join(scratch(), 'out')
    for (const what of ['certificate', 'ledger-key']) expect((await runHere(['rotate', what, '--json'], { dataDir })).json()).toMatchObject({ rotated: what })
    expect((await runHere(['rotate', 'everything', '--json'], { dataDir })).code).toBe(2)
    expect((await runHere(['audit', 'verify', '--json'], { dataDir })).json()).toMatchObject({ valid: true })
    await runHere(['records', '--out', out], { dataDir })
    expect((await runHere(['verify', '--bundle', out, '--json'], { dataDir })).json()).toMatchObject({ valid: true, good: signed })
    const [name = ''] = readdirSync(out).filter((file) => file.endsWith('.pdf'))
    expect((await runHere(['verify', join(out, name), '--json'], { dataDir })).code).toBe(0)
  })

  it('ASVS 11.2.2: rotate session-secret keeps the one before for the longest session; --end-sessions ends all and keeps it for nothing', async () => {
    const dataDir = copyOf(sealed)
    const file = (name: string) => join(dataDir, 'secrets', name)
    const first = readFileSync(file('session-secret'), 'utf8')
    const done = (await runHere(['rotate', 'session-secret', '--json'], { dataDir })).json()
    expect(done).toMatchObject({ rotated: 'session-secret', sessionsEnded: 0 })
    const hours = (Date.parse(String(done['until'])) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(11.9)
    expect(hours).toBeLessThanOrEqual(12)
    const second = readFileSync(file('session-secret'), 'utf8')
    expect(second).not.toBe(first)
    expect(readFileSync(file('session-secret-before'), 'utf8')).toContain(first)
    await withDatabase(dataDir, (db) => db.insertMany('sessions', [{ id_hash: 'a'.repeat(64), person_id: null, data: '{}', created_at: 1, expires_at: Date.now() + 60_000 }]))
    expect((await runHere(['rotate', 'session-secret', '--end-sessions', '--json'], { dataDir })).json()).toMatchObject({ sessionsEnded: 1 })
    await withDatabase(dataDir, async (db) => { expect(await db.read('sessions')).toEqual([]) })
    // The next start forgets what counts for nothing, and keeps the other.
    expect((await runHere(['migrate', '--json'], { dataDir })).code).toBe(0)
    const kept = readFileSync(file('session-secret-before'), 'utf8')
    expect([kept.includes(first), kept.includes(second)]).toEqual([true, false])
    expect((await runHere(['rotate', 'certificate', '--end-sessions', '--json'], { dataDir })).code).toBe(2)
    expect((await runHere(['audit', 'verify', '--json'], { dataDir })).json()).toMatchObject({ valid: true })
  })

  it('rotate sign-in-key: a new certificate for providers to encrypt with, the key before is kept, for this user alone', async () => {
    const dataDir = copyOf(sealed)
    const rotate = async () => (await runHere(['rotate', 'sign-in-key', '--json'], { dataDir })).json() as { rotated: string; fingerprint: string }
    const [first, second] = [await rotate(), await rotate()]
    expect(first).toMatchObject({ rotated: 'sign-in-key', fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) })
    expect(second.fingerprint).not.toBe(first.fingerprint)
    const files = ['sign-in-encryption.pem', 'sign-in-encryption-previous.pem'].map((name) => join(dataDir, 'secrets', name))
    expect(files.map((file) => new X509Certificate(readFileSync(file)).fingerprint256)).toEqual([second.fingerprint, first.fingerprint])
    expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600])
  })

  it('D6: verify answers 0 current, 5 changed or not ours, 6 withdrawn, and names nobody', async () => {
    const dataDir = copyOf(sealed)
    const out = join(scratch(), 'out')
    await runHere(['records', '--out', out], { dataDir })
    const [name = ''] = readdirSync(out).filter((file) => file.endsWith('.pdf'))
    const file = join(out, name)

    const good = await runHere(['verify', file, '--json'], { dataDir })
    expect(good).toMatchObject({ code: 0, stderr: '' })
    expect(good.json()).toMatchObject({ valid: true, status: 'current', reasons: [], sealedBy: expect.any(String) as string, signedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string })
    expect(good.stdout).not.toMatch(/Pupil\d|Parent\d|Teacher\d|Sur\d/)

    const flipped = readFileSync(file)
    const at = Math.floor(flipped.length / 2)
    flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at)
    writeFileSync(join(out, 'flipped.pdf'), flipped)
    const bad = await runHere(['verify', join(out, 'flipped.pdf'), '--json'], { dataDir })
    expect(bad.code).toBe(5)
    expect(bad.json()).toMatchObject({ valid: false })
    expect((bad.json()['reasons'] as string[]).length).toBeGreaterThan(0)

    const elsewhere = await runHere(['verify', file, '--json'], { dataDir: await migrated() })
    expect(elsewhere.code).toBe(5)
    writeFileSync(join(out, 'plain.txt'), 'not a PDF at all')
    expect((await runHere(['verify', join(out, 'plain.txt'), '--json'], { dataDir })).code).toBe(5)
    expect((await runHere(['verify', out, '--json'], { dataDir })).code).toBe(2)

    await inProcess(dataDir, async ({ signing, signingStore }) => {
      const signature = await signingStore.byId(name.replace('.pdf', ''))
      expect(await signing.withdraw(signature?.id ?? '', signature?.signerId ?? '', 'os:test')).not.toBeNull()
    })
    const withdrawn = await runHere(['verify', file, '--json'], { dataDir })
    expect(withdrawn.code).toBe(6)
    expect(withdrawn.json()).toMatchObject({ valid: true, status: 'withdrawn' })
  })
})

describe('audit', () => {
  it('L1, L2: verify walks the log; the export is judged alone; a changed entry is named', async () => {
    const dataDir = copyOf(sealed)
    const whole = await runHere(['audit', 'verify', '--json'], { dataDir })
    expect(whole).toMatchObject({ code: 0, stderr: '' })
    const { valid, size, firstBad } = whole.json() as { valid: boolean; size: number; firstBad: unknown }
    expect({ valid, firstBad }).toEqual({ valid: true, firstBad: null })
    expect(size).toBeGreaterThan(signed)

    const file = join(scratch(), 'log.export')
    expect((await runHere(['audit', 'export', file, '--json'], { dataDir })).code).toBe(0)
    // An export is judged by whoever holds it: no data directory of ours is needed.
    const alone = await runHere(['audit', 'verify', '--export', file, '--json'], { dataDir: join(scratch(), 'none') })
    expect(alone.code).toBe(0)
    expect(alone.json()).toMatchObject({ valid: true, size })
    const spoilt = readFileSync(file)
    const at = Math.floor(spoilt.length * 0.6)
    spoilt.writeUInt8(spoilt.readUInt8(at) ^ 1, at)
    writeFileSync(`${file}.bad`, spoilt)
    const refused = await runHere(['audit', 'verify', '--export', `${file}.bad`, '--json'], { dataDir })
    expect([2, 5]).toContain(refused.code)

    const entry = await withDatabase(dataDir, async (db) => {
      const row = await db.read('audit_leaves').where({ leaf_index: 4 }).first()
      await db.sql.raw('drop trigger audit_entries_no_update')
      await db.sql('audit_entries').where({ id: row.entry_id }).update({ actor: 'os:somebody' })
      return row.entry_id as string
    })
    const bad = await runHere(['audit', 'verify', '--json'], { dataDir })
    expect(bad.code).toBe(5)
    expect(bad.json()).toMatchObject({ valid: false, firstBad: { index: 4, id: entry } })
    const plain = await runHere(['audit', 'verify'], { dataDir })
    expect(plain.stdout).toContain(entry)
  })
})
