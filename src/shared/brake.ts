/**
 * The brake (B1 to B5): whether a plan that takes access away may be applied without asking a person. Pure, and the same
 * for roster runs, issuing, leavers and reconcile. It counts only what is lost; giving access back is never braked (B7),
 * so callers leave it out, as they do an emergency for one person.
 */
export interface BrakeSettings {
  /** B1: held above the larger of `count` and `percent` of the population. */
  first: { count: number; percent: number }
  /** B1: where the population is below `below`, held above `count`. */
  small: { below: number; count: number }
  /** B2: held when a cohort of at least `people` would lose at least `percent` of its members. */
  cohort: { people: number; percent: number }
  /** B5: a second person and the typed count above the larger of the two. */
  second: { count: number; percent: number }
}

/** Defaults of every trust; each can be set (B1, B2, B5). */
export const BRAKE_DEFAULTS: BrakeSettings = {
  first: { count: 5, percent: 5 },
  small: { below: 20, count: 2 },
  cohort: { people: 5, percent: 80 },
  second: { count: 25, percent: 10 },
}

/** One school x role. Counts are people; those applied earlier are given apart from those of this run. */
export interface BrakeGroup {
  schoolId: string
  /** For the text of a reason; the id where absent. */
  schoolName?: string
  role: string
  /** People in this role at this school before the run. */
  population: number
  /** Affiliations that this run would end. */
  endings: number
  /** People whose access this run would lower. */
  accessLoss: number
  /** Already applied in the 24 hours and in the 7 days before this run. */
  endings24h: number
  endings7d: number
  accessLoss24h: number
  accessLoss7d: number
  /** Of `endings` and `accessLoss`: those on the list confirmed for the rollover; they count for nothing inside its window. */
  expectedEndings?: number
  expectedAccessLoss?: number
  /** Protected people among them (B4). A caller that has taken them out, to be answered one by one, gives 0. */
  protected?: number
}

/** One year or group of a school. */
export interface BrakeCohort {
  schoolId: string
  schoolName?: string
  /** As a person would say it, such as "Year 7" or "7B". */
  name: string
  size: number
  losing: number
  /** Of `losing`: those on the list confirmed for the rollover. */
  expected: number
}

export interface BrakeInput {
  groups: readonly BrakeGroup[]
  cohorts: readonly BrakeCohort[]
  /** This source, or this directory, has never taken access away before (B5). */
  firstRun: boolean
  /** Today lies in a declared rollover window (R8). */
  rolloverWindow: boolean
  /** The source supplied nothing at all (B3). */
  emptyInput?: boolean
  settings?: BrakeSettings
}

export type BrakeRule = 'B1' | 'B2' | 'B3' | 'B4' | 'B5'

export interface BrakeReason {
  rule: BrakeRule
  /** One sentence for the person who has to decide. */
  text: string
  /** Absent where the reason is about the run as a whole. */
  schoolId?: string
}

/** What a reader is told: reasons of the whole run, and those about schools that they see. */
export function reasonsFor<R extends { schoolId?: string }>(reasons: readonly R[], sees: (schoolId: string) => boolean): R[] {
  return reasons.filter(({ schoolId }) => schoolId === undefined || sees(schoolId))
}

export interface BrakeVerdict {
  /** `refused`: unusable, nothing is applied. `held`: what takes access away waits for a person. */
  verdict: 'pass' | 'held' | 'refused'
  reasons: BrakeReason[]
  /** B5: the one who approves must not be the one who asked. */
  secondPerson: boolean
  /** B5: the approver types how many people it concerns. */
  typedCount: boolean
}

/** @throws RangeError on a count that is no whole number of people: a brake that cannot count must not let anything pass. */
export function applyBrake(input: BrakeInput): BrakeVerdict {
  const settings = input.settings ?? BRAKE_DEFAULTS
  if (input.emptyInput) {
    const text = 'The source supplied nothing at all. An empty file never means that everybody has left.'
    return { verdict: 'refused', reasons: [{ rule: 'B3', text }], secondPerson: false, typedCount: false }
  }
  const losses = input.groups.flatMap(group => lossesOf(group, input.rolloverWindow))
  const large = losses.some(loss => isAbove(loss, settings.second))
  const reasons = [
    ...losses.filter(loss => isBraked(loss, settings)).filter(isShortestSpan).map(loss => thresholdReason(loss, settings)),
    ...input.cohorts.flatMap(cohort => cohortReason(cohort, input.rolloverWindow, settings)),
    ...input.groups.flatMap(protectedReason),
    ...(large ? [secondPersonReason(settings)] : []),
    ...firstRunReason(input),
  ]
  return { verdict: reasons.length > 0 ? 'held' : 'pass', reasons, secondPerson: large, typedCount: large }
}

