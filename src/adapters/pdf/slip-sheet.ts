import { PDFDocument, PDFName } from '@cantoo/pdf-lib'
import type { FontLibrary } from './font-library.ts'
import { FontSubsets, textString } from './font-subsets.ts'
import { placed } from './page-flow.ts'
import { HAIRLINE, INK, QUIET } from './page-style.ts'
import { setText } from './set-text.ts'
import { number } from './shape-run.ts'
import { ascii } from './structure-tree.ts'

/** Login slips to be cut apart. */
export interface SlipSheet {
  title: string
  /** Set in Andika, with its infant letterforms. */
  young: boolean
  slips: Slip[]
  /** A last page for whoever hands the slips out: who has none, and why. Not a page for pupils. */
  remarks: string[]
  /** Printed small on each slip: when it was made, and that a newer one replaces it. */
  footer: string
}

/** One person’s slip: whose it is, the rows of where and as whom to sign in, the password large, a note below. */
export interface Slip {
  name: string
  /** Class and school. */
  place: string
  rows: { label: string; value: string }[]
  password: string
  note: string
}

const WIDTH = 595.28
const HEIGHT = 841.89
const MARGIN = 30
const COLUMNS = 2
const ROWS = 4
const INSET = 14

/** Lays slips out eight to a page with lines to cut along. Slow (fonts): call off the event loop. */
export async function slipSheet(sheet: SlipSheet, library: FontLibrary): Promise<Buffer> {
  const document = await PDFDocument.create({ updateMetadata: false })
  const fonts = { library, subsets: new FontSubsets('S') }
  const wide = (WIDTH - 2 * MARGIN) / COLUMNS
  const high = (HEIGHT - 2 * MARGIN) / ROWS
  const pages: string[] = []
  for (let at = 0; at < sheet.slips.length; at += COLUMNS * ROWS) {
    const slips = sheet.slips.slice(at, at + COLUMNS * ROWS)
    pages.push(cutLines(slips.length, wide, high) + slips.map((slip, place) => {
      const left = MARGIN + (place % COLUMNS) * wide
      const top = HEIGHT - MARGIN - Math.floor(place / COLUMNS) * high
      return slipOps(slip, sheet.footer, { left: left + INSET, top: top - INSET, width: wide - 2 * INSET, bottom: top - high + INSET }, fonts)
    }).join(''))
  }
  pages.push(...remarkPages(sheet, fonts))
  const { context } = document
  const resources = pages.map((ops) => context.register(context.flateStream(ops)))
  const embedded = context.register(context.obj(fonts.subsets.embed(context)))
  for (const content of resources) {
    const page = document.addPage([WIDTH, HEIGHT])
    page.node.set(PDFName.of('Resources'), context.obj({ Font: embedded }))
    page.node.set(PDFName.of('Contents'), content)
  }
  document.catalog.set(PDFName.of('Lang'), ascii('en-GB'))
  context.trailerInfo.Info = context.register(context.obj({ Title: textString(sheet.title), Producer: ascii('Assent') }))
  return Buffer.from(await document.save({ useObjectStreams: false }))
}

type Fonts = { library: FontLibrary; subsets: FontSubsets }
interface Box { left: number; top: number; width: number; bottom: number }

function slipOps(slip: Slip, footer: string, box: Box, fonts: Fonts): string {
  const pen = new Pen(box, fonts)
  pen.line(slip.name, 14, INK, true)
  pen.line(slip.place, 8.5, QUIET)
  pen.down(5)
  for (const { label, value } of slip.rows) pen.pair(label, value)
  pen.down(3)
  pen.line('Your password', 8.5, QUIET)
  pen.line(slip.password, 15, INK, true)
  pen.down(2)
  pen.line(slip.note, 8.5, INK)
  return pen.ops + new Pen({ ...box, top: box.bottom + 9 }, fonts).line(footer, 6.5, QUIET).ops
}

/** Writes downwards within a box; what does not fit on a line goes on to the next. */
class Pen {
  ops = ''
  readonly #box: Box
  readonly #fonts: Fonts
  #y: number

  constructor(box: Box, fonts: Fonts) {
    this.#box = box
    this.#fonts = fonts
    this.#y = box.top
  }

  get y(): number {
    return this.#y
  }

  down(points: number): void {
    this.#y -= points
  }

  line(text: string, size: number, colour: string, bold = false): this {
    const set = setText([{ text, bold, italic: false }], size, this.#box.width, this.#fonts)
    this.ops += `${colour} ${placed(set, this.#box.left, this.#y, this.#box.width, size, 1.25)}\n`
    this.#y -= set.lines.length * size * 1.25 + 1.5
    return this
  }

  /** A short label with what it names beside it. */
  pair(label: string, value: string): void {
    const size = 9.5
    const indent = 72
    const name = setText([{ text: label, bold: false, italic: false }], 8.5, indent - 4, this.#fonts)
    const set = setText([{ text: value, bold: true, italic: false }], size, this.#box.width - indent, this.#fonts)
    this.ops += `${QUIET} ${placed(name, this.#box.left, this.#y - 0.8, indent, 8.5, 1.25)}\n${INK} ${placed(set, this.#box.left + indent, this.#y, this.#box.width - indent, size, 1.25)}\n`
    this.#y -= Math.max(set.lines.length, name.lines.length) * size * 1.25 + 2
  }
}

/** Dashed, around as many slips as there are. */
function cutLines(count: number, wide: number, high: number): string {
  const rows = Math.ceil(count / COLUMNS)
  const foot = HEIGHT - MARGIN - rows * high
  const lines = [
    ...Array.from({ length: rows + 1 }, (_, row) => `${MARGIN} ${number(HEIGHT - MARGIN - row * high)} m ${number(WIDTH - MARGIN)} ${number(HEIGHT - MARGIN - row * high)} l`),
    ...Array.from({ length: COLUMNS + 1 }, (_, column) => `${number(MARGIN + column * wide)} ${number(HEIGHT - MARGIN)} m ${number(MARGIN + column * wide)} ${number(foot)} l`),
  ]
  return `q ${HAIRLINE} 0.6 w [4 3] 0 d ${lines.join(' ')} S Q\n`
}

function remarkPages(sheet: SlipSheet, fonts: Fonts): string[] {
  if (sheet.remarks.length === 0) return []
  const box: Box = { left: 68, top: HEIGHT - 80, width: WIDTH - 136, bottom: 70 }
  const pages: string[] = []
  let pen = new Pen(box, fonts)
  const heading = () => pen.line('For you, not for pupils', 17, INK, true).line(`${sheet.title}. These have no slip, or not for everything:`, 10, INK).down(6)
  heading()
  for (const remark of sheet.remarks) {
    if (pen.y < box.bottom + 40) {
      pages.push(pen.ops)
      pen = new Pen(box, fonts)
      heading()
    }
    pen.line(remark, 10, INK).down(4)
  }
  return [...pages, pen.ops]
}
