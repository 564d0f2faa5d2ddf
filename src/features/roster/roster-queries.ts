import type { Knex } from 'knex'
import type { RosterFact } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { Plan, PlanItem, PlanStore } from '../../db/plan-store.ts'
import { actorNames } from '../people/actor-names.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { chunks } from '../../shared/chunks.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { classCondition, perPerson, type PersonClass, personClasses } from './person-classes.ts'
import type { Rejection, RosterRun } from './roster-run.ts'
import { type LineScope, lineScope, type Reader, runScope } from './roster-scope.ts'
import type { RunStore } from './run-store.ts'
import type { Source, SourceStore } from './source-store.ts'
import type { UndoLine, UndoneLine } from './undo/run-changes.ts'

/** A source as the list shows it. */
export interface SourceSummary {
  source: Source
  lastRun: RosterRun | null
  /** Schools it supplies. */
  schoolIds: string[]
}

/** Everything one run's page needs to know of the run itself. */
export interface RunView {
  run: RosterRun
  source: Source
  plan: Plan
  /** What of its lines the reader may see; null is all. */
  scope: LineScope | null
  /** School key of the feed -> our school's id. */
  schoolKeys: Map<string, string>
  /** Newer run of the same source, where there is one. */
  newerRunId: string | null
}

/** One person of a plan with all the lines the reader may see. */
export interface PlannedPerson {
  subject: string
  /** Our id, when known before. */
  personId: string | null
  /** Preferred name; null when the plan does not say. */
  name: string | null
  /** Where an earlier reading of this source has placed them. */
  places: { role: string; yearCode: string | null; schoolId: string }[]
  items: PlanItem[]
}

/** What pages ask of the roster; every answer holds only what the reader may see. */
export class RosterQueries {
  readonly #deps: { db: Database; sources: SourceStore; runs: RunStore; plans: PlanStore; people: PeopleQueries; schools: SchoolStore }
  constructor(deps: { db: Database; sources: SourceStore; runs: RunStore; plans: PlanStore; people: PeopleQueries; schools: SchoolStore }) {
    this.#deps = deps
  }

  async sources(reader: Reader): Promise<SourceSummary[]> {
    const { sources, runs } = this.#deps
    const found: SourceSummary[] = []
    for (const source of await sources.all()) {
      const schoolIds = [...new Set((await sources.schoolMap(source.id)).values())]
      const [lastRun = null] = await runs.list(1, source.id)
      const mine = reader.schools === 'all' || schoolIds.some((id) => reader.schools.includes(id)) || lastRun?.actor === reader.label
      if (mine) found.push({ source, lastRun, schoolIds })
    }
    return found
  }

  /** Runs, newest first. */
  async runs(reader: Reader, filter: { sourceId?: string | undefined; state?: string | undefined }, page: { offset: number; limit: number }): Promise<{ runs: RosterRun[]; total: number }> {
    const { db, runs } = this.#deps
    const narrowed = (): Knex.QueryBuilder => {
      const query = db.read('roster_runs')
      if (filter.sourceId) void query.where({ source_id: filter.sourceId })
      if (filter.state) void query.where({ state: filter.state })
      return runScope(query, reader)
    }
    const rows = await narrowed().orderBy([{ column: 'started_at', order: 'desc' }, { column: 'id', order: 'desc' }]).offset(page.offset).limit(page.limit).select('id') as { id: string }[]
    const total = await narrowed().count({ n: '*' }).first() as { n: number }
    const found = await Promise.all(rows.map(({ id }) => runs.get(id)))
    return { runs: found.flatMap((run) => run ?? []), total: Number(total.n) }
  }

  /** One run, or null when there is none that the reader may see. */
  async run(id: string, reader: Reader): Promise<RunView | null> {
    const { db, runs, sources, plans } = this.#deps
    const seen = await runScope(db.read('roster_runs').where({ id }), reader).first('id') as { id: string } | undefined
    const run = seen ? await runs.get(id) : null
    const source = run ? await sources.byId(run.sourceId) : null
    const plan = run?.planId ? await plans.get(run.planId) : null
    if (!run || !source || !plan) return null
    const schoolKeys = new Map([...Object.entries(run.proof.schoolIds ?? {}), ...await sources.schoolMap(source.id)])
    const [newest] = await runs.list(1, source.id)
    return { run, source, plan, schoolKeys, scope: lineScope(plan.id, source.id, reader, schoolKeys), newerRunId: newest && newest.id !== run.id ? newest.id : null }
  }

