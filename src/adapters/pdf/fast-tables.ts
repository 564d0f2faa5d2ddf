import type { FontLibrary } from './font-library.ts'
import { hex4, type FontSubsets } from './font-subsets.ts'
import type { FastFace, FastTable } from './template-meta.ts'

const FACES: Record<FastFace, { bold: boolean; italic: boolean }> = {
  regular: { bold: false, italic: false }, bold: { bold: true, italic: false }, italic: { bold: false, italic: true },
}
// Latin-1 and Latin Extended-A, what Romanian, Welsh and Vietnamese add, common punctuation, euro, trade mark.
const REPERTOIRE: [number, number][] = [
  [0x20, 0x7e], [0xa0, 0xac], [0xae, 0x17f], [0x1a0, 0x1a1], [0x1af, 0x1b0], [0x218, 0x21b], [0x1e80, 0x1e85], [0x1ea0, 0x1ef9],
  [0x2010, 0x2015], [0x2018, 0x201e], [0x2020, 0x2022], [0x2026, 0x2026], [0x2030, 0x2030], [0x20ac, 0x20ac], [0x2122, 0x2122],
]

// The letters of Welsh and what stands around them in a word.
const WELSH: [number, number][] = [
  [0x20, 0x7e], [0xc0, 0xc2], [0xc4, 0xc4], [0xc8, 0xcf], [0xd2, 0xd4], [0xd6, 0xd6], [0xd9, 0xdd], [0xe0, 0xe2], [0xe4, 0xe4], [0xe8, 0xef], [0xf2, 0xf4], [0xf6, 0xf6],
  [0xf9, 0xfd], [0xff, 0xff], [0x174, 0x178], [0x1e80, 0x1e85], [0x1ef2, 0x1ef3], [0x2010, 0x2014], [0x2018, 0x201d], [0x2026, 0x2026],
]
const W_CIRCUMFLEX = 0x175

/**
 * Takes the house face's Latin letters into use and writes down where they are: names and values made of these need no
 * shaping when a record is sealed. What the house face lacks takes the slower road, in a face that has the whole word. `welsh`: records on which Welsh
 * names and words are the rule; where the house face lacks their letters, those words have a second face at hand.
 */
export function fastTables(library: FontLibrary, subsets: FontSubsets, welsh = false): Record<FastFace, FastTable> {
  const [house] = library.families
  const second = welsh ? library.find(W_CIRCUMFLEX, FACES.regular)?.family : house
  const table = (face: FastFace, family: string | undefined, repertoire: [number, number][]): FastTable => {
    const out: FastTable = { chars: '', resources: [], glyphs: [], widths: [] }
    for (const [from, to] of repertoire) {
      for (let code = from; code <= to; code += 1) {
        const file = library.find(code, FACES[face], family)
        const glyph = file?.font.glyphForCodePoint(code)
        if (!file || !glyph) continue
        const used = subsets.use(file, glyph, String.fromCodePoint(code))
        out.chars += String.fromCodePoint(code)
        out.resources.push(used.resource)
        out.glyphs.push(hex4(used.id))
        out.widths.push(used.width)
      }
    }
    return out
  }
  const both = (face: FastFace): FastTable => {
    const first = table(face, house, REPERTOIRE)
    return second === undefined || second === house ? first : { ...first, spare: table(face, second, WELSH) }
  }
  return { regular: both('regular'), bold: both('bold'), italic: both('italic') }
}
