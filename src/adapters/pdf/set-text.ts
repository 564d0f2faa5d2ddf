import { createRequire } from 'node:module'
import type { Bidi } from 'bidi-js'
import type { FaceStyle, FontFile, FontLibrary } from './font-library.ts'
import type { FontSubsets } from './font-subsets.ts'
import { boxRun, number, shapeRun } from './shape-run.ts'

/** A stretch of text in one face. */
export interface Span extends FaceStyle {
  text: string
}

/** One line, ready to be placed: drawing operators in the line's own coordinates (pen starts at 0 0), width in points. */
export interface SetLine {
  ops: string
  width: number
}

/** A set paragraph; `rtl` when it reads from right to left, so that it is placed at the right edge. */
export interface SetText {
  lines: SetLine[]
  rtl: boolean
}

interface Segment {
  text: string
  width: number
  level: number
  space: boolean
  /** A line may end after it. */
  mayBreak: boolean
  ops: string
  /** Drawn in coordinates of its own, outside the line's text (a box for a character no font has). */
  local: boolean
}

// The package is CommonJS whose types speak of a default export it does not have.
const bidi = (createRequire(import.meta.url)('bidi-js') as () => Bidi)()
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const INVISIBLE = /^[\u200B-\u200F\u2060\uFEFF\u00AD]$/u

/**
 * Sets text in lines no wider than `width` points: picks fonts per word and script, shapes, orders right-to-left runs
 * (UAX #9; `base` is the paragraph's direction, else its first strong letter decides) and breaks at spaces, after hyphens, between ideographs, and inside a word only when it is wider than a line.
 */
export function setText(spans: Span[], size: number, width: number, fonts: { library: FontLibrary; subsets: FontSubsets }, base?: 'ltr' | 'rtl'): SetText {
  const clean = spans.map((span) => ({ ...span, text: plainText(span.text) }))
  const text = clean.map((span) => span.text).join('')
  const { levels, paragraphs } = bidi.getEmbeddingLevels(text, base)
  const rtl = ((paragraphs[0]?.level ?? 0) & 1) === 1
  const segments: Segment[] = []
  let at = 0
  for (const span of clean) {
    for (const word of span.text.match(/ |[^ ]+/gu) ?? []) {
      for (const run of runsOf(word, span, levels.subarray(at, at + word.length), fonts.library)) {
        segments.push(...fitted(run, size, width, fonts))
      }
      at += word.length
    }
  }
  const space = segments.find((segment) => segment.space && segment.level === 0)
  const lines = wrap(segments, width).map((line) => ({ ...emit(reorder(line.segments)), ended: line.atSpace }))
  // A space behind the line, not counted as width, keeps its last word apart from the next line's first for those who listen or copy.
  return { lines: lines.map(({ ops, width: wide, ended }) => ({ ops: ended && space && !rtl ? `${ops.slice(0, -2)}${space.ops}ET` : ops, width: wide })), rtl }
}

/** Line ends and tabs become spaces; composed where Unicode has a composed form, so that ordinary fonts have it. */
export function plainText(text: string): string {
  // Nearly every text; nothing in this range has another composed form.
  if (/^[\x20-\x7E\xA0-\u02FF]*$/.test(text)) return text
  return text.normalize('NFC').replaceAll(/[\t\n\r\u2028\u2029\u0085]+/gu, ' ')
}

interface Run extends FaceStyle {
  text: string
  level: number
  file: FontFile | null
}

/** Splits a word where the font or the direction changes. A family that has the whole word is preferred. */
function runsOf(word: string, style: FaceStyle, levels: Uint8Array, library: FontLibrary): Run[] {
  const chars = [...word]
  const whole = library.families.find((family) => chars.every((char) => INVISIBLE.test(char) || library.find(code(char), style, family)))
  const runs: Run[] = []
  let offset = 0
  for (const char of chars) {
    const level = levels[offset] ?? 0
    offset += char.length
    const last = runs.at(-1)
    const joins = last?.file && last.level === level && (INVISIBLE.test(char) || (/\p{M}/u.test(char) && last.file.font.hasGlyphForCodePoint(code(char))))
    const file = joins ? last.file : library.find(code(char), style, whole)
    if (last && file && last.file?.key === file.key && last.level === level) last.text += char
    else runs.push({ text: char, level, file, bold: style.bold, italic: style.italic })
  }
  return runs
}

