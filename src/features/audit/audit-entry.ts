import { canonicalJson } from '../../shared/canonical-json.ts'
import type { Instant } from '../../shared/dates.ts'
import { leafHash } from './merkle.ts'

/** One row of the log: who did what to what, without the particulars, which lie apart and can be erased (L1, V2). */
export interface AuditEntry {
  /** ULID. */
  id: string
  at: Instant
  /** `person:<ulid>`, `os:<user>`, `token:<name>` or `system`. */
  actor: string
  /** Lower-case words with dots, such as `agreement.published`. */
  event: string
  /** What it happened to, such as `person:<ulid>`; null when it concerns no single thing. */
  subject: string | null
  /** SHA-256 hex of the payload's salt followed by its canonical JSON. */
  commitment: string
  /** Merkle root (hex) over the items of a bulk run, else null. */
  itemsRoot: string | null
  itemsCount: number | null
}

export interface AuditEntryRow {
  id: string
  at: number
  actor: string
  event: string
  subject: string | null
  commitment: string
  items_root: string | null
  items_count: number | null
}

export function toRow(entry: AuditEntry): AuditEntryRow {
  return {
    id: entry.id, at: entry.at, actor: entry.actor, event: entry.event, subject: entry.subject,
    commitment: entry.commitment, items_root: entry.itemsRoot, items_count: entry.itemsCount,
  }
}

export function fromRow(row: AuditEntryRow): AuditEntry {
  return {
    id: row.id, at: Number(row.at), actor: row.actor, event: row.event, subject: row.subject, commitment: row.commitment,
    itemsRoot: row.items_root, itemsCount: row.items_count === null ? null : Number(row.items_count),
  }
}

/** What the log's leaf is the hash of: all columns of the entry as canonical JSON. */
function leafText(entry: AuditEntry): string {
  return canonicalJson(toRow(entry))
}

/** Leaf hash of an entry (RFC 9162, 2.1.1). */
export function entryLeaf(entry: AuditEntry): Buffer {
  return leafHash(leafText(entry))
}

const ACTOR = /^(person:[0-9A-HJKMNP-TV-Z]{26}|(os|token):\P{Cc}{1,180}|system)$/u
const EVENT = /^[a-z][a-z0-9._-]{0,59}$/
const SUBJECT = /^\P{Cc}{1,190}$/u

/** What is wrong with the names of an entry, or null. Both databases would keep a wrong one; one would cut it short. */
export function entryProblem(entry: { actor: string; event: string; subject: string | null }): string | null {
  if (!ACTOR.test(entry.actor)) return 'the actor must be person:<ulid>, os:<user>, token:<name> or system'
  if (!EVENT.test(entry.event)) return 'the event must be lower-case words with dots, at most 60 characters'
  if (entry.subject !== null && !SUBJECT.test(entry.subject)) return 'the subject must be 1 to 190 printable characters'
  return null
}
