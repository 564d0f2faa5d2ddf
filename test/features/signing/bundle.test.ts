import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeBundle } from '../../../src/features/signing/record-bundle.ts'
import { templatesDir } from '../../../src/services.ts'
import { signEverything } from '../../support/sign-everything.ts'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { testTrust } from '../../adapters/pdf/pdf-fixtures.ts'

let app: TestApp
let folder: string
let whole: string
const copies: string[] = []
const shipped = join(templatesDir, 'bundle')

beforeAll(async () => {
  app = await startTestApp()
  const trust = await smallTrust(app)
  const pupil = await trust.add({ name: 'Ama Serwaa', role: 'pupil', year: '5' })
  const mother = await trust.add({ name: 'Efua Serwaa', email: 'efua@home.example' })
  await trust.link(pupil, mother)
  await trust.add({ name: 'Bryn Hughes', role: 'pupil', year: '9', school: trust.high })
  await trust.add({ name: 'Noor Aziz', role: 'teacher', school: trust.high })
  await trust.issue()
  expect((await signEverything(app)).length).toBeGreaterThanOrEqual(4)
  await app.services.worker.runUntilIdle()
  folder = mkdtempSync(join(tmpdir(), 'assent-bundle-'))
  whole = join(folder, 'whole')
  cpSync(shipped, whole, { recursive: true })
  await writeBundle(app.services, { folder: whole, schoolName: null, shipped })
}, 120_000)
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await app.close()
})

interface Report { valid: boolean; records: number; good: number; bad: { file: string; reason: string }[]; authorities: { fingerprint: string }[] }

/** As somebody elsewhere runs it: the folder's own program, nothing else of ours. */
function judge(dir: string, ...args: string[]): { code: number | null; report: Report } {
  const { status, stdout } = spawnSync(process.execPath, ['verify.mjs', '--json', ...args], { cwd: dir, encoding: 'utf8', env: {} })
  return { code: status, report: JSON.parse(stdout) as Report }
}

function copy(): string {
  const dir = join(folder, `copy-${copies.length}`)
  copies.push(dir)
  cpSync(whole, dir, { recursive: true })
  return dir
}

const pdfsOf = (dir: string): string[] => readdirSync(dir).filter((name) => name.endsWith('.pdf')).toSorted()
const edit = (dir: string, name: string, change: (text: string) => string): void => writeFileSync(join(dir, name), change(readFileSync(join(dir, name), 'latin1')), 'latin1')

