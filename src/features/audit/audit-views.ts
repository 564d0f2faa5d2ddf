import { longInstant } from '../../shared/dates.ts'
import type { ListedEntry } from './audit-list-queries.ts'
import { eventWords } from './event-words.ts'
import type { TreeHead } from './tree-head.ts'

export const AUDIT_PATH = '/audit'
const ALARM_MS = 60_000

export interface AuditData {
  entries: ListedEntry[]
  total: number
  /** Number of the first entry shown, from 1. */
  from: number
  next: string | null
  subject: string
  head: TreeHead | null
  /** The newest time-stamp over a head, by an authority outside. */
  stamp: { size: number; stampedAt: number; authority: string } | null
  stampsConfigured: boolean
  waiting: number
  /** How long the oldest entry has waited for its place. */
  waitedMs: number
  /** Preferred names of the people named in the entries. */
  names: ReadonlyMap<string, { name: string }>
  mayExport: boolean
}

/** The view model of `pages/audit/log.njk`. */
export function auditView(data: AuditData): object {
  const { entries, total, from, subject } = data
  const number = (value: number) => value.toLocaleString('en-GB')
  const about = subject && entries.length > 0 ? ` about ${thing(subject, data.names).text}` : ''
  return {
    sentence: `${number(total)} ${total === 1 ? 'entry' : 'entries'}${about}. Nothing can be changed or taken out without it showing.`,
    intact: stateOf(data),
    ...(data.head ? { head: { size: data.head.size, at: data.head.at, hash: data.head.root } } : {}),
    stamp: data.stamp && { size: data.stamp.size, at: data.stamp.stampedAt, authority: data.stamp.authority },
    stampsConfigured: data.stampsConfigured,
    filters: { action: AUDIT_PATH, label: 'Filter the log', search: { id: 'about', label: 'About (the reference under a name in the list)', value: subject }, fields: [], clearHref: AUDIT_PATH },
    table: {
      caption: 'Entries, newest first', captionHidden: true, columns: [{ text: 'When' }, { text: 'Who' }, { text: 'What' }, { text: 'About' }, { text: 'Entry', numeric: true }],
      rows: entries.map((entry) => {
        const who = thing(entry.actor, data.names)
        const what = entry.subject === null ? null : thing(entry.subject, data.names)
        return [
          { text: longInstant(entry.at) }, { text: who.text, sub: who.id },
          { text: eventWords(entry.event), sub: entry.itemsCount === null ? '' : `${number(entry.itemsCount)} items in one entry` },
          what === null ? { text: '–' } : { text: what.text, sub: what.id, href: hrefFor(entry.subject ?? '') },
          { text: entry.index === null ? 'waits' : number(entry.index) },
        ]
      }),
    },
    pages: {
      from: entries.length === 0 ? 0 : from, to: from + entries.length - 1, total, what: 'entry', whatMany: 'entries',
      ...(from > 1 ? { previousHref: subject ? hrefFor(subject) : AUDIT_PATH } : {}),
      ...(data.next ? { nextHref: `${AUDIT_PATH}?${new URLSearchParams({ ...(subject ? { about: subject } : {}), before: data.next, from: String(from + entries.length) }).toString()}` } : {}),
    },
    ...(data.mayExport ? { exportHref: `${AUDIT_PATH}/export` } : {}),
  }
}

function stateOf({ waiting, waitedMs }: AuditData): { status: string; text: string } {
  if (waiting === 0) return { status: 'signed', text: 'Every entry has its place' }
  const entries = `${waiting.toLocaleString('en-GB')} ${waiting === 1 ? 'entry waits' : 'entries wait'} for a place`
  return waitedMs > ALARM_MS ? { status: 'attention', text: `${entries} for over a minute: is the worker running?` } : { status: 'outstanding', text: entries }
}

/** `person:<ulid>` as a name, other things by their kind, each with its reference below. */
function thing(reference: string, names: AuditData['names']): { text: string; id: string } {
  const person = /^person:(.+)$/.exec(reference)?.[1]
  const name = person ? names.get(person)?.name : undefined
  if (name) return { text: name, id: reference }
  if (reference === 'system') return { text: 'Assent itself', id: '' }
  const operator = /^os:(.+)$/.exec(reference)?.[1]
  if (operator) return { text: `Command line (${operator})`, id: reference }
  const system = /^token:(.+)$/.exec(reference)?.[1]
  if (system) return { text: `Another system (${system})`, id: reference }
  const kind = /^([a-z-]+):[0-9A-Z]{26}$/.exec(reference)?.[1]
  return kind ? { text: kind === 'person' ? 'Somebody erased' : `A ${kind}`, id: reference } : { text: reference, id: '' }
}

const hrefFor = (subject: string): string => `${AUDIT_PATH}?${new URLSearchParams({ about: subject }).toString()}`
