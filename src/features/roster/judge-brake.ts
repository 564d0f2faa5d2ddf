import type { Database } from '../../db/database.ts'
import type { BrakeOutcome, PlanStore } from '../../db/plan-store.ts'
import { applyBrake, type BrakeCohort, type BrakeGroup, type BrakeSettings } from '../../shared/brake.ts'
import { type CalendarDate, DAY_MS, type Instant } from '../../shared/dates.ts'
import type { Affiliation } from '../people/affiliation.ts'
import { isCurrent } from '../people/affiliation.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { yearName } from '../people/year-name.ts'
import { chunks } from '../../shared/chunks.ts'
import { rank } from './fact-changes.ts'
import type { Source, SourceStore } from './source-store.ts'

export interface BrakeContext {
  db: Database; plans: PlanStore; sources: SourceStore; people: PeopleQueries
  source: Source; planId: string; on: CalendarDate; now: Instant
  schoolNames: Map<string, string>
  protectedPeople: () => Promise<ReadonlySet<string>>
  settings: BrakeSettings
  /** Those confirmed as leavers of a school inside its roll-over window, as `school|person` (R8). */
  expectedLeavers: (personIds: readonly string[], on: CalendarDate) => Promise<ReadonlySet<string>>
  /** R10: whether this run may apply endings without a person at all. */
  mayApply: boolean
}


/**
 * B1, B2, B4, B5 over the lines that take something away. Those that may not pass are marked held; the rest stays planned.
 * Clearing an e-mail, year, group or guardian link counts like an ending (R3).
 */
export async function judgeBrake(context: BrakeContext): Promise<BrakeOutcome> {
  const { db, planId } = context
  const taking = await takingAway(context)
  const inferred = await context.plans.countActions(planId, 'end')
  if (taking.people.size === 0 && inferred === 0) return { held: [], secondPerson: false, typedCount: false, count: 0 }

  const verdict = applyBrake({
    groups: await populationGroups(context, taking),
    cohorts: await cohorts(context, taking),
    firstRun: !context.source.tookAccessAway,
    rolloverWindow: taking.expected.size > 0,
    settings: context.settings,
  })
  const held: BrakeOutcome['held'] = verdict.verdict === 'pass' ? [] : [...verdict.reasons]
  if (inferred > 0) held.push({ rule: 'R5', text: `${inferred} ${inferred === 1 ? 'pupil is' : 'pupils are'} inferred to have left (every class has ended). This is applied only after approval.` })
  if (!context.mayApply && taking.people.size > 0) held.push({ rule: 'R10', text: 'This source only proposes: what takes access away waits for approval.' })
  const wholeRun = verdict.verdict !== 'pass' || !context.mayApply
  if (wholeRun) await hold(db, planId)
  const guarded = await holdProtected(context, taking)
  if (guarded > 0) held.push({ rule: 'B4', text: `${guarded} protected ${guarded === 1 ? 'person' : 'people'} (administrator, head, DSL): never changed automatically.` })
  return { held, secondPerson: verdict.secondPerson, typedCount: verdict.typedCount, count: taking.people.size }
}

interface Taking {
  /** Our person id -> the line's subject, for people known before this run. */
  people: Map<string, string>
  leavers: Set<string>
  affiliations: Map<string, Affiliation[]>
  /** `school|person` */
  expected: ReadonlySet<string>
}

async function takingAway(context: BrakeContext): Promise<Taking> {
  const rows = await context.db.read('plan_items').where({ plan_id: context.planId })
    .where((w) => { void w.where('rank', rank.leaver).orWhere((v) => { void v.whereNotNull('population').whereNot('population', 'ended-group') }) })
    .groupBy('subject').select('subject').max({ top: 'rank' }) as unknown as { subject: string; top: number }[]
  const taking: Taking = { people: new Map(), leavers: new Set(), affiliations: new Map(), expected: new Set() }
  for (const part of chunks(rows, 900)) {
    const ids = await context.sources.personIds(context.source.id, part.map((row) => row.subject))
    for (const row of part) {
      const id = ids.get(row.subject)
      if (!id) continue
      taking.people.set(id, row.subject)
      if (row.top === rank.leaver) taking.leavers.add(id)
    }
  }
  taking.affiliations = await context.people.affiliationsOf([...taking.people.keys()])
  taking.expected = await context.expectedLeavers([...taking.people.keys()], context.on)
  return taking
}

