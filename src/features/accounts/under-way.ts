import { addDays, type CalendarDate, type Instant } from '../../shared/dates.ts'
import type { AccessDeps } from './access-deps.ts'
import { planAccountChange } from './account-change.ts'
import type { Account } from './account-store.ts'
import { settledDelta } from './bring-about.ts'
import type { DesiredAccess } from './desired-access.ts'
import { targetsById } from './stage-items.ts'

/** What is to be changed in one account and was not seen there yet; names no cause (A5). */
export interface UnderWay {
  does: 'off' | 'on' | 'change'
  /** When it was decided. */
  askedAt: Instant
  /** `paused`: the directory's switch is off (B6). `person`: somebody does it by hand, from the list of tasks. */
  waitsFor: 'paused' | 'person' | null
}

/** Of these accounts of one person, those with a change under way. Looks only where something differs from what should be. */
export async function changesUnderWay(deps: AccessDeps, personId: string, accounts: readonly Account[], desired: DesiredAccess): Promise<Map<string, UnderWay>> {
  const targets = targetsById(deps)
  const differing = accounts.flatMap((account) => {
    const target = targets.get(account.directoryId)
    if (!target || target.mode === 'observe') return []
    const { change } = planAccountChange(account.observed, desired, settledDelta(account, account.observed, target), target.mapping)
    return change ? [{ account, change }] : []
  })
  if (differing.length === 0) return new Map()
  const decidedAt = await lastDecided(deps, personId)
  const guarded = (await deps.protectedPeople()).has(personId)
  const paused = await deps.directories.paused()
  return new Map(differing.flatMap(({ account, change }): [string, UnderWay][] => {
    const { pending } = account.observed
    // What was looked at since shows what is: then a brake holds it, a person undid it, or the directory refused.
    const notSeenYet = decidedAt !== null && decidedAt >= account.observedAt
    if (!notSeenYet && account.intent === null && !pending) return []
    const does = change.enabled === undefined ? 'change' : change.enabled ? 'on' : 'off'
    // B4: what protects somebody protects them against taking away only.
    if (guarded && does !== 'on') return []
    return [[account.id, { does, askedAt: decidedAt ?? account.intent?.at ?? account.observedAt, waitsFor: paused.has(account.directoryId) ? 'paused' : pending ? 'person' : null }]]
  }))
}

/** When what should hold for this person was last decided, or changed by a date that had come. */
async function lastDecided({ restrictions, clock }: AccessDeps, personId: string): Promise<Instant | null> {
  const now = clock.now()
  const moments = [
    ...(await restrictions.allOf(personId)).flatMap((one) => [Math.max(one.placedAt, startOf(one.fromDate)), one.releasedAt, one.untilDate === null ? null : startOf(addDays(one.untilDate, 1))]),
    ...(await restrictions.allExemptionsOf(personId)).flatMap((one) => [one.placedAt, one.endedAt, startOf(addDays(one.untilDate, 1))]),
  ].filter((at): at is Instant => at !== null && at <= now)
  return moments.length === 0 ? null : Math.max(...moments)
}

/** As the jobs that follow a date: midnight in UTC. */
const startOf = (date: CalendarDate): Instant => Date.parse(`${date}T00:00:00Z`)
