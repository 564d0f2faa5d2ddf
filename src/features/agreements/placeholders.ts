/** What an agreement may leave open: only what the roster and the settings fill in (G2). */
const KNOWN_PLACEHOLDERS = ['school.name', 'trust.name', 'version.number', 'version.published'] as const
export type PlaceholderName = (typeof KNOWN_PLACEHOLDERS)[number]
/** A field that each school fills in, such as `{{field.online-safety-lead}}`. */
export type FieldPlaceholder = `field.${string}`
export type PlaceholderValues = Readonly<Partial<Record<PlaceholderName | FieldPlaceholder, string>>>

const PLACEHOLDER = /\{\{\s*([a-zA-Z][\w.-]*)\s*\}\}/g

/**
 * Leftovers by which unfinished documents are known: braces that were not filled, rows of question marks, and brackets
 * that ask for something. A bracket directly before `(` is a link, unless it says "insert".
 */
const LEFTOVERS = [
  /\{\{[^{}\n]*(?:\}\}?)?|\}\}/g,
  /\?{3,}/g,
  /\[\s*insert\b[^\]\n]*\]?/gi,
  /\[\s*(?:add|enter|choose|delete|name of|school name|trust name|your school|your trust|date|tbc|to be confirmed)\b[^\]\n]*\](?!\()/gi,
  /\bT\.?B\.?C\b|\bX{4,}\b|\blorem ipsum\b/g,
]

/** Fills the known placeholders of a Markdown text. Values are shown as they are: their own marks never become Markdown. */
export function fillPlaceholders(markdown: string, values: PlaceholderValues): string {
  return fill(markdown, values, escapeMarkdown)
}

/** Fills the known placeholders of a plain text, such as a title or the sentence beside the button. */
export function fillPlainText(text: string, values: PlaceholderValues): string {
  return fill(text, values, (value) => value)
}

/**
 * Everything in the text that still waits for someone, each once and in the order found. A text with any of it is not
 * published (G2). Call it on a filled text; on a template, known placeholders are reported too.
 */
export function unfilledPlaceholders(markdown: string): string[] {
  const found = LEFTOVERS.flatMap((pattern) => [...markdown.matchAll(pattern)].map((match) => ({ at: match.index, text: match[0] })))
  found.sort((a, b) => a.at - b.at || b.text.length - a.text.length)
  const outer = found.filter((inner, index) => !found.slice(0, index).some((earlier) => inner.at < earlier.at + earlier.text.length))
  return [...new Set(outer.map((leftover) => leftover.text))]
}

/** As `unfilledPlaceholders`, for a template: the known placeholders, and those of `fields`, are not reported, because the rendition fills them. */
export function unpublishable(template: string, fields: readonly string[] = []): string[] {
  const known = (name: string) => isKnown(name) || fields.some((field) => name === `field.${field}`)
  return unfilledPlaceholders(template.replace(PLACEHOLDER, (whole, name: string) => (known(name) ? '' : whole)))
}

// One pass: a value that itself looks like a placeholder is never filled in turn. A blank value leaves the placeholder,
// so that it is found and blocks publishing instead of printing a hole.
function fill(text: string, values: PlaceholderValues, show: (value: string) => string): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => {
    const value = isKnown(name) || isField(name) ? values[name]?.replace(/\s+/g, ' ').trim() : undefined
    return value ? show(value) : whole
  })
}

function isKnown(name: string): name is PlaceholderName {
  return (KNOWN_PLACEHOLDERS as readonly string[]).includes(name)
}

function isField(name: string): name is FieldPlaceholder {
  return name.startsWith('field.')
}

function escapeMarkdown(value: string): string {
  return value.replace(/[\\`*_[\]<>|~]/g, '\\$&').replace(/&(?=#?\w+;)/g, '\\&')
}
