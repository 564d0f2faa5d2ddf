import type { CalendarDate } from '../../../shared/dates.ts'
import { yearOn } from '../../people/year-on.ts'
import { type ChangeKind, type Columns, type HeldRow, type HeldRows, unitOf } from './change-journal.ts'

/** One change that a run made. `before` null: it added the row; `after` null: it took it away. */
export interface Change { seq: number; personId: string; kind: ChangeKind; key: string; before: Columns | null; after: Columns | null }

/** What an undo does to somebody, in the words of the pages. */
export type UndoWhat =
  | 'end-lifted' | 'end-set' | 'missing' | 'name' | 'email' | 'username' | 'year' | 'start' | 'group' | 'place' | 'place-back' | 'link' | 'bar' | 'note'

/** What undoing means for one person. `outcomes`: by number of the change, what became of it. */
export interface PersonUndo {
  /** The rows as they should be afterwards. */
  rows: HeldRows
  did: UndoWhat[]
  /** What somebody or something has changed since, and stays. */
  left: UndoWhat[]
  outcomes: Map<number, 'undone' | 'part' | 'changed'>
}

/**
 * Takes one person's changes back, the last first: a value goes back to what it was where it still is what the run made of it. Pure.
 * @param asked somebody has been asked to sign since: places and links that the run added then stay.
 */
export function undoPerson(changes: readonly Change[], now: HeldRows, { on, asked }: { on: CalendarDate; asked: boolean }): PersonUndo {
  const rows: HeldRows = new Map([...now].map(([name, row]) => [name, { ...row, columns: { ...row.columns } }]))
  const done: PersonUndo = { rows, did: [], left: [], outcomes: new Map() }
  for (const change of changes.toSorted((a, b) => b.seq - a.seq)) {
    const did: UndoWhat[] = []
    const left: UndoWhat[] = []
    undoOne(change, rows, { on, asked }, did, left)
    done.outcomes.set(change.seq, left.length === 0 ? 'undone' : did.length === 0 ? 'changed' : 'part')
    done.did.push(...did)
    done.left.push(...left)
  }
  done.did = [...new Set(done.did)]
  done.left = [...new Set(done.left)]
  return done
}

function undoOne(change: Change, rows: HeldRows, { on, asked }: { on: CalendarDate; asked: boolean }, did: UndoWhat[], left: UndoWhat[]): void {
  const name = `${change.kind}|${change.key}`
  const { before, after } = change
  const row = rows.get(name)
  if (before === null) return takeOut(change, row, rows, { asked, on }, did, left)
  if (after === null) {
    if (row) left.push(rowWhat(change.kind))
    else {
      rows.set(name, { kind: change.kind, personId: change.personId, key: change.key, columns: before })
      did.push(change.kind === 'place' ? 'place-back' : rowWhat(change.kind))
    }
    return
  }
  if (!row) {
    left.push(rowWhat(change.kind))
    return
  }
  const seen = new Set<string>()
  for (const column of Object.keys(after)) {
    if (seen.has(column)) continue
    const unit = unitOf(change.kind, column)
    for (const each of unit) seen.add(each)
    const what = unitWhat(change.kind, column, before, row)
    // F2: whoever is barred from a child stays so. The source, whose rows are as they were, would not say it a second time.
    if (column === 'do_not_contact' && row.columns[column] === 1) left.push('bar')
    else if (!isSame(unit, row.columns, after, on)) left.push(what)
    else {
      for (const each of unit) row.columns[each] = before[each] ?? null
      did.push(what)
    }
  }
}

function takeOut(change: Change, row: HeldRow | undefined, rows: HeldRows, { asked, on }: { asked: boolean; on: CalendarDate }, did: UndoWhat[], left: UndoWhat[]): void {
  if (!row) return
  const whole = Object.keys(change.after ?? {}).every((column) => isSame(unitOf(change.kind, column), row.columns, change.after ?? {}, on))
  if (!whole || (asked && change.kind !== 'group')) left.push(rowWhat(change.kind))
  else {
    rows.delete(`${change.kind}|${change.key}`)
    did.push(rowWhat(change.kind))
  }
}

/** Whether what is held still is what the run made of it. A year that waited may have begun; more readings may have missed somebody. */
function isSame(unit: readonly string[], held: Columns, made: Columns, on: CalendarDate): boolean {
  if (unit.includes('year_code')) return yearOf(held, on) === yearOf(made, on)
  if (unit.includes('missing_since')) return (held['missing_since'] ?? null) === (made['missing_since'] ?? null)
  return unit.every((column) => (held[column] ?? null) === (made[column] ?? null))
}

function yearOf(columns: Columns, on: CalendarDate): string {
  const held = { yearCode: text(columns['year_code']), yearNext: text(columns['year_next']), yearFrom: text(columns['year_from']) }
  const waits = held.yearFrom !== null && held.yearFrom > on
  return `${yearOn(held, on) ?? ''}|${waits ? `${held.yearNext ?? ''} from ${held.yearFrom ?? ''}` : ''}`
}

const text = (value: string | number | null | undefined): string | null => (typeof value === 'string' ? value : null)

const rowWhat = (kind: ChangeKind): UndoWhat => ({ person: 'name', place: 'place', group: 'group', link: 'link' } as const)[kind]

function unitWhat(kind: ChangeKind, column: string, before: Columns, row: HeldRow): UndoWhat {
  if (kind === 'group' || kind === 'link') return kind
  switch (column) {
    case 'preferred_forename': case 'surname': return 'name'
    case 'email': return 'email'
    case 'username': return 'username'
    case 'year_code': case 'year_next': case 'year_from': return 'year'
    case 'reg_group': return 'group'
    case 'start_date': return 'start'
    case 'end_date': case 'end_reason': return liftsEnd(before, row) ? 'end-lifted' : 'end-set'
    case 'missing_since': case 'missing_runs': return 'missing'
    default: return 'note'
  }
}

function liftsEnd(before: Columns, row: HeldRow): boolean {
  const then = text(before['end_date'])
  const now = text(row.columns['end_date'])
  return then === null || (now !== null && then > now)
}
