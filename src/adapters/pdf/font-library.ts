import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as fontkit from '@cantoo/fontkit'

/** A face is asked for by weight and slope; families without italics answer with the upright. */
export interface FaceStyle {
  bold: boolean
  italic: boolean
}

/** One font file (one family, one slice of Unicode, one face), opened. */
export interface FontFile {
  /** Unique and stable, such as `andika-latin-400-normal`. */
  key: string
  family: string
  font: fontkit.Font
}

interface Family {
  name: string
  /** Slices of Unicode to use; null = every numbered slice (Chinese, Japanese and Korean come in a hundred). */
  slices: string[] | null
  italics: boolean
}

const SCRIPT_FAMILIES: Family[] = [
  {
    name: 'noto-sans', italics: true,
    slices: ['latin', 'latin-ext', 'vietnamese', 'cyrillic', 'cyrillic-ext', 'greek', 'greek-ext', 'devanagari'],
  },
  // Naskh also for Urdu and Persian: Nastaliq needs vertical joins that a PDF line cannot carry well.
  { name: 'noto-naskh-arabic', italics: false, slices: ['arabic'] },
  { name: 'noto-sans-bengali', italics: false, slices: ['bengali'] },
  { name: 'noto-sans-gujarati', italics: false, slices: ['gujarati'] },
  { name: 'noto-sans-gurmukhi', italics: false, slices: ['gurmukhi'] },
  { name: 'noto-sans-tamil', italics: false, slices: ['tamil'] },
  { name: 'noto-sans-sc', italics: false, slices: null },
]
const ADULT: Family = { name: 'atkinson-hyperlegible', slices: ['latin', 'latin-ext'], italics: true }
const YOUNG: Family = { name: 'andika', slices: ['latin', 'latin-ext', 'vietnamese', 'cyrillic', 'cyrillic-ext'], italics: true }

const require = createRequire(import.meta.url)

/** Finds the font file that has a character, in the order house face, Noto Sans, script families. Files open on first use. */
export class FontLibrary {
  readonly families: string[]
  #families: Family[]
  #slices = new Map<string, { slice: string; ranges: [number, number][] }[]>()
  #files = new Map<string, FontFile | null>()

  constructor(young: boolean) {
    this.#families = [young ? YOUNG : ADULT, ...SCRIPT_FAMILIES]
    this.families = this.#families.map((family) => family.name)
  }

  /** The first file with a glyph for the character, or null when no font has it; `family` narrows the search. */
  find(codePoint: number, style: FaceStyle, family?: string): FontFile | null {
    for (const candidate of this.#families) {
      if (family !== undefined && candidate.name !== family) continue
      for (const { slice, ranges } of this.#slicesOf(candidate)) {
        if (!ranges.some(([from, to]) => codePoint >= from && codePoint <= to)) continue
        const file = this.#open(candidate, slice, style)
        if (file?.font.hasGlyphForCodePoint(codePoint)) return file
      }
    }
    return null
  }

  #slicesOf(family: Family): { slice: string; ranges: [number, number][] }[] {
    let slices = this.#slices.get(family.name)
    if (!slices) {
      slices = readSlices(family)
      this.#slices.set(family.name, slices)
    }
    return slices
  }

  #open(family: Family, slice: string, style: FaceStyle): FontFile | null {
    const key = `${family.name}-${slice}-${style.bold ? 700 : 400}-${style.italic && family.italics ? 'italic' : 'normal'}`
    let file = this.#files.get(key)
    if (file === undefined) {
      file = openFile(family.name, key)
      this.#files.set(key, file)
    }
    return file
  }
}

function readSlices(family: Family): { slice: string; ranges: [number, number][] }[] {
  let table: Record<string, string>
  try {
    table = JSON.parse(readFileSync(require.resolve(`@fontsource/${family.name}/unicode.json`), 'utf8'))
  } catch {
    // A family that is not installed covers nothing; its characters are then shown as boxes, never dropped (D5).
    return []
  }
  const numbered = /^\[(\d+)\]$/
  return Object.entries(table)
    .filter(([name]) => (family.slices ? family.slices.includes(name) : numbered.test(name)))
    .map(([name, ranges]) => ({ slice: name.replace(numbered, '$1'), ranges: ranges.split(',').map(parseRange) }))
    .toSorted((a, b) => (family.slices ? family.slices.indexOf(a.slice) - family.slices.indexOf(b.slice) : 0))
}

/** "U+0100-02BA" as its first and last code point. */
function parseRange(range: string): [number, number] {
  const [from = '', to = from] = range.trim().replace(/^U\+/i, '').split('-')
  return [Number.parseInt(from, 16), Number.parseInt(to, 16)]
}

function openFile(family: string, key: string): FontFile | null {
  try {
    const folder = dirname(require.resolve(`@fontsource/${family}/package.json`))
    const font = fontkit.create(readFileSync(join(folder, 'files', `${key}.woff`)))
    return 'glyphForCodePoint' in font ? { key, family, font } : null
  } catch {
    return null
  }
}