describe('L2: an exported bundle, checked without Assent', () => {
  it('fits together, and the program needs nothing but Node', () => {
    const { code, report } = judge(whole)
    expect(report.bad).toEqual([])
    expect({ code, valid: report.valid, records: report.records, good: report.good }).toEqual({ code: 0, valid: true, records: pdfsOf(whole).length, good: pdfsOf(whole).length })
    expect(judge(whole, '--fingerprint', report.authorities[0]?.fingerprint ?? '').code).toBe(0)
    expect(readFileSync(join(whole, 'verify.mjs'), 'utf8')).not.toMatch(/from '(?!node:)/)
  })

  const tampered: [string, (dir: string, pdf: string, other: string) => void, RegExp][] = [
    ['a PDF that is gone', (dir, pdf) => unlinkSync(join(dir, pdf)), /listed and not there/],
    ['a PDF too many', (dir, pdf) => cpSync(join(dir, pdf), join(dir, 'extra.pdf')), /there and not listed/],
    ['two PDFs exchanged', (dir, pdf, other) => {
      renameSync(join(dir, pdf), join(dir, 'x'))
      renameSync(join(dir, other), join(dir, pdf))
      renameSync(join(dir, 'x'), join(dir, other))
    }, /not those that index.csv names/],
    ['two lines of the index exchanged as well', (dir, pdf, other) => {
      renameSync(join(dir, pdf), join(dir, 'x'))
      renameSync(join(dir, other), join(dir, pdf))
      renameSync(join(dir, 'x'), join(dir, other))
      edit(dir, 'index.csv', (text) => text.replace(pdf, 'Z').replace(other, pdf).replace('Z', other))
    }, /for other bytes/],
    ['an entry of the ledger changed', (dir) => edit(dir, 'ledger.jsonl', (text) => text.replace('"actor":"system"', '"actor":"os:root"')), /is not what was recorded/],
    ['an entry of the ledger left out', (dir) => edit(dir, 'ledger.jsonl', (text) => text.replace(/\{"type":"leaf","index":2,.*\n/, '')), /missing or out of its place/],
    ['the end of the ledger cut off', (dir) => edit(dir, 'ledger.jsonl', (text) => text.split('\n').slice(0, -2).join('\n')), /cut short/],
    ['a head changed', (dir) => edit(dir, 'ledger.jsonl', (text) => text.replace(/"root":"(.)/, (_, first: string) => `"root":"${first === '0' ? '1' : '0'}`)), /not genuine/],
    ['a particular changed', (dir) => edit(dir, 'proofs.jsonl', (text) => text.replace('\\"seal\\":1', '\\"seal\\":2')), /for something else/],
    ['a path changed', (dir) => edit(dir, 'proofs.jsonl', (text) => text.replace(/"path":\["(.)/, (_, first: string) => `"path":["${first === '0' ? '1' : '0'}`)), /does not lead to the signed head/],
    ['no proofs', (dir) => writeFileSync(join(dir, 'proofs.jsonl'), ''), /says nothing of it/],
    ['garbage for a ledger', (dir) => writeFileSync(join(dir, 'ledger.jsonl'), 'garbage'), /cannot be read/],
  ]
  it.each(tampered)('notices %s', (_, spoil, reason) => {
    const dir = copy()
    const [pdf = '', other = ''] = pdfsOf(dir)
    spoil(dir, pdf, other)
    const { code, report } = judge(dir)
    expect(code).toBe(5)
    expect(report.bad.map((one) => one.reason).join('; ')).toMatch(reason)
  })

  it('notices another authority, and a fingerprint that is not in it', async () => {
    const dir = copy()
    const { certificates } = await testTrust()
    writeFileSync(join(dir, 'certificates.pem'), certificates.caCertificatePem)
    expect(judge(dir).report.bad[0]?.reason).toMatch(/none of the authorities/)
    expect(judge(whole, '--fingerprint', 'ab'.repeat(32)).report.bad[0]?.reason).toMatch(/with that fingerprint is not in it/)
  })

  it('notices any byte changed in any PDF, even where the index was made to fit', async () => {
    const { verifyBundle } = await import(join(shipped, 'verify.mjs')) as { verifyBundle(dir: string): Promise<Report> }
    const dir = copy()
    const pdfs = pdfsOf(dir)
    const index = readFileSync(join(dir, 'index.csv'), 'utf8')
    const { createHash } = await import('node:crypto')
    await fc.assert(fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, place, flip) => {
      const name = pdfs[which % pdfs.length] ?? ''
      const bytes = readFileSync(join(whole, name))
      bytes[place % bytes.length] = (bytes[place % bytes.length] ?? 0) ^ flip
      const before = createHash('sha256').update(readFileSync(join(whole, name))).digest('hex')
      writeFileSync(join(dir, name), bytes)
      writeFileSync(join(dir, 'index.csv'), index.replace(before, createHash('sha256').update(bytes).digest('hex')))
      const report = await verifyBundle(dir)
      expect(report.bad.map((bad) => bad.file)).toEqual([name])
      cpSync(join(whole, name), join(dir, name))
    }), { numRuns: 60 })
  }, 120_000)

  it('holds one school when asked, and fits together all the same', async () => {
    const dir = copy()
    for (const name of [...pdfsOf(dir), 'index.csv', 'proofs.jsonl']) unlinkSync(join(dir, name))
    const written = await writeBundle(app.services, { folder: dir, schoolName: 'Ashbeck High School', shipped })
    const { code, report } = judge(dir)
    expect({ code, good: report.good }).toEqual({ code: 0, good: written })
    expect(written).toBeLessThan(pdfsOf(whole).length)
  })
})
