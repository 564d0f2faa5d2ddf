import type { Knex } from 'knex'
import type { Clock } from '../../adapters/clock.ts'
import type { AccountChange, ObservedAccount } from '../../adapters/directories/directory.ts'
import { type AccountList, couldNotBeDone, type TaskListStore } from '../../adapters/directories/task-list.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { chunks } from '../../shared/chunks.ts'
import { type AccessTask, sameChange, takesBack, type TaskState } from './access-task.ts'

export interface TaskStoreDeps {
  db: Database
  clock: Clock
  ids: Ids
}

/** Tasks of all task lists. */
export class TaskStore {
  readonly #deps: TaskStoreDeps
  constructor(deps: TaskStoreDeps) {
    this.#deps = deps
  }

  async get(id: string): Promise<AccessTask | null> {
    const row = await this.#deps.db.read('directory_tasks').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** Closes an open task; false when somebody was faster. */
  async decide(id: string, decision: { state: Exclude<TaskState, 'open'>; by: string; remark: string | null; proofSha256: string | null }): Promise<boolean> {
    const { db, clock } = this.#deps
    return await db.sql('directory_tasks').where({ id, state: 'open' }).update({
      state: decision.state, open_key: null, decided_by: decision.by, decided_at: clock.now(), remark: decision.remark, proof_sha256: decision.proofSha256,
    }) === 1
  }

  /** What could not be done may be asked for again. */
  async askAgain(id: string): Promise<boolean> {
    return await this.#deps.db.sql('directory_tasks').where({ id, state: 'could-not' }).update({ state: 'withdrawn' }) === 1
  }

  /** The account as it is once the task is done. */
  async setAccount(directoryId: string, account: ObservedAccount): Promise<void> {
    const { pending: _, ...observed } = account
    await this.#deps.db.sql('task_accounts').where({ directory_id: directoryId, immutable_id: account.immutableId })
      .update({ account: JSON.stringify(observed), ticked_at: this.#deps.clock.now() })
  }

  /** The accounts and tasks of one directory, as its adapter needs them. */
  ofDirectory(directoryId: string, dueDays: number): TaskListStore {
    return new DirectoryTasks(this.#deps, directoryId, dueDays)
  }
}

interface AccountRow {
  immutable_id: string
  account: string
  ticked_at: number | null
}

class DirectoryTasks implements TaskListStore {
  readonly #deps: TaskStoreDeps
  readonly #directoryId: string
  readonly #dueDays: number
  constructor(deps: TaskStoreDeps, directoryId: string, dueDays: number) {
    this.#deps = deps
    this.#directoryId = directoryId
    this.#dueDays = dueDays
  }

  async takeList({ accounts, tellsEnabled, madeAt }: AccountList): Promise<void> {
    const { db } = this.#deps
    const known = new Map((await this.#accounts().select('immutable_id', 'account', 'ticked_at') as AccountRow[]).map((row) => [row.immutable_id, row]))
    const listed = new Set(accounts.map(({ immutableId }) => immutableId))
    const fresh = accounts.filter(({ immutableId }) => !known.has(immutableId))
    const gone = [...known.keys()].filter((id) => !listed.has(id))
    for (const part of chunks(fresh, 500)) {
      await db.transaction(() => db.insertNew('task_accounts', part.map((account) => ({ directory_id: this.#directoryId, immutable_id: account.immutableId, account: JSON.stringify(account), ticked_at: null }))))
    }
    for (const account of accounts) {
      const row = known.get(account.immutableId)
      if (!row) continue
      const before = JSON.parse(row.account) as ObservedAccount
      const tells = tellsEnabled && (row.ticked_at === null || madeAt > Number(row.ticked_at))
      const text = JSON.stringify({ ...account, enabled: tells ? account.enabled : before.enabled, container: before.container, groups: before.groups })
      if (text !== row.account) await this.#accounts().where({ immutable_id: account.immutableId }).update({ account: text })
    }
    for (const part of chunks(gone, 500)) {
      await db.transaction(async () => {
        await this.#accounts().whereIn('immutable_id', part).del()
        await this.#open().whereIn('immutable_id', part).update({ state: 'withdrawn', open_key: null, decided_at: this.#deps.clock.now() })
      })
    }
  }

  async* all(): AsyncIterable<ObservedAccount> {
    for (let after = ''; ;) {
      const rows = await this.#accounts().where('immutable_id', '>', after).orderBy('immutable_id').limit(1000).select('immutable_id', 'account', 'ticked_at') as AccountRow[]
      const last = rows.at(-1)
      if (!last) return
      const pending = await this.#pending(rows.map((row) => row.immutable_id))
      for (const row of rows) yield withPending(row.account, pending.get(row.immutable_id))
      after = last.immutable_id
    }
  }

  async get(immutableId: string): Promise<ObservedAccount | null> {
    const row = await this.#accounts().where({ immutable_id: immutableId }).first('account')
    return row ? withPending(row.account as string, (await this.#pending([immutableId])).get(immutableId)) : null
  }

  async ask(immutableId: string, change: AccountChange | null): Promise<void> {
    const { db, clock, ids } = this.#deps
    await db.transaction(async () => {
      const tasks = (await db.sql('directory_tasks').where({ directory_id: this.#directoryId, immutable_id: immutableId }).orderBy('id', 'desc').limit(20)).map(fromRow)
      const open = tasks.find(({ state }) => state === 'open')
      if (open && change && sameChange(open.change, change)) return
      if (change && tasks.some((task) => task.state === 'could-not' && sameChange(task.change, change))) throw couldNotBeDone(immutableId)
      if (open) await db.sql('directory_tasks').where({ id: open.id }).update({ state: 'withdrawn', open_key: null, decided_at: clock.now() })
      if (!change) return
      const account = await this.get(immutableId)
      const now = clock.now()
      await db.sql('directory_tasks').insert({
        id: ids.next(), directory_id: this.#directoryId, immutable_id: immutableId, username: (account?.username ?? immutableId).slice(0, 190), change: JSON.stringify(change),
        state: 'open', open_key: `${this.#directoryId}|${immutableId}`, created_at: now, due_at: now + this.#dueDays * 86_400_000,
        decided_by: null, decided_at: null, remark: null, proof_sha256: null, reverses: tasks.find((task) => task.state === 'done' && takesBack(task.change, change))?.id ?? null,
      })
    })
  }

  async #pending(ids: readonly string[]): Promise<Map<string, AccountChange>> {
    const found = new Map<string, AccountChange>()
    for (const part of chunks(ids)) {
      for (const row of await this.#open().whereIn('immutable_id', [...part]).select('immutable_id', 'change')) found.set(row.immutable_id as string, JSON.parse(row.change as string) as AccountChange)
    }
    return found
  }

  #accounts(): Knex.QueryBuilder {
    return this.#deps.db.sql('task_accounts').where({ directory_id: this.#directoryId })
  }

  #open(): Knex.QueryBuilder {
    return this.#deps.db.sql('directory_tasks').where({ directory_id: this.#directoryId, state: 'open' })
  }
}

function withPending(text: string, pending: AccountChange | undefined): ObservedAccount {
  const account = JSON.parse(text) as ObservedAccount
  return pending ? { ...account, pending } : account
}

export function fromRow(row: Record<string, unknown>): AccessTask {
  const text = (name: string) => row[name] as string | null
  return {
    id: row['id'] as string, directoryId: row['directory_id'] as string, immutableId: row['immutable_id'] as string, username: row['username'] as string,
    change: JSON.parse(row['change'] as string) as AccountChange, state: row['state'] as TaskState, createdAt: Number(row['created_at']), dueAt: Number(row['due_at']),
    decidedBy: text('decided_by'), decidedAt: row['decided_at'] === null ? null : Number(row['decided_at']), remark: text('remark'), proofSha256: text('proof_sha256'), reverses: text('reverses'),
  }
}
