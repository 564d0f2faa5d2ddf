/** One section of an agreement: a heading of the second level and the text up to the next one. */
export interface Clause {
  /** From `{#id}` behind the heading; stable across versions, so that changes can be shown clause by clause. */
  id: string | null
  /** The heading without its id. */
  heading: string
  /** Markdown under the heading, without the heading. */
  markdown: string
  /** 1-based line of the heading within the Markdown. */
  line: number
}

const HEADING = /^##[ \t]+(.+?)(?:[ \t]*\{#([a-z][a-z0-9-]*)\})?[ \t]*$/
const HEADING_ID = /^(#{1,6}[ \t]+.+?)[ \t]*\{#[a-z][a-z0-9-]*\}[ \t]*$/gm

/** The clauses of a Markdown text, in order. What stands before the first heading is the opening and no clause. */
export function clausesOf(markdown: string): Clause[] {
  const clauses: Clause[] = []
  markdown.split('\n').forEach((text, index) => {
    const heading = HEADING.exec(text)
    const last = clauses.at(-1)
    if (heading) clauses.push({ id: heading[2] ?? null, heading: heading[1] ?? '', markdown: '', line: index + 1 })
    else if (last) last.markdown += `${text}\n`
  })
  return clauses.map((clause) => ({ ...clause, markdown: clause.markdown.trim() }))
}

/** What stands before the first clause. */
export function openingOf(markdown: string): string {
  const lines = markdown.split('\n')
  const first = lines.findIndex((text) => HEADING.test(text))
  return (first < 0 ? lines : lines.slice(0, first)).join('\n').trim()
}

/** The same text without the `{#id}` behind headings, for places that only print it. */
export function withoutHeadingIds(markdown: string): string {
  return markdown.replace(HEADING_ID, '$1')
}

/** Puts a text together again: the opening, then each clause under its heading. */
export function writeClauses(opening: string, clauses: readonly Pick<Clause, 'id' | 'heading' | 'markdown'>[]): string {
  const parts = clauses.map(({ id, heading, markdown }) => `## ${heading}${id === null ? '' : ` {#${id}}`}\n\n${markdown.trim()}`)
  return `${[opening.trim(), ...parts].filter((part) => part !== '').join('\n\n')}\n`
}