type Kind = 'endings' | 'access loss'
type Span = 'in this run' | 'within 24 hours' | 'within 7 days'
interface Loss { group: BrakeGroup; kind: Kind; span: Span; count: number }

function lossesOf(group: BrakeGroup, rollover: boolean): Loss[] {
  const loss = (kind: Kind, now: number, expected: number, day: number, week: number): Loss[] => {
    const { population } = group
    for (const count of [population, now, expected, day, week]) assertCount(count)
    const unexpected = rollover ? Math.max(0, now - expected) : now
    // A plan that adds nothing is not held for what went before it.
    if (unexpected === 0) return []
    return [
      { group, kind, span: 'in this run', count: unexpected },
      { group, kind, span: 'within 24 hours', count: unexpected + day },
      { group, kind, span: 'within 7 days', count: unexpected + week },
    ]
  }
  return [
    ...loss('endings', group.endings, group.expectedEndings ?? 0, group.endings24h, group.endings7d),
    ...loss('access loss', group.accessLoss, group.expectedAccessLoss ?? 0, group.accessLoss24h, group.accessLoss7d),
  ]
}

function isBraked(loss: Loss, settings: BrakeSettings): boolean {
  const { small } = settings
  return loss.group.population < small.below ? loss.count > small.count : isAbove(loss, settings.first)
}

/** Whole numbers on both sides, so that 5 % of 140 is exactly 7. */
function isAbove(loss: Loss, limit: { count: number; percent: number }): boolean {
  return loss.count > limit.count && loss.count * 100 > limit.percent * loss.group.population
}

/** The longer spans contain the shorter ones, so the first that is too much says it all. */
function isShortestSpan(loss: Loss, at: number, braked: Loss[]): boolean {
  return braked.findIndex(each => each.group === loss.group && each.kind === loss.kind) === at
}

function thresholdReason({ group, kind, span, count }: Loss, settings: BrakeSettings): BrakeReason {
  const limit = group.population < settings.small.below
    ? settings.small.count
    : Math.max(settings.first.count, Math.floor(settings.first.percent * group.population / 100))
  const what = kind === 'endings' ? 'would be ended' : 'would lose access'
  return {
    rule: 'B1', schoolId: group.schoolId,
    text: `${place(group)}, ${group.role}: ${count} of ${group.population} people ${what} ${span}; up to ${limit} pass without asking.`,
  }
}

function cohortReason(cohort: BrakeCohort, rollover: boolean, { cohort: limit }: BrakeSettings): BrakeReason[] {
  for (const count of [cohort.size, cohort.losing, cohort.expected]) assertCount(count)
  const losing = rollover ? Math.max(0, cohort.losing - cohort.expected) : cohort.losing
  if (losing === 0 || cohort.size < limit.people || losing * 100 < limit.percent * cohort.size) return []
  const text = `${place(cohort)}, ${cohort.name}: ${losing} of ${cohort.size} people would lose their place or access together.`
  return [{ rule: 'B2', schoolId: cohort.schoolId, text }]
}

function protectedReason(group: BrakeGroup): BrakeReason[] {
  const count = group.protected ?? 0
  assertCount(count)
  if (count === 0) return []
  const text = `${place(group)}, ${group.role}: ${count} protected ${count === 1 ? 'person is' : 'people are'} among them; ` +
    'Assent never acts on those by itself.'
  return [{ rule: 'B4', schoolId: group.schoolId, text }]
}

function secondPersonReason({ second }: BrakeSettings): BrakeReason {
  const text = `More than ${second.count} people and more than ${second.percent} % of a group: ` +
    'a second person has to approve and type the number of people.'
  return { rule: 'B5', text }
}

function firstRunReason({ firstRun, groups, cohorts }: BrakeInput): BrakeReason[] {
  const losesAny = groups.some(group => group.endings > 0 || group.accessLoss > 0) || cohorts.some(cohort => cohort.losing > 0)
  if (!firstRun || !losesAny) return []
  return [{ rule: 'B5', text: 'This is the first run that would take access away, so a person looks at it first.' }]
}

function place(of: { schoolId: string; schoolName?: string }): string {
  return of.schoolName ?? `School ${of.schoolId}`
}

function assertCount(count: number): void {
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`not a count of people: ${count}`)
}
