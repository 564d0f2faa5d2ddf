import type { AccountChange } from '../../adapters/directories/directory.ts'
import type { PlanItem } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import type { Account } from './account-store.ts'
import type { AccessLevel, RestrictionCause } from './desired-access.ts'

/** What a line of an access plan does to one account. */
export type AccessAction = 'suspend' | 'restrict' | 'restore' | 'school-move' | LifeAction
/** What retention and new accounts do; each is a plan of its own (A1). */
export type LifeAction = 'archive' | 'unarchive' | 'delete' | 'create'

const lifeActions: ReadonlySet<string> = new Set<LifeAction>(['archive', 'unarchive', 'delete', 'create'])
export const isLifeAction = (action: string): action is LifeAction => lifeActions.has(action)

/** Order in which people read the lines, and what the brake counts: only `loss`. */
export const accessRank = { loss: 2, move: 1, giving: 0 } as const

/** The account as it was when the line was made; for people to read. */
export interface ItemBefore {
  enabled: boolean
  container: string
  groups: string[]
}

/** A restriction that a line places when it is applied. */
export interface ItemRestriction {
  cause: Extract<RestrictionCause, 'leaver' | 'school-leaver' | 'unsigned'>
  level: AccessLevel
  profile: string | null
  reason: string
  /** What the sources said about the person when the line was made; it must still be so when it is applied. */
  statement: string
  /** A confirmed list says so, whatever the sources still say (R5). */
  listed?: boolean
  /** Of a list: the last day, and the school that is left; null for the trust. */
  lastDay?: CalendarDate
  schoolId?: string | null
  /** By which whoever caused it releases it (A2). */
  releaseKey?: string
}

export interface ItemAfter {
  accountId: string
  directoryId: string
  directory: string
  username: string
  place: ItemRestriction | null
  /** Restrictions that the line releases. */
  release: string[]
  /** The access the person should have then. */
  level: AccessLevel
  profiles: string[]
  /** What would be changed, judging by the last look at the account; null where nothing differs. */
  change: AccountChange | null
  /** Of a new account: what the roster said when the line was made. */
  make?: { schoolId: string; role: string; yearCode: string | null; employeeId: string; container: string }
  /** Of an archived one: where it was before. */
  backTo?: string
}

export const afterOf = (item: PlanItem): ItemAfter => item.after as ItemAfter

export const beforeOf = (account: Account): ItemBefore =>
  ({ enabled: account.observed.enabled, container: account.observed.container, groups: account.observed.groups })

/** True where the change takes something away: locks out, or narrows by groups. */
export function takesAway(change: AccountChange): boolean {
  return change.enabled === false
}
