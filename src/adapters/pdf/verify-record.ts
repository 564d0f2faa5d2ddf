import { createHash, X509Certificate } from 'node:crypto'
import { distrust } from './certificate-trust.ts'
import { checkCms } from './cms-read.ts'
import { DerError, readDer } from './der-read.ts'
import { foreignSigner } from './foreign-signer.ts'
import { nameOf } from './key-sealer.ts'
import { PdfParseError } from './pdf-parse.ts'
import type { PdfVerdict } from './pdf-records.ts'
import { chainHash, EVIDENCE_FORMAT } from './record-evidence.ts'
import { readSealedFile } from './sealed-file.ts'

/** Records are tens of kilobytes; anything larger is not read at all. */
const LARGEST = 20_000_000

/**
 * Judges a whole file. Reads it anew from its bytes and shares nothing with the builder but the DER reader. Never throws: whatever
 * is wrong with the bytes becomes a reason. A name or reference is only given when the seal is good.
 */
export function verifyRecord(file: Buffer, trusted: { certificatePem: string }[]): PdfVerdict {
  const verdict: PdfVerdict = {
    valid: false, sealedBy: null, sealedAt: null, reference: null, evidence: null,
    fileSha256: createHash('sha256').update(file).digest('hex'), reasons: [],
  }
  if (file.length > LARGEST) return { ...verdict, reasons: ['The file is far larger than any record of ours.'] }
  try {
    return judge(file, trustedCertificates(trusted), verdict)
  } catch (error) {
    return { ...verdict, reasons: [reasonFor(file, error)] }
  }
}

function judge(file: Buffer, trusted: X509Certificate[], verdict: PdfVerdict): PdfVerdict {
  const sealed = readSealedFile(file)
  const cms = readDer(sealed.contents).whole
  if (sealed.contents.subarray(cms.length).some((byte) => byte !== 0)) return { ...verdict, reasons: ['The file has bytes hidden beside its seal.'] }
  const digest = createHash('sha256').update(file.subarray(0, sealed.gapFrom)).update(file.subarray(sealed.gapTo)).digest()
  const { signer, others } = checkCms(cms, digest)
  const sealedBy = nameOf(signer)
  const reason = distrust(signer, others, trusted, sealed.sealedAt)
  if (reason !== null) return { ...verdict, sealedBy, reasons: [reason] }
  const parsed: unknown = JSON.parse(sealed.evidence.toString('utf8'))
  const evidence = isRecord(parsed) ? parsed : {}
  const { format, reference } = evidence
  if (format !== EVIDENCE_FORMAT || typeof reference !== 'string' || !isRecord(evidence['evidence'])) {
    return { ...verdict, sealedBy, reasons: ['The file is sealed by us but is not a record of a signature.'] }
  }
  const seal = evidence['seal']
  if (!isRecord(seal) || seal['chain'] !== chainHash([signer, ...others])) {
    return { ...verdict, sealedBy, reasons: ['The certificates in the file are not those it was sealed with.'] }
  }
  return { ...verdict, valid: true, sealedBy, sealedAt: sealed.sealedAt, reference, evidence: evidence['evidence'] }
}

function trustedCertificates(trusted: { certificatePem: string }[]): X509Certificate[] {
  return trusted.flatMap(({ certificatePem }) => {
    try {
      return [new X509Certificate(certificatePem)]
    } catch {
      return []
    }
  })
}

function reasonFor(file: Buffer, error: unknown): string {
  if (!file.subarray(0, 1024).includes('%PDF-')) return 'The file is not a PDF.'
  const detail = error instanceof PdfParseError || error instanceof DerError ? error.message : 'the seal cannot be read'
  const signer = foreignSigner(file)
  if (signer !== null) return `The file is not a whole record of ours (${detail}); it carries a signature in the name of ${signer}.`
  if (!file.includes('/ByteRange')) return 'The file is a PDF without a seal.'
  return `The file is not a whole record of ours: ${detail}.`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
