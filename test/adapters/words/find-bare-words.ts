import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSpoken } from '../../../src/http/spoken-pages.ts'

const folder = fileURLToPath(new URL('../../../templates', import.meta.url))
/** Headings of other people: a page of people who sign never fills them. */
const TAKEN_ALONG = new Set(['components/office-header.njk', 'layouts/office.njk'])
/** Attributes that are read out or shown. */
const SPOKEN_ATTRIBUTE = /\b(?:aria-label|alt|title|placeholder|data-[a-z-]+)="([^"{]*\p{L}{2}[^"]*)"/gu

/**
 * Words that stand in a template of people who sign without going through `t`: they would be English on a Welsh page. Components and layouts
 * count as far as such a page takes them in.
 */
export function findBareWords(): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.njk'))
  const reached = new Set<string>()
  const reach = (name: string): void => {
    if (reached.has(name) || TAKEN_ALONG.has(name)) return
    reached.add(name)
    for (const [, other] of read(name).matchAll(/\{%-?\s*(?:extends|include|from|import)\s[^%]*?"([\w/-]+\.njk)"/g)) reach(other ?? '')
    // A layout that depends on the reader names two.
    for (const [, other] of read(name).matchAll(/\belse "([\w/-]+\.njk)"/g)) reach(other ?? '')
  }
  for (const name of names) if (isSpoken(name)) reach(name)
  return [...reached].sort().flatMap((name) => bareWordsIn(read(name)).map((words) => `${name}: ${words}`))
}

const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

/** A tag to its end; a place of a sentence within it ends nothing. */
const TAG = /\{([%{])((?:'[^']*'|"[^"]*"|[^'"])*?)[%}]\}/g
/** Names of languages are each in their own words, and some templates write attributes or a class and no words. */
const NO_WORDS = /^(?:English|Cymraeg|[\w-]+="[^"]*"(?: [\w-]+="[^"]*")*)$/

/** Exported for its own test. */
export function bareWordsIn(template: string): string[] {
  const code = template.replace(/\{#[\s\S]*?#\}/g, '').replace(/\{% block bodyClass %\}[\s\S]*?\{% endblock %\}/g, '')
  const html = code.replace(TAG, '').replace(/<(style|script)\b[\s\S]*?<\/\1>/g, '')
  const attributes = [...html.matchAll(SPOKEN_ATTRIBUTE)].map(([, words]) => words ?? '').filter((words) => / |^[A-Z]/.test(words))
  const text = html.replace(/<[^>]*>/g, '\n').split('\n').map((line) => line.trim())
  return [...attributes, ...text, ...wordsInTags(code)].filter((words) => /\p{L}{2}/u.test(words) && !NO_WORDS.test(words))
}

/** Literals within tags that read as words and are no argument of `t` or `tHtml`. */
function wordsInTags(code: string): string[] {
  return [...code.matchAll(TAG)].flatMap(([, , tag = '']) =>
    [...tag.replace(/\bt(?:Html)?\(\s*(?:'[^']*'|"[^"]*")/g, '').replace(/\bone: (?:'[^']*'|"[^"]*")/g, '').matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? '').filter((said) => /^[A-Z]\S* |^[A-Z][a-z]{2,}$/.test(said)))
}
