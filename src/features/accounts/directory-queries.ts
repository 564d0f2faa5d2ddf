import type { Knex } from 'knex'
import { chunks } from '../../shared/chunks.ts'
import { today } from '../../shared/dates.ts'
import { placedAt } from '../people/placed-at.ts'
import type { AccessDeps } from './access-deps.ts'
import type { AccessTask } from './access-task.ts'
import { type Account, accountFromRow } from './account-store.ts'
import type { DirectoryLook } from './look-store.ts'
import { fromRow as taskFromRow } from './task-store.ts'

/** Lists of one directory's accounts. */
export const accountLists = ['drift', 'nobody', 'unsure', 'shared', 'all'] as const
export type AccountList = (typeof accountLists)[number]

export interface DirectorySummary {
  id: string
  name: string
  kind: string
  mode: 'observe' | 'propose' | 'enforce'
  paused: boolean
  /** False for one that was taken out of the configuration. */
  connected: boolean
  look: DirectoryLook | null
  counts: Record<AccountList, number>
  openTasks: number
}

interface Count {
  directory_id: string
  n: number | string
}

/** Tasks in schools of the reader. */
export type TaskScope = 'all' | readonly string[]

/** What the pages of directories and tasks ask. */
export class DirectoryQueries {
  readonly #deps: AccessDeps
  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  async all(): Promise<DirectorySummary[]> {
    const { db, targets, looks } = this.#deps
    const rows = await db.read('directories').orderBy('name').select('id', 'name', 'kind', 'paused') as { id: string; name: string; kind: string; paused: number }[]
    const counts = await this.#counts()
    const seen = await looks.all()
    const open = new Map((await db.read('directory_tasks').where({ state: 'open' }).groupBy('directory_id').select('directory_id').count({ n: '*' }) as unknown as Count[]).map((row) => [row.directory_id, Number(row.n)]))
    return rows.map(({ id, name, kind, paused }) => ({
      id, name, kind, paused: Boolean(paused), mode: targets.get(name)?.mode ?? 'propose', connected: targets.has(name), look: seen.get(id) ?? null,
      counts: counts.get(id) ?? { all: 0, drift: 0, nobody: 0, unsure: 0, shared: 0 }, openTasks: open.get(id) ?? 0,
    }))
  }

  async one(name: string): Promise<DirectorySummary | null> {
    return (await this.all()).find((directory) => directory.name === name) ?? null
  }

  /** One page of a list; ordered by login name. */
  async accounts(directoryId: string, list: AccountList, page: { offset: number; limit: number }): Promise<Account[]> {
    const rows = await this.#listed(directoryId, list).orderBy('username').orderBy('id').offset(page.offset).limit(page.limit)
    return rows.map(accountFromRow)
  }

  /** Whose an account is; null for nobody's. */
  async personOf(accountId: string): Promise<string | null> {
    return (await this.#deps.accounts.get(accountId))?.personId ?? null
  }

  /** Whose these accounts may be. */
  async suggestions(accountIds: readonly string[]): Promise<Map<string, { personId: string; by: string }[]>> {
    const found = new Map<string, { personId: string; by: string }[]>()
    for (const part of chunks(accountIds)) {
      for (const row of await this.#deps.db.read('account_suggestions').whereIn('account_id', part).orderBy('person_id')) {
        found.set(row.account_id, [...found.get(row.account_id) ?? [], { personId: row.person_id, by: row.known_by }])
      }
    }
    return found
  }

  /** Tasks about people of these schools, the most urgent first; tasks about nobody's accounts are the trust's. */
  async tasks(scope: TaskScope, kind: 'open' | 'closed', page: { offset: number; limit: number }): Promise<{ tasks: (AccessTask & { directory: string; personId: string | null })[]; total: number }> {
    const states = kind === 'open' ? ['open'] : ['done', 'could-not']
    const [count] = await this.#tasks(scope, states).count({ n: '*' })
    const rows = await this.#tasks(scope, states).orderBy(kind === 'open' ? 't.due_at' : 't.decided_at', kind === 'open' ? 'asc' : 'desc').orderBy('t.id')
      .offset(page.offset).limit(page.limit).select('t.*', 'd.name as directory', 'a.person_id as person_id') as Record<string, unknown>[]
    return {
      total: Number(count?.['n'] ?? 0),
      tasks: rows.map((row) => ({ ...taskFromRow(row), directory: row['directory'] as string, personId: row['person_id'] as string | null })),
    }
  }

  /** Null when there is none, or it is not in these schools. */
  async task(id: string, scope: TaskScope): Promise<(AccessTask & { directory: string; personId: string | null }) | null> {
    const row = await this.#tasks(scope, null).where('t.id', id).first('t.*', 'd.name as directory', 'a.person_id as person_id') as Record<string, unknown> | undefined
    return row ? { ...taskFromRow(row), directory: row['directory'] as string, personId: row['person_id'] as string | null } : null
  }

  #tasks(scope: TaskScope, states: string[] | null): Knex.QueryBuilder {
    const query = this.#deps.db.read('directory_tasks as t').join('directories as d', 'd.id', 't.directory_id')
      .leftJoin('accounts as a', (join) => { void join.on('a.directory_id', 't.directory_id').andOn('a.immutable_id', 't.immutable_id') })
    if (states) void query.whereIn('t.state', states)
    if (scope !== 'all') {
      const placed = placedAt('a.person_id', scope, today(this.#deps.clock.now()))
      void query.whereRaw(placed.sql, placed.values)
    }
    return query
  }

  #listed(directoryId: string, list: AccountList): Knex.QueryBuilder {
    const query = this.#deps.db.read('accounts').where({ directory_id: directoryId }).whereNull('gone_at')
    if (list === 'drift') return query.whereNotNull('drift')
    if (list === 'nobody') return query.whereNull('person_id').whereNull('shared_owner_id')
    if (list === 'shared') return query.whereNotNull('shared_owner_id')
    if (list === 'unsure') return query.whereIn('id', this.#deps.db.read('account_suggestions').where({ directory_id: directoryId }).select('account_id'))
    return query
  }

  async #counts(): Promise<Map<string, Record<AccountList, number>>> {
    const sum = (condition: string) => `coalesce(sum(case when ${condition} then 1 else 0 end), 0)`
    const rows = await this.#deps.db.rows(`select directory_id, count(*) as n, ${sum('drift is not null')} as drift,
      ${sum('person_id is null and shared_owner_id is null')} as nobody, ${sum('shared_owner_id is not null')} as shared
      from accounts where gone_at is null group by directory_id`, [])
    const unsure = new Map((await this.#deps.db.read('account_suggestions').groupBy('directory_id').select('directory_id').countDistinct({ n: 'account_id' }) as unknown as Count[]).map((row) => [row.directory_id, Number(row.n)]))
    return new Map(rows.map((row) => [row['directory_id'] as string, {
      all: Number(row['n']), drift: Number(row['drift']), nobody: Number(row['nobody']), shared: Number(row['shared']), unsure: unsure.get(row['directory_id'] as string) ?? 0,
    }]))
  }
}
