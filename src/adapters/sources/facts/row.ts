import { hash } from 'node:crypto'
import type { RejectedRow, RosterFact, SourceRow } from '../source.ts'

/** Between the cells of a row's text; no keyboard types it. */
export const CELL_GAP = '\u001f'

/** Longest row key a store has room for. */
const MAX_KEY = 190

/** Turns what a row holds (mostly its cells) into facts, or says what is wrong with it. One per file, not per row. */
export type FactBuilder<T> = (held: T) => RosterFact[] | string

/** A row that builds its facts only when asked; small, since there is one per record. */
export class LazyRow<T = readonly string[]> implements SourceRow {
  readonly key: string
  readonly file: string
  readonly line: number
  readonly text: string
  readonly #held: T
  readonly #build: FactBuilder<T>

  constructor(key: string, file: string, line: number, text: string, held: T, build: FactBuilder<T>) {
    this.key = key
    this.file = file
    this.line = line
    this.text = text
    this.#held = held
    this.#build = build
  }

  facts(): RosterFact[] | RejectedRow {
    const built = this.#build(this.#held)
    return typeof built === 'string' ? reject(this.file, this.line, built, this.key) : built
  }
}

export function reject(file: string, line: number, reason: string, key?: string): RejectedRow {
  return key === undefined ? { rejected: true, file, line, reason } : { rejected: true, file, line, reason, key }
}

/**
 * A row key out of identifiers. Colons inside them are escaped, so that no two rows share a key by accident; what would
 * be too long ends in a digest instead.
 */
export function rowKey(kind: string, ...parts: readonly string[]): string {
  let key = kind
  for (const part of parts) key += ':' + (part.includes(':') || part.includes('%') ? part.replaceAll('%', '%25').replaceAll(':', '%3A') : part)
  return key.length <= MAX_KEY ? key : `${key.slice(0, 120)}#${hash('sha256', key, 'hex').slice(0, 32)}`
}

/** The cells that a row's facts depend on, in the order of `indexes`; a column the file lacks counts as empty. */
export function joinCells(prefix: string, cells: readonly string[], indexes: readonly number[]): string {
  let text = prefix
  for (const index of indexes) text += index === -1 ? CELL_GAP : CELL_GAP + (cells[index] ?? '')
  return text
}