/** A run as segments that each fit a line; ideographs stand alone so that a line may break between them. */
function fitted(run: Run, size: number, width: number, fonts: { library: FontLibrary; subsets: FontSubsets }): Segment[] {
  const pieces = IDEOGRAPH.test(run.text) ? [...run.text] : run.text.split(/(?<=[-\u2010\u2013\u2014/])/u)
  return pieces.flatMap((text) => {
    const segment = shape({ ...run, text }, size, fonts)
    if (segment.width <= width || text.length < 2) return [segment]
    const clusters = [...new Intl.Segmenter('en').segment(text)].map((part) => part.segment)
    if (clusters.length < 2) return [segment]
    return clusters.map((cluster) => ({ ...shape({ ...run, text: cluster }, size, fonts), mayBreak: true }))
  })
}

function shape(run: Run, size: number, fonts: { library: FontLibrary; subsets: FontSubsets }): Segment {
  const { text, level, file } = run
  const mayBreak = text === ' ' || IDEOGRAPH.test(text) || /[-\u2010\u2013\u2014/]$/u.test(text)
  const base = { text, level, space: text === ' ', mayBreak }
  if (!file) return { ...base, ...boxRun(text, size, fonts) }
  return { ...base, ...shapeRun(text, (level & 1) === 1, file, size, fonts.subsets), local: false }
}

/** Lines without the spaces at their ends; `atSpace` where there was one. */
function wrap(segments: Segment[], width: number): { segments: Segment[]; atSpace: boolean }[] {
  const lines: { segments: Segment[]; atSpace: boolean }[] = []
  let line: Segment[] = []
  let used = 0
  // Segments up to the next place where a line may end move to the next line together.
  for (const group of unbreakable(segments)) {
    const wide = group.reduce((sum, segment) => sum + segment.width, 0)
    if (line.length > 0 && used + wide > width && !group.every((segment) => segment.space)) {
      lines.push(trimmed(line, group[0]?.space === true))
      line = []
      used = 0
    }
    if (line.length === 0 && lines.length > 0 && group.every((segment) => segment.space)) continue
    line.push(...group)
    used += wide
  }
  lines.push(trimmed(line, false))
  return lines
}

function unbreakable(segments: Segment[]): Segment[][] {
  const groups: Segment[][] = [[]]
  for (const segment of segments) {
    if (segment.space && groups.at(-1)?.length) groups.push([])
    groups.at(-1)?.push(segment)
    if (segment.mayBreak) groups.push([])
  }
  return groups.filter((group) => group.length > 0)
}

function trimmed(line: Segment[], spaceFollows: boolean): { segments: Segment[]; atSpace: boolean } {
  const end = line.findLastIndex((segment) => !segment.space)
  return { segments: line.slice(0, end + 1), atSpace: spaceFollows || end + 1 < line.length }
}

/** Rule L2 of UAX #9, on whole segments: the shaper has already turned the glyphs inside one. */
function reorder(line: Segment[]): Segment[] {
  const out = [...line]
  const highest = Math.max(0, ...out.map((segment) => segment.level))
  for (let level = highest; level > 0; level -= 1) {
    for (let from = 0; from < out.length; from += 1) {
      if ((out[from]?.level ?? 0) < level) continue
      let to = from
      while (to < out.length && (out[to]?.level ?? 0) >= level) to += 1
      out.splice(from, to - from, ...out.slice(from, to).reverse())
      from = to
    }
  }
  return out
}

function emit(line: Segment[]): SetLine {
  let ops = 'BT '
  let x = 0
  for (const segment of line) {
    ops += segment.local ? `ET q 1 0 0 1 ${number(x)} 0 cm ${segment.ops}Q BT 1 0 0 1 ${number(x + segment.width)} 0 Tm ` : segment.ops
    x += segment.width
  }
  return { ops: `${ops}ET`, width: x }
}

function code(char: string): number {
  return char.codePointAt(0) ?? 0
}
