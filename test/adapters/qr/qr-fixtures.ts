import { PDFDocument } from '@cantoo/pdf-lib'
import { encode as encodePng } from 'fast-png'
import { encode as encodeJpeg } from 'jpeg-js'
import encodeQR from 'qr'

/** A page of grey paper with the code somewhere on it, as a camera sees it. */
function page(text: string, width: number, height: number, scale: number): Uint8Array {
  const data = new Uint8Array(width * height * 4).fill(235)
  const rows = encodeQR(text, 'raw', { border: 4 })
  rows.forEach((row, y) => row.forEach((dark, x) => {
    for (let dy = 0; dy < scale; dy += 1) for (let dx = 0; dx < scale; dx += 1) data.fill(dark ? 25 : 245, ((y * scale + dy + 60) * width + x * scale + dx + 90) * 4, ((y * scale + dy + 60) * width + x * scale + dx + 90) * 4 + 3)
  }))
  return data
}

export function pngWith(text: string): Buffer {
  return Buffer.from(encodePng({ width: 900, height: 1200, data: page(text, 900, 1200, 6), channels: 4, depth: 8 }))
}

export function jpegWith(text: string, width = 2400, height = 3200, scale = 14): Buffer {
  return Buffer.from(encodeJpeg({ width, height, data: page(text, width, height, scale) }, 60).data)
}

export async function pdfWith(...texts: string[]): Promise<Buffer> {
  const file = await PDFDocument.create()
  for (const text of texts) {
    const image = await file.embedJpg(jpegWith(text, 1200, 1600, 8))
    file.addPage([595, 842]).drawImage(image, { x: 0, y: 0, width: 595, height: 842 })
  }
  return Buffer.from(await file.save())
}
