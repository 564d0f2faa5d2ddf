import { UnusableInput } from '../../shared/errors.ts'
import type { Instant } from '../../shared/dates.ts'
import type { PdfRecords, RecordContent, Sealer } from './pdf-records.ts'

/**
 * Seals and verifies a small document with the trust's key, so that a key that cannot seal is found at start and not when a family
 * has signed (D4). @throws UnusableInput with a remedy: expired, not yet valid, or a seal that does not verify.
 */
export async function selfTest(sealer: Sealer, records: PdfRecords, now: Instant): Promise<void> {
  const where = `sealing certificate of ${sealer.subject}`
  if (now < sealer.notBefore) {
    throw new UnusableInput({ what: `The sealing certificate is not valid before ${day(sealer.notBefore)}.`, where, remedy: 'Check the clock of this computer, or use a certificate that is valid today.' })
  }
  if (now > sealer.notAfter) {
    throw new UnusableInput({ what: `The sealing certificate expired on ${day(sealer.notAfter)}.`, where, remedy: 'Renew the certificate, or let Assent make a new one. Records sealed before stay valid.' })
  }
  const template = await records.compile({
    hash: '0'.repeat(64), title: 'Seal test', trustName: sealer.subject, schoolName: sealer.subject, versionLabel: 'Test', language: 'en-GB', markdown: 'This document tests the seal.', young: false,
  })
  const content: RecordContent = {
    reference: 'SELF-TEST', subjectName: 'Test', signerName: 'Test', signerCapacity: 'Test', statement: 'Test', method: 'clicked', typed: null, drawn: null, signedAt: now, verifyUrl: null, audit: [], evidence: {},
  }
  const verdict = await sealed(records, template, content, sealer, now).catch((cause: unknown) => {
    throw new UnusableInput({ what: 'The sealing key cannot seal.', where, remedy: 'Give the key that the certificate was issued for, or let Assent make a new pair.' }, cause)
  })
  if (!verdict.valid) {
    throw new UnusableInput({ what: `A test document sealed with this key does not verify: ${verdict.reasons.join(' ')}`, where, remedy: 'Give the key that the certificate was issued for, or let Assent make a new pair.' })
  }
}

async function sealed(records: PdfRecords, template: Awaited<ReturnType<PdfRecords['compile']>>, content: RecordContent, sealer: Sealer, now: Instant) {
  const { tail } = await records.seal(template, content, { sealedAt: now, certificateId: sealer.certificateId }, sealer)
  return records.verify(Buffer.concat([template.prefix, tail]), [{ certificatePem: sealer.certificatePem }])
}

function day(at: Instant): string {
  return new Date(at).toISOString().slice(0, 10)
}