async function populationGroups(context: BrakeContext, taking: Taking): Promise<BrakeGroup[]> {
  const populations = await context.people.populations(context.now)
  const history = await recentEndings(context)
  const counts = new Map<string, { endings: number; losses: number; expectedEndings: number; expectedLosses: number }>()
  for (const [id] of taking.people) {
    const home = (taking.affiliations.get(id) ?? []).find((affiliation) => isCurrent(affiliation, context.on))
    if (!home) continue
    const key = `${home.schoolId}|${home.role}`
    const count = counts.get(key) ?? { endings: 0, losses: 0, expectedEndings: 0, expectedLosses: 0 }
    count.endings += 1
    if (taking.leavers.has(id)) count.losses += 1
    // Expected is the leaving; what else would be cleared of them counts like anybody's.
    if (taking.leavers.has(id) && taking.expected.has(`${home.schoolId}|${id}`)) {
      count.expectedEndings += 1
      count.expectedLosses += 1
    }
    counts.set(key, count)
  }
  return [...counts].map(([key, count]) => {
    const [schoolId = '', role = ''] = key.split('|')
    const past = history.get(key) ?? { day: 0, week: 0 }
    return {
      schoolId, role, schoolName: context.schoolNames.get(schoolId) ?? schoolId,
      population: Math.max(populations.get(key) ?? 0, count.endings),
      endings: count.endings, accessLoss: count.losses, expectedEndings: count.expectedEndings, expectedAccessLoss: count.expectedLosses,
      endings24h: past.day, endings7d: past.week, accessLoss24h: past.day, accessLoss7d: past.week,
    }
  })
}

/** B1 over 24 hours and 7 days: slow bleeding through many small runs. */
async function recentEndings(context: BrakeContext): Promise<Map<string, { day: number; week: number }>> {
  const rows = await context.db.read('plan_items as i').join('plans as p', 'p.id', 'i.plan_id')
    .where('p.kind', 'roster').where('p.finished_at', '>=', context.now - 7 * DAY_MS).where('i.state', 'applied')
    .whereNotNull('i.population').whereNotIn('i.population', ['ended-group', 'clearing'])
    .groupBy('i.population', 'p.id', 'p.finished_at').select('i.population', 'p.finished_at').countDistinct({ n: 'i.subject' }) as unknown as
    { population: string; finished_at: number; n: number }[]
  const history = new Map<string, { day: number; week: number }>()
  for (const row of rows) {
    const entry = history.get(row.population) ?? { day: 0, week: 0 }
    entry.week += Number(row.n)
    if (row.finished_at >= context.now - DAY_MS) entry.day += Number(row.n)
    history.set(row.population, entry)
  }
  return history
}

/** B2: year and registration groups that would lose nearly everybody. */
async function cohorts(context: BrakeContext, taking: Taking): Promise<BrakeCohort[]> {
  const losing = new Map<string, { schoolId: string; column: 'year_code' | 'reg_group'; value: string; n: number; expected: number }>()
  for (const id of taking.leavers) {
    for (const affiliation of taking.affiliations.get(id) ?? []) {
      if (affiliation.role !== 'pupil' || !isCurrent(affiliation, context.on)) continue
      for (const [column, value] of [['year_code', affiliation.yearCode], ['reg_group', affiliation.regGroup]] as const) {
        if (value === null) continue
        const key = `${affiliation.schoolId}|${column}|${value}`
        const entry = losing.get(key) ?? { schoolId: affiliation.schoolId, column, value, n: 0, expected: 0 }
        entry.n += 1
        if (taking.expected.has(`${affiliation.schoolId}|${id}`)) entry.expected += 1
        losing.set(key, entry)
      }
    }
  }
  const found: BrakeCohort[] = []
  for (const entry of losing.values()) {
    if (entry.n < context.settings.cohort.people) continue
    const size = await context.db.read('affiliations').where({ school_id: entry.schoolId, role: 'pupil', [entry.column]: entry.value })
      .where((w) => { void w.whereNull('end_date').orWhere('end_date', '>=', context.on) }).countDistinct({ n: 'person_id' }).first()
    found.push({
      schoolId: entry.schoolId, schoolName: context.schoolNames.get(entry.schoolId) ?? entry.schoolId,
      name: entry.column === 'year_code' ? yearName(entry.value) : entry.value,
      size: Number(size?.['n'] ?? entry.n), losing: entry.n, expected: entry.expected,
    })
  }
  return found
}

async function hold(db: Database, planId: string): Promise<void> {
  await db.transaction(async () => {
    await db.sql('plan_items').where({ plan_id: planId, state: 'planned' })
      .where((w) => { void w.where('rank', rank.leaver).orWhere((v) => { void v.whereNotNull('population').whereNot('population', 'ended-group') }) })
      .update({ state: 'held' })
  })
}

async function holdProtected(context: BrakeContext, taking: Taking): Promise<number> {
  const guarded = await context.protectedPeople()
  const subjects = [...taking.people].filter(([id]) => guarded.has(id)).map(([, subject]) => subject)
  if (subjects.length === 0) return 0
  await context.db.transaction(async () => {
    await context.db.sql('plan_items').where({ plan_id: context.planId }).whereIn('subject', subjects).whereIn('state', ['planned', 'held'])
      .where((w) => { void w.where('rank', rank.leaver).orWhereNotNull('population') }).update({ state: 'held' })
  })
  return subjects.length
}
