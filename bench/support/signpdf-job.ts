import { createRequire } from 'node:module'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import { makePkcs12 } from './make-pkcs12.ts'

const LINE = 'I use school computers for learning, and I tell a grown-up when something worries me. '

// These packages are CommonJS whose types speak of a default export they do not have.
const require = createRequire(import.meta.url)
const { SignPdf } = require('@signpdf/signpdf') as { SignPdf: new () => { sign(pdf: Buffer, signer: unknown): Promise<Buffer> } }
const { pdflibAddPlaceholder } = require('@signpdf/placeholder-pdf-lib') as { pdflibAddPlaceholder: (parts: object) => void }
const { P12Signer } = require('@signpdf/signer-p12') as { P12Signer: new (file: Buffer, options: { passphrase: string }) => unknown }

/**
 * The same job by @signpdf: loads a template of two pages, writes the name and signs. It knows RSA only, and its signature lacks what
 * PAdES asks for. Null where openssl is missing, which makes its key file.
 */
export async function signpdfJob(): Promise<(() => Promise<void>) | null> {
  const file = makePkcs12()
  if (!file) return null
  const document = await PDFDocument.create()
  const font = await document.embedFont(StandardFonts.Helvetica)
  for (let page = 0; page < 2; page += 1) document.addPage([595, 842]).drawText(LINE.repeat(18), { x: 60, y: 760, size: 11, font, maxWidth: 470, lineHeight: 16 })
  const bytes = await document.save()
  return async () => {
    const pdfDoc = await PDFDocument.load(bytes)
    pdfDoc.getPage(1).drawText('Maisie Thornbury', { x: 60, y: 120, size: 14 })
    pdflibAddPlaceholder({ pdfDoc, reason: 'Agreed', contactInfo: '', name: 'Larkfield Learning Trust', location: '', subFilter: 'ETSI.CAdES.detached' })
    await new SignPdf().sign(Buffer.from(await pdfDoc.save({ useObjectStreams: false })), new P12Signer(file, { passphrase: 'bench' }))
  }
}
