import type { CalendarDate, Instant } from '../../shared/dates.ts'

/** From the strictest to none: no access yet, taken away, partial, everything (A1). */
export const ACCESS_LEVELS = ['none-yet', 'suspended', 'restricted', 'full'] as const
export type AccessLevel = (typeof ACCESS_LEVELS)[number]

export type RestrictionCause = 'leaver' | 'school-leaver' | 'misuse' | 'safeguarding' | 'unsigned' | 'guest-expired' | 'manual'

/** "At most this access" (A2). Whoever caused it lifts it by its release key, in their own transaction. */
export interface Restriction {
  id: string
  personId: string
  cause: RestrictionCause
  /** `full` where the restriction brings only a profile. */
  level: AccessLevel
  /** A named partial access, such as "no-internet"; null where the level says it all. */
  profile: string | null
  reason: string
  fromDate: CalendarDate
  /** The last day on which it holds; null until it is released. */
  untilDate: CalendarDate | null
  placedBy: string
  placedAt: Instant
  releaseKey: string | null
  releasedAt: Instant | null
  /** Placed at once by the DSL or head for one person; with cause `safeguarding` it is not braked (B7). */
  emergency: boolean
}

/** "No stricter than this until" (A1): a floor under the level, up to and including a date. Profiles stay, and so does what was decided about one person (`HOLDS`). */
export interface Exemption {
  personId: string
  floorLevel: AccessLevel
  untilDate: CalendarDate
  reason: string
  by: string
}

/** Why the access is what it is: every active restriction and exemption, and what came of it. In a fixed order. */
export type AccessCause =
  | {
    kind: 'restriction'
    id: string
    cause: RestrictionCause
    level: AccessLevel
    profile: string | null
    reason: string
    untilDate: CalendarDate | null
    /** `decides` the level, is `weaker` than what decides, or was `lifted` by an exemption. */
    effect: 'decides' | 'weaker' | 'lifted'
  }
  | { kind: 'exemption'; floorLevel: AccessLevel; untilDate: CalendarDate; reason: string; effect: 'decides' | 'weaker' }

export interface DesiredAccess {
  level: AccessLevel
  /** Names of profiles, sorted, each once. */
  profiles: string[]
  /** The level is decided by a safeguarding emergency: reconcile does not wait for a person then (B7). */
  emergency: boolean
  because: AccessCause[]
}

/**
 * The access one person should have on `today` (A1, A2). All rows must be that person's. Pure; the order of the rows does
 * not matter, and neither do rows that have ended, were released or start later.
 */
export function desiredAccess(
  restrictions: readonly Restriction[], exemptions: readonly Exemption[], today: CalendarDate,
): DesiredAccess {
  const active = restrictions.filter(restriction => isActive(restriction, today))
    .toSorted((a, b) => compare(a.id, b.id))
  const floors = exemptions.filter(exemption => today <= exemption.untilDate).toSorted(byFloor)
  const floor = floors.map(exemption => exemption.floorLevel).reduce(weakest, 'none-yet')
  const ordinary = active.filter(restriction => !HOLDS.has(restriction.cause))
  const asked = ordinary.map(restriction => restriction.level).reduce(strictest, 'full')
  const held = active.filter(restriction => HOLDS.has(restriction.cause)).map(restriction => restriction.level).reduce(strictest, 'full')
  const emergency = active.filter(isSafeguardingEmergency).map(restriction => restriction.level).reduce(strictest, 'full')
  const level = strictest(weakest(asked, floor), held)

  return {
    level,
    profiles: [...new Set(active.flatMap(restriction => restriction.profile ?? []))].toSorted(),
    emergency: emergency !== 'full' && level === emergency,
    because: [
      ...active.map(restriction => restrictionCause(restriction, level)),
      ...floors.map((exemption): AccessCause => ({
        kind: 'exemption', floorLevel: exemption.floorLevel, untilDate: exemption.untilDate, reason: exemption.reason,
        effect: exemption.floorLevel === level && stricter(asked, level) ? 'decides' : 'weaker',
      })),
    ],
  }
}

/** True on each day from `fromDate` to `untilDate`, both included, unless it was released. */
export function isActive(restriction: Restriction, today: CalendarDate): boolean {
  return restriction.releasedAt === null && restriction.fromDate <= today &&
    (restriction.untilDate === null || today <= restriction.untilDate)
}

/** True when `a` allows less than `b`. */
export function stricter(a: AccessLevel, b: AccessLevel): boolean {
  return ACCESS_LEVELS.indexOf(a) < ACCESS_LEVELS.indexOf(b)
}

/**
 * What somebody decided about this one person, because of what happened (A5). No exemption lifts it, not even a later one by IT: who wants it to end asks
 * those who decided, and they lift it. Exemptions are for what follows from lists and dates.
 */
const HOLDS: ReadonlySet<RestrictionCause> = new Set<RestrictionCause>(['misuse', 'safeguarding'])

const strictest = (a: AccessLevel, b: AccessLevel): AccessLevel => stricter(b, a) ? b : a
const weakest = (a: AccessLevel, b: AccessLevel): AccessLevel => stricter(b, a) ? a : b

function isSafeguardingEmergency(restriction: Restriction): boolean {
  return restriction.cause === 'safeguarding' && restriction.emergency
}

function restrictionCause(restriction: Restriction, level: AccessLevel): AccessCause {
  const { id, cause, profile, reason, untilDate } = restriction
  const effect = restriction.level === level ? 'decides' : stricter(restriction.level, level) ? 'lifted' : 'weaker'
  return { kind: 'restriction', id, cause, level: restriction.level, profile, reason, untilDate, effect }
}

function byFloor(a: Exemption, b: Exemption): number {
  return compare(a.untilDate, b.untilDate) || compare(a.floorLevel, b.floorLevel) || compare(a.reason, b.reason) || compare(a.by, b.by)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
