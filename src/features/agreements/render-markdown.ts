import MarkdownIt from 'markdown-it'

const HEADING_ID = /[ \t]*\{#([a-z][a-z0-9-]*)\}[ \t]*$/
const SAFE_LINK = /^(?:https?:\/\/|mailto:|tel:|#|\/(?!\/))/i

const markdownIt = createRenderer()

/**
 * HTML for the page. Raw HTML in the text is shown as text; images are not loaded; links lead only to http, https, mailto, tel
 * and places on our own pages. Headings start at the second level, because the page has its own first, and take their id
 * from `{#id}`.
 */
export function renderMarkdown(markdown: string): string {
  const before = rendered.get(markdown)
  if (before !== undefined) return before
  const html = markdownIt.render(markdown)
  if (rendered.size >= RENDERED_KEPT) rendered.clear()
  rendered.set(markdown, html)
  return html
}

/** A whole year group reads the same few texts. */
const RENDERED_KEPT = 500
const rendered = new Map<string, string>()

function createRenderer(): InstanceType<typeof MarkdownIt> {
  const renderer = new MarkdownIt({ html: false, linkify: false, typographer: false })
  // An image would tell its host who reads the agreement, and would not be in the sealed record.
  renderer.disable('image')
  renderer.validateLink = (url) => SAFE_LINK.test(url.trim())
  renderer.core.ruler.push('assent_headings', (state) => {
    const used = new Set<string>()
    state.tokens.forEach((token, index) => {
      if (token.type !== 'heading_open' && token.type !== 'heading_close') return
      if (token.tag === 'h1') token.tag = 'h2'
      const inline = state.tokens[index + 1]
      if (token.type !== 'heading_open' || !inline) return
      const last = inline.children?.at(-1)
      const id = last?.type === 'text' ? HEADING_ID.exec(last.content) : null
      if (!last || !id?.[1]) return
      last.content = last.content.replace(HEADING_ID, '')
      inline.content = inline.content.replace(HEADING_ID, '')
      // A page with the same id twice would send the reader to the wrong place.
      if (!used.has(id[1])) token.attrSet('id', id[1])
      used.add(id[1])
    })
  })
  renderer.core.ruler.push('assent_links', (state) => {
    for (const block of state.tokens) {
      for (const token of block.children ?? []) {
        if (token.type === 'link_open' && /^https?:/i.test(String(token.attrGet('href')))) token.attrSet('rel', 'noopener noreferrer')
      }
    }
  })
  return renderer
}
