import { AsciiWriter } from '../../shared/ascii-writer.ts'
import { ENGLISH_ACT } from './act-words.ts'
import { ACCENT_LINE, COLUMN, GROUND, HAIRLINE, INK, PAGE, QUIET, textSizes } from './page-style.ts'
import type { RecordContent, SealClaim } from './pdf-records.ts'
import { qrOps } from './qr-ops.ts'
import { momentWords } from './record-words.ts'
import type { SetText } from './set-text.ts'
import { number } from './shape-run.ts'
import type { FastFace, TemplateMeta } from './template-meta.ts'

/** Sets one text in one of the fast faces; whoever passes it decides how (table, or shaped beforehand). */
export interface TextSetter {
  (face: FastFace, text: string, size: number, width: number): SetText
  /** Rows laid out before with the same fonts, by place and value, where they may be kept: most rows of a table are the same in all records of a text. */
  rows?: Map<number, Map<string, KeptRow>>
}

/** A row at one place of a page. */
export interface KeptRow {
  ops: string
  /** Where the next one begins. */
  y: number
  /** Beside place and value, what it was laid out for. */
  label: string
  marks: number
  bottom: number
  gap: number
  face: FastFace
}

// Names and times pass through as well, so they are forgotten soon.
const ROWS_KEPT = 64

/** A page of the tail: its operators, and how many marks they hold. */
export interface ActPage {
  ops: string
  marks: number
}

/** An element of the tail's logical structure, in reading order; what it owns on the pages are marks. */
export interface ActNode {
  tag: 'H1' | 'H2' | 'P' | 'Table' | 'TR' | 'TH' | 'TD' | 'Figure'
  /** What a figure shows, for those who do not see it; as a PDF string takes it. */
  alt?: string
  kids: (ActNode | { page: number; mark: number })[]
}

const writer = new AsciiWriter()

const LABEL = 112
const VALUE = COLUMN - LABEL - 14
// Room at the foot of the first page for the seal.
const SEAL_TOP = PAGE.bottom + 44
const PANEL = 104
const QR_SIDE = 74

