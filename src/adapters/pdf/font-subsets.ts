import { PDFHexString, PDFName, PDFString, type PDFContext, type PDFRef } from '@cantoo/pdf-lib'
import type { Glyph, Subset } from '@cantoo/fontkit'
import type { FontFile } from './font-library.ts'

interface Use {
  resource: string
  file: FontFile
  subset: Subset
  /** By glyph number in the subset: what it stands for, and its width in thousandths of an em. */
  glyphs: Map<number, { text: string; width: number }>
}

/** Collects the glyphs used of each font file and embeds just these, as composite TrueType fonts (PDF/A: all embedded, all mapped). */
export class FontSubsets {
  #uses = new Map<string, Use>()
  /** Runs shaped before with these subsets, by text, font and size: common words come again and again. */
  readonly shaped = new Map<string, { ops: string; width: number }>()
  #prefix: string

  /** `prefix` of the resource names, so that the fonts of a tail never clash with those of its template. */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** Takes a glyph into use; answers its resource name, number in the subset and width in thousandths of an em. `char` is what it stands for, if known. */
  use(file: FontFile, glyph: Glyph, char?: string): { resource: string; id: number; width: number } {
    let use = this.#uses.get(file.key)
    if (!use) {
      use = { resource: `${this.#prefix}${this.#uses.size}`, file, subset: file.font.createSubset(), glyphs: new Map() }
      this.#uses.set(file.key, use)
    }
    const id = use.subset.includeGlyph(glyph.id)
    const known = use.glyphs.get(id)
    if (known) return { resource: use.resource, id, width: known.width }
    const width = Math.round((glyph.advanceWidth * 1000) / file.font.unitsPerEm)
    use.glyphs.set(id, { text: char ?? file.font.stringsForGlyph(glyph.id)[0] ?? '', width })
    return { resource: use.resource, id, width }
  }

  /** Writes every font into the context; answers the font resources by name. */
  embed(context: PDFContext): Record<string, PDFRef> {
    return Object.fromEntries([...this.#uses.values()].map((use) => [use.resource, embedFont(context, use)]))
  }
}

function embedFont(context: PDFContext, use: Use): PDFRef {
  const { font } = use.file
  const scale = 1000 / font.unitsPerEm
  const name = PDFName.of(`${subsetTag(use.file.key)}+${(font.postscriptName ?? use.file.key).replaceAll(/[^A-Za-z0-9-]/g, '')}`)
  const file = Buffer.from(use.subset.encode())
  const { bbox } = font
  const descriptor = context.register(context.obj({
    Type: 'FontDescriptor', FontName: name, Flags: 4 | (font.italicAngle === 0 ? 0 : 64), ItalicAngle: Math.round(font.italicAngle),
    FontBBox: [bbox.minX, bbox.minY, bbox.maxX, bbox.maxY].map((edge) => Math.round(edge * scale)),
    Ascent: Math.round(font.ascent * scale), Descent: Math.round(font.descent * scale),
    CapHeight: Math.round((font.capHeight || font.ascent) * scale), StemV: use.file.key.includes('-700-') ? 120 : 80,
    FontFile2: context.register(context.flateStream(file, { Length1: file.length })),
  }))
  const ids = [...use.glyphs.keys()].toSorted((a, b) => a - b)
  const descendant = context.register(context.obj({
    Type: 'Font', Subtype: 'CIDFontType2', BaseFont: name, CIDToGIDMap: 'Identity', DW: 0, FontDescriptor: descriptor,
    CIDSystemInfo: { Registry: PDFString.of('Adobe'), Ordering: PDFString.of('Identity'), Supplement: 0 },
    W: ids.flatMap((id) => [id, [use.glyphs.get(id)?.width ?? 0]]),
  }))
  const map = ids.map((id) => [id, use.glyphs.get(id)?.text ?? ''] as const).filter(([, text]) => text !== '')
  return context.register(context.obj({
    Type: 'Font', Subtype: 'Type0', BaseFont: name, Encoding: 'Identity-H', DescendantFonts: [descendant],
    ToUnicode: context.register(context.flateStream(toUnicode(map))),
  }))
}

/** Six letters that depend only on the font file: two tails with the same text are the same bytes (D3). */
function subsetTag(key: string): string {
  let seed = 0
  for (const char of key) seed = (seed * 31 + (char.codePointAt(0) ?? 0)) >>> 0
  return Array.from({ length: 6 }, (_, place) => String.fromCodePoint(65 + (Math.floor(seed / 26 ** place) % 26))).join('')
}

/** A ToUnicode map (ISO 32000-1, 9.10.3), at most 100 entries in a block. */
function toUnicode(map: (readonly [number, string])[]): string {
  const blocks: string[] = []
  for (let at = 0; at < map.length; at += 100) {
    const rows = map.slice(at, at + 100).map(([id, text]) => `<${hex4(id)}> <${utf16Hex(text)}>`)
    blocks.push(`${rows.length} beginbfchar\n${rows.join('\n')}\nendbfchar`)
  }
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
${blocks.join('\n')}
endcmap
CMapName currentdict /CMap defineresource pop
end
end`
}

/** A glyph number as four hex digits. */
export function hex4(id: number): string {
  return id.toString(16).padStart(4, '0')
}

/** UTF-16BE as hex, without a byte-order mark. */
export function utf16Hex(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('hex')
}

/** A PDF text string that holds any Unicode. */
export function textString(text: string): PDFHexString {
  return PDFHexString.of(`FEFF${utf16Hex(text)}`)
}
