import type { Instant } from '../shared/dates.ts'
import type { Database } from './database.ts'

export type PlanKind = 'roster' | 'issue' | 'access'
export type PlanState =
  | 'planning' | 'planned' | 'held' | 'applying' | 'applied' | 'undone' | 'refused' | 'lapsed' | 'superseded'
export type PlanItemState = 'planned' | 'held' | 'applied' | 'verified' | 'failed' | 'reverted' | 'skipped'

/** Why the brake stopped a plan, and what its approval must bring (B1-B5). */
export interface BrakeOutcome {
  /** `schoolId` where a reason is about one school: readers of others are not told it. */
  held: { rule: string; text: string; schoolId?: string }[]
  secondPerson: boolean
  typedCount: boolean
  /** How many people would lose something: the number to be typed. */
  count: number
}

export const noBrake: BrakeOutcome = { held: [], secondPerson: false, typedCount: false, count: 0 }

/** Anything that changes many people or accounts, stored before it happens so that a person can read it. */
export interface Plan {
  id: string
  kind: PlanKind
  /** The source or directory it concerns. */
  about: string | null
  state: PlanState
  createdBy: string
  createdAt: Instant
  expiresAt: Instant | null
  approvedBy: string | null
  approvedAt: Instant | null
  finishedAt: Instant | null
  undoOf: string | null
  counts: Record<string, number>
  brake: BrakeOutcome
}

export interface PlanItem {
  planId: string
  seq: number
  itemKey: string
  subject: string
  action: string
  rank: number
  phase: number
  population: string | null
  state: PlanItemState
  before: unknown
  after: unknown
  file: string | null
  line: number | null
  reason: string | null
  error: string | null
}

/** What applying a line needs of it. */
export type PlanLine = Omit<PlanItem, 'planId' | 'population' | 'reason' | 'error'>

export type NewPlanItem = Omit<PlanItem, 'planId' | 'error' | 'phase' | 'population'> & {
  phase?: number
  population?: string | null
  /** False: the caller sees to it that no key comes twice, and never asks by key; an index less for hundreds of thousands of lines. */
  keyed?: boolean
}

