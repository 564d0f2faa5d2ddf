import type { FontLibrary } from './font-library.ts'
import type { FontSubsets } from './font-subsets.ts'
import type { Block } from './markdown-blocks.ts'
import { ACCENT_LINE, COLUMN, HAIRLINE, INK, PAGE, QUIET, type textSizes } from './page-style.ts'
import { setText, type SetText, type Span } from './set-text.ts'
import { number } from './shape-run.ts'
import { structureNode, type StructureNode } from './structure-tree.ts'
import { symbolOps } from './symbol-ops.ts'

type Fonts = { library: FontLibrary; subsets: FontSubsets }

/** Lays blocks out on pages from top to bottom, and notes the logical structure as it goes. */
export class PageFlow {
  /** Drawing operators of each page's body. */
  readonly pages: string[] = ['']
  readonly root: StructureNode = structureNode('Sect')
  #marks: number[] = [0]
  #y: number = PAGE.top
  #fonts: Fonts
  #sizes: ReturnType<typeof textSizes>

  /** How far in from the reading edge everything stands, beside a column of symbols. */
  #inset = 0
  #rtl: boolean

  /** `rtl`: the text is in a language that reads from right to left, so that indents, bullets and lines are at the right. */
  constructor(fonts: Fonts, sizes: ReturnType<typeof textSizes>, rtl = false) {
    this.#rtl = rtl
    this.#fonts = fonts
    this.#sizes = sizes
  }

  /** The document's title with a short accent line, and a quiet line below it. */
  title(title: string, subtitle: string): void {
    const { title: size, body } = this.#sizes
    this.#paragraph('H1', [plain(title, true)], { size, leading: 1.18, colour: INK, x: PAGE.left, width: COLUMN, keep: 60 })
    this.#y -= 7
    this.#draw(`/Artifact BMC q ${ACCENT_LINE} 2 w ${this.#edge(0)} ${number(this.#y)} m ${this.#edge(44)} ${number(this.#y)} l S Q EMC\n`)
    this.#y -= 10
    this.#paragraph('P', [plain(subtitle, false)], { size: body - 1, leading: 1.4, colour: QUIET, x: PAGE.left, width: COLUMN, keep: 0 })
    this.#y -= body * 0.9
  }

  /** Sets the blocks in a column that begins `indent` points in from the left. */
  blocks(blocks: Block[], parent: StructureNode = this.root, indent = 0): void {
    for (const [place, block] of blocks.entries()) this.#block(block, parent, indent, place === blocks.length - 1)
  }

