import { randomBytes, createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib'
import { CryptoKeySigner, PDF } from '@libpdf/core'
import { createTrustCertificates } from '../../src/adapters/pdf/trust-certificates.ts'

const LINE = 'I use school computers for learning, and I tell a grown-up when something worries me. '

/**
 * The same job by @libpdf/core: loads a template of two pages, writes the name and signs with P-256. It writes in a font it need
 * not embed, and leaves out the audit page, the evidence and every store.
 */
export async function libpdfJob(): Promise<() => Promise<void>> {
  const made = await createTrustCertificates({ trustName: 'Larkfield Learning Trust', keyType: 'P-256', now: Date.now(), random: randomBytes })
  const document = await PDFDocument.create()
  const font = await document.embedFont(StandardFonts.Helvetica)
  for (let page = 0; page < 2; page += 1) document.addPage([595, 842]).drawText(LINE.repeat(18), { x: 60, y: 760, size: 11, font, maxWidth: 470, lineHeight: 16 })
  const bytes = await document.save()
  const der = createPrivateKey(made.keyPem).export({ type: 'pkcs8', format: 'der' })
  const key = await webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  const signer = new CryptoKeySigner(key, new X509Certificate(made.certificatePem).raw, 'EC', 'ECDSA')
  return async () => {
    const pdf = await PDF.load(bytes)
    pdf.getPage(1)?.drawText('Maisie Thornbury', { x: 60, y: 120, size: 14 })
    await pdf.sign({ signer })
  }
}
