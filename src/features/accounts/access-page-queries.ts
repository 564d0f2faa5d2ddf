import type { Knex } from 'knex'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Plan, PlanItem, PlanStore } from '../../db/plan-store.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import { actorNames } from '../people/actor-names.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { placedAt } from '../people/placed-at.ts'
import { accessRank } from './access-item.ts'

/** Schools in which the reader may see access. */
export type Schools = 'all' | readonly string[]

/** Lines of a plan by what they do and how far they are. */
export interface PlanCounts {
  /** Accounts that lose something. */
  losing: number
  /** Accounts that get something back. */
  giving: number
  /** Protected, gone or no longer as planned. */
  skipped: number
  done: number
  failed: number
  waiting: number
  total: number
}

/** Kinds of lines that a plan's page can show alone. */
const lineKinds = { losing: `i.${'`rank`'} > ${accessRank.giving} and i.state <> 'skipped'`, giving: `i.${'`rank`'} = ${accessRank.giving} and i.state <> 'skipped'`, failed: `i.state = 'failed'`, skipped: `i.state = 'skipped'` } as const
export type LineKind = keyof typeof lineKinds

/** What the pages of access ask; every answer holds only what the reader may see. */
export class AccessPageQueries {
  readonly #deps: { db: Database; clock: Clock; plans: PlanStore; people: PeopleQueries }
  constructor(deps: { db: Database; clock: Clock; plans: PlanStore; people: PeopleQueries }) {
    this.#deps = deps
  }

  get #on(): CalendarDate {
    return today(this.#deps.clock.now())
  }

