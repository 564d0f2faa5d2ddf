import { createRequire } from 'node:module'
import { number } from './shape-run.ts'

interface Segment {
  data: string
  mode: 'byte' | 'alphanumeric'
}

// The package is CommonJS; only its encoder is used, none of its drawing.
const require = createRequire(import.meta.url)
const { create } = require('qrcode/lib/core/qrcode.js') as {
  create(segments: Segment[], options: { errorCorrectionLevel: 'M'; maskPattern: number }): { modules: { size: number; data: Uint8Array } }
}

/** One of the eight masks for all: choosing the best costs ten times the rest, and any of them can be read. */
const MASK = 2

/**
 * A QR code (ISO/IEC 18004, level M) of an address as vector operators: a square of `side` points whose upper left corner is at `x`, `top`. What follows
 * the last slash is written in the denser alphabet of capitals and digits. Equal input gives equal operators (D3).
 */
export function qrOps(address: string, x: number, top: number, side: number): string {
  const cut = address.lastIndexOf('/') + 1
  const reference = address.slice(cut)
  const segments: Segment[] = /^[0-9A-Z]+$/.test(reference)
    ? [{ data: address.slice(0, cut), mode: 'byte' }, { data: reference, mode: 'alphanumeric' }] : [{ data: address, mode: 'byte' }]
  const { size, data } = create(segments, { errorCorrectionLevel: 'M', maskPattern: MASK }).modules
  const parts = [`q 0 0 0 rg ${number(side / size)} 0 0 ${number(-side / size)} ${x} ${number(top)} cm `]
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (!data[row * size + column]) continue
      const from = column
      while (column + 1 < size && data[row * size + column + 1]) column += 1
      parts.push(`${from} ${row} ${column - from + 1} 1 re\n`)
    }
  }
  parts.push('f Q ')
  return parts.join('')
}
