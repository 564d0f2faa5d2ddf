import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createKeySealer } from '../../../src/adapters/pdf/key-sealer.ts'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import { loadPkcs12 } from '../../../src/adapters/pdf/pkcs12.ts'
import { selfTest } from '../../../src/adapters/pdf/self-test.ts'
import { createTrustCertificates } from '../../../src/adapters/pdf/trust-certificates.ts'
import { UnusableInput } from '../../../src/shared/errors.ts'
import { expectOpensslCades, expectQpdfClean, judgedIt, withFile } from '../../support/pdf-judges.ts'
import { content, countedBytes, rendition, sealedFile, TODAY, testTrust } from './pdf-fixtures.ts'
import { pkcs12, PKCS12_KINDS } from './pkcs12-fixtures.ts'

const YEAR = 365.25 * 86_400_000

describe('the trust\'s own certificates', () => {
  for (const keyType of ['P-256', 'RSA-2048', 'RSA-3072'] as const) {
    judgedIt(['openssl'], `D4: ${keyType}: openssl verifies the seal's certificate up to the authority, usages and years are right`, async () => {
      const { certificates, sealer } = await testTrust(keyType)
      const leaf = new X509Certificate(certificates.certificatePem)
      expect(sealer).toMatchObject({ keyType, subject: 'Larkfield Learning Trust records seal', certificateId: createHash('sha256').update(leaf.raw).digest('hex') })
      expect(Math.round((sealer.notAfter - TODAY) / YEAR)).toBe(3)
      expect(Math.round((Date.parse(new X509Certificate(certificates.caCertificatePem).validTo) - TODAY) / YEAR)).toBe(20)
      const text = withFile(Buffer.from(certificates.certificatePem), (path, folder) => {
        writeFileSync(join(folder, 'ca.pem'), certificates.caCertificatePem)
        expect(execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', join(folder, 'ca.pem'), path], { encoding: 'utf8' })).toContain('OK')
        return execFileSync('openssl', ['x509', '-in', path, '-noout', '-text'], { encoding: 'utf8' })
      })
      expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Non Repudiation\n/)
      expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/)
    })
  }

  it('takes any name a trust may have', async () => {
    for (const trustName of ['', '# Hash, "Quotes" & Sons = Trust+', 'Ysgol Gymraeg Llŷn', 'L'.repeat(200), '😀'.repeat(70)]) {
      const made = await createTrustCertificates({ trustName, keyType: 'P-256', now: TODAY, random: countedBytes })
      expect(new X509Certificate(made.certificatePem).verify(new X509Certificate(made.caCertificatePem).publicKey)).toBe(true)
      expect(createKeySealer({ keyPem: made.keyPem, certificatePem: made.certificatePem, chainPem: [] }).subject).toContain('records seal')
    }
  })
})

describe('a school\'s own PKCS#12', () => {
  for (const kind of Object.keys(PKCS12_KINDS) as (keyof typeof PKCS12_KINDS)[]) {
    judgedIt(['openssl'], `opens ${kind}`, () => {
      const made = pkcs12(kind)
      const opened = loadPkcs12(made.bytes, 'Correct Horse 9')
      expect(opened.keyPem).toBe(made.keyPem)
      expect(new X509Certificate(opened.certificatePem).fingerprint256).toBe(new X509Certificate(made.certificatePem).fingerprint256)
      expect(opened.chainPem).toHaveLength(2)
      expect(() => loadPkcs12(made.bytes, 'wrong')).toThrow(expect.objectContaining({ name: 'UnusableInput', what: 'The passphrase of the PKCS#12 file is wrong.' }))
    })
  }

  judgedIt(['openssl', 'qpdf'], 'seals with an opened P-384 key and with an RSA one', async () => {
    const records = createPdfRecords()
    const template = await records.compile(rendition())
    for (const kind of ['p384-modern', 'rsa-legacy'] as const) {
      const sealer = createKeySealer(loadPkcs12(pkcs12(kind).bytes, 'Correct Horse 9'))
      const at = sealer.notBefore + 3_600_000
      const file = await sealedFile(records, template, content(), sealer, at)
      expectQpdfClean(file)
      expectOpensslCades(file, sealer.chainPem[1] ?? '', at)
      expect(await records.verify(file, [{ certificatePem: sealer.chainPem[1] ?? '' }])).toMatchObject({ valid: true, sealedBy: 'Brook Lane Primary School' })
      await selfTest(sealer, records, at)
    }
  }, 60_000)

  judgedIt(['openssl'], 'says UnusableInput, and nothing else, to damaged and foreign files', () => {
    const { bytes } = pkcs12('ec-modern')
    const damaged = [Buffer.alloc(0), Buffer.from('hello'), bytes.subarray(0, 300), Buffer.from(pkcs12('ec-modern').certificatePem)]
    for (let at = 0; at < bytes.length; at += 37) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0xff
      damaged.push(changed)
    }
    for (const file of damaged) {
      let outcome: unknown
      try {
        outcome = loadPkcs12(file, 'Correct Horse 9').keyPem
      } catch (error) {
        outcome = error
      }
      // A flip outside what the message code covers may change nothing; then the key is still the right one.
      if (outcome !== pkcs12('ec-modern').keyPem) expect(outcome).toBeInstanceOf(UnusableInput)
    }
  })
})

describe('a sealer that cannot seal is found at start', () => {
  it('D4: key and certificate that do not belong together', async () => {
    const [one, two] = [await testTrust(), await testTrust()]
    expect(() => createKeySealer({ keyPem: one.certificates.keyPem, certificatePem: two.certificates.certificatePem, chainPem: [] }))
      .toThrow(expect.objectContaining({ name: 'UnusableInput', what: 'The sealing key and the sealing certificate do not belong together.', remedy: expect.stringContaining('PKCS#12') }))
    expect(() => createKeySealer({ keyPem: 'nonsense', certificatePem: one.certificates.certificatePem, chainPem: [] })).toThrow(UnusableInput)
    expect(() => createKeySealer({ keyPem: one.certificates.keyPem, certificatePem: 'nonsense', chainPem: [] })).toThrow(UnusableInput)
  })

  it('D4: expired, not yet valid, or sealing wrongly; a good one passes', async () => {
    const { sealer } = await testTrust()
    const records = createPdfRecords()
    await selfTest(sealer, records, TODAY)
    await expect(selfTest(sealer, records, TODAY - 86_400_000)).rejects.toMatchObject({ name: 'UnusableInput', what: expect.stringContaining('not valid before') })
    await expect(selfTest(sealer, records, TODAY + 4 * YEAR)).rejects.toMatchObject({ name: 'UnusableInput', what: expect.stringContaining('expired on') })
    const other = await testTrust()
    const mixed = { ...sealer, seal: other.sealer.seal }
    await expect(selfTest(mixed, records, TODAY)).rejects.toMatchObject({ name: 'UnusableInput', remedy: expect.stringContaining('key') })
    const broken = { ...sealer, seal: () => Promise.reject(new Error('the key is gone')) }
    await expect(selfTest(broken, records, TODAY)).rejects.toMatchObject({ name: 'UnusableInput', what: 'The sealing key cannot seal.' })
  }, 60_000)
})
