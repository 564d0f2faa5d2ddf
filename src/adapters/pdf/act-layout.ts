import { PDFContext } from '@cantoo/pdf-lib'
import { actPages, type ActNode, type ActPage, type KeptRow, type TextSetter } from './act-pages.ts'
import { fastFont, setFast, type FastFont } from './fast-text.ts'
import { FontLibrary } from './font-library.ts'
import { FontSubsets } from './font-subsets.ts'
import type { RecordContent, SealClaim } from './pdf-records.ts'
import { plainText, setText } from './set-text.ts'
import { TAIL, type FastFace, type TemplateMeta } from './template-meta.ts'
import { objectBodies } from './write-objects.ts'

/** The laid-out act, with the extra fonts it needed. */
export interface ActLayout {
  pages: ActPage[]
  structure: ActNode[]
  /** Objects of the extra fonts, numbered from `first + TAIL.free` without gaps. */
  objects: [number, Uint8Array][]
  /** Font resources to add: "/X0 51 0 R ...". */
  fontEntries: string
}

export type FastFonts = Record<FastFace, FastFont> & { rows: Map<number, Map<string, KeptRow>> }

/** Unfolds a template's tables for layOutFast. */
export function fastFonts(meta: TemplateMeta): FastFonts {
  return { regular: fastFont(meta.fonts.regular), bold: fastFont(meta.fonts.bold), italic: fastFont(meta.fonts.italic), rows: new Map() }
}

/** Lays the act out from the template's own tables alone; null when a character is not in them. Microseconds. */
export function layOutFast(content: RecordContent, claim: SealClaim, meta: TemplateMeta, fonts: FastFonts): ActLayout | null {
  let missing = false
  const setter: TextSetter = (face, text, size, width) => {
    const set = setFast(fonts[face], plainText(text), size, width)
    if (set) return set
    missing = true
    return { lines: [{ ops: '', width: 0 }], rtl: false }
  }
  setter.rows = fonts.rows
  const act = actPages(content, claim, meta, setter)
  // What was laid out with holes is worth nothing to the next one.
  if (missing) fonts.rows.clear()
  return missing ? null : { ...act, objects: [], fontEntries: '' }
}

/** Lays the act out in any script, with further fonts where needed. Tens of milliseconds: for the worker thread. */
export function layOutShaped(content: RecordContent, claim: SealClaim, meta: TemplateMeta, library: FontLibrary): ActLayout {
  const fonts = fastFonts(meta)
  const subsets = new FontSubsets('X')
  const set: TextSetter = (face, text, size, width) => {
    const plain = plainText(text)
    const style = { bold: face === 'bold', italic: face === 'italic' }
    return setFast(fonts[face], plain, size, width) ?? setText([{ text: plain, ...style }], size, width, { library, subsets })
  }
  const act = actPages(content, claim, meta, set)
  const context = PDFContext.create()
  context.largestObjectNumber = meta.first + TAIL.free - 1
  const fontEntries = Object.entries(subsets.embed(context)).map(([name, ref]) => `/${name} ${ref.toString()}`).join(' ')
  return { ...act, objects: objectBodies(context).toSorted(([a], [b]) => a - b), fontEntries }
}