  /**
   * A clause beside its symbol: the heading first, then the drawing at the heading's height, then the rest. The symbol never hangs below the
   * clause into the next one.
   */
  clause(blocks: Block[], symbol: { name: string; words: string } | null): void {
    const { body, h2 } = this.#sizes
    const side = body * 3.9
    this.#inset = side + body * 1.3
    const before = { page: this.pages.length, y: this.#y < PAGE.top ? this.#y - h2 * 0.75 : this.#y }
    this.blocks(blocks.slice(0, 1))
    // The heading is kept together with lines higher than the drawing, so the page has room for it.
    const top = this.pages.length === before.page ? before.y : PAGE.top
    const page = this.pages.length
    const ops = symbol && symbolOps(symbol.name, this.#rtl ? PAGE.right - side : PAGE.left, top, side)
    if (symbol && ops) {
      const figure = structureNode('Figure', this.root)
      figure.alt = `Symbol: ${symbol.words}`
      this.#mark(figure, ops)
    }
    this.blocks(blocks.slice(1))
    this.#inset = 0
    if (ops && this.pages.length === page) this.#y = Math.min(this.#y, top - side - body * 0.6)
  }

  #block(block: Block, parent: StructureNode, indent: number, last: boolean): void {
    const { body, leading, h2, h3 } = this.#sizes
    const x = this.#rtl ? PAGE.left : PAGE.left + this.#inset + indent
    const width = COLUMN - this.#inset - indent
    const gap = indent > 0 ? body * 0.3 : body * 0.72
    switch (block.kind) {
      case 'heading': {
        const size = block.level <= 2 ? h2 : h3
        if (this.#y < PAGE.top) this.#y -= size * 0.75
        const bold = block.spans.map((span) => ({ ...span, bold: true }))
        this.#paragraph(`H${Math.min(Math.max(block.level, 2), 6)}`, bold, { size, leading: 1.25, colour: INK, x, width, keep: body * 4.5 }, parent)
        this.#y -= size * 0.34
        return
      }
      case 'paragraph':
        this.#paragraph('P', block.spans, { size: body, leading, colour: INK, x, width, keep: 0 }, parent)
        this.#y -= last && indent > 0 ? 0 : gap
        return
      case 'list':
        this.#list(block, parent, indent)
        this.#y -= indent > 0 ? 0 : body * 0.5
        return
      case 'quote': {
        const from = { page: this.pages.length, y: this.#y }
        this.blocks(block.blocks, structureNode('BlockQuote', parent), indent + 16)
        const top = from.page === this.pages.length ? from.y : PAGE.top
        this.#draw(`/Artifact BMC q ${ACCENT_LINE} 1.5 w ${this.#edge(indent + 4)} ${number(top)} m ${this.#edge(indent + 4)} ${number(this.#y + body * 0.3)} l S Q EMC\n`)
        this.#y -= gap
        return
      }
      case 'table':
        this.#table(block, parent, x, width)
        this.#y -= gap
        return
      case 'rule':
        this.#draw(`/Artifact BMC q ${HAIRLINE} 0.7 w ${x} ${number(this.#y)} m ${PAGE.right} ${number(this.#y)} l S Q EMC\n`)
        this.#y -= gap
    }
  }

  #list(list: Extract<Block, { kind: 'list' }>, parent: StructureNode, indent: number): void {
    const { body, leading } = this.#sizes
    const node = structureNode('L', parent)
    node.attributes = { O: 'List', ListNumbering: list.ordered ? 'Decimal' : 'Disc' }
    for (const [place, blocks] of list.items.entries()) {
      const item = structureNode('LI', node)
      const label = setText([plain(list.ordered ? `${list.start + place}.` : '\u2022', false)], body, 40, this.#fonts)
      this.#need(body * leading * 2)
      const beside = indent + (list.ordered ? 17 : 11)
      const line = label.lines[0]
      // The label shares its line with the first line of the item, so the pen goes back up after it.
      if (line) this.#mark(structureNode('Lbl', item), `${list.ordered ? INK : QUIET} q 1 0 0 1 ${number(this.#rtl ? this.#edge(beside) : this.#edge(beside) - line.width)} ${number(this.#y - body)} cm ${line.ops} Q`)
      this.blocks(blocks, structureNode('LBody', item), indent + 23)
      this.#y -= body * 0.34
    }
  }

  #table(table: Extract<Block, { kind: 'table' }>, parent: StructureNode, x: number, width: number): void {
    const { body, leading } = this.#sizes
    const size = body - 0.5
    const columns = Math.max(1, table.head.length)
    const cells = [table.head, ...table.rows]
    const natural = Array.from({ length: columns }, (_, column) =>
      Math.min(220, Math.max(40, ...cells.map((row) => setText(row[column] ?? [], size, 10_000, this.#fonts).lines[0]?.width ?? 0))))
    const free = width - columns * 14
    const total = natural.reduce((sum, part) => sum + part, 0)
    const widths = natural.map((part) => (part / total) * free)
    const node = structureNode('Table', parent)
    for (const [place, row] of cells.entries()) {
      const set = widths.map((wide, column) => setText(row[column] ?? [], size, wide, this.#fonts, this.#rtl ? 'rtl' : undefined))
      const high = Math.max(...set.map((cell) => cell.lines.length)) * size * leading + 8
      this.#need(place === 0 ? high * 2 : high)
      const tr = structureNode('TR', node)
      let left = this.#rtl ? x + width + 14 : x
      for (const [column, cell] of set.entries()) {
        const wide = (widths[column] ?? 0) + 14
        if (this.#rtl) left -= wide
        const td = structureNode(place === 0 ? 'TH' : 'TD', tr)
        if (place === 0) td.attributes = { O: 'Table', Scope: 'Column' }
        this.#mark(td, `${INK} ${placed(cell, left, this.#y - 4, widths[column] ?? 0, size, leading)}`)
        if (!this.#rtl) left += wide
      }
      this.#y -= high
      this.#draw(`/Artifact BMC q ${place === 0 ? ACCENT_LINE : HAIRLINE} 0.7 w ${x} ${number(this.#y)} m ${number(x + width)} ${number(this.#y)} l S Q EMC\n`)
    }
  }

  #paragraph(
    tag: string, spans: Span[],
    style: { size: number; leading: number; colour: string; x: number; width: number; keep: number }, parent: StructureNode = this.root,
  ): void {
    const set = setText(spans, style.size, style.width, this.#fonts, this.#rtl ? 'rtl' : undefined)
    const step = style.size * style.leading
    const node = structureNode(tag, parent)
    let rest = set.lines
    while (rest.length > 0) {
      // No single line is left alone at the foot or the head of a page.
      const together = rest.length <= 3 ? rest.length : 2
      this.#need(together * step + style.keep)
      let fit = Math.min(rest.length, Math.max(1, Math.floor((this.#y - PAGE.bottom) / step)))
      if (rest.length - fit === 1 && fit > 2) fit -= 1
      const part = { lines: rest.slice(0, fit), rtl: set.rtl }
      this.#mark(node, `${style.colour} ${placed(part, style.x, this.#y, style.width, style.size, style.leading)}`)
      this.#y -= fit * step
      rest = rest.slice(fit)
    }
  }

  /** A place this far in from the reading edge. */
  #edge(indent: number): number {
    return this.#rtl ? PAGE.right - this.#inset - indent : PAGE.left + this.#inset + indent
  }

  #need(points: number): void {
    if (this.#y - points >= PAGE.bottom || this.#y >= PAGE.top - 1) return
    this.pages.push('')
    this.#marks.push(0)
    this.#y = PAGE.top
  }

  #mark(node: StructureNode, ops: string): void {
    const page = this.pages.length - 1
    const mark = this.#marks[page] ?? 0
    this.#marks[page] = mark + 1
    node.kids.push({ page, mark })
    this.#draw(`/${node.tag} <</MCID ${mark}>> BDC ${ops} EMC\n`)
  }

  #draw(ops: string): void {
    this.pages[this.pages.length - 1] += ops
  }
}

/** The operators that place set lines below `top`, at the reading edge of a column. */
export function placed(text: SetText, x: number, top: number, width: number, size: number, leading: number): string {
  return text.lines.map((line, row) => {
    const left = text.rtl ? x + width - line.width : x
    return `q 1 0 0 1 ${number(left)} ${number(top - size - row * size * leading)} cm ${line.ops} Q`
  }).join(' ')
}

function plain(text: string, bold: boolean): Span {
  return { text, bold, italic: false }
}
