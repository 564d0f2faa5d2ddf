import type { Glyph, GlyphPosition } from '@cantoo/fontkit'
import type { FontFile, FontLibrary } from './font-library.ts'
import { hex4, utf16Hex, type FontSubsets } from './font-subsets.ts'

/** Drawing operators and width of a shaped run, in points. */
export interface ShapedRun {
  ops: string
  width: number
}

// Scripts whose glyphs are not one to one with their characters: the text itself is kept beside them (D5).
const SHAPED = /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Common}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

interface Placed {
  glyph: Glyph
  position: GlyphPosition
}

/** Shapes text of one script and direction in one font. */
export function shapeRun(text: string, rtl: boolean, file: FontFile, size: number, subsets: FontSubsets): ShapedRun {
  const key = `${file.key} ${size} ${rtl} ${text}`
  const known = subsets.shaped.get(key)
  if (known) return known
  const run = shapeAnew(text, rtl, file, size, subsets)
  subsets.shaped.set(key, run)
  return run
}

function shapeAnew(text: string, rtl: boolean, file: FontFile, size: number, subsets: FontSubsets): ShapedRun {
  // fontkit keeps glyphs with the characters they first stood for; without forgetting them, a text's bytes would depend on earlier texts (D3).
  Reflect.set(file.font, '_glyphs', {})
  const shaped = SHAPED.test(text)
  const laid = file.font.layout(text, { liga: shaped, clig: false }, undefined, undefined, rtl ? 'rtl' : 'ltr')
  const placed = laid.glyphs.map((glyph, place) => ({ glyph, position: laid.positions?.[place] ?? { xAdvance: glyph.advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0 } }))
  const pen = new Pen(file, size, subsets)
  const chars = [...text]
  if (!shaped) pen.show(placed, placed.length === chars.length && !rtl ? chars : [])
  else {
    const clusters = rtl ? clustersOf(placed, chars) : null
    if (clusters) for (const cluster of clusters) pen.cluster(cluster.placed, cluster.chars)
    else pen.marked(placed, text)
  }
  return pen.end()
}

