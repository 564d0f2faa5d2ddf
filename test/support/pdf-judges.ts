import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'

/** Programs that judge our PDFs, none of them ours, and the Debian package each comes from. */
const PACKAGES = {
  pdfsig: 'poppler-utils', pdftotext: 'poppler-utils', pdfdetach: 'poppler-utils', pdfinfo: 'poppler-utils', pdffonts: 'poppler-utils',
  certutil: 'libnss3-tools', qpdf: 'qpdf', openssl: 'openssl',
} as const

export type Judge = keyof typeof PACKAGES

/** One sentence for each judge that is not installed: "missing tool: package poppler-utils (pdfsig)". */
export function missingJudges(judges: Judge[] = Object.keys(PACKAGES) as Judge[]): string[] {
  return judges.filter((judge) => spawnSync('which', [judge]).status !== 0).map((judge) => `missing tool: package ${PACKAGES[judge]} (${judge})`)
}

/**
 * First line of a test that needs judges: `requireJudges(skip, ['qpdf'])`. When one is missing the test is skipped and says which package
 * to install; with CI=true it fails instead.
 */
export function requireJudges(skip: (note: string) => void, judges: Judge[]): void {
  const missing = missingJudges(judges)
  if (missing.length === 0) return
  if (process.env['CI'] === 'true') throw new Error(missing.join('; '))
  skip(missing.join('; '))
}

/** Runs `use` with the file in a temporary folder, which is removed again. */
export function withFile<T>(file: Buffer, use: (path: string, folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'assent-judge-'))
  const path = join(folder, 'record.pdf')
  try {
    writeFileSync(path, file)
    return use(path, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** poppler and NSS: the signature is valid, its certificate is trusted, and it covers the whole document. */
export function expectPdfsigValid(file: Buffer, caCertificatePem: string): void {
  const report = pdfsigReport(file, caCertificatePem)
  expect(report).toContain('Signature Validation: Signature is Valid.')
  expect(report).toContain('Certificate Validation: Certificate is Trusted.')
  expect(report).toContain('Total document signed')
  expect(report).toContain('ETSI.CAdES.detached')
  expect(report).not.toContain('Signature #2')
}

/** What pdfsig says about a file, with one authority trusted. */
export function pdfsigReport(file: Buffer, caCertificatePem: string): string {
  return withFile(file, (path, folder) => {
    writeFileSync(join(folder, 'ca.pem'), caCertificatePem)
    execFileSync('certutil', ['-N', '-d', `sql:${folder}`, '--empty-password'])
    execFileSync('certutil', ['-A', '-d', `sql:${folder}`, '-n', 'authority', '-t', 'CT,C,C', '-i', join(folder, 'ca.pem')])
    const { stdout, stderr } = spawnSync('pdfsig', ['-nssdir', `sql:${folder}`, path], { encoding: 'utf8' })
    return `${stdout}${stderr}`
  })
}

/** qpdf finds nothing wrong with the file's structure. */
export function expectQpdfClean(file: Buffer): void {
  const { status, stdout, stderr } = withFile(file, (path) => spawnSync('qpdf', ['--check', path], { encoding: 'utf8' }))
  expect(`${stdout}${stderr}`).toContain('No syntax or stream encoding errors found')
  expect(`${stdout}${stderr}`).not.toContain('WARNING')
  expect(status).toBe(0)
}

/** The bytes a signature covers and its CMS, cut out by /ByteRange alone. */
export function cutSignature(file: Buffer): { covered: Buffer; cms: Buffer } {
  const range = /\/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]/.exec(file.toString('latin1'))?.slice(1).map(Number) ?? []
  const [start = 0, before = 0, after = 0, rest = 0] = range
  expect(range).toHaveLength(4)
  expect(after + rest).toBe(file.length)
  const padded = Buffer.from(file.toString('latin1', start + before + 1, after - 1), 'hex')
  // DER: the length of the outer sequence says where the CMS ends and the padding begins.
  const size = padded.readUInt16BE(2) + 4
  return { covered: Buffer.concat([file.subarray(start, start + before), file.subarray(after)]), cms: padded.subarray(0, size) }
}

/** OpenSSL verifies the CMS as CAdES (signing-certificate-v2 included) up to the authority, at a given time. */
export function expectOpensslCades(file: Buffer, caCertificatePem: string, at: number): void {
  const { covered, cms } = cutSignature(file)
  const outcome = withFile(covered, (path, folder) => {
    writeFileSync(join(folder, 'cms.der'), cms)
    writeFileSync(join(folder, 'ca.pem'), caCertificatePem)
    return spawnSync('openssl', [
      'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', join(folder, 'cms.der'), '-content', path,
      '-CAfile', join(folder, 'ca.pem'), '-purpose', 'any', '-attime', String(Math.floor(at / 1000)), '-out', join(folder, 'out'),
    ], { encoding: 'utf8' })
  })
  expect(outcome.stderr).toContain('CAdES Verification successful')
  expect(outcome.status).toBe(0)
}

/** The text as pdftotext gives it, without the marks it adds around right-to-left words, white space folded. */
export function textOf(file: Buffer): string {
  const text = withFile(file, (path) => execFileSync('pdftotext', [path, '-'], { encoding: 'utf8' }))
  return text.replaceAll(/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '').replaceAll(/\s+/g, ' ')
}

/** The embedded evidence.json as pdfdetach saves it. */
export function detachedEvidence(file: Buffer): Record<string, unknown> {
  return withFile(file, (path, folder) => {
    execFileSync('pdfdetach', ['-save', '1', '-o', join(folder, 'evidence.json'), path])
    return JSON.parse(readFileSync(join(folder, 'evidence.json'), 'utf8')) as Record<string, unknown>
  })
}

/** Lines of pdffonts, one per font. */
export function fontLines(file: Buffer): string[] {
  return withFile(file, (path) => execFileSync('pdffonts', [path], { encoding: 'utf8' })).trim().split('\n').slice(2)
}

/** What pdfinfo says, by label. */
export function infoOf(file: Buffer): Map<string, string> {
  const text = withFile(file, (path) => execFileSync('pdfinfo', [path], { encoding: 'utf8' }))
  return new Map(text.trim().split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
}

export function sha256Hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
