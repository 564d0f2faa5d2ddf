import { AsciiWriter } from '../../shared/ascii-writer.ts'
import type { SetLine, SetText } from './set-text.ts'
import type { FastTable } from './template-meta.ts'

// Names pass through, so the oldest are forgotten soon.
const KEPT = 64

/** A face's table unfolded for quick look-up by UTF-16 unit: dense, since a list with holes is searched like a dictionary. */
export interface FastFont {
  /** Texts set before, by size and width and then by text: most of a record's words are the same in all records of a template. */
  known: Map<number, Map<string, SetText>>
  glyphs: Uint16Array
  widths: Float64Array
  /** Place in `resourceNames` and one more; 0: the table lacks the character. */
  resources: Uint8Array
  resourceNames: string[]
  /** For words with a letter that this face lacks. */
  spare: FastFont | null
}

/** Unfolds a table; done once per template and process. */
export function fastFont(table: FastTable): FastFont {
  let most = 0
  for (let place = 0; place < table.chars.length; place += 1) most = Math.max(most, table.chars.charCodeAt(place))
  const font: FastFont = {
    known: new Map(), glyphs: new Uint16Array(most + 1), widths: new Float64Array(most + 1), resources: new Uint8Array(most + 1), resourceNames: [...new Set(table.resources)],
    spare: table.spare ? fastFont(table.spare) : null,
  }
  for (let place = 0; place < table.chars.length; place += 1) {
    const unit = table.chars.charCodeAt(place)
    font.glyphs[unit] = Number.parseInt(table.glyphs[place] ?? '0', 16)
    font.widths[unit] = table.widths[place] ?? 0
    font.resources[unit] = font.resourceNames.indexOf(table.resources[place] ?? '') + 1
  }
  return font
}

/** Sets text whose every character is in the table (or every word in it or the spare one); null when one is not, so that the caller takes the slower road. Same breaking rules. */
export function setFast(font: FastFont, text: string, size: number, width: number): SetText | null {
  const measure = size * 10_000 + width
  let known = font.known.get(measure)
  const before = known?.get(text)
  if (before) return before
  const set = setAnew(font, text, size, width)
  if (!known || known.size >= KEPT) {
    if (font.known.size >= KEPT) font.known.clear()
    known = new Map()
    font.known.set(measure, known)
  }
  if (set) known.set(text, set)
  return set
}

/** The face of each letter where not all are the first's: a word is set whole in the one that has all of it. Null: all in the first; false: some in neither. */
function facesOf(font: FastFont, text: string): FastFont[] | null | false {
  const { spare } = font
  if (!spare) return null
  let faces: FastFont[] | null = null
  for (let from = 0; from < text.length;) {
    let to = from + 1
    if (text.charCodeAt(from) !== 32) while (to < text.length && text.charCodeAt(to) !== 32) to += 1
    if (!hasAll(font, text, from, to)) {
      if (!hasAll(spare, text, from, to)) return false
      faces ??= Array.from({ length: text.length }, () => font)
      faces.fill(spare, from, to)
    }
    from = to
  }
  return faces
}

function hasAll(font: FastFont, text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (!font.resources[text.charCodeAt(at)]) return false
  return true
}

function setAnew(font: FastFont, text: string, size: number, width: number): SetText | null {
  const faces = facesOf(font, text)
  if (faces === false) return null
  const limit = (width * 1000) / size
  const lines: SetLine[] = []
  let from = 0
  let wide = 0
  let breakAt = -1
  let wideAtBreak = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const face = faces?.[at] ?? font
    if (!face.resources[unit]) return null
    const advance = face.widths[unit] ?? 0
    if (wide + advance > limit && unit !== 32 && at > from) {
      const to = breakAt > from ? breakAt : at
      const used = breakAt > from ? wideAtBreak : wide
      lines.push(line(font, faces, text, from, to, size))
      wide -= used
      from = to
      breakAt = -1
      if (text.charCodeAt(from) === 32) {
        wide -= font.widths[32] ?? 0
        from += 1
      }
    }
    wide += advance
    // A line may end before a space and after a hyphen or slash.
    if (unit === 32 && at >= from) {
      breakAt = at
      wideAtBreak = wide - advance
    } else if (unit === 45 || unit === 47) {
      breakAt = at + 1
      wideAtBreak = wide
    }
  }
  lines.push(line(font, faces, text, from, text.length, size))
  return { lines, rtl: false }
}

const writer = new AsciiWriter()

function line(font: FastFont, faces: readonly FastFont[] | null, text: string, from: number, until: number, size: number): SetLine {
  let to = until
  while (to > from && text.charCodeAt(to - 1) === 32) to -= 1
  writer.text('BT ')
  let set: FastFont | null = null
  let resource = 0
  let wide = 0
  for (let at = from; at < to; at += 1) {
    const unit = text.charCodeAt(at)
    const face = faces?.[at] ?? font
    const own = face.resources[unit] ?? 0
    if (own !== resource || face !== set) {
      if (resource !== 0) writer.text('> Tj ')
      set = face
      resource = own
      writer.text(`/${face.resourceNames[own - 1]} ${size} Tf <`)
    }
    writer.hex4(face.glyphs[unit] ?? 0)
    wide += face.widths[unit] ?? 0
  }
  // A space behind the line, not counted as width, keeps its last word apart from the next line's first for those who listen or copy.
  if (set && text.charCodeAt(to) === 32 && set.resources[32] === resource) writer.hex4(set.glyphs[32] ?? 0)
  writer.text(set ? '> Tj ET' : 'ET')
  return { ops: writer.take(), width: (wide * size) / 1000 }
}
