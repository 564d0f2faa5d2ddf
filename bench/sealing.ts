import { createPrivateKey, randomBytes, sign, webcrypto, X509Certificate } from 'node:crypto'
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib'
import { CryptoKeySigner, PDF } from '@libpdf/core'
import { createPdfRecords } from '../src/adapters/pdf/create-pdf-records.ts'
import { createKeySealer } from '../src/adapters/pdf/key-sealer.ts'
import type { RecordContent, RenditionText, Sealer } from '../src/adapters/pdf/pdf-records.ts'
import { createTrustCertificates } from '../src/adapters/pdf/trust-certificates.ts'

export interface BenchRow {
  name: string
  value: number
  unit: string
  ratioTo?: string
  ratio?: number
  limit?: number
}

const ROUNDS = 25
const TEXT = Array.from({ length: 8 }, (_, part) => `## Rule ${part + 1}\n\n${'I use school computers for learning, and I tell a grown-up when something worries me. '.repeat(4)}`).join('\n\n')
const RENDITION: RenditionText = {
  hash: 'b'.repeat(64), title: 'Acceptable Use Agreement', trustName: 'Larkfield Learning Trust', schoolName: 'Brook Lane Primary School',
  versionLabel: 'Version 1', language: 'en-GB', markdown: TEXT, young: false,
}

/**
 * CPU time of one sealed signature, beside one raw signature of the same key and beside another library that loads a template, writes the
 * name and signs. Jobs take turns in every round; the medians of the rounds are compared, so that a busy machine slows all alike.
 */
export async function benchSealing(): Promise<BenchRow[]> {
  const records = createPdfRecords()
  const template = await records.compile(RENDITION)
  const now = Date.now()
  const [ec, rsa] = [await sealerOf('P-256', now), await sealerOf('RSA-2048', now)]
  let serial = 0
  const seal = async (sealer: Sealer) => {
    serial += 1
    await records.seal(template, act(`Maisie Thornbury ${serial % 97}`, `R-${serial}`, now), { sealedAt: now, certificateId: sealer.certificateId }, sealer)
  }
  const attributes = randomBytes(230)
  const libpdf = await libpdfJob(ec.keyPem, ec.certificatePem)
  const shaped = async () => {
    serial += 1
    await records.seal(template, act(`রহিমা খাতুন ${serial}`, `R-${serial}`, now), { sealedAt: now, certificateId: ec.sealer.certificateId }, ec.sealer)
  }
  // As in a running service, the code is warm.
  for (let time = 0; time < 2000; time += 1) await seal(ec.sealer)
  const medians = await interleaved([
    { times: 200, job: () => seal(ec.sealer) },
    { times: 200, job: () => { sign('sha256', attributes, ec.key) } },
    { times: 2, job: libpdf },
    { times: 15, job: () => seal(rsa.sealer) },
    { times: 15, job: () => { sign('sha256', attributes, rsa.key) } },
    { times: 1, job: shaped },
  ])
  const [ours = 0, raw = 0, other = 0, oursRsa = 0, rawRsa = 0, script = 0] = medians
  const rawName = 'raw P-256 signature'
  return [
    { name: rawName, value: raw, unit: 'µs CPU' },
    { name: 'sealed record, P-256', value: ours, unit: 'µs CPU', ratioTo: rawName, ratio: ours / raw, limit: 12 },
    { name: '@libpdf/core: load template, write name, sign P-256', value: other, unit: 'µs CPU', ratioTo: 'sealed record, P-256', ratio: other / ours },
    { name: 'raw RSA-2048 signature', value: rawRsa, unit: 'µs CPU' },
    { name: 'sealed record, RSA-2048', value: oursRsa, unit: 'µs CPU', ratioTo: 'raw RSA-2048 signature', ratio: oursRsa / rawRsa, limit: 4 },
    { name: 'sealed record, name in Bengali (shaped in the worker)', value: script, unit: 'µs CPU' },
  ]
}

async function sealerOf(keyType: 'P-256' | 'RSA-2048', now: number) {
  const made = await createTrustCertificates({ trustName: 'Larkfield Learning Trust', keyType, now, random: randomBytes })
  const sealer = createKeySealer({ keyPem: made.keyPem, certificatePem: made.certificatePem, chainPem: [made.caCertificatePem] })
  return { sealer, key: createPrivateKey(made.keyPem), keyPem: made.keyPem, certificatePem: made.certificatePem }
}

function act(name: string, reference: string, now: number): RecordContent {
  return {
    reference, subjectName: name, signerName: name, signerCapacity: 'Pupil', statement: 'I have read this agreement and I agree to keep to it.', method: 'drawn', typed: null,
    drawn: [Array.from({ length: 180 }, (_, at) => ({ x: 60 + at * 4, y: 200 + ((at * 37) % 90) }))], signedAt: now, verifyUrl: `https://assent.larkfield.example/verify/${reference}`,
    audit: [{ label: 'Agreement', value: 'Acceptable Use Agreement, Version 1' }, { label: 'Identity', value: 'Signed in with the school account' }, { label: 'Occasion', value: 'Admission' }],
    evidence: { request: reference, channel: 'web' },
  }
}

/** The same job by @libpdf/core: it accepts any PDF, writes in a font it need not embed, and leaves out the audit page and the evidence. */
async function libpdfJob(keyPem: string, certificatePem: string): Promise<() => Promise<void>> {
  const document = await PDFDocument.create()
  const font = await document.embedFont(StandardFonts.Helvetica)
  for (let page = 0; page < 2; page += 1) document.addPage([595, 842]).drawText(TEXT.replaceAll('#', '').slice(page * 1500, page * 1500 + 1500), { x: 60, y: 760, size: 11, font, maxWidth: 470, lineHeight: 16 })
  const bytes = await document.save()
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await webcrypto.subtle.importKey('pkcs8', createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' }), algorithm, false, ['sign'])
  const signer = new CryptoKeySigner(key, new X509Certificate(certificatePem).raw, 'EC', 'ECDSA')
  return async () => {
    const pdf = await PDF.load(bytes)
    pdf.getPage(1)?.drawText('Maisie Thornbury', { x: 60, y: 120, size: 14 })
    await pdf.sign({ signer })
  }
}

async function interleaved(jobs: { times: number; job: () => Promise<void> | void }[]): Promise<number[]> {
  const rounds: number[][] = jobs.map(() => [])
  for (let round = -3; round < ROUNDS; round += 1) {
    for (const [place, { times, job }] of jobs.entries()) {
      const from = process.cpuUsage()
      for (let time = 0; time < times; time += 1) await job()
      const used = process.cpuUsage(from)
      // The first rounds warm up.
      if (round >= 0) rounds[place]?.push((used.user + used.system) / times)
    }
  }
  return rounds.map((values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0)
}