  /** How many people of each class the plan holds. */
  async classes({ plan, scope }: RunView): Promise<Record<PersonClass, number>> {
    const { sql, bindings } = perPerson(plan.id, scope)
    const [row = {}] = await this.#deps.db.rows(
      `select ${personClasses.map((name) => `coalesce(sum(case when ${classCondition[name]} then 1 else 0 end), 0) as ${name}`).join(', ')} from (${sql}) as per_person`, bindings)
    return Object.fromEntries(personClasses.map((name) => [name, Number(row[name] ?? 0)])) as Record<PersonClass, number>
  }

  /** One page of the people of a class, in the order of the file. */
  async people(view: RunView, wanted: PersonClass, page: { offset: number; limit: number }): Promise<PlannedPerson[]> {
    const { plans } = this.#deps
    const { sql, bindings } = perPerson(view.plan.id, view.scope)
    const rows = await this.#deps.db.rows(
      `select subject from (${sql}) as per_person where ${classCondition[wanted]} order by first_seq limit ? offset ?`, [...bindings, page.limit, page.offset])
    const subjects = rows.map((row) => row['subject'] as string)
    const items = await plans.itemsOf(view.plan.id, subjects)
    const visible = view.scope === null ? items : await this.#visible(view, items)
    const known = await this.#deps.sources.personIds(view.source.id, subjects)
    const names = await this.#deps.people.people([...known.values()])
    const places = await this.#deps.people.affiliationsOf([...known.values()])
    return subjects.map((subject) => {
      const personId = known.get(subject) ?? null
      const mine = visible.filter((item) => item.subject === subject)
      return { subject, personId, name: nameIn(mine) ?? names.get(personId ?? '')?.name ?? null, places: places.get(personId ?? '') ?? [], items: mine.filter((item) => item.action !== 'rekeyed' || item.population !== null).toSorted(gravestFirst) }
    })
  }

  async #visible({ plan, scope }: RunView, items: PlanItem[]): Promise<PlanItem[]> {
    if (!scope) return items
    const seqs = new Set<number>()
    for (const part of chunks(items.map((item) => item.seq), 300)) {
      const rows = await this.#deps.db.rows(
        `select seq from plan_items as i where plan_id = ? and seq in (${part.map(() => '?').join(', ')}) and ${scope.sql}`, [plan.id, ...part, ...scope.bindings])
      for (const row of rows) seqs.add(Number(row['seq']))
    }
    return items.filter((item) => seqs.has(item.seq))
  }

  /** True when the plan holds endings of people whom the reader may not see: somebody for the whole trust decides then. */
  async holdsOthers({ plan, scope }: RunView): Promise<boolean> {
    if (!scope) return false
    const rows = await this.#deps.db.rows(`select 1 as found from plan_items as i where plan_id = ? and state = 'held' and not ${scope.sql} limit 1`, [plan.id, ...scope.bindings])
    return rows.length > 0
  }

  /** P7: whether a held line is about one of these people. */
  async holdsOneOf({ plan, source }: RunView, personIds: readonly string[]): Promise<boolean> {
    if (personIds.length === 0) return false
    const row = await this.#deps.db.read('plan_items as i').join('source_people as s', 's.external_id', 'i.subject')
      .where({ 'i.plan_id': plan.id, 'i.state': 'held', 's.source_id': source.id }).whereIn('s.person_id', [...personIds]).first('i.seq')
    return row !== undefined
  }

  /** One page of an undo, what takes something away first. */
  async undoLines(undoId: string, sourceId: string, page: { offset: number; limit: number }): Promise<UndoneLine[]> {
    const { plans, sources, people } = this.#deps
    const items = await plans.page(undoId, page)
    const names = await people.people(items.map((item) => (item.after as UndoLine).personId))
    const known = await sources.personIds(sourceId, items.map(({ subject }) => subject))
    return items.map(({ subject, after, state, reason }) => {
      const line = after as UndoLine
      return { subject: known.has(subject) || !names.has(line.personId) ? subject : '', name: names.get(line.personId)?.name ?? null, known: names.has(line.personId), line, state, reason }
    })
  }

  /** Of these people those whom an undo concerns (P7). */
  async undoneAmong(undoId: string, personIds: readonly string[]): Promise<string[]> {
    const rows = await this.#deps.db.rowsIn('select item_key from plan_items where plan_id = ? and item_key in (:list)', [undoId], personIds.map((id) => `undo:${id}`))
    return rows.map((row) => (row['item_key'] as string).slice('undo:'.length))
  }

  async rejections(runId: string, page: { offset: number; limit: number }): Promise<Rejection[]> {
    return this.#deps.db.read('roster_rejections').where({ run_id: runId }).orderBy('seq').offset(page.offset).limit(page.limit).select('file', 'line', 'reason')
  }

  async countRejections(runId: string): Promise<number> {
    const row = await this.#deps.db.read('roster_rejections').where({ run_id: runId }).count({ n: '*' }).first()
    return Number(row?.['n'] ?? 0)
  }

  actorNames(labels: readonly (string | null)[]): ReturnType<typeof actorNames> {
    return actorNames(this.#deps.people, labels)
  }
}

/** What waits, then the gravest change, then the order of the file. */
function gravestFirst(a: PlanItem, b: PlanItem): number {
  return Number(b.state === 'held') - Number(a.state === 'held') || b.rank - a.rank || a.seq - b.seq
}

/** The name that the plan itself states, newest first. */
function nameIn(items: readonly PlanItem[]): string | null {
  for (const side of ['after', 'before'] as const) {
    for (const item of items) {
      const facts = side === 'after' ? (item.after as { facts?: RosterFact[] } | null)?.facts ?? [] : item.before as RosterFact[] | null ?? []
      const person = facts.find((fact) => fact.kind === 'person')
      if (person?.kind === 'person') return `${person.preferredForename} ${person.surname}`.trim()
    }
  }
  return null
}
