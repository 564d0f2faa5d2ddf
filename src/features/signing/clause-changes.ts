import { clausesOf, openingOf } from '../agreements/clauses.ts'

export interface ClauseChange {
  kind: 'changed' | 'new' | 'gone'
  heading: string
  /** Markdown as it reads now; as it read, for one that is gone. */
  markdown: string
}

/** What differs between two texts, clause by clause, in the order of the newer one; clauses keep their id across versions (I2). Pure. */
export function clauseChanges(before: string, now: string): ClauseChange[] {
  const old = keyed(before)
  const current = keyed(now)
  const changes: ClauseChange[] = []
  for (const [key, clause] of current) {
    const earlier = old.get(key)
    if (!earlier) changes.push({ kind: 'new', ...clause })
    else if (earlier.markdown !== clause.markdown || earlier.heading !== clause.heading) changes.push({ kind: 'changed', ...clause })
  }
  for (const [key, clause] of old) if (!current.has(key)) changes.push({ kind: 'gone', ...clause })
  return changes
}

function keyed(markdown: string): Map<string, { heading: string; markdown: string }> {
  const found = new Map([['', { heading: 'The beginning', markdown: openingOf(markdown) }]])
  for (const { id, heading, markdown: text } of clausesOf(markdown)) found.set(id ?? heading, { heading, markdown: text })
  return found
}
