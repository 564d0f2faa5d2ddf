import type { SetLine, SetText } from './set-text.ts'
import type { FastTable } from './template-meta.ts'

// Names pass through, so the oldest are forgotten soon.
const KEPT = 64

/** A face's table unfolded for quick look-up by UTF-16 unit. */
export interface FastFont {
  /** Texts set before, by size and width and then by text: most of a record's words are the same in all records of a template. */
  known: Map<number, Map<string, SetText>>
  glyphs: (string | undefined)[]
  widths: number[]
  resources: (string | undefined)[]
}

/** Unfolds a table; done once per template and process. */
export function fastFont(table: FastTable): FastFont {
  const font: FastFont = { known: new Map(), glyphs: [], widths: [], resources: [] }
  for (let place = 0; place < table.chars.length; place += 1) {
    const unit = table.chars.charCodeAt(place)
    font.glyphs[unit] = table.glyphs[place]
    font.widths[unit] = table.widths[place] ?? 0
    font.resources[unit] = table.resources[place]
  }
  return font
}

/** Sets text whose every character is in the table; null when one is not, so that the caller takes the slower road. Same breaking rules. */
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

function setAnew(font: FastFont, text: string, size: number, width: number): SetText | null {
  const limit = (width * 1000) / size
  const lines: SetLine[] = []
  let from = 0
  let wide = 0
  let breakAt = -1
  let wideAtBreak = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (font.glyphs[unit] === undefined) return null
    const advance = font.widths[unit] ?? 0
    if (wide + advance > limit && unit !== 32 && at > from) {
      const to = breakAt > from ? breakAt : at
      const used = breakAt > from ? wideAtBreak : wide
      lines.push(line(font, text, from, to, size))
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
  lines.push(line(font, text, from, text.length, size))
  return { lines, rtl: false }
}

function line(font: FastFont, text: string, from: number, until: number, size: number): SetLine {
  let to = until
  while (to > from && text.charCodeAt(to - 1) === 32) to -= 1
  // Joined, not added up: what is kept shall be one flat text and not a tree of four-letter ones.
  const ops = ['BT ']
  let resource: string | undefined
  let wide = 0
  for (let at = from; at < to; at += 1) {
    const unit = text.charCodeAt(at)
    if (font.resources[unit] !== resource) {
      if (resource !== undefined) ops.push('> Tj ')
      resource = font.resources[unit]
      ops.push(`/${resource} ${size} Tf <`)
    }
    ops.push(font.glyphs[unit] ?? '')
    wide += font.widths[unit] ?? 0
  }
  // A space behind the line, not counted as width, keeps its last word apart from the next line's first for those who listen or copy.
  if (resource !== undefined && text.charCodeAt(to) === 32 && font.resources[32] === resource) ops.push(font.glyphs[32] ?? '')
  ops.push(resource === undefined ? 'ET' : '> Tj ET')
  return { ops: ops.join(''), width: (wide * size) / 1000 }
}