/** A character no font has: a box with its Unicode number in two rows, and the character itself for those who copy the text (D5). */
export function boxRun(text: string, size: number, fonts: { library: FontLibrary; subsets: FontSubsets }): ShapedRun & { local: true } {
  const digits = [...text].map((char) => (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')).join('')
  const file = fonts.library.find(0x30, { bold: false, italic: false })
  const width = size * 0.95
  if (!file) return { ops: '', width, local: true }
  const half = Math.ceil(digits.length / 2)
  const small = size * (half > 2 ? 0.3 : 0.38)
  const edge = number(size * 0.04)
  const side = size * 0.86
  const row = (part: string, y: number) => {
    const set = shapeRun(part, false, file, small, fonts.subsets)
    return `1 0 0 1 ${number((width - set.width) / 2)} ${number(y)} Tm ${set.ops}`
  }
  // A space at either end, on the base line, tells readers of the text where the box begins and ends.
  const space = shapeRun(' ', false, file, size, fonts.subsets)
  const ops = `q ${edge} w ${edge} ${number(-size * 0.12)} ${number(side)} ${number(side)} re S Q BT /Span <</ActualText <FEFF${utf16Hex(text)}>>> BDC `
    + `1 0 0 1 0 0 Tm ${space.ops}${row(digits.slice(0, half), size * 0.36)}${row(digits.slice(half), -size * 0.02)}1 0 0 1 ${number(width - space.width)} 0 Tm ${space.ops}EMC ET `
  return { ops, width, local: true }
}

/** Writes TJ arrays so that the pen moves exactly as the shaper says. Numbers are thousandths of an em. */
class Pen {
  #ops = ''
  #show = ''
  #hex = ''
  #resource = ''
  #advance = 0
  #file: FontFile
  #size: number
  #subsets: FontSubsets
  #unit: number

  constructor(file: FontFile, size: number, subsets: FontSubsets) {
    this.#file = file
    this.#size = size
    this.#subsets = subsets
    this.#unit = 1000 / file.font.unitsPerEm
  }

  /** Glyphs in a row; `chars` are what they stand for where that is one to one. */
  show(placed: Placed[], chars: string[] = []): void {
    for (const [place, { glyph, position }] of placed.entries()) {
      const used = this.#subsets.use(this.#file, glyph, chars[place])
      this.#resource = used.resource
      const before = Math.round(position.xOffset * this.#unit)
      const advance = Math.round(position.xAdvance * this.#unit)
      const rise = Math.round(position.yOffset * this.#unit)
      this.#move(-before)
      if (rise === 0) this.#hex += hex4(used.id)
      else {
        this.#flush()
        this.#show += `] TJ ${number((rise * this.#size) / 1000)} Ts [<${hex4(used.id)}>] TJ 0 Ts [`
      }
      this.#move(used.width + before - advance)
      this.#advance += advance
    }
  }

  /** Glyphs that together stand for a text. */
  marked(placed: Placed[], text: string): void {
    this.#open(text)
    this.show(placed)
    this.#close()
  }

  /**
   * Glyphs of one right-to-left cluster. Readers of the text take such lines as drawn, from left to right, and turn them round; so the
   * cluster's characters are given from its last to its first, all but the one with the glyphs on a space that is stepped back over.
   */
  cluster(placed: Placed[], chars: string[]): void {
    const [last = '', ...before] = chars.toReversed()
    const glyph = this.#file.font.glyphForCodePoint(0x20)
    const space: Placed[] = glyph ? [{ glyph, position: { xAdvance: 0, yAdvance: 0, xOffset: 0, yOffset: 0 } }] : []
    const start = this.#advance
    this.#open(last)
    // A dot drawn before its letter must not pass for the letter's left edge.
    if (placed.length > 1) this.show(space, [' '])
    this.show(placed)
    this.#close()
    const wide = this.#advance - start
    for (const [place, char] of before.entries()) {
      const at = Math.round((wide * (place + 1)) / chars.length)
      this.#open(char)
      this.#move(wide - at)
      this.show(space, [' '])
      this.#move(at - wide)
      this.#close()
    }
  }

  end(): ShapedRun {
    this.#close('')
    return { ops: this.#ops, width: (this.#advance * this.#size) / 1000 }
  }

  #open(text: string): void {
    this.#close('')
    this.#ops += `/Span <</ActualText <FEFF${utf16Hex(text)}>>> BDC `
  }

  #close(end = 'EMC '): void {
    this.#flush()
    if (this.#show) this.#ops += `/${this.#resource} ${number(this.#size)} Tf [${this.#show}] TJ `
    this.#show = ''
    this.#ops += end
  }

  /** Steps back by this much (forward when negative). */
  #move(back: number): void {
    if (back === 0) return
    this.#flush()
    this.#show += `${back} `
  }

  #flush(): void {
    if (this.#hex) this.#show += `<${this.#hex}>`
    this.#hex = ''
  }
}

/** Glyphs of a right-to-left run as clusters from left to right, each with its characters in reading order; null when they do not add up. */
function clustersOf(placed: Placed[], chars: string[]): { placed: Placed[]; chars: string[] }[] | null {
  const clusters: { placed: Placed[]; chars: string[] }[] = []
  let next = 0
  let pending: Placed[] = []
  // Reading order is from the right; a glyph without characters (a dot split off its letter) belongs to the letter read before it.
  for (const each of placed.toReversed()) {
    const count = each.glyph.codePoints.length
    if (count === 0) {
      if (clusters.length === 0) pending.unshift(each)
      else clusters.at(-1)?.placed.unshift(each)
      continue
    }
    const taken = chars.slice(next, next + count)
    next += count
    const last = clusters.at(-1)
    if (last && taken.every((char) => /\p{M}/u.test(char))) {
      last.placed.unshift(each)
      last.chars.push(...taken)
    } else clusters.push({ placed: [each, ...pending], chars: taken })
    pending = []
  }
  return next === chars.length && pending.length === 0 ? clusters.toReversed() : null
}

/** A coordinate with at most two decimals. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100)
}