/** Lays out the act, the signature, the seal and the audit rows. Pure: equal input gives equal operators (D3). */
export function actPages(content: RecordContent, claim: SealClaim, meta: TemplateMeta, set: TextSetter): { pages: ActPage[]; structure: ActNode[] } {
  const sizes = textSizes(meta.young)
  const { body } = sizes
  const words = meta.words ?? ENGLISH_ACT
  let page: ActPage = { ops: '', marks: 0 }
  const pages = [page]
  const structure: ActNode[] = []
  let y: number = PAGE.top
  let bottom: number = SEAL_TOP + 14

  const need = (points: number): void => {
    if (y - points >= bottom) return
    page = { ops: '', marks: 0 }
    pages.push(page)
    y = PAGE.top
    bottom = PAGE.bottom
  }
  const node = (tag: ActNode['tag'], parent: ActNode | null, alt?: string): ActNode => {
    const made: ActNode = alt === undefined ? { tag, kids: [] } : { tag, alt, kids: [] }
    if (parent) parent.kids.push(made)
    else structure.push(made)
    return made
  }
  const mark = (owner: ActNode, ops: string): void => {
    page.ops += `/${owner.tag} <</MCID ${page.marks}>> BDC ${ops}EMC\n`
    owner.kids.push({ page: pages.length - 1, mark: page.marks })
    page.marks += 1
  }
  const artifact = (ops: string): void => {
    page.ops += `/Artifact BMC q ${ops} Q EMC\n`
  }
  const write = (tag: ActNode['tag'], colour: string, text: SetText, size: number, leading: number, x: number, width: number): void => {
    let rest = text.lines
    const owner = node(tag, null)
    while (rest.length > 0) {
      need(size * leading)
      const fit = Math.max(1, Math.min(rest.length, Math.floor((y - bottom) / (size * leading))))
      mark(owner, `${colour} ${lines({ lines: rest.slice(0, fit), rtl: text.rtl }, x, y, width, size, leading)}`)
      y -= fit * size * leading
      rest = rest.slice(fit)
    }
  }
  // A table of two columns: the label is the header of its row, so that whoever listens hears it with the value.
  const row = (table: ActNode, label: string, value: string, face: FastFace, size: number, gap: number): void => {
    const line = node('TR', table)
    const header = node('TH', line)
    const cell = node('TD', line)
    const at = pages.length - 1
    const before = page
    const { marks } = before
    const written = before.ops.length
    const top = y
    const kept = set.rows?.get(top)?.get(value)
    // Size goes by gap and face.
    if (kept && kept.label === label && kept.marks === marks && kept.bottom === bottom && kept.gap === gap && kept.face === face) {
      before.ops += kept.ops
      before.marks += 2
      header.kids.push({ page: at, mark: marks })
      cell.kids.push({ page: at, mark: marks + 1 })
      y = kept.y
      return
    }
    // The space keeps label and value apart for those who listen.
    const left = set('regular', `${label} `, body - 1.5, LABEL)
    const right = set(face, value, size, VALUE)
    // A value longer than a page is not expected; a page's worth is kept together, more runs on in pieces.
    let rest = right.lines
    let first = true
    while (rest.length > 0) {
      const leading = size * 1.36
      need(Math.min(rest.length, 6) * leading + gap)
      const fit = Math.max(1, Math.min(rest.length, Math.floor((y - bottom) / leading)))
      const part = { lines: rest.slice(0, fit), rtl: right.rtl }
      if (first) mark(header, `${QUIET} ${lines(left, PAGE.left, y - (size - body + 1.5), LABEL, body - 1.5, 1.36)}`)
      // Values begin at one left edge whatever their script reads like: the column is a list, not a paragraph.
      mark(cell, `${INK} ${lines({ ...part, rtl: false }, PAGE.left + LABEL + 14, y, VALUE, size, 1.36)}`)
      y -= Math.max(fit * leading, first ? left.lines.length * (body - 1.5) * 1.36 : 0)
      rest = rest.slice(fit)
      first = false
    }
    y -= gap
    if (!set.rows || page !== before || page.marks !== marks + 2) return
    let rows = set.rows.get(top)
    if (!rows || rows.size >= ROWS_KEPT) {
      if (set.rows.size >= ROWS_KEPT) set.rows.clear()
      rows = new Map()
      set.rows.set(top, rows)
    }
    rows.set(value, { ops: page.ops.slice(written), y, label, marks, bottom, gap, face })
  }

  write('H1', INK, set('bold', words.heading, sizes.title, COLUMN), sizes.title, 1.18, PAGE.left, COLUMN)
  y -= 7
  artifact(`${ACCENT_LINE} 2 w ${PAGE.left} ${number(y)} m ${PAGE.left + 44} ${number(y)} l S`)
  y -= 10
  if (words.inEnglish !== null) {
    write('P', QUIET, set('bold', words.inEnglish, body - 1, COLUMN), body - 1, 1.4, PAGE.left, COLUMN)
    y -= body * 0.4
  }
  write('P', QUIET, set('regular', `${meta.title}. ${meta.versionLabel}`, body - 1, COLUMN), body - 1, 1.4, PAGE.left, COLUMN)
  y -= body * 1.3
  const statement = set('regular', content.statement, body + 0.5, COLUMN)
  write('P', INK, statement, body + 0.5, sizes.leading, PAGE.left, COLUMN)
  y -= body * 1.2
  const act = node('Table', null)
  row(act, words.signedBy, content.signerName, 'bold', body + 2, 7)
  row(act, words.as, content.signerCapacity, 'regular', body, 7)
  if (content.subjectName !== content.signerName) row(act, words.for, content.subjectName, 'regular', body, 7)
  row(act, words.how, words.methods[content.method], 'regular', body, 7)
  row(act, words.when, momentWords(content.signedAt, words.language), 'regular', body, 7)
  y -= 5
  need(PANEL)
  page.ops += `/Artifact BMC q ${GROUND} ${PAGE.left} ${number(y - PANEL)} ${COLUMN} ${PANEL} re f Q EMC\n`
  mark(content.drawn ? node('Figure', null, asciiOf(words.drawn)) : node('P', null), signatureOps(content, words.methods[content.method], y, set, body))
  y -= PANEL + body * 1.9
  // The record's rows begin on this page when a few of them fit.
  need(sizes.h2 * 1.7 + 3 * (body * 1.36 + 8))
  write('H2', INK, set('bold', words.recorded, sizes.h2, COLUMN), sizes.h2, 1.25, PAGE.left, COLUMN)
  y -= sizes.h2 * 0.5
  const record = node('Table', null)
  for (const { label, value } of [{ label: words.reference, value: content.reference }, ...content.audit]) {
    need(body * 1.36 + 10)
    artifact(`${HAIRLINE} 0.7 w ${PAGE.left} ${number(y + 2)} m ${PAGE.right} ${number(y + 2)} l S`)
    y -= 3
    row(record, label, value, 'regular', body - 0.5, 5)
  }
  if (content.verifyUrl !== null) {
    const { verifyUrl } = content
    need(QR_SIDE + 14)
    y -= 8
    mark(node('Figure', null, asciiOf(words.code.replace('{{url}}', () => verifyUrl))), qrOps(verifyUrl, PAGE.left, y, QR_SIDE))
    const beside = { x: PAGE.left + QR_SIDE + 14, width: COLUMN - QR_SIDE - 14 }
    const head = set('bold', words.check, body - 0.5, beside.width)
    const say = set('regular', words.checkHow.replace('{{url}}', () => verifyUrl), body - 2, beside.width)
    mark(node('P', null), `${INK} ${lines({ ...head, rtl: false }, beside.x, y - 4, beside.width, body - 0.5, 1.3)}`)
    mark(node('P', null), `${QUIET} ${lines({ ...say, rtl: false }, beside.x, y - 8 - body * 1.3, beside.width, body - 2, 1.36)}`)
    y -= QR_SIDE
  }
  const [firstPage] = pages
  if (firstPage) sealStrip(firstPage, [node('P', null), node('P', null)], claim, meta, set)
  for (const [place, each] of pages.entries()) footer(each, content.reference, words.actPage.replace('{{page}}', String(place + 1)).replace('{{pages}}', String(pages.length)), set)
  return { pages, structure }
}