  /** Plans about many people, newest first, with the reader's part of their lines. */
  async plans(schools: Schools, page: { offset: number; limit: number }, states: { waiting: boolean }): Promise<{ plans: { plan: Plan; counts: PlanCounts }[]; total: number }> {
    const { db, plans } = this.#deps
    const scope = lineScope(schools, this.#on)
    const waits = `(p.state in ('planned', 'held') and p.id in (select plan_id from plan_items where state in ('planned', 'held', 'failed')))`
    const from = `from plans as p where p.kind = 'access' and p.about not like 'person:%' and p.state <> 'planning' and ${states.waiting ? '' : 'not '}${waits}
      and (exists (select 1 from plan_items as i where i.plan_id = p.id and ${scope.sql})${states.waiting || schools !== 'all' ? '' : ` or p.about = 'leavers'`})`
    const rows = await db.rows(`select p.id ${from} order by p.created_at desc, p.id desc limit ? offset ?`, [...scope.bindings, page.limit, page.offset])
    const [row] = await db.rows(`select count(*) as n ${from}`, scope.bindings)
    const found: { plan: Plan; counts: PlanCounts }[] = []
    for (const { id } of rows) {
      const plan = await plans.get(id as string)
      if (plan) found.push({ plan, counts: await this.counts(plan.id, schools) })
    }
    return { plans: found, total: Number(row?.['n'] ?? 0) }
  }

  async counts(planId: string, schools: Schools): Promise<PlanCounts> {
    const scope = lineScope(schools, this.#on)
    const sum = (condition: string, name: keyof PlanCounts) => `coalesce(sum(case when ${condition} then 1 else 0 end), 0) as ${name}`
    const [row = {}] = await this.#deps.db.rows(`select ${[
      sum(lineKinds.losing, 'losing'), sum(lineKinds.giving, 'giving'), sum(lineKinds.skipped, 'skipped'), sum(lineKinds.failed, 'failed'),
      sum(`i.state in ('verified', 'applied')`, 'done'), sum(`i.state in ('planned', 'held')`, 'waiting'),
    ].join(', ')}, count(*) as total from plan_items as i where i.plan_id = ? and ${scope.sql}`, [planId, ...scope.bindings])
    const n = (name: keyof PlanCounts) => Number(row[name] ?? 0)
    return { losing: n('losing'), giving: n('giving'), skipped: n('skipped'), failed: n('failed'), done: n('done'), waiting: n('waiting'), total: n('total') }
  }

  /** How many people of the reader's schools would lose something by this plan. */
  async losingPeople(planId: string, schools: Schools): Promise<number> {
    const scope = lineScope(schools, this.#on)
    const [row] = await this.#deps.db.rows(`select count(distinct i.subject) as n from plan_items as i where i.plan_id = ? and ${lineKinds.losing} and ${scope.sql}`, [planId, ...scope.bindings])
    return Number(row?.['n'] ?? 0)
  }

  /** One page of lines, takings-away first, with the people's names. */
  async lines(planId: string, schools: Schools, kind: LineKind | null, page: { offset: number; limit: number }): Promise<{ item: PlanItem; name: string }[]> {
    const { db, plans, people } = this.#deps
    const scope = lineScope(schools, this.#on)
    const rows = await db.rows(
      `select i.item_key as item_key from plan_items as i where i.plan_id = ? and ${scope.sql}${kind ? ` and ${lineKinds[kind]}` : ''}
       order by case when i.state = 'failed' then 0 else 1 end, i.${'`rank`'} desc, i.seq limit ? offset ?`, [planId, ...scope.bindings, page.limit, page.offset])
    const keys = rows.map((row) => row['item_key'] as string)
    const items = new Map((await plans.byKeys(planId, keys)).map((item) => [item.itemKey, item]))
    const names = await people.people([...new Set([...items.values()].map((item) => item.subject))])
    return keys.flatMap((key) => {
      const item = items.get(key)
      return item ? [{ item, name: names.get(item.subject)?.name ?? item.subject }] : []
    })
  }

  /** True when the plan concerns people outside these schools: somebody for the whole trust decides then. */
  async concernsOthers(planId: string, schools: Schools): Promise<boolean> {
    if (schools === 'all') return false
    const scope = lineScope(schools, this.#on)
    const rows = await this.#deps.db.rows(`select 1 as found from plan_items as i where i.plan_id = ? and i.state <> 'skipped' and not ${scope.sql} limit 1`, [planId, ...scope.bindings])
    return rows.length > 0
  }

  /** True when the plan would do something to one of these people. */
  async concernsOneOf(planId: string, personIds: readonly string[]): Promise<boolean> {
    if (personIds.length === 0) return false
    const row = await this.#deps.db.read('plan_items').where({ plan_id: planId }).whereNot({ state: 'skipped' }).whereIn('subject', [...personIds]).first('seq')
    return row !== undefined
  }

  /** The newest finished look for leavers, made at or after an instant; null when there is none. */
  async newestLook(since: number): Promise<Plan | null> {
    const row = await this.#deps.db.read('plans').where({ kind: 'access', about: 'leavers' }).whereNot({ state: 'planning' }).where('created_at', '>=', since)
      .orderBy('created_at', 'desc').orderBy('id', 'desc').first('id') as { id: string } | undefined
    return row ? this.#deps.plans.get(row.id) : null
  }

  /** The plan that undoes this one. */
  async undoOf(planId: string): Promise<string | null> {
    const row = await this.#deps.db.read('plans').where({ kind: 'access', undo_of: planId }).whereNot({ state: 'refused' }).orderBy('created_at', 'desc').first('id') as { id: string } | undefined
    return row?.id ?? null
  }

  /** Kill switches, by name of the directory (B6). */
  async directories(): Promise<{ name: string; kind: string; paused: boolean }[]> {
    const rows = await this.#deps.db.read('directories').orderBy('name').select('name', 'kind', 'paused') as { name: string; kind: string; paused: number | boolean }[]
    return rows.map(({ name, kind, paused }) => ({ name, kind, paused: Boolean(paused) }))
  }

  actorNames(labels: readonly (string | null)[]): ReturnType<typeof actorNames> {
    return actorNames(this.#deps.people, labels)
  }
}

/** Lines counted at one of the schools; lines without a place, by whose affair the person is. */
function lineScope(schools: Schools, on: CalendarDate): { sql: string; bindings: Knex.RawBinding[] } {
  if (schools === 'all') return { sql: '1 = 1', bindings: [] }
  if (schools.length === 0) return { sql: '1 = 0', bindings: [] }
  const place = placedAt('i.subject', schools, on)
  return {
    sql: `((i.population is not null and (${schools.map(() => 'i.population like ?').join(' or ')})) or (i.population is null and ${place.sql}))`,
    bindings: [...schools.map((id) => `${id}|%`), ...place.values],
  }
}