/** Plans and their lines; shared by roster, issuing and accounts. */
export class PlanStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async create(plan: Pick<Plan, 'id' | 'kind' | 'about' | 'state' | 'createdBy' | 'createdAt'> & Partial<Plan>): Promise<void> {
    await this.#db.sql('plans').insert(toRow({
      expiresAt: null, approvedBy: null, approvedAt: null, finishedAt: null, undoOf: null, counts: {}, brake: noBrake, ...plan,
    }))
  }

  async get(id: string): Promise<Plan | null> {
    const row = await this.#db.read('plans').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** Newest first. */
  async list(kind: PlanKind, limit: number): Promise<Plan[]> {
    return (await this.#db.read('plans').where({ kind }).orderBy('created_at', 'desc').limit(limit)).map(fromRow)
  }

  async update(id: string, change: Partial<Omit<Plan, 'id' | 'kind'>>): Promise<void> {
    const row = toRow(change)
    if (Object.keys(row).length > 0) await this.#db.sql('plans').where({ id }).update(row)
  }

  /** Moves a plan on only if it still is in one of the states named; false when somebody was faster. */
  async advance(id: string, from: PlanState[], change: Partial<Omit<Plan, 'id' | 'kind'>> & { state: PlanState }): Promise<boolean> {
    return await this.#db.sql('plans').where({ id }).whereIn('state', from).update(toRow(change)) === 1
  }

  async addItems(planId: string, items: readonly NewPlanItem[]): Promise<void> {
    await this.#db.insertMany('plan_items', items.map((item) => itemRow(planId, item)), OFTEN_EMPTY)
  }

  /** Walks items in order of `seq`, a batch at a time, without holding a transaction. */
  async* items(planId: string, where: { states?: PlanItemState[]; phase?: number } = {}, size = 500): AsyncIterable<PlanItem[]> {
    let after = -1
    for (;;) {
      const query = this.#db.read('plan_items').where({ plan_id: planId }).andWhere('seq', '>', after).orderBy('seq').limit(size)
      // Nearly all lines are in these states: by way of their index every batch would sort them all. `coalesce` rules that out.
      if (where.states) void query.whereRaw(`coalesce(state, '') in (${where.states.map(() => '?').join(', ')})`, where.states)
      if (where.phase !== undefined) void query.where({ phase: where.phase })
      const rows = await query
      if (rows.length === 0) return
      yield rows.map(itemFromRow)
      if (rows.length < size) return
      after = rows[rows.length - 1].seq
    }
  }

  /**
   * The same walk, subject by subject and by `seq` within one. What is known by subject is then written in the order of its keys: on
   * hundreds of thousands of rows that costs a fraction of writing them in the order of a shuffled file.
   */
  async* itemsBySubject(planId: string, where: { state: PlanItemState; phase?: number }, size = 500): AsyncIterable<PlanLine[]> {
    const batchAfter = async (after: PlanLine | null): Promise<PlanLine[]> => {
      const query = this.#db.read('plan_items').select(...LINE).where({ plan_id: planId }).orderBy([{ column: 'subject' }, { column: 'seq' }]).limit(size)
      // As in `items`: not by way of the index of states.
      void query.whereRaw(`coalesce(state, '') = ?`, [where.state])
      // Written out: one of the databases uses no index for a comparison of pairs.
      if (after) void query.where('subject', '>=', after.subject).whereRaw('(subject > ? or seq > ?)', [after.subject, after.seq])
      if (where.phase !== undefined) void query.where({ phase: where.phase })
      const rows: Record<string, unknown>[] = await query
      return rows.map((row) => lineFromRow(row, where.state))
    }
    for (let batch = await batchAfter(null); batch.length > 0;) {
      // Read while the caller works on this one, where the database is another process.
      const next = batch.length < size ? Promise.resolve([]) : batchAfter(batch.at(-1) as PlanLine)
      next.catch(() => {})
      yield batch
      batch = await next
    }
  }

  /** One page of items for people to read; takings-away first. */
  async page(planId: string, where: { states?: PlanItemState[]; offset: number; limit: number }): Promise<PlanItem[]> {
    const query = this.#db.read('plan_items').where({ plan_id: planId }).orderBy([{ column: 'rank', order: 'desc' }, { column: 'seq' }])
      .offset(where.offset).limit(where.limit)
    if (where.states) void query.whereIn('state', where.states)
    return (await query).map(itemFromRow)
  }

  async itemsOf(planId: string, subjects: string[]): Promise<PlanItem[]> {
    if (subjects.length === 0) return []
    return (await this.#db.read('plan_items').where({ plan_id: planId }).whereIn('subject', subjects).orderBy('seq')).map(itemFromRow)
  }

  async countActions(planId: string, action: string): Promise<number> {
    const row = await this.#db.read('plan_items').where({ plan_id: planId, action }).count({ n: '*' }).first()
    return Number(row?.['n'] ?? 0)
  }

  /** Those of the keyed items. */
  async byKeys(planId: string, keys: string[]): Promise<PlanItem[]> {
    const found: PlanItem[] = []
    for (let from = 0; from < keys.length; from += 900) {
      const rows = await this.#db.sql('plan_items').where({ plan_id: planId }).whereIn('once_key', keys.slice(from, from + 900))
      found.push(...rows.map(itemFromRow))
    }
    return found
  }

  async setItems(planId: string, seqs: number[], change: { state: PlanItemState; error?: string | null; reason?: string }): Promise<void> {
    for (let from = 0; from < seqs.length; from += 1000) {
      await this.#db.sql('plan_items').where({ plan_id: planId }).whereIn('seq', seqs.slice(from, from + 1000)).update(change)
    }
  }

  async countItems(planId: string): Promise<Partial<Record<PlanItemState, number>>> {
    const rows = await this.#db.read('plan_items').where({ plan_id: planId }).groupBy('state').select('state').count({ n: '*' })
    return Object.fromEntries(rows.map((row) => [(row as { state: string }).state, Number((row as { n: number }).n)]))
  }
}

/** A joiner's line leaves a third of its columns empty. */
const OFTEN_EMPTY = ['once_key', 'population', 'before', 'reason', 'error']

function itemRow(planId: string, item: NewPlanItem): Record<string, unknown> {
  return {
    plan_id: planId,
    seq: item.seq,
    item_key: item.itemKey,
    once_key: item.keyed === false ? null : item.itemKey,
    subject: item.subject,
    action: item.action,
    rank: item.rank,
    phase: item.phase ?? 0,
    population: item.population ?? null,
    state: item.state,
    before: item.before === null || item.before === undefined ? null : JSON.stringify(item.before),
    after: item.after === null || item.after === undefined ? null : JSON.stringify(item.after),
    file: item.file,
    line: item.line,
    reason: item.reason,
    error: null,
  }
}

// Fewer columns, less to take apart.
const LINE = ['seq', 'item_key', 'subject', 'action', 'rank', 'phase', 'before', 'after', 'file', 'line'] as const

const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : null)

function lineFromRow(row: Record<string, unknown>, state: PlanItemState): PlanLine {
  return {
    seq: row['seq'] as number,
    itemKey: row['item_key'] as string,
    subject: row['subject'] as string,
    action: row['action'] as string,
    rank: row['rank'] as number,
    phase: row['phase'] as number,
    state,
    before: parsed(row['before']),
    after: parsed(row['after']),
    file: row['file'] as string | null,
    line: row['line'] as number | null,
  }
}

function itemFromRow(row: Record<string, unknown>): PlanItem {
  return {
    ...lineFromRow(row, row['state'] as PlanItemState),
    planId: row['plan_id'] as string,
    population: row['population'] as string | null,
    reason: row['reason'] as string | null,
    error: row['error'] as string | null,
  }
}

const columns: [keyof Plan, string, boolean][] = [
  ['id', 'id', false], ['kind', 'kind', false], ['about', 'about', false], ['state', 'state', false],
  ['createdBy', 'created_by', false], ['createdAt', 'created_at', false], ['expiresAt', 'expires_at', false],
  ['approvedBy', 'approved_by', false], ['approvedAt', 'approved_at', false], ['finishedAt', 'finished_at', false],
  ['undoOf', 'undo_of', false], ['counts', 'counts', true], ['brake', 'brake', true],
]

function toRow(plan: Partial<Plan>): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [name, column, isJson] of columns) {
    if (name in plan) row[column] = isJson ? JSON.stringify(plan[name]) : plan[name]
  }
  return row
}

function fromRow(row: Record<string, unknown>): Plan {
  return Object.fromEntries(columns.map(([name, column, isJson]) =>
    [name, isJson ? JSON.parse(row[column] as string) : row[column] ?? null])) as unknown as Plan
}
