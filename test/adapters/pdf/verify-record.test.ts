import { createHash } from 'node:crypto'
import { P12Signer, PDF } from '@libpdf/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import { verifyRecord } from '../../../src/adapters/pdf/verify-record.ts'
import { compileTemplate } from '../../../src/adapters/pdf/template-compile.ts'
import { content, rendition, sealedFile, TODAY, testTrust, type TestTrust } from './pdf-fixtures.ts'
import { pkcs12 } from './pkcs12-fixtures.ts'

let trust: TestTrust
let file: Buffer
let gap: { from: number; to: number }
const records = createPdfRecords()

beforeAll(async () => {
  trust = await testTrust()
  file = await sealedFile(records, await compileTemplate(rendition()), content(), trust.sealer)
  const from = file.indexOf('/Contents <') + '/Contents '.length
  gap = { from, to: file.indexOf('>', from) + 1 }
}, 60_000)

const judge = (bytes: Buffer, pem = trust.certificates.certificatePem) => verifyRecord(bytes, [{ certificatePem: pem }])

describe('verify', () => {
  it('knows a record by its certificate and by its authority, but not by another trust\'s', async () => {
    expect(judge(file)).toMatchObject({ valid: true, reasons: [] })
    expect(judge(file, trust.certificates.caCertificatePem)).toMatchObject({ valid: true, sealedBy: 'Larkfield Learning Trust records seal' })
    const other = await testTrust('P-256', TODAY, 'Another Trust')
    for (const pem of [other.certificates.certificatePem, other.certificates.caCertificatePem]) {
      expect(judge(file, pem)).toMatchObject({ valid: false, reference: null, evidence: null, reasons: ['The file was sealed with a certificate that is not one of ours.'] })
    }
    expect(verifyRecord(file, [])).toMatchObject({ valid: false })
    expect(verifyRecord(file, [{ certificatePem: 'rubbish' }])).toMatchObject({ valid: false })
  })

  it('does not accept a certificate that another sealing certificate, no authority, has issued', async () => {
    // The sealing certificate of the trust is trusted, but it may not make others.
    const impostor = await testTrust('P-256', TODAY, 'Larkfield Learning Trust')
    const forged = await sealedFile(records, await compileTemplate(rendition()), content(), impostor.sealer)
    expect(judge(forged, trust.certificates.caCertificatePem)).toMatchObject({ valid: false })
  })

  it('refuses a seal outside the certificate\'s validity', async () => {
    const template = await compileTemplate(rendition())
    for (const sealedAt of [TODAY - 40 * 86_400_000, TODAY + 4 * 366 * 86_400_000]) {
      const early = await sealedFile(records, template, content(), trust.sealer, sealedAt)
      expect(judge(early)).toMatchObject({ valid: false, reasons: ['The sealing certificate was not valid at the time of sealing.'] })
    }
  })

  it('gives up on a file made to keep the reader busy, long before the others who wait would notice', () => {
    // Every object lies within the one before it, so that each is read through to the same far end.
    const heads = [
      '<< /AcroForm 2 0 R /AF [5 0 R] /X [ ', '<< /Fields [3 0 R] /X [ ', '<< /V 4 0 R /X [ ',
      '<< /SubFilter /ETSI.CAdES.detached /Contents <00> /M (D:20260101000000+00\'00\') /X [ ',
    ].map((head, n) => `${n + 1} 0 obj\n${head}`)
    for (const filling of [`[${'1 '.repeat(20_000)}]`, `1 2${' '.repeat(40_000)}`, `(${'('.repeat(20_000)}${')'.repeat(20_000)})`, '1 '.repeat(20_000)]) {
      let hostile = '%PDF-1.7\n'
      const offsets = heads.map((head) => {
        hostile += head
        return hostile.length - head.length
      })
      hostile += `${filling.repeat(200)} ] >> ] >> ] >> ] >>\n`
      const table = hostile.length
      hostile += `xref\n0 5\n0000000000 65535 f \n${offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`
      hostile += `trailer\n<< /Root 1 0 R /Size 5 >>\nstartxref\n${table}\n%%EOF\n`
      const bytes = Buffer.from(hostile, 'latin1')
      const began = performance.now()
      expect(judge(bytes)).toMatchObject({ valid: false })
      // Without its bounds the reader needs half a minute; with them, milliseconds. The limit leaves room for a slow machine.
      expect(performance.now() - began).toBeLessThan(1_500)
    }
  })

  it('refuses anything before, behind or added to the file', () => {
    for (const changed of [
      Buffer.concat([file, Buffer.from('\n')]), Buffer.concat([file, Buffer.from('1 0 obj\n<<>>\nendobj\n')]), Buffer.concat([Buffer.from(' '), file]), Buffer.concat([file, file]),
      Buffer.concat([file, Buffer.from(`xref\n0 0\ntrailer\n<< /Prev 5 >>\nstartxref\n${file.length}\n%%EOF\n`)]), file.subarray(0, -1),
    ]) expect(judge(changed).valid).toBe(false)
  })

  it('refuses a flipped bit at every place of the signature\'s gap', () => {
    const changed = Buffer.from(file)
    const unnoticed: number[] = []
    for (let at = gap.from; at < gap.to; at += 1) {
      const before = changed[at] ?? 0
      // A digit for another digit; a capital for a small letter.
      for (const bit of before > 0x60 ? [1, 0x20] : [1]) {
        changed[at] = before ^ bit
        if (judge(changed).valid) unnoticed.push(at - gap.from)
      }
      changed[at] = before
    }
    expect(unnoticed).toEqual([])
  }, 120_000)

  it('refuses a flipped bit anywhere else', () => {
    fc.assert(fc.property(fc.nat({ max: file.length - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const changed = Buffer.from(file)
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      const verdict = judge(changed)
      expect(verdict.valid).toBe(false)
      expect(verdict.reasons.length).toBeGreaterThan(0)
      expect(verdict.reference).toBeNull()
      expect(verdict.evidence).toBeNull()
    }), { numRuns: 800, seed: 3 })
  }, 120_000)

  it('refuses every cut, and says so without throwing', () => {
    fc.assert(fc.property(fc.nat({ max: file.length - 1 }), (length) => {
      expect(judge(file.subarray(0, length))).toMatchObject({ valid: false, evidence: null })
    }), { numRuns: 300, seed: 5 })
  }, 60_000)

  it('survives hostile bytes', () => {
    const pieces = fc.constantFrom('%PDF-1.7\n', 'xref\n0 1\n', '0000000000 65535 f \n', 'trailer\n', '<< /Root 1 0 R >>\n', 'startxref\n9\n%%EOF\n', '/ByteRange [0 1 2 3]', '/Contents <3080', '<<', '[', '(', '1 0 obj', ' 0 R', '/', '>')
    const built = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary-ascii', maxLength: 8 })), { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''), 'latin1'))
    const raw = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes))
    const dressed = raw.map((bytes) => Buffer.concat([Buffer.from('%PDF-1.7\n'), bytes, Buffer.from('startxref\n9\n%%EOF\n')]))
    fc.assert(fc.property(fc.oneof(built, raw, dressed), (bytes) => {
      const verdict = judge(bytes)
      expect(verdict.valid).toBe(false)
      expect(verdict.reasons).toHaveLength(1)
      expect(verdict.fileSha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    }), { numRuns: 1500, seed: 9 })
  }, 60_000)

  it('answers bombs within a second', () => {
    const bombs = ['['.repeat(3_000_000), '<<'.repeat(2_000_000), '(' + '('.repeat(3_000_000), '[' + '0 '.repeat(3_000_000), '/Contents <'.repeat(400_000), '/Contents <' + 'ab'.repeat(2_000_000)]
    for (const bomb of bombs) {
      const bytes = Buffer.from(`%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n${bomb}\n/ByteRange /SubFilter\nstartxref\n9\n%%EOF\n`)
      const from = performance.now()
      expect(judge(bytes).valid).toBe(false)
      expect(performance.now() - from).toBeLessThan(1000)
    }
    expect(judge(Buffer.alloc(20_000_001)).reasons).toEqual(['The file is far larger than any record of ours.'])
  })

  it('D6: names plainly what else a file may be', async () => {
    expect(judge(Buffer.from('hello')).reasons).toEqual(['The file is not a PDF.'])
    expect(judge(Buffer.alloc(0)).reasons).toEqual(['The file is not a PDF.'])
    const plain = PDF.create()
    plain.addPage()
    const unsigned = Buffer.from(await plain.save())
    expect(judge(unsigned).reasons).toEqual(['The file is a PDF without a seal.'])
    const signer = await P12Signer.create(pkcs12('rsa-modern').bytes, 'Correct Horse 9')
    const foreign = Buffer.from((await plain.sign({ signer })).bytes)
    const verdict = judge(foreign)
    expect(verdict).toMatchObject({ valid: false, evidence: null, reference: null })
    expect(verdict.reasons[0]).toContain('it carries a signature in the name of Brook Lane Primary School')
  }, 60_000)
})
