import { addDays, type CalendarDate, type Instant, today } from '../../../shared/dates.ts'
import { Refused } from '../../../shared/errors.ts'
import { chunks } from '../../../shared/chunks.ts'
import type { AccessDeps } from '../access-deps.ts'
import type { AccessTasks, NewTask } from './access-tasks.ts'
import type { LegalHolds } from './legal-holds.ts'

/** An account whose leaver has been suspended long enough for the next step. */
export interface DueAccount {
  accountId: string
  personId: string
  username: string
  directory: string
  step: 'archive' | 'delete'
  suspendedAt: Instant
}

/** Proposed by somebody, not yet approved. */
export interface ProposedStep {
  taskId: string
  personId: string
  step: 'archive' | 'delete'
  what: string
  askedBy: string
  askedAt: Instant
}

/**
 * Suspended, archived, deleted: each step proposed by one person and approved by another, then done by hand as a task. Nobody under a
 * legal hold or an exemption, and nobody who came back.
 */
export class Retention {
  readonly #deps: AccessDeps
  readonly #tasks: AccessTasks
  readonly #holds: LegalHolds
  constructor(deps: AccessDeps, tasks: AccessTasks, holds: LegalHolds) {
    this.#deps = deps
    this.#tasks = tasks
    this.#holds = holds
  }

  /** Accounts that the rules would archive or delete today and nobody has proposed yet; at most 1000. */
  async due(schools: 'all' | readonly string[]): Promise<DueAccount[]> {
    const { db, clock, settings: { retention } } = this.#deps
    const now = clock.now()
    const before = Date.parse(`${addDays(today(now), -retention.archiveAfterDays)}T23:59:59Z`)
    const deleteBefore = Date.parse(`${addDays(today(now), -retention.deleteAfterDays)}T23:59:59Z`)
    const rows = await db.rows(
      `select a.id, a.person_id, a.username, d.name as directory, r.placed_at,
         (select count(*) from access_tasks t where t.account_id = a.id and t.kind = 'archive' and t.done_at is not null and t.done_at >= r.placed_at) as archived,
         (select count(*) from access_tasks t where t.account_id = a.id and t.done_at is null) as open
       from restrictions r join accounts a on a.person_id = r.person_id and a.gone_at is null join directories d on d.id = a.directory_id
       where r.cause = 'leaver' and r.released_at is null and r.placed_at <= ?
         ${schools === 'all' ? '' : `and exists (select 1 from affiliations f where f.person_id = a.person_id and f.school_id in (${schools.map(() => '?').join(', ') || 'null'}))`}
       order by r.placed_at, a.id limit 1000`, [before, ...schools === 'all' ? [] : schools])
    const spared = await this.#spared(rows.map((row) => row['person_id'] as string))
    return rows.flatMap((row): DueAccount[] => {
      const suspendedAt = Number(row['placed_at'])
      const step = suspendedAt <= deleteBefore ? 'delete' as const : 'archive' as const
      if (Number(row['open']) > 0 || (step === 'archive' && Number(row['archived']) > 0) || spared.has(row['person_id'] as string)) return []
      return [{ accountId: row['id'] as string, personId: row['person_id'] as string, username: row['username'] as string, directory: row['directory'] as string, step, suspendedAt }]
    })
  }

  /** Proposes the next step for these accounts; returns how many were new. */
  async propose(accountIds: readonly string[], schools: 'all' | readonly string[], actor: string): Promise<number> {
    const { db, audit, clock } = this.#deps
    const chosen = (await this.due(schools)).filter(({ accountId }) => accountIds.includes(accountId))
    const on = today(clock.now())
    return db.transaction(async () => {
      const put = await this.#tasks.put(chosen.map((one): NewTask => ({
        kind: one.step, personId: one.personId, accountId: one.accountId, dueOn: addDays(on, 14), key: `${one.step}:${one.accountId}:${one.suspendedAt}`,
        what: `${one.step === 'archive' ? 'Archive' : 'Delete'} ${one.username} in ${one.directory}, suspended since ${today(one.suspendedAt)}`,
      })), { actor })
      if (put > 0) await audit.record({ actor, event: 'access.retention-proposed', payload: { accounts: chosen.map(({ accountId, step }) => `${step}:${accountId}`) } })
      return put
    })
  }

  /** What waits for a second person. */
  async proposed(): Promise<ProposedStep[]> {
    const rows = await this.#deps.db.read('access_tasks').whereIn('kind', ['archive', 'delete']).whereNull('approved_at').whereNull('done_at').orderBy('id').limit(1000)
    return rows.map((row) => ({ taskId: row.id, personId: row.person_id, step: row.kind, what: row.what, askedBy: row.asked_by, askedAt: Number(row.asked_at) }))
  }

  /**
   * Approves proposed steps; they become tasks. Who came back or is held meanwhile is taken off.
   * @throws Refused where one of them was proposed by the same person.
   */
  async approve(taskIds: readonly string[], actor: string): Promise<number> {
    const { db, clock, audit } = this.#deps
    const chosen = (await this.proposed()).filter(({ taskId }) => taskIds.includes(taskId))
    if (chosen.some(({ askedBy }) => askedBy === actor)) throw new Refused({ what: 'You proposed one of these yourself; a second person approves.', remedy: 'Ask a colleague who may approve access.' })
    const ids = chosen.map(({ personId }) => personId)
    const spared = await this.#spared(ids)
    const left = await this.#stillLeavers(ids)
    return db.transaction(async () => {
      let approved = 0
      for (const { taskId, personId } of chosen) {
        if (spared.has(personId) || !left.has(personId)) await db.sql('access_tasks').where({ id: taskId }).del()
        else approved += await db.sql('access_tasks').where({ id: taskId }).whereNull('approved_at').update({ approved_by: actor, approved_at: clock.now() })
      }
      await audit.record({ actor, event: 'access.retention-approved', payload: { tasks: chosen.map(({ taskId }) => taskId), approved } })
      return approved
    })
  }

  async #spared(personIds: readonly string[]): Promise<Set<string>> {
    const on: CalendarDate = today(this.#deps.clock.now())
    const held = await this.#holds.standingOf(personIds)
    for (const id of (await this.#deps.restrictions.exemptionsOf(personIds, on)).keys()) held.add(id)
    return held
  }

  async #stillLeavers(personIds: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>()
    for (const part of chunks(personIds)) for (const row of await this.#deps.db.sql('restrictions').whereIn('person_id', part).where({ cause: 'leaver' }).whereNull('released_at').select('person_id')) found.add(row.person_id)
    return found
  }
}
