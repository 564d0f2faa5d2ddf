import type { Database } from '../../../db/database.ts'
import type { CalendarDate, Instant } from '../../../shared/dates.ts'
import type { RosterRun } from '../roster-run.ts'
import { type Columns, heldRows } from './change-journal.ts'
import { type Change, type PersonUndo, undoPerson, type UndoWhat } from './undo-person.ts'

/** What an undo's line holds in `after`. */
export interface UndoLine { kind: 'restore' | 'withdraw'; personId: string; did: UndoWhat[]; left: UndoWhat[] }

/** One person of an undo, for its page. */
export interface UndoneLine { subject: string; name: string | null; known: boolean; line: UndoLine; state: string; reason: string | null }

/** Asks what hangs on people; see `RosterUndoDeps`. */
export type WhatHangs = (personIds: readonly string[], since: Instant | null) => Promise<Map<string, string[]>>

/** What a run changed of these people. */
export async function changesOf(db: Database, planId: string, personIds: readonly string[]): Promise<Map<string, Change[]>> {
  const rows = await db.rowsIn('select seq, person_id, kind, row_key, `before`, `after` from roster_changes where plan_id = ? and person_id in (:list)', [planId], personIds)
  return Map.groupBy(rows.map(changeFromRow), ({ personId }) => personId)
}

/** People of whom a run changed something, a part at a time. */
export async function* changedPeople(db: Database, planId: string, size: number): AsyncIterable<string[]> {
  for (let after = ''; ;) {
    const rows = await db.rows('select distinct person_id from roster_changes where plan_id = ? and person_id > ? order by person_id limit ?', [planId, after, size])
    const ids = rows.map((row) => row['person_id'] as string)
    if (ids.length > 0) yield ids
    if (ids.length < size) return
    after = ids.at(-1) as string
  }
}

/** Works out for these people what undoing means now. */
export async function undoPeople(
  { db, whatHangs, run, on }: { db: Database; whatHangs: WhatHangs; run: RosterRun; on: CalendarDate }, personIds: readonly string[],
): Promise<Map<string, { undo: PersonUndo; now: Awaited<ReturnType<typeof heldRows>> }>> {
  const changes = await changesOf(db, run.planId as string, personIds)
  const held = await heldRows(db, personIds)
  const byPerson = Map.groupBy(held, ([, row]) => row.personId)
  const adding = [...changes].filter(([, list]) => list.some(({ before, kind }) => before === null && kind !== 'group')).map(([id]) => id)
  const asked = adding.length === 0 ? new Map<string, string[]>() : await whatHangs(adding, run.startedAt)
  return new Map(personIds.map((id) => {
    const now = new Map(byPerson.get(id) ?? [])
    return [id, { now, undo: undoPerson(changes.get(id) ?? [], now, { on, asked: asked.has(id) }) }]
  }))
}

/** People whom this run brought in: made while it ran, and known to its source. By identifier of the feed, a part at a time. */
export async function* joinersOf(db: Database, run: RosterRun, size: number): AsyncIterable<{ externalId: string; personId: string; elsewhere: boolean }[]> {
  for (let after = ''; ;) {
    const rows = await db.rows(
      `select s.external_id, s.person_id, case when exists (select 1 from source_people o where o.person_id = s.person_id and o.source_id <> s.source_id) then 1 else 0 end as elsewhere
       from source_people s join people p on p.id = s.person_id
       where s.source_id = ? and s.external_id > ? and p.created_at >= ? and p.created_at <= ? order by s.external_id limit ?`,
      [run.sourceId, after, run.startedAt, run.finishedAt ?? run.startedAt, size])
    if (rows.length > 0) yield rows.map((row) => ({ externalId: row['external_id'] as string, personId: row['person_id'] as string, elsewhere: Number(row['elsewhere']) === 1 }))
    if (rows.length < size) return
    after = rows.at(-1)?.['external_id'] as string
  }
}

/** The feed's identifiers of these people, one each. */
export async function identifiersOf(db: Database, sourceId: string, personIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.rowsIn('select person_id, external_id from source_people where source_id = ? and person_id in (:list)', [sourceId], personIds)
  return new Map(rows.map((row) => [row['person_id'] as string, row['external_id'] as string]))
}

const WORDS: Record<UndoWhat, string> = {
  'end-lifted': 'the end', 'end-set': 'the end', missing: 'the mark as missing', name: 'the name', email: 'the e-mail address', username: 'the user name', year: 'the year',
  start: 'the first day', group: 'a group', place: 'a place', 'place-back': 'a place', link: 'a guardian link', bar: 'a bar to contact', note: 'a note of the source',
}

/** "the name and the year": as a sentence says it. */
export function whatWords(list: readonly UndoWhat[]): string {
  const words = [...new Set(list.map((what) => WORDS[what]))]
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

const columns = (value: unknown): Columns | null => (typeof value === 'string' ? JSON.parse(value) as Columns : null)

function changeFromRow(row: Record<string, unknown>): Change {
  return {
    seq: Number(row['seq']), personId: row['person_id'] as string, kind: row['kind'] as Change['kind'], key: row['row_key'] as string,
    before: columns(row['before']), after: columns(row['after']),
  }
}
