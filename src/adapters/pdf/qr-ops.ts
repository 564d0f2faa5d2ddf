import { AsciiWriter } from '../../shared/ascii-writer.ts'
import { qrModules } from '../qr/qr-modules.ts'
import { number } from './shape-run.ts'

/** One of the eight masks for all: choosing the best costs several times the rest, and any of them can be read. */
const MASK = 2
const ADDRESSES_KEPT = 4
const writer = new AsciiWriter()

/**
 * A QR code (ISO/IEC 18004, level M) of an address as vector operators: a square of `side` points whose upper left corner is at `x`, `top`.
 * Equal input gives equal operators (D3).
 */
export function qrOps(address: string, x: number, top: number, side: number): string {
  const { size, dark } = modulesOf(address)
  writer.text(`q 0 0 0 rg ${number(side / size)} 0 0 ${number(-side / size)} ${x} ${number(top)} cm `)
  for (let row = 0; row < size; row += 1) {
    const first = row * size
    const end = first + size
    for (let at = first; at < end; at += 1) {
      const from = at
      while (at < end && isDark(dark, at)) at += 1
      if (at === from) continue
      writer.whole(from - first)
      writer.text(' ')
      writer.whole(row)
      writer.text(' ')
      writer.whole(at - from)
      writer.text(' 1 re\n')
    }
  }
  writer.text('f Q ')
  return writer.take()
}

/** Modules row by row, thirty-two to a word, the lowest bit first: 1 is dark. */
interface Modules {
  size: number
  dark: Int32Array
}

const isDark = (dark: Int32Array, at: number): boolean => (((dark[at >> 5] as number) >>> (at & 31)) & 1) === 1

/** The code of one address with zeros for a reference, and what each character of a reference turns over in it, as soon as it has been met. */
interface Family extends Modules {
  turns: Map<string, Int32Array>[]
}

const families = new Map<string, Family>()

/**
 * The code of an address that ends in a reference is not encoded anew. In byte mode, which a small letter calls for, every bit of the text
 * turns over its own modules whatever the others are (error correction is a sum without carry), so a code is that of zeros with the turns of
 * its characters. A seal's code took 50 to 110 µs and takes 10.
 */
function modulesOf(address: string): Modules {
  const cut = address.lastIndexOf('/') + 1
  const reference = address.slice(cut)
  if (!/^[0-9A-Z]+$/.test(reference) || !/[a-z]/.test(address)) return encoded(address)
  const zeros = '0'.repeat(reference.length)
  const key = address.slice(0, cut) + zeros
  let family = families.get(key)
  if (!family) {
    family = { ...encoded(key), turns: Array.from(zeros, () => new Map<string, Int32Array>()) }
    if (families.size >= ADDRESSES_KEPT) families.clear()
    families.set(key, family)
  }
  const dark = family.dark.slice()
  for (let at = 0; at < reference.length; at += 1) {
    const char = reference[at] as string
    const known = family.turns[at]
    if (char === '0' || !known) continue
    let turn = known.get(char)
    if (!turn) {
      turn = encoded(key.slice(0, cut + at) + char + key.slice(cut + at + 1)).dark
      turnOver(turn, family.dark)
      known.set(char, turn)
    }
    turnOver(dark, turn)
  }
  return { size: family.size, dark }
}

function turnOver(modules: Int32Array, turn: Int32Array): void {
  for (let word = 0; word < modules.length; word += 1) modules[word] = (modules[word] as number) ^ (turn[word] as number)
}

function encoded(address: string): Modules {
  const { size, runs } = qrModules(address, MASK)
  const dark = new Int32Array(Math.ceil((size * size) / 32))
  for (const { row, column, length } of runs) {
    for (let at = row * size + column, end = at + length; at < end; at += 1) dark[at >> 5] = (dark[at >> 5] as number) | (1 << (at & 31))
  }
  return { size, dark }
}
