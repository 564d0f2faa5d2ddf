import type { CalendarDate, Instant } from '../../../shared/dates.ts'

/** What became of one line of a list; everything but `found`, `moves` and `no-account` needs a person or is left out. */
export type EntryStatus =
  | 'found' | 'moves' | 'no-account' | 'ambiguous' | 'not-found' | 'wrong-school' | 'twice' | 'protected' | 'yourself' | 'already'

export interface ListEntry {
  /** Line of the text or file, from 1. */
  line: number
  text: string
  status: EntryStatus
  personId: string | null
  /** Whom an ambiguous line could mean. */
  candidates: string[]
  /** Where somebody of another school is; the line of the first mention of somebody named twice. */
  note: string | null
}

/** A list of leavers that somebody gave (R5: a confirmed list is an explicit end). */
export interface LeaverList {
  id: string
  schoolId: string | null
  /** The last day of everybody on it. */
  lastDay: CalendarDate
  madeBy: string
  madeAt: Instant
  entries: ListEntry[]
  planId: string | null
}

/** Those whom a plan of this list is about. */
export const meant = (list: Pick<LeaverList, 'entries'>): ListEntry[] =>
  list.entries.filter((entry) => entry.personId !== null && ['found', 'moves', 'no-account'].includes(entry.status))

/** A line as somebody wrote it, with the pieces by which a person may be known. */
export interface ListLine {
  line: number
  text: string
  cells: string[]
}

/** More than a large school's whole year; a longer list is a roster. */
export const MOST_LINES = 5000

const HEADER = /^(name|names?|full ?name|forename|first ?name|given ?name|surname|last ?name|family ?name|user ?name|login|upn|e-?mail( address)?|mail|adno|admission( ?(number|no\.?))?|year|form|class|reg(istration)?( group)?|leaving date|date of leaving|id|mis ?id|role)$/i

/**
 * Reads a pasted or uploaded list: one person a line, cells parted by tab, semicolon or comma. A heading and empty lines are
 * left out. Pure.
 */
export function parseList(text: string): ListLine[] {
  const lines: ListLine[] = []
  for (const [at, raw] of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/).entries()) {
    const whole = raw.trim()
    if (whole === '') continue
    const cells = whole.split(/[\t;,]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1').trim()).filter(Boolean)
    if (cells.length === 0 || (lines.length === 0 && cells.every((cell) => HEADER.test(cell)))) continue
    lines.push({ line: at + 1, text: whole.slice(0, 200), cells })
  }
  return lines
}
