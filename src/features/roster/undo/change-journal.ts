import type { RosterFact } from '../../../adapters/sources/source.ts'
import type { Database } from '../../../db/database.ts'
import type { PlanLine } from '../../../db/plan-store.ts'

/** What a run changes of people: themselves, their places, their groups, a pupil's guardian links. */
export type ChangeKind = 'person' | 'place' | 'group' | 'link'
/** Values of a row by column, as they are kept: texts, whole numbers or null. */
export type Columns = Record<string, string | number | null>

/** A row of somebody, as far as a roster writes it. */
export interface HeldRow { kind: ChangeKind; personId: string; key: string; columns: Columns }
/** By `kind|key`. */
export type HeldRows = Map<string, HeldRow>

interface Table { table: string; person: string; key: (row: Record<string, unknown>) => string; columns: readonly string[] }

const TABLES: Record<ChangeKind, Table> = {
  person: { table: 'people', person: 'id', key: (row) => row['id'] as string, columns: ['preferred_forename', 'surname', 'email', 'username', 'feed_disabled'] },
  place: {
    table: 'affiliations', person: 'person_id', key: (row) => row['id'] as string,
    columns: ['school_id', 'role', 'year_code', 'year_next', 'year_from', 'reg_group', 'start_date', 'end_date', 'end_reason', 'source_id', 'missing_since', 'missing_runs', 'deleted_in_source'],
  },
  group: {
    table: 'group_memberships', person: 'person_id', key: (row) => `${row['person_id'] as string}|${row['source_id'] as string}|${row['group_key'] as string}`,
    columns: ['school_id', 'group_key', 'name', 'registration', 'start_date', 'end_date', 'end_is_session', 'source_id'],
  },
  link: {
    table: 'guardian_links', person: 'pupil_id', key: (row) => row['id'] as string,
    columns: ['guardian_id', 'relationship', 'may_sign', 'may_consent', 'do_not_contact', 'priority', 'source_id', 'ended_at', 'stated_responsibility'],
  },
}

/** The databases give truth values and instants as they like. */
const NUMBERS = new Set(['feed_disabled', 'missing_since', 'missing_runs', 'deleted_in_source', 'registration', 'end_is_session', 'may_sign', 'may_consent', 'do_not_contact', 'priority', 'ended_at'])

/** Columns that say one thing together: they are kept, compared and given back as one. */
const UNITS: readonly (readonly string[])[] = [['preferred_forename', 'surname'], ['year_code', 'year_next', 'year_from'], ['end_date', 'end_reason'], ['missing_since', 'missing_runs']]
/** The columns of a row of that kind that go with this one, itself among them. */
export const unitOf = (kind: ChangeKind, column: string): readonly string[] => UNITS.find((unit) => unit.includes(column) && unit.every((each) => TABLES[kind].columns.includes(each))) ?? [column]

/** What is held of these people now. */
export async function heldRows(db: Database, personIds: readonly string[], kinds: readonly ChangeKind[] = ['person', 'place', 'group', 'link']): Promise<HeldRows> {
  const found: HeldRows = new Map()
  for (const kind of kinds) {
    const { table, person, key, columns } = TABLES[kind]
    const names = [...new Set(['id', person, ...columns])].filter((name) => name !== 'id' || kind !== 'group')
    for (const row of await db.rowsIn(`select ${names.join(', ')} from ${table} where ${person} in (:list)`, [], personIds)) {
      const held: HeldRow = { kind, personId: row[person] as string, key: key(row), columns: {} }
      for (const column of columns) held.columns[column] = plain(column, row[column])
      found.set(`${kind}|${held.key}`, held)
    }
  }
  return found
}

const plain = (column: string, value: unknown): string | number | null =>
  (value === null || value === undefined ? null : NUMBERS.has(column) ? Number(value) : value as string)

interface JournalParts { db: Database; planId: string; personIds: (keys: string[]) => Promise<Map<string, string>>; matched: ReadonlyMap<string, string> }

/** Keeps what a run changes of people known before it, so that it can be undone (U1). */
export class ChangeJournal {
  readonly #parts: JournalParts
  #next: number
  private constructor(parts: JournalParts, next: number) {
    this.#parts = parts
    this.#next = next
  }

  /** Goes on after what the plan has kept already: an approval comes later than the run itself. */
  static async of(parts: JournalParts): Promise<ChangeJournal> {
    const [row] = await parts.db.rows('select max(seq) as last from roster_changes where plan_id = ?', [parts.planId])
    return new ChangeJournal(parts, typeof row?.['last'] === 'number' ? row['last'] + 1 : 0)
  }

  /** Does `work`, in the caller's transaction, and keeps what it changed of the people these lines speak of. */
  async around<T>(items: readonly PlanLine[], kinds: readonly ChangeKind[], work: () => Promise<T>): Promise<T> {
    const { db, personIds, matched, planId } = this.#parts
    const keys = [...new Set(items.flatMap(keysOf))]
    const known = await personIds(keys)
    const people = [...new Set([...known.values(), ...keys.flatMap((key) => matched.get(key) ?? [])])]
    if (people.length === 0) return work()
    const before = await heldRows(db, people, kinds)
    const result = await work()
    const changes = differences(before, await heldRows(db, people, kinds))
    await db.insertMany('roster_changes', changes.map(({ row, before: was, after }) => ({
      plan_id: planId, seq: this.#next++, person_id: row.personId, kind: row.kind, row_key: row.key,
      before: was === null ? null : JSON.stringify(was), after: after === null ? null : JSON.stringify(after), outcome: null,
    })))
    return result
  }
}

function keysOf(item: PlanLine): string[] {
  const facts = [...(item.before as RosterFact[] | null) ?? [], ...(item.after as { facts?: RosterFact[] } | null)?.facts ?? []]
  return [item.subject, ...facts.map((fact) => fact.personKey)]
}

/** What differs, row by row; of a row that stays only the columns that do, with those that go with them. */
export function differences(before: HeldRows, after: HeldRows): { row: HeldRow; before: Columns | null; after: Columns | null }[] {
  const found: { row: HeldRow; before: Columns | null; after: Columns | null }[] = []
  for (const [name, row] of after) {
    const was = before.get(name)
    if (!was) found.push({ row, before: null, after: row.columns })
    else {
      const names = [...new Set(Object.keys(row.columns).filter((column) => was.columns[column] !== row.columns[column]).flatMap((column) => unitOf(row.kind, column)))]
      if (names.length > 0) found.push({ row, before: pick(was.columns, names), after: pick(row.columns, names) })
    }
  }
  for (const [name, row] of before) if (!after.has(name)) found.push({ row, before: row.columns, after: null })
  return found
}

const pick = (columns: Columns, names: readonly string[]): Columns => Object.fromEntries(names.map((name) => [name, columns[name] ?? null]))
