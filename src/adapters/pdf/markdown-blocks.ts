import MarkdownIt, { type Token } from 'markdown-it'
import type { Span } from './set-text.ts'

/** The text as a tree of blocks. Raw HTML is not read as markup: it prints as it stands. */
export type Block =
  | { kind: 'heading'; level: number; spans: Span[]; id?: string }
  | { kind: 'paragraph'; spans: Span[] }
  | { kind: 'list'; ordered: boolean; start: number; items: Block[][] }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'table'; head: Span[][]; rows: Span[][][] }
  | { kind: 'rule' }

/** The blocks of one clause: its heading (absent before the first) and what stands under it. */
export interface ClauseBlocks { id: string | null; blocks: Block[] }

/** The blocks cut at headings of the second level, as the pages cut a text into clauses. */
export function clauseBlocks(blocks: readonly Block[]): ClauseBlocks[] {
  const clauses: ClauseBlocks[] = []
  for (const block of blocks) {
    const begins = block.kind === 'heading' && block.level === 2
    if (begins || clauses.length === 0) clauses.push({ id: begins ? block.id ?? null : null, blocks: [block] })
    else clauses.at(-1)?.blocks.push(block)
  }
  return clauses
}

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })

/** Reads markdown into blocks; anything it has no block for (code, images) comes out as plain paragraphs, never dropped. */
export function markdownBlocks(source: string): Block[] {
  const tokens = markdown.parse(source, {})
  const at = { place: 0 }
  return readBlocks(tokens, at, null)
}

function readBlocks(tokens: Token[], at: { place: number }, end: string | null): Block[] {
  const blocks: Block[] = []
  while (at.place < tokens.length) {
    const token = tokens[at.place]
    at.place += 1
    if (!token || token.type === end) break
    const block = readBlock(token, tokens, at)
    if (block) blocks.push(block)
  }
  return blocks
}

function readBlock(token: Token, tokens: Token[], at: { place: number }): Block | null {
  switch (token.type) {
    case 'heading_open':
      return heading(Number(token.tag.slice(1)), inlineOf(tokens, at))
    case 'paragraph_open':
      return { kind: 'paragraph', spans: inlineOf(tokens, at) }
    case 'bullet_list_open':
      return { kind: 'list', ordered: false, start: 1, items: readItems(tokens, at, 'bullet_list_close') }
    case 'ordered_list_open':
      return { kind: 'list', ordered: true, start: Number(token.attrGet('start') ?? 1), items: readItems(tokens, at, 'ordered_list_close') }
    case 'blockquote_open':
      return { kind: 'quote', blocks: readBlocks(tokens, at, 'blockquote_close') }
    case 'table_open':
      return readTable(tokens, at)
    case 'hr':
      return { kind: 'rule' }
    default:
      return token.content.trim() ? { kind: 'paragraph', spans: [plain(token.content.trimEnd())] } : null
  }
}

/** `{#id}` behind a heading is the clause's key: known to the page, never printed. */
function heading(level: number, spans: Span[]): Block {
  const last = spans.at(-1)
  const [mark, id] = /\s*\{#([a-z][a-z0-9-]*)\}\s*$/.exec(last?.text ?? '') ?? []
  if (!last || mark === undefined || id === undefined) return { kind: 'heading', level, spans }
  return { kind: 'heading', level, id, spans: [...spans.slice(0, -1), { ...last, text: last.text.slice(0, -mark.length) }] }
}

function readItems(tokens: Token[], at: { place: number }, end: string): Block[][] {
  const items: Block[][] = []
  while (at.place < tokens.length) {
    const token = tokens[at.place]
    at.place += 1
    if (token?.type === end) break
    if (token?.type === 'list_item_open') items.push(readBlocks(tokens, at, 'list_item_close'))
  }
  return items
}

function readTable(tokens: Token[], at: { place: number }): Block {
  const head: Span[][] = []
  const rows: Span[][][] = []
  while (at.place < tokens.length) {
    const token = tokens[at.place]
    at.place += 1
    if (token?.type === 'table_close') break
    if (token?.type === 'th_open') head.push(inlineOf(tokens, at).map((span) => ({ ...span, bold: true })))
    if (token?.type === 'tr_open' && head.length > 0) rows.push([])
    if (token?.type === 'td_open') rows.at(-1)?.push(inlineOf(tokens, at))
  }
  return { kind: 'table', head, rows }
}

/** The inline token that follows an opening one, as spans. */
function inlineOf(tokens: Token[], at: { place: number }): Span[] {
  const inline = tokens[at.place]
  at.place += 2
  return inline?.children ? readSpans(inline.children) : []
}

function readSpans(children: Token[]): Span[] {
  const spans: Span[] = []
  let bold = 0
  let italic = 0
  let link: { href: string; text: string } | null = null
  const add = (text: string) => {
    if (link) link.text += text
    spans.push({ text, bold: bold > 0, italic: italic > 0 })
  }
  for (const child of children) {
    if (child.type === 'strong_open') bold += 1
    else if (child.type === 'strong_close') bold -= 1
    else if (child.type === 'em_open') italic += 1
    else if (child.type === 'em_close') italic -= 1
    else if (child.type === 'link_open') link = { href: String(child.attrGet('href') ?? ''), text: '' }
    else if (child.type === 'link_close') {
      // On paper a link is only of use when its address can be read.
      const address: string = (link?.href ?? '').replace(/^mailto:/, '')
      if (address && link?.text !== address) add(` (${address})`)
      link = null
    } else if (child.type === 'softbreak' || child.type === 'hardbreak') add(' ')
    else if (child.content) add(child.content)
  }
  return spans
}

function plain(text: string): Span {
  return { text, bold: false, italic: false }
}