/** As a PDF string takes it; accents of Latin-1 as octal, what else there is falls out. */
function asciiOf(text: string): string {
  return text.replaceAll(/[()\\]/g, '').replaceAll('\u2019', "'").replaceAll(/[^\x20-\x7E]/g, (letter) => (letter >= '\xa1' && letter <= '\xff' ? `\\${letter.charCodeAt(0).toString(8)}` : ''))
}

/** The operators that place set lines below `top`; local to the tail because it runs once per signature and is kept lean. */
function lines(text: SetText, x: number, top: number, width: number, size: number, leading: number): string {
  let out = ''
  let base = top - size
  for (const line of text.lines) {
    out += `q 1 0 0 1 ${number(text.rtl ? x + width - line.width : x)} ${number(base)} cm ${line.ops} Q `
    base -= size * leading
  }
  return out
}

function signatureOps(content: RecordContent, method: string, top: number, set: TextSetter, body: number): string {
  if (content.drawn) return drawnOps(content.drawn, top)
  const text = content.typed ?? method
  const face: FastFace = content.typed === null ? 'regular' : 'italic'
  let size = content.typed === null ? body + 1 : 28
  let fitted = set(face, text, size, COLUMN - 40)
  for (const smaller of [20, 14, 10, 7]) {
    if (fitted.lines.length * size * 1.3 <= PANEL - 16 && (fitted.lines.length === 1 || size <= 14)) break
    if (smaller >= size) continue
    size = smaller
    fitted = set(face, text, size, COLUMN - 40)
  }
  const most = Math.floor((PANEL - 8) / (size * 1.3))
  if (fitted.lines.length > most) {
    // The whole text is in the evidence; the reader sees that it goes on.
    fitted = { rtl: fitted.rtl, lines: [...fitted.lines.slice(0, most - 1), ...set('regular', '\u2026', size, COLUMN).lines] }
  }
  const high = fitted.lines.length * size * 1.3
  return `${INK} ${lines(fitted, PAGE.left + 20, top - (PANEL - high) / 2, COLUMN - 40, size, 1.3)}`
}

