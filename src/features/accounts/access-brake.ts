import type { Database } from '../../db/database.ts'
import { applyBrake, type BrakeCohort, type BrakeGroup, type BrakeSettings, type BrakeVerdict } from '../../shared/brake.ts'
import { type CalendarDate, DAY_MS, type Instant } from '../../shared/dates.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { yearName } from '../people/year-name.ts'
import { accessRank } from './access-item.ts'

/** Somebody who would lose access, at the place where the brake counts them. */
export interface LosingPerson {
  personId: string
  schoolId: string
  role: string
  yearCode: string | null
  regGroup: string | null
  /** False for a leaver: the school's head count of today no longer holds them. */
  current: boolean
}

export interface AccessBrakeContext {
  db: Database
  people: PeopleQueries
  settings: BrakeSettings
  now: Instant
  on: CalendarDate
  schoolNames: ReadonlyMap<string, string>
  /** The plan being judged, which is no part of its own past. */
  planId: string
  /** R8: of these people those on the list confirmed for a school that is inside its roll-over window: `school|person`. */
  expectedLeavers?: (personIds: readonly string[], on: CalendarDate) => Promise<ReadonlySet<string>>
  /** B5: false for what a person decided about one person. */
  firstRunMatters: boolean
}

/** Items that did take access away. */
const DONE = ['applied', 'verified']

/** B1, B2, B5 over the people who would lose access; one person counts once, however many accounts they have. */
export async function judgeAccess(context: AccessBrakeContext, losing: readonly LosingPerson[]): Promise<BrakeVerdict> {
  if (losing.length === 0) return { verdict: 'pass', reasons: [], secondPerson: false, typedCount: false }
  // Only leavers: whoever is still there loses nothing to a roll-over.
  const left = losing.filter(({ current }) => !current).map(({ personId }) => personId)
  const expected = left.length > 0 ? await context.expectedLeavers?.(left, context.on) ?? new Set<string>() : new Set<string>()
  return applyBrake({
    groups: await groups(context, losing, expected),
    cohorts: await cohorts(context, losing, expected),
    firstRun: context.firstRunMatters && !await tookAccessBefore(context),
    rolloverWindow: expected.size > 0,
    settings: context.settings,
  })
}

const isExpected = (expected: ReadonlySet<string>) => ({ schoolId, personId, current }: LosingPerson): boolean => !current && expected.has(`${schoolId}|${personId}`)

async function groups(context: AccessBrakeContext, losing: readonly LosingPerson[], expected: ReadonlySet<string>): Promise<BrakeGroup[]> {
  const populations = await context.people.populations(context.now)
  const past = await recentLosses(context, losing)
  const byGroup = Map.groupBy(losing, ({ schoolId, role }) => `${schoolId}|${role}`)
  return [...byGroup].map(([key, people]) => {
    const { schoolId, role } = people[0] as LosingPerson
    const ended = people.filter((person) => !person.current).length
    const { day, week } = past.get(key) ?? { day: 0, week: 0 }
    return {
      schoolId, role, schoolName: context.schoolNames.get(schoolId) ?? schoolId,
      population: Math.max((populations.get(key) ?? 0) + ended, people.length),
      endings: 0, accessLoss: people.length, endings24h: 0, endings7d: 0, accessLoss24h: day, accessLoss7d: week,
      expectedAccessLoss: people.filter(isExpected(expected)).length,
    }
  })
}

/**
 * B1 over 24 hours and 7 days: slow bleeding through many small runs. A person counts once, however often they lost something, and not
 * beside the run that is judged; what an undo gave back does not count.
 */
async function recentLosses({ db, now, planId }: AccessBrakeContext, losing: readonly LosingPerson[]): Promise<Map<string, { day: number; week: number }>> {
  const since = now - 7 * DAY_MS
  const current = new Set(losing.map(({ personId }) => personId))
  const rows = await db.read('plan_items as i').join('plans as p', 'p.id', 'i.plan_id')
    .where('p.kind', 'access').whereNot('p.id', planId).whereNot('p.state', 'undone').where('p.created_at', '>=', since - 7 * DAY_MS)
    .whereIn('i.state', DONE).where('i.rank', accessRank.loss).whereNotNull('i.population')
    .groupBy('i.population', 'i.subject').select('i.population', 'i.subject', db.read.raw('max(coalesce(p.finished_at, p.approved_at, p.created_at)) as lost_at')) as unknown as
    { population: string; subject: string; lost_at: number }[]
  const past = new Map<string, { day: number; week: number }>()
  for (const row of rows) {
    const at = Number(row.lost_at)
    if (at < since || current.has(row.subject)) continue
    const entry = past.get(row.population) ?? { day: 0, week: 0 }
    entry.week += 1
    if (at >= now - DAY_MS) entry.day += 1
    past.set(row.population, entry)
  }
  return past
}

/** B5: whether any run over many people has taken access away before. Acts on one person prove nothing about a run. */
async function tookAccessBefore({ db, planId }: AccessBrakeContext): Promise<boolean> {
  const row = await db.read('plans as p').join('plan_items as i', 'p.id', 'i.plan_id')
    .where('p.kind', 'access').whereNot('p.id', planId).whereNot('p.about', 'like', 'person:%').whereIn('i.state', DONE).where('i.rank', accessRank.loss).first('p.id')
  return row !== undefined
}

/** B2: year and registration groups that would lose nearly everybody. */
async function cohorts(context: AccessBrakeContext, losing: readonly LosingPerson[], expected: ReadonlySet<string>): Promise<BrakeCohort[]> {
  const pupils = losing.filter(({ role }) => role === 'pupil')
  const found: BrakeCohort[] = []
  for (const [column, field] of [['year_code', 'yearCode'], ['reg_group', 'regGroup']] as const) {
    for (const people of Map.groupBy(pupils.filter((person) => person[field] !== null), (person) => `${person.schoolId}|${person[field]}`).values()) {
      if (people.length < context.settings.cohort.people) continue
      const { schoolId, [field]: value } = people[0] as LosingPerson
      const row = await context.db.read('affiliations').where({ school_id: schoolId, role: 'pupil', [column]: value })
        .where((w) => { void w.whereNull('end_date').orWhere('end_date', '>=', context.on) }).countDistinct({ n: 'person_id' }).first()
      const ended = people.filter((person) => !person.current).length
      found.push({
        schoolId, schoolName: context.schoolNames.get(schoolId) ?? schoolId, name: column === 'year_code' ? yearName(String(value)) : String(value),
        size: Math.max(Number(row?.['n'] ?? 0) + ended, people.length), losing: people.length, expected: people.filter(isExpected(expected)).length,
      })
    }
  }
  return found
}
