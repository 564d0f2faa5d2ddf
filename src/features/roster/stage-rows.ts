import { hash } from 'node:crypto'
import type { OwnedField } from '../../adapters/sources/source-claims.ts'
import type { OpenSource, RejectedRow, RosterFact, SourceItem, SourceRow } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { NewPlanItem, PlanStore } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { compareRow, rank } from './fact-changes.ts'
import type { Rejection } from './roster-run.ts'
import type { RunStore } from './run-store.ts'
import type { DigestHit } from './digest-table.ts'
import { SlotSet } from './slot-set.ts'
import { StagedKeys } from './staged-keys.ts'
import type { KnownRow, Source, SourceStore } from './source-store.ts'

/** Links wait until both people exist. */
export const linkPhase = 1

/** Lines to a transaction: some thirty milliseconds. */
const BATCH = 1000

/** What a plan line of a roster run holds in `after`. */
export interface StagedRow {
  digest: string
  /** Digest of the row as last applied when this was staged: approval checks it again (R9). Null: the row is new. */
  was: string | null
  facts: RosterFact[]
  /** What another source owns of this person; not written (R1). */
  yields?: readonly OwnedField[]
}

export interface Staged {
  /** People the file states, of any role. */
  people: number
  rows: number
  seen: SlotSet
  nextSeq: number
  rejected: number
  /** Lines that end, clear or miss something: what the later judgements look for. None means that they have nothing to do. */
  notable: number
  /** By file: rows that say nothing usable (not those of a stranger's school, nor repeats), and the first of them. */
  unreadable: Map<string, Unreadable>
}

/** A row that is new or says something else than before. */
interface Changed { row: SourceRow; digest: string; was: KnownRow | null }

export interface Unreadable { rows: number; line: number; reason: string }

/**
 * Streams the source into plan lines. Rows that say what they said last time cost one hash and no query where the source's
 * digests fit in memory (`DigestTable`), else one look-up; only new and changed rows are built into facts. Besides the digests,
 * memory grows by one bit a row.
 */
export async function stageRows(input: {
  db: Database; plans: PlanStore; sources: SourceStore; runs: RunStore
  source: Source; open: OpenSource; runId: string; planId: string; on: CalendarDate
  /** Nothing of this source was ever applied. */
  fresh: boolean
  /** Rows as last applied that are not gone. */
  present: number
  /** Keys of the feed's schools that belong to the trust. */
  schoolKeys: ReadonlySet<string>
}): Promise<Staged> {
  const { db, plans, sources, runs, source, open } = input
  const staged: Staged = { people: 0, rows: 0, seen: new SlotSet(), nextSeq: 0, rejected: 0, notable: 0, unreadable: new Map() }
  const keys = new StagedKeys()
  const digests = input.present === 0 ? null : await sources.digests(source.id, input.present)

  let waiting: { items: NewPlanItem[]; rejections: Rejection[] } = { items: [], rejections: [] }
  /** The batch being written: the next one is read meanwhile, where the database is another process. */
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const batch of open.rows()) {
      const { rows, rejections, rejectedKeys } = sortOut(batch, source.format, staged.unreadable)
      staged.rows += rows.length
      const digested = rows.map((row) => ({ row, bytes: rowDigest(row) }))
      const others = digests ? digested.filter(({ row, bytes }) => !isAsBefore(digests.find(bytes), row, source.format, staged, rejections)) : digested
      const asked = [...others.map(({ row }) => row.key), ...rejectedKeys]
      const known = input.fresh || asked.length === 0 ? new Map<string, KnownRow>() : await sources.knownRows(source.id, asked)
      for (const key of rejectedKeys) sawRejected(known.get(key), staged)
      const changed: Changed[] = []
      for (const { row, bytes } of others) {
        const digest = digestText(bytes)
        const was = known.get(row.key) ?? null
        if (was && !staged.seen.add(was.slot)) {
          if (source.format !== 'csv' || was.digest !== digest) rejections.push(duplicate(row))
          continue
        }
        if (was && was.digest === digest && !was.gone) {
          if (was.isPerson) staged.people += 1
          continue
        }
        changed.push({ row, digest, was })
      }
      for (const item of await buildItems({ ...input, keys }, changed, staged, rejections)) waiting.items.push(item)
      waiting.rejections.push(...rejections)
      if (waiting.items.length + waiting.rejections.length >= BATCH) await write()
    }
    await write()
  } finally {
    // Also when the file could not be read to its end: nothing is written behind the back of whoever clears up.
    await writing
  }
  return staged

  /** Hands the batch over once the one before is written. */
  async function write(): Promise<void> {
    const { items, rejections } = waiting
    if (items.length + rejections.length === 0) return
    waiting = { items: [], rejections: [] }
    await writing
    const from = staged.rejected
    staged.rejected += rejections.length
    writing = db.step(async () => {
      await plans.addItems(input.planId, items)
      await runs.addRejections(input.runId, from, rejections)
    })
    // Whoever awaits it next is told; until then nobody is surprised.
    writing.catch(() => {})
  }
}

/** False for a key that an earlier batch of the same run staged already. */
function isFirst(row: SourceRow, digest: string, keys: StagedKeys, format: string, rejections: Rejection[]): boolean {
  const found = keys.add(row.key, digest)
  if (found === 'other' || (found === 'same' && format !== 'csv')) rejections.push(duplicate(row))
  return found === 'new'
}

