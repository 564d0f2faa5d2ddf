import { addDays, type CalendarDate, type Instant, today } from '../../../shared/dates.ts'
import { Refused } from '../../../shared/errors.ts'
import { chunks } from '../../../shared/chunks.ts'
import { placesInCharge } from '../../people/affiliation.ts'
import type { AccessDeps } from '../access-deps.ts'
import type { AccessTasks, NewTask } from './access-tasks.ts'
import type { AccessReport } from '../access-plans.ts'
import type { DueAccount } from './due-account.ts'
import type { LifePlans } from './life-plans.ts'
import { sparedOf } from './spared.ts'

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
 * Suspended, archived, deleted: each step proposed by one person and approved by another, then done by Assent under a plan where the
 * directory's `life` says so (`LifePlans`), else by hand as a task. Nobody under a
 * legal hold or an exemption, and nobody who came back.
 */
export class Retention {
  readonly #deps: AccessDeps
  readonly #tasks: AccessTasks
  readonly #plans: LifePlans
  constructor(deps: AccessDeps, tasks: AccessTasks, plans: LifePlans) {
    this.#deps = deps
    this.#tasks = tasks
    this.#plans = plans
  }

  /**
   * Accounts that the rules would archive or delete today and nobody has proposed yet; at most 1000. Those whose last school is one of `schools`, without
   * whom `leftOut` names: people of the reader's own family are left to a colleague (P7).
   */
  async due(schools: 'all' | readonly string[], leftOut: readonly string[] = []): Promise<DueAccount[]> {
    const { db, clock, settings: { retention } } = this.#deps
    const now = clock.now()
    const before = Date.parse(`${addDays(today(now), -retention.archiveAfterDays)}T23:59:59Z`)
    const deleteBefore = Date.parse(`${addDays(today(now), -retention.deleteAfterDays)}T23:59:59Z`)
    const rows = await db.rows(
      `select a.id, a.person_id, a.username, d.name as directory, r.placed_at,
         (select count(*) from access_tasks t where t.account_id = a.id and t.kind = 'archive' and t.done_at is not null and t.done_at >= r.placed_at)
           + (select count(*) from account_archives v where v.account_id = a.id and v.archived_at is not null and v.undone_at is null and v.archived_at >= r.placed_at) as archived,
         (select count(*) from access_tasks t where t.account_id = a.id and t.kind in ('archive', 'delete') and t.done_at is null) as open
       from restrictions r join accounts a on a.person_id = r.person_id and a.gone_at is null join directories d on d.id = a.directory_id
       where r.cause = 'leaver' and r.released_at is null and r.placed_at <= ?
         ${schools === 'all' ? '' : `and exists (select 1 from affiliations f where f.person_id = a.person_id and f.school_id in (${schools.map(() => '?').join(', ') || 'null'}))`}
       order by r.placed_at, a.id limit 1000`, [before, ...schools === 'all' ? [] : schools])
    const planned = await this.#plans.standing()
    const spared = await sparedOf(this.#deps, rows.map((row) => row['person_id'] as string))
    for (const id of [...leftOut, ...await this.#elsewhere(rows.map((row) => row['person_id'] as string), schools, today(now))]) spared.add(id)
    return rows.flatMap((row): DueAccount[] => {
      const suspendedAt = Number(row['placed_at'])
      const step = suspendedAt <= deleteBefore ? 'delete' as const : 'archive' as const
      if (Number(row['open']) > 0 || planned.has(row['id'] as string) || (step === 'archive' && Number(row['archived']) > 0) || spared.has(row['person_id'] as string)) return []
      return [{ accountId: row['id'] as string, personId: row['person_id'] as string, username: row['username'] as string, directory: row['directory'] as string, step, suspendedAt, byAssent: this.#plans.does(row['directory'] as string, step) }]
    })
  }

  /** Proposes the next step for these accounts: tasks where people do it, a plan where Assent does; says how many tasks were new, and which plan. */
  async propose(accountIds: readonly string[], schools: 'all' | readonly string[], actor: string, leftOut: readonly string[] = []): Promise<{ tasks: number; plan: AccessReport | null }> {
    const { db, audit, clock } = this.#deps
    const all = (await this.due(schools, leftOut)).filter(({ accountId }) => accountIds.includes(accountId))
    const ours = all.filter(({ byAssent }) => byAssent)
    const chosen = all.filter(({ byAssent }) => !byAssent)
    const on = today(clock.now())
    const plan = ours.length === 0 ? null : await this.#plans.retention(ours, actor)
    const tasks = await db.transaction(async () => {
      const put = await this.#tasks.put(chosen.map((one): NewTask => ({
        kind: one.step, personId: one.personId, accountId: one.accountId, dueOn: addDays(on, 14), key: `${one.step}:${one.accountId}:${one.suspendedAt}`,
        what: `${one.step === 'archive' ? 'Archive' : 'Delete'} ${one.username} in ${one.directory}, suspended since ${today(one.suspendedAt)}`,
      })), { actor })
      if (put > 0) await audit.record({ actor, event: 'access.retention-proposed', payload: { accounts: chosen.map(({ accountId, step }) => `${step}:${accountId}`) } })
      return put
    })
    return { tasks, plan }
  }

  /** What waits for a second person. */
  async proposed(): Promise<ProposedStep[]> {
    const rows = await this.#deps.db.read('access_tasks').whereIn('kind', ['archive', 'delete']).whereNull('approved_at').whereNull('done_at').orderBy('id').limit(1000)
    return rows.map((row) => ({ taskId: row.id, personId: row.person_id, step: row.kind, what: row.what, askedBy: row.asked_by, askedAt: Number(row.asked_at) }))
  }

  /**
   * Approves proposed steps; they become tasks. Who came back or is held meanwhile is taken off.
   * @throws Refused where one of them was proposed by the same person, is about them or somebody of `related` (P7), or where the operator of the computer approves, who is nobody's second person (B8).
   */
  async approve(taskIds: readonly string[], actor: string, related: readonly string[] = []): Promise<number> {
    const { db, clock, audit } = this.#deps
    const chosen = (await this.proposed()).filter(({ taskId }) => taskIds.includes(taskId))
    if (actor.startsWith('os:') && chosen.length > 0) throw new Refused({ what: 'B8: a second person approves this, by their own token or on the page.', remedy: 'Let a colleague who may approve give a token of /security/tokens (--token or ASSENT_TOKEN_FILE).' })
    if (chosen.some(({ askedBy }) => askedBy === actor)) throw new Refused({ what: 'You proposed one of these yourself; a second person approves.', remedy: 'Ask a colleague who may approve access.' })
    if (chosen.some(({ personId }) => related.includes(personId) || actor === `person:${personId}`)) throw new Refused({ what: 'P7: one of these is about you or your own family.', remedy: 'A colleague must decide it.' })
    const ids = chosen.map(({ personId }) => personId)
    const spared = await sparedOf(this.#deps, ids)
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

  /** Of these people those whose last places are at none of these schools. */
  async #elsewhere(personIds: readonly string[], schools: 'all' | readonly string[], on: CalendarDate): Promise<string[]> {
    if (schools === 'all') return []
    const places = await this.#deps.people.affiliationsOf([...new Set(personIds)])
    return personIds.filter((id) => !placesInCharge(places.get(id) ?? [], on).some(({ schoolId }) => schools.includes(schoolId)))
  }

  async #stillLeavers(personIds: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>()
    for (const part of chunks(personIds)) for (const row of await this.#deps.db.sql('restrictions').whereIn('person_id', part).where({ cause: 'leaver' }).whereNull('released_at').select('person_id')) found.add(row.person_id)
    return found
  }
}
