import { PDFDocument } from '@cantoo/pdf-lib'
import { encode as encodePng } from 'fast-png'
import { encode as encodeJpeg } from 'jpeg-js'
import { qrModules } from '../../../src/adapters/qr/qr-modules.ts'

/** A page of grey paper with the code somewhere on it, as a camera sees it. */
function page(text: string, width: number, height: number, scale: number): Uint8Array {
  const data = new Uint8Array(width * height * 4).fill(235)
  const { size, runs } = qrModules(text)
  const fill = (grey: number, x: number, y: number, wide: number, high: number) => {
    for (let row = y * scale + 60; row < (y + high) * scale + 60; row += 1) data.fill(grey, (row * width + x * scale + 90) * 4, (row * width + (x + wide) * scale + 90) * 4)
  }
  fill(245, 0, 0, size + 8, size + 8)
  for (const { row, column, length } of runs) fill(25, column + 4, row + 4, length, 1)
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
