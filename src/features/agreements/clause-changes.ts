import { diffWordsWithSpace } from 'diff'
import { clausesOf, openingOf } from './clauses.ts'

/** A run of words that stayed, came or went. */
export interface WordChange {
  kind: 'same' | 'added' | 'removed'
  text: string
}

export interface ClauseChange {
  kind: 'changed' | 'new' | 'gone' | 'moved'
  id: string | null
  heading: string
  /** Markdown as it reads now; as it read, for one that is gone. */
  markdown: string
  /** The text word by word, and the heading where it changed as well; for a new or gone clause all of one kind. */
  words: WordChange[]
}

/** What differs between two texts, clause by clause, in the order of the newer one; clauses keep their id across versions (I2). Pure. */
export function clauseChanges(before: string, now: string): ClauseChange[] {
  const old = keyed(before)
  const current = keyed(now)
  const stayed = [...current.keys()].filter((key) => old.has(key))
  const earlierOrder = [...old.keys()].filter((key) => current.has(key))
  const moved = outOfOrder(earlierOrder, stayed)
  const changes: ClauseChange[] = []
  for (const [key, clause] of current) {
    const earlier = old.get(key)
    if (!earlier) changes.push({ kind: 'new', ...clause, words: [{ kind: 'added', text: wordsOf(clause) }] })
    else if (wordsOf(earlier) !== wordsOf(clause)) changes.push({ kind: 'changed', ...clause, words: changedWords(earlier, clause) })
    else if (moved.has(key)) changes.push({ kind: 'moved', ...clause, words: [{ kind: 'same', text: wordsOf(clause) }] })
  }
  for (const [key, clause] of old) if (!current.has(key)) changes.push({ kind: 'gone', ...clause, words: [{ kind: 'removed', text: wordsOf(clause) }] })
  return changes
}

/** What differs between two texts word by word; a lone word that stayed between two changes is told as part of them, which reads better. Pure. */
export function wordChanges(before: string, now: string): WordChange[] {
  const parts = diffWordsWithSpace(before, now)
  const changes: WordChange[] = []
  let removed = ''
  let added = ''
  const flush = () => {
    if (removed) changes.push({ kind: 'removed', text: removed })
    if (added) changes.push({ kind: 'added', text: added })
    removed = ''
    added = ''
  }
  parts.forEach((part, n) => {
    const between = n > 0 && n < parts.length - 1 && (part.value.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) <= 1 && !part.value.includes('\n')
    if (part.removed) removed += part.value
    else if (part.added) added += part.value
    else if (between && (removed || added)) {
      removed += part.value
      added += part.value
    } else {
      flush()
      changes.push({ kind: 'same', text: part.value })
    }
  })
  flush()
  return changes
}

/** Marks of emphasis say nothing to a reader; they are told only where nothing else changed. */
function changedWords(earlier: Keyed, clause: Keyed): WordChange[] {
  const [before, now] = earlier.heading === clause.heading ? [earlier.markdown, clause.markdown] : [wordsOf(earlier), wordsOf(clause)]
  const plain = (text: string) => text.replace(/\*\*|__|`/g, '')
  return plain(before) === plain(now) ? wordChanges(before, now) : wordChanges(plain(before), plain(now))
}

interface Keyed { id: string | null; heading: string; markdown: string }

const wordsOf = ({ id, heading, markdown }: Keyed): string => (id === '' ? markdown : `${heading}\n${markdown}`)

function keyed(markdown: string): Map<string, Keyed> {
  const found = new Map<string, Keyed>([['', { id: '', heading: 'The beginning', markdown: openingOf(markdown) }]])
  for (const { id, heading, markdown: text } of clausesOf(markdown)) found.set(id ?? heading, { id, heading, markdown: text })
  return found
}

/** The fewest keys whose move explains the new order: those outside a longest run that kept its order. */
function outOfOrder(before: readonly string[], now: readonly string[]): Set<string> {
  const place = new Map(before.map((key, index) => [key, index]))
  const runs: string[][] = []
  for (const key of now) {
    const at = place.get(key) ?? 0
    const best = runs.filter((run) => (place.get(run.at(-1) ?? '') ?? -1) < at).reduce<string[]>((longest, run) => (run.length > longest.length ? run : longest), [])
    runs.push([...best, key])
  }
  const kept = new Set(runs.reduce<string[]>((longest, run) => (run.length > longest.length ? run : longest), []))
  return new Set(now.filter((key) => !kept.has(key)))
}
