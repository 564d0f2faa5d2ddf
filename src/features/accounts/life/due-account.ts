import type { Instant } from '../../../shared/dates.ts'

/** An account whose leaver has been suspended long enough for the next step. */
export interface DueAccount {
  accountId: string
  personId: string
  username: string
  directory: string
  step: 'archive' | 'delete'
  suspendedAt: Instant
  /** Assent does it itself, under a plan; else a person does. */
  byAssent: boolean
}