/** True for a row that says what it said last time; it is noted as seen then. */
function isAsBefore(hit: DigestHit | null, row: SourceRow, format: string, staged: Staged, rejections: Rejection[]): boolean {
  if (!hit) return false
  if (!staged.seen.add(hit.slot)) {
    if (format !== 'csv') rejections.push(duplicate(row))
  } else if (hit.isPerson) staged.people += 1
  return true
}

/**
 * SHA-256 of a row's key and text, one character for each byte (a buffer for each row would cost more than the hash); 128 bits of it
 * are kept, enough to tell every row from every other.
 */
function rowDigest(row: Pick<SourceRow, 'key' | 'text'>): string {
  return hash('sha256', `${row.key}\n${row.text}`, 'binary')
}

/** As `source_rows.digest` has it: 22 characters of base64url. */
const digestText = (digest: string): string => Buffer.from(digest, 'binary').toString('base64url', 0, 16)

/** A row that cannot be read is in the feed all the same: nobody is missing for it. */
function sawRejected(known: KnownRow | undefined, staged: Staged): void {
  if (known && staged.seen.add(known.slot) && known.isPerson) staged.people += 1
}

function sortOut(batch: SourceItem[], format: string, unreadable: Staged['unreadable']): { rows: SourceRow[]; rejections: Rejection[]; rejectedKeys: string[] } {
  const rows = new Map<string, SourceRow>()
  const rejections: Rejection[] = []
  const rejectedKeys: string[] = []
  for (const item of batch) {
    if (item.rejected) {
      rejections.push(plain(item))
      count(unreadable, item)
      if (item.key !== undefined) rejectedKeys.push(item.key)
    }
    else if (!rows.has(item.key)) rows.set(item.key, item)
    // A mapped CSV repeats a pupil on every contact's line: equal repeats are its way of writing, not a fault.
    else if (format !== 'csv' || rows.get(item.key)?.text !== item.text) rejections.push(duplicate(item))
  }
  return { rows: [...rows.values()], rejections, rejectedKeys }
}

async function buildItems(
  input: { sources: SourceStore; source: Source; on: CalendarDate; schoolKeys: ReadonlySet<string>; keys: StagedKeys },
  changed: readonly Changed[], staged: Staged, rejections: Rejection[],
): Promise<NewPlanItem[]> {
  const { sources, source, on } = input
  const before = await sources.factsOf(source.id, changed.filter((entry) => entry.was).map((entry) => entry.row.key))
  const items: NewPlanItem[] = []
  for (const { row, digest, was } of changed) {
    const stated = row.facts()
    const facts = withinTrust(row, stated, input.schoolKeys)
    if (!Array.isArray(facts)) {
      if (!Array.isArray(stated)) count(staged.unreadable, stated)
      rejections.push(plain(facts))
      // A row that cannot be read any more keeps what it said before: it is not missing.
      if (was?.isPerson) staged.people += 1
      continue
    }
    const old = before.get(row.key) ?? null
    // An applicant, or an enrolment marked as deleted: the row is there and states nothing.
    if (facts.length === 0 && old === null) continue
    if (!isFirst(row, digest, input.keys, source.format, rejections)) continue
    if (facts.some((fact) => fact.kind === 'person')) staged.people += 1
    const change = compareRow(old, facts, on)
    const after: StagedRow = { digest, was: was?.digest ?? null, facts }
    const population = change.takesAway ? 'clearing' : facts.some((fact) => fact.kind === 'group' && fact.endDate !== null && fact.endDate < on) ? 'ended-group' : null
    if (population !== null || change.rank === rank.leaver) staged.notable += 1
    items.push({
      seq: staged.nextSeq++,
      itemKey: row.key,
      keyed: false,
      subject: (facts[0] ?? old?.[0])?.personKey ?? row.key,
      action: was ? (was.gone ? 'return' : 'change') : 'add',
      rank: was?.gone ? Math.max(change.rank, rank.changed) : change.rank,
      phase: [...facts, ...old ?? []].some((fact) => fact.kind === 'link') ? linkPhase : 0,
      population,
      state: 'planned',
      before: old,
      after,
      file: row.file.slice(0, 120),
      line: row.line,
      reason: (was?.gone ? 'is listed again' : change.reason).slice(0, 500) || null,
    })
  }
  return items
}

function withinTrust(row: SourceRow, facts: RosterFact[] | RejectedRow, schoolKeys: ReadonlySet<string>): RosterFact[] | RejectedRow {
  if (!Array.isArray(facts)) return facts
  const stranger = facts.find((fact) => (fact.kind === 'affiliation' || fact.kind === 'group') && !schoolKeys.has(fact.schoolKey))
  if (!stranger || stranger.kind === 'person' || stranger.kind === 'link') return facts
  return {
    rejected: true, file: row.file, line: row.line,
    reason: `The school "${stranger.schoolKey}" is not one of the trust's. Add it under "schools" in the settings, or leave it out of the export.`,
  }
}

const duplicateReason = (key: string): string =>
  `The identifier ${key.replace(/^[a-z]+:/, '')} appears more than once in this file. The first row was kept. Remove one of the two in the MIS and export again.`

const duplicate = (row: SourceRow): Rejection => ({ file: row.file, line: row.line, reason: duplicateReason(row.key) })
function count(unreadable: Staged['unreadable'], row: RejectedRow): void {
  const sum = unreadable.get(row.file)
  if (sum) sum.rows += 1
  else unreadable.set(row.file, { rows: 1, line: row.line, reason: row.reason })
}

const plain = (row: RejectedRow): Rejection => ({ file: row.file, line: row.line, reason: row.reason })
