import { createHash } from 'node:crypto'
import { createKeySealer } from '../../../src/adapters/pdf/key-sealer.ts'
import type { CompiledTemplate, PdfRecords, RecordContent, RenditionText, Sealer } from '../../../src/adapters/pdf/pdf-records.ts'
import { createTrustCertificates, type TrustCertificates } from '../../../src/adapters/pdf/trust-certificates.ts'

/** Judges look at certificates with today's date, so the made-up trust's certificates begin today. */
export const TODAY = Math.floor(Date.now() / 1000) * 1000

/** Bytes that only look random: the same in every run. */
export function countedBytes(size: number): Uint8Array {
  return createHash('sha256').update(String(size)).digest().subarray(0, size)
}

export interface TestTrust {
  certificates: TrustCertificates
  sealer: Sealer
}

export async function testTrust(keyType: 'P-256' | 'RSA-2048' | 'RSA-3072' = 'P-256', now = TODAY, trustName = 'Larkfield Learning Trust'): Promise<TestTrust> {
  const certificates = await createTrustCertificates({ trustName, keyType, now, random: countedBytes })
  const sealer = createKeySealer({ keyPem: certificates.keyPem, certificatePem: certificates.certificatePem, chainPem: [certificates.certificatePem, certificates.caCertificatePem] })
  return { certificates, sealer }
}

export const SHORT_TEXT = `## Our rules

I use school computers for **learning**, and I tell a *grown-up* when something worries me.

- I keep my password to myself
- I am kind
  1. online
  2. everywhere

| What | Who helps |
| --- | --- |
| Something upsets me | My teacher |
`

/** A text of many pages. */
export const LONG_TEXT = Array.from({ length: 60 }, (_, part) =>
  `## Part ${part + 1}\n\nSystems at school are **filtered and monitored** so that everybody is safe. ${'Staff explain why, and answer questions about it at any time. '.repeat(6)}\n\n- first point of part ${part + 1}\n- second point`).join('\n\n')

export function rendition(changes: Partial<RenditionText> = {}): RenditionText {
  const text = {
    title: 'Acceptable Use Agreement', trustName: 'Larkfield Learning Trust', schoolName: 'Brook Lane Primary School', versionLabel: 'Version 1, published 1 September 2026',
    language: 'en-GB', markdown: SHORT_TEXT, young: false, ...changes,
  }
  return { hash: createHash('sha256').update(JSON.stringify(text)).digest('hex'), ...text }
}

export function content(changes: Partial<RecordContent> = {}): RecordContent {
  return {
    reference: '01K3X8Z5QW7M2N4P6R8T0V1Y3B', subjectName: 'Maisie Thornbury', signerName: 'Maisie Thornbury', signerCapacity: 'Pupil',
    statement: 'I have read this agreement and I agree to keep to it.', method: 'typed', typed: 'Maisie Thornbury', drawn: null, signedAt: TODAY + 60_000,
    verifyUrl: 'https://assent.larkfield.example/verify/01K3X8Z5QW7M2N4P6R8T0V1Y3B',
    audit: [{ label: 'Signed in', value: 'Class session led by a teacher' }, { label: 'Occasion', value: 'Admission' }], evidence: { request: 'R-1', slots: [1, 2] }, ...changes,
  }
}

/** Strokes as a signature pad gives them. */
export const STROKES = [Array.from({ length: 60 }, (_, at) => ({ x: 60 + at * 14, y: Math.round(200 + 120 * Math.sin(at / 4)) })), [{ x: 500, y: 350 }]]

/** Seals and puts the whole file together. */
export async function sealedFile(records: PdfRecords, template: CompiledTemplate, act: RecordContent, sealer: Sealer, sealedAt = TODAY + 120_000): Promise<Buffer> {
  const { tail } = await records.seal(template, act, { sealedAt, certificateId: sealer.certificateId }, sealer)
  return Buffer.concat([template.prefix, tail])
}
