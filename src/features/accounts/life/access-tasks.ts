import type { Clock } from '../../../adapters/clock.ts'
import type { Ids } from '../../../adapters/ids.ts'
import type { Database } from '../../../db/database.ts'
import type { CalendarDate, Instant } from '../../../shared/dates.ts'
import { NotFound, Refused } from '../../../shared/errors.ts'
import type { AuditLog } from '../../audit/audit-log.ts'

/** What is done by hand: approving an access level that somebody proposed (I7), handing over a leaver's work (A6), a guest's dated account, a password where a system takes none from Assent, archiving and deleting an account. */
export type TaskKind = 'level' | 'handover' | 'guest-account' | 'password' | 'archive' | 'delete'

export interface AccessTask {
  id: string
  kind: TaskKind
  personId: string
  accountId: string | null
  what: string
  dueOn: CalendarDate
  askedBy: string
  askedAt: Instant
  approvedBy: string | null
  doneBy: string | null
  doneAt: Instant | null
  note: string | null
}

export interface NewTask extends Pick<AccessTask, 'kind' | 'personId' | 'accountId' | 'what' | 'dueOn'> {
  /** The same key again changes nothing. */
  key: string
}

/** Tasks for people: put once, ticked off with a note as proof. */
export class AccessTasks {
  readonly #deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog }
  constructor(deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog }) {
    this.#deps = deps
  }

  /** Puts those that are new; joins the caller's transaction. `approvedBy` where somebody approved what is to be done. */
  async put(tasks: readonly NewTask[], by: { actor: string; approvedBy?: string }): Promise<number> {
    const { db, ids, clock } = this.#deps
    const now = clock.now()
    return db.insertNew('access_tasks', tasks.map((task) => ({
      id: ids.next(), kind: task.kind, person_id: task.personId, account_id: task.accountId, what: task.what.slice(0, 200), due_on: task.dueOn, task_key: task.key,
      asked_by: by.actor, asked_at: now, approved_by: by.approvedBy ?? null, approved_at: by.approvedBy ? now : null, done_by: null, done_at: null, note: null,
    })))
  }

  /** What is to be done (proposed steps of retention only once approved): open ones first by their day, then those done since an instant. */
  async list(kinds: readonly TaskKind[], doneSince: Instant): Promise<AccessTask[]> {
    const rows = await this.#deps.db.read('access_tasks').whereIn('kind', [...kinds]).where((ready) => { void ready.whereNotIn('kind', ['archive', 'delete']).orWhereNotNull('approved_at') }).where((w) => { void w.whereNull('done_at').orWhere('done_at', '>=', doneSince) })
      .orderBy('due_on').orderBy('id').limit(2000)
    return rows.map(fromRow).toSorted((a, b) => Number(a.doneAt !== null) - Number(b.doneAt !== null))
  }

  async get(id: string): Promise<AccessTask | null> {
    const row = await this.#deps.db.read('access_tasks').where({ id }).first()
    return row ? fromRow(row) : null
  }

  async ofPerson(personId: string): Promise<AccessTask[]> {
    return (await this.#deps.db.read('access_tasks').where({ person_id: personId }).orderBy('due_on')).map(fromRow)
  }

  /** @throws Refused when somebody was faster; NotFound when there is none. */
  async done(id: string, actor: string, note: string): Promise<void> {
    const { db, clock, audit } = this.#deps
    await db.transaction(async () => {
      const task = await db.sql('access_tasks').where({ id }).first()
      if (!task) throw new NotFound('There is no such task.')
      const changed = await db.sql('access_tasks').where({ id }).whereNull('done_at').update({ done_by: actor, done_at: clock.now(), note: note.slice(0, 500) || null })
      if (changed === 0) throw new Refused({ what: 'This is done already.', remedy: 'Look at the list again.' })
      await audit.record({ actor, event: 'access.task-done', subject: `person:${task.person_id}`, payload: { task: id, kind: task.kind } })
    })
  }

  /** Calls off open tasks of a person whose reason is gone. */
  async callOff(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#deps.db.sql('access_tasks').whereIn('task_key', [...keys]).whereNull('done_at').del()
  }
}

function fromRow(row: Record<string, unknown>): AccessTask {
  return {
    id: row['id'] as string, kind: row['kind'] as TaskKind, personId: row['person_id'] as string, accountId: row['account_id'] as string | null, what: row['what'] as string,
    dueOn: row['due_on'] as string, askedBy: row['asked_by'] as string, askedAt: Number(row['asked_at']), approvedBy: row['approved_by'] as string | null,
    doneBy: row['done_by'] as string | null, doneAt: row['done_at'] === null ? null : Number(row['done_at']), note: row['note'] as string | null,
  }
}