/** Strokes from the 1000 x 400 box, drawn into the panel; a stroke of one point is a dot. Coordinates are brought into the box. */
function drawnOps(strokes: { x: number; y: number }[][], top: number): string {
  const scale = (PANEL - 12) / 400
  writer.text(`q 0.07 0.1 0.25 RG 1 J 1 j ${number(scale)} 0 0 ${number(-scale)} ${PAGE.left + 16} ${number(top - 6)} cm 7 w `)
  for (const stroke of strokes) {
    const [first] = stroke
    if (!first) continue
    point(first)
    writer.text(' m ')
    for (let place = Math.min(1, stroke.length - 1); place < stroke.length; place += 1) {
      point(stroke[place] ?? first)
      writer.text(' l ')
    }
    writer.text('S ')
  }
  writer.text('Q ')
  return writer.take()
}

function point({ x, y }: { x: number; y: number }): void {
  writer.whole(within(x, 1000))
  writer.text(' ')
  writer.whole(within(y, 400))
}

function within(value: number, limit: number): number {
  return value > 0 ? Math.min(limit, Math.round(value)) : 0
}

function sealStrip(page: ActPage, owners: readonly ActNode[], claim: SealClaim, meta: TemplateMeta, set: TextSetter): void {
  const words = meta.words ?? ENGLISH_ACT
  page.ops += `/Artifact BMC q ${ACCENT_LINE} 0.8 w ${PAGE.left} ${PAGE.bottom + 34} m ${PAGE.right} ${PAGE.bottom + 34} l S Q EMC\n`
  const who = set('bold', words.sealedBy.replace('{{trust}}', () => meta.trustName), 9.5, COLUMN)
  const what = set('regular', words.sealedOn.replace('{{moment}}', momentWords(claim.sealedAt, words.language)), 8.5, COLUMN)
  const said = [
    `${INK} ${lines({ lines: who.lines.slice(0, 1), rtl: false }, PAGE.left, PAGE.bottom + 28, COLUMN, 9.5, 1.3)}`,
    `${QUIET} ${lines(what, PAGE.left, PAGE.bottom + 14, COLUMN, 8.5, 1.3)}`,
  ]
  for (const [place, ops] of said.entries()) {
    page.ops += `/P <</MCID ${page.marks}>> BDC ${ops}EMC\n`
    owners[place]?.kids.push({ page: 0, mark: page.marks })
    page.marks += 1
  }
}

function footer(page: ActPage, left: string, right: string, set: TextSetter): void {
  const label = set('regular', left, 8.5, 300)
  const place = set('regular', right, 8.5, 150)
  page.ops += `/Artifact <</Type /Pagination /Subtype /Footer>> BDC q ${HAIRLINE} 0.7 w ${PAGE.left} 56 m ${PAGE.right} 56 l S Q ${QUIET} `
    + `${lines({ lines: label.lines.slice(0, 1), rtl: false }, PAGE.left, 50, 300, 8.5, 1.2)}`
    + `${lines({ lines: place.lines.slice(0, 1), rtl: false }, PAGE.right - (place.lines[0]?.width ?? 0), 50, 150, 8.5, 1.2)}EMC\n`
}
