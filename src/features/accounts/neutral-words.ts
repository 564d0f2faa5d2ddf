import type { AccessCause, DesiredAccess, RestrictionCause } from './desired-access.ts'
import type { StoredRestriction } from './restriction-store.ts'

/** A restriction as one reader may see it (A5). */
export interface VisibleRestriction {
  id: string
  /** Null where the reader is outside the circle. */
  cause: RestrictionCause | null
  level: StoredRestriction['level']
  profile: string | null
  reason: string
  fromDate: string
  untilDate: string | null
  placedBy: string | null
  placedAt: number
  releasedAt: number | null
}

/** Causes that only the DSL's circle may read (A5). */
export function isConfidential(cause: RestrictionCause): boolean {
  return cause === 'misuse' || cause === 'safeguarding'
}

/** What everybody else reads instead; the reference leads the DSL to the restriction. */
export function neutralReason(restrictionId: string): string {
  return `Access changed by the school; ask the DSL, reference ${restrictionId.slice(-8)}`
}

/** The restriction as the reader may see it: whole inside the circle (`reveal`), in neutral words outside (A5). */
export function visibleRestriction(restriction: StoredRestriction, reveal: boolean): VisibleRestriction {
  const { id, cause, level, profile, reason, fromDate, untilDate, placedBy, placedAt, releasedAt } = restriction
  const hidden = isConfidential(cause) && !reveal
  return {
    id, level, profile, fromDate, untilDate, placedAt, releasedAt,
    cause: hidden ? null : cause, reason: hidden ? neutralReason(id) : reason, placedBy: hidden ? null : placedBy,
  }
}

/** `because` without the causes the reader may not know; that it was an emergency goes with them. */
export function visibleAccess(desired: DesiredAccess, reveal: boolean): Omit<DesiredAccess, 'because'> & { because: VisibleCause[] } {
  return {
    ...desired,
    emergency: reveal && desired.emergency,
    because: desired.because.map((cause) => (cause.kind === 'restriction' && isConfidential(cause.cause) && !reveal
      ? { ...cause, cause: null, reason: neutralReason(cause.id) } : cause)),
  }
}

/** As `AccessCause`; `cause` is null where it is not the reader's to know. */
export type VisibleCause =
  | Extract<AccessCause, { kind: 'exemption' }>
  | (Omit<Extract<AccessCause, { kind: 'restriction' }>, 'cause'> & { cause: RestrictionCause | null })
