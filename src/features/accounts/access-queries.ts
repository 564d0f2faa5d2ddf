import type { BrakeOutcome, Plan, PlanItemState } from '../../db/plan-store.ts'
import type { AccessDeps } from './access-deps.ts'
import { afterOf, type ItemBefore } from './access-item.ts'
import type { AccessLevel } from './desired-access.ts'
import { visibleRestriction } from './neutral-words.ts'

/** One line of a plan for a person to read. */
export interface PlanLine {
  seq: number
  personId: string
  /** Preferred name; the id when the person is erased. */
  who: string
  /** School and role, such as "Larkrise Primary, pupil"; null where unknown. */
  place: string | null
  directory: string
  username: string
  action: string
  level: AccessLevel
  before: ItemBefore | null
  reason: string
  row: { file: string; line: number } | null
  state: PlanItemState
  error: string | null
}

export interface PlanView {
  plan: Plan
  brake: BrakeOutcome
  lines: PlanLine[]
  total: number
  progress: Progress
}

export interface Progress {
  /** Lines that are over: verified, skipped, given back. */
  done: number
  total: number
  failed: number
}

/** One entry of a person's history, newest first. */
export interface TimelineEvent {
  at: number
  kind: 'restricted' | 'released' | 'undone' | 'exempted' | 'exemption-ended' | 'drift'
  level: AccessLevel
  profile: string | null
  text: string
  by: string | null
}

/** What pages may ask about access. */
export class AccessQueries {
  readonly #deps: AccessDeps
  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  /** Plans that wait for a decision, and the newest others that did something; acts on one person are in their own history. */
  async plans(limit: number): Promise<{ waiting: Plan[]; done: Plan[] }> {
    const { db, plans } = this.#deps
    const rows = await db.read('plans').where({ kind: 'access' }).where((w) => {
      void w.whereIn('state', ['held', 'planned']).orWhereNot('about', 'like', 'person:%')
    }).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit * 4).select('id')
    const found = (await Promise.all(rows.map((row) => plans.get(row.id as string)))).flatMap((plan) => plan ?? [])
    const waits = (plan: Plan) => (plan.state === 'held' || plan.state === 'planned') && (plan.counts['planned'] ?? 0) > 0
    return {
      waiting: found.filter(waits).slice(0, limit),
      done: found.filter((plan) => !waits(plan) && ((plan.counts['planned'] ?? 0) > 0)).slice(0, limit),
    }
  }

  /** One plan with a page of its lines, takings-away first; null when there is none. */
  async plan(id: string, page: { offset: number; limit: number; states?: PlanItemState[] }): Promise<PlanView | null> {
    const { plans, people, schools } = this.#deps
    const plan = await plans.get(id)
    if (plan?.kind !== 'access') return null
    const items = await plans.page(id, page)
    const names = await people.people([...new Set(items.map((item) => item.subject))])
    const schoolNames = new Map((await schools.all()).map((school) => [school.id, school.name]))
    const progress = await this.progress(id)
    return {
      plan, brake: plan.brake, total: progress.total, progress,
      lines: items.map((item): PlanLine => {
        const { directory, username, level } = afterOf(item)
        const [schoolId = '', role = ''] = item.population?.split('|') ?? []
        return {
          seq: item.seq, personId: item.subject, who: names.get(item.subject)?.name ?? item.subject,
          place: item.population === null ? null : `${schoolNames.get(schoolId) ?? schoolId}, ${role}`, directory, username, action: item.action, level,
          before: item.before as ItemBefore | null, reason: item.reason ?? '',
          row: item.file !== null && item.line !== null ? { file: item.file, line: item.line } : null, state: item.state, error: item.error,
        }
      }),
    }
  }

  /** How far a plan is; readable while it runs (B6). */
  async progress(planId: string): Promise<Progress> {
    const counts = await this.#deps.plans.countItems(planId)
    const total = Object.values(counts).reduce((sum, n) => sum + n, 0)
    return { done: (counts.verified ?? 0) + (counts.skipped ?? 0) + (counts.reverted ?? 0), total, failed: counts.failed ?? 0 }
  }

  /** Everything placed on and taken off one person, newest first; in neutral words outside the circle (A5). */
  async timeline(personId: string, options: { reveal: boolean }): Promise<TimelineEvent[]> {
    const events: TimelineEvent[] = []
    for (const restriction of await this.#deps.restrictions.allOf(personId)) {
      const { level, profile, reason, placedBy, cause } = visibleRestriction(restriction, options.reveal)
      events.push({ at: restriction.placedAt, kind: 'restricted', level, profile, text: reason, by: placedBy })
      if (restriction.releasedAt !== null) {
        const undone = restriction.planId !== null && (await this.#deps.plans.get(restriction.planId))?.state === 'undone'
        events.push({ at: restriction.releasedAt, kind: undone ? 'undone' : 'released', level, profile, text: reason, by: cause === null ? null : restriction.releasedBy })
      }
    }
    for (const { placedAt, floorLevel, reason, by, untilDate, endedAt, endedBy } of await this.#deps.restrictions.allExemptionsOf(personId)) {
      events.push({ at: placedAt, kind: 'exempted', level: floorLevel, profile: null, text: `${reason}; until ${untilDate}`, by })
      if (endedAt !== null) events.push({ at: endedAt, kind: 'exemption-ended', level: floorLevel, profile: null, text: reason, by: endedBy })
    }
    for (const account of (await this.#deps.accounts.ofPeople([personId])).get(personId) ?? []) {
      for (const note of account.drift) events.push({ at: account.observedAt, kind: 'drift', level: 'full', profile: null, text: `${account.username}: ${note.text}`, by: null })
    }
    return events.toSorted((a, b) => b.at - a.at)
  }

  /** Accounts of one directory (or all) that belong to nobody: reported, never touched. */
  async orphans(directory: string | null, limit: number): Promise<{ id: string; directory: string; username: string; enabled: boolean }[]> {
    const names = new Map([...this.#deps.targets].map(([name, target]) => [target.id, name]))
    const id = directory === null ? null : this.#deps.targets.get(directory)?.id ?? ''
    return (await this.#deps.accounts.orphans(id, limit)).map((account) => ({
      id: account.id, directory: names.get(account.directoryId) ?? account.directoryId, username: account.username, enabled: account.observed.enabled,
    }))
  }
}
