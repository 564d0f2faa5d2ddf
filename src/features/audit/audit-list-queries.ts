import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'

/** An entry as the list shows it; its particulars stay in the log. */
export interface ListedEntry {
  id: string
  at: Instant
  actor: string
  event: string
  subject: string | null
  itemsCount: number | null
  /** Its place in the log; null while it waits. */
  index: number | null
}

/** Column of `audit_entries as e` that holds the identifier of the person an entry is about. */
export const personColumn = 'substr(e.subject, 8)'

/** Which entries somebody may see: all, or those about some people. */
export interface EntryScope {
  /** A condition on `personColumn`, with its values; `all` without one. */
  about: 'all' | { sql: string; values: readonly string[] }
  /** One thing only, such as `person:<ulid>`. */
  subject?: string
}

/** Reads of the ledger's page. */
export class AuditListQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** Newest first, older than `before`; one more than `limit` tells that there are more. */
  async page(scope: EntryScope, before: string | null, limit: number): Promise<{ entries: ListedEntry[]; next: string | null }> {
    const where = conditions(scope)
    if (before !== null) where.push('e.id < ?', before)
    const rows = await this.#db.rows(
      `select e.id, e.at, e.actor, e.event, e.subject, e.items_count, l.leaf_index from audit_entries e left join audit_leaves l on l.entry_id = e.id
       where ${where.sql.join(' and ')} order by e.id desc limit ?`, [...where.values, limit + 1])
    const entries = rows.slice(0, limit).map(fromRow)
    return { entries, next: rows.length > limit ? entries.at(-1)?.id ?? null : null }
  }

  async count(scope: EntryScope): Promise<number> {
    if (scope.about === 'all' && !scope.subject) return await this.#sequenced() + await this.waiting()
    const where = conditions(scope)
    return Number((await this.#db.rows(`select count(*) as n from audit_entries e where ${where.sql.join(' and ')}`, where.values))[0]?.['n'] ?? 0)
  }

  /** Entries that have no place in the log yet. */
  async waiting(): Promise<number> {
    return Number((await this.#db.read('audit_pending').count({ n: '*' }).first())?.['n'] ?? 0)
  }

  /** Places are given without gaps, so the last one says how many there are. */
  async #sequenced(): Promise<number> {
    const row = await this.#db.read('audit_leaves').max({ last: 'leaf_index' }).first()
    return row?.['last'] === null || row === undefined ? 0 : Number(row['last']) + 1
  }
}

function conditions({ about, subject }: EntryScope): { sql: string[]; values: string[]; push(sql: string, ...values: string[]): void } {
  const where = {
    sql: ['1 = 1'], values: [] as string[],
    push(sql: string, ...values: string[]) {
      where.sql.push(`(${sql})`)
      where.values.push(...values)
    },
  }
  if (subject) where.push('e.subject = ?', subject)
  if (about !== 'all') where.push(`e.subject like 'person:%' and ${about.sql}`, ...about.values)
  return where
}

function fromRow(row: Record<string, unknown>): ListedEntry {
  const number = (value: unknown) => (value === null ? null : Number(value))
  return {
    id: row['id'] as string, at: Number(row['at']), actor: row['actor'] as string, event: row['event'] as string, subject: row['subject'] as string | null,
    itemsCount: number(row['items_count']), index: number(row['leaf_index']),
  }
}
