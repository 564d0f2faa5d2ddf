import { PDFDict, PDFDocument, PDFName, PDFRawStream } from '@cantoo/pdf-lib'
import { decode as decodePng } from 'fast-png'
import { decode as decodeJpeg } from 'jpeg-js'
import { decodeQR } from 'qr/decode.js'
import type { ScanType } from './scan-type.ts'

/** A photograph of a telephone has 12 to 50 million pixels; more is no slip of paper. */
const MOST_PIXELS = 60_000_000
const MOST_IMAGES = 60
/** A code that fills a few centimetres of a page is still large enough at this width, and found many times faster. */
const WIDTHS = [1000, 1800, 3000]

interface Picture { width: number; height: number; data: Uint8Array }

/** The QR codes on a scan, one for each image in it; slow (a second for a large photograph), so run it off the event loop. */
export async function codesOn(bytes: Uint8Array, type: ScanType): Promise<string[]> {
  const found = new Set<string>()
  if (type === 'application/pdf') {
    for (const image of await imagesOfPdf(bytes)) for (const code of codesOfImage(() => jpeg(image))) found.add(code)
  } else {
    for (const code of codesOfImage(() => (type === 'image/png' ? png(bytes) : jpeg(bytes)))) found.add(code)
  }
  return [...found]
}

function codesOfImage(read: () => Picture): string[] {
  let picture: Picture
  try {
    picture = read()
  } catch {
    return []
  }
  for (const width of WIDTHS) {
    try {
      return [decodeQR(narrowed(picture, width))]
    } catch {
      if (picture.width <= width) return []
    }
  }
  return []
}

function jpeg(bytes: Uint8Array): Picture {
  return decodeJpeg(bytes, { useTArray: true, formatAsRGBA: true, maxResolutionInMP: MOST_PIXELS / 1_000_000, maxMemoryUsageInMB: 700 })
}

function png(bytes: Uint8Array): Picture {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // The size stands in the first block: a picture that would not fit into memory is not unpacked.
  if (header.getUint32(16) * header.getUint32(20) > MOST_PIXELS) throw new Error('The picture is too large')
  const { width, height, data, channels, depth } = decodePng(bytes)
  const rgba = new Uint8Array(width * height * 4)
  const grey = channels < 3
  for (let at = 0; at < width * height; at += 1) {
    for (let colour = 0; colour < 3; colour += 1) {
      const value = data[at * channels + (grey ? 0 : colour)] ?? 0
      rgba[at * 4 + colour] = depth === 16 ? value >> 8 : depth < 8 ? Math.round((value * 255) / (2 ** depth - 1)) : value
    }
    rgba[at * 4 + 3] = 255
  }
  return { width, height, data: rgba }
}

/** Averages blocks of whole pixels, as many as bring the picture near the width. */
function narrowed(picture: Picture, most: number): Picture {
  const block = Math.floor(picture.width / most)
  if (block < 2) return picture
  const width = Math.floor(picture.width / block)
  const height = Math.floor(picture.height / block)
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0
      for (let dy = 0; dy < block; dy += 1) {
        let from = ((y * block + dy) * picture.width + x * block) * 4
        for (let dx = 0; dx < block; dx += 1, from += 4) sum += (picture.data[from] ?? 0) + (picture.data[from + 1] ?? 0) + (picture.data[from + 2] ?? 0)
      }
      data.fill(Math.round(sum / (3 * block * block)), (y * width + x) * 4, (y * width + x) * 4 + 3)
      data[(y * width + x) * 4 + 3] = 255
    }
  }
  return { width, height, data }
}

/** The photographs in a PDF, as scanners and telephones put them there (DCTDecode is JPEG, ISO 32000-1, 7.4.8). */
async function imagesOfPdf(bytes: Uint8Array): Promise<Uint8Array[]> {
  const file = await PDFDocument.load(bytes, { updateMetadata: false, throwOnInvalidObject: false })
  const images: Uint8Array[] = []
  for (const [, object] of file.context.enumerateIndirectObjects()) {
    if (images.length >= MOST_IMAGES) break
    if (!(object instanceof PDFRawStream) || !(object.dict instanceof PDFDict)) continue
    if (object.dict.get(PDFName.of('Subtype')) !== PDFName.of('Image')) continue
    const filter = object.dict.get(PDFName.of('Filter'))?.toString() ?? ''
    if (filter.replace(/[[\]\s]/g, '') === '/DCTDecode') images.push(object.contents)
  }
  return images
}
