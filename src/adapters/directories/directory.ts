import type { AssentError } from '../../shared/errors.ts'
import type { AccountLife } from './account-life.ts'
import type { DirectoryRefusal } from './directory-refusal.ts'
import type { AccountChange, ObservedAccount } from './observed-account.ts'

export { DirectoryRefusal } from './directory-refusal.ts'
export type { AccountChange, ObservedAccount } from './observed-account.ts'

/**
 * An outbound directory of accounts. Adapters are thin and idempotent: they read what is there, make one stated change to
 * one account, and read back. Deciding what to change is `features/accounts` and pure.
 *
 * `readMany` and `changeMany` are there where the vendor answers many questions at once; everybody calls them through
 * `batches.ts`, which asks the others one by one. So a directory without them is whole.
 */
export interface Directory {
  readonly kind: DirectoryKind
  /** Opens a connection and proves that it may read. @throws OutsideFailure saying what, where and the remedy. */
  check(): Promise<void>
  /**
   * Walks every account in scope to a positive end; a failed walk throws, it never ends early. An account that is moved while
   * the walk is under way may be missed: ask `read` before believing that it is gone.
   */
  list(): AsyncIterable<ObservedAccount>
  /** Null when no account with this immutable id exists any more. */
  read(immutableId: string): Promise<ObservedAccount | null>
  /**
   * Makes the stated change and nothing else; what already is so is left alone, however its name is spelt. An unknown
   * container or group is refused before anything is changed. Returns the account as read back: an adapter over an eventually
   * consistent service waits until it reads what it wrote, or fails saying so.
   * @throws OutsideFailure (worth trying again) or DirectoryRefusal (this account will not take it).
   */
  change(immutableId: string, change: AccountChange): Promise<ObservedAccount>
  /** The same as `read` for many: one outcome for each, in the order asked; never throws for a single one. */
  readMany?(immutableIds: readonly string[]): Promise<ReadOutcome[]>
  /** The same as `change` for many, each id once: one outcome for each, in the order asked; never throws for a single one. */
  changeMany?(orders: readonly AccountOrder[]): Promise<ChangeOutcome[]>
  /** Passwords, new accounts, deletion: what is there, this directory can do by itself. */
  readonly life?: AccountLife
  /** How many accounts are best changed at once; the kill switch is asked between. 1 where absent. */
  readonly batchSize?: number
  close(): Promise<void>
}

const directoryKinds = ['active-directory', 'google', 'entra', 'scim', 'task-list', 'simulated'] as const
export type DirectoryKind = (typeof directoryKinds)[number]

/** One account and what to do with it. */
export interface AccountOrder {
  immutableId: string
  change: AccountChange
}

/** What one look at an account gave: null where it does not exist any more, or why it could not be read. */
export type ReadOutcome =
  | { account: ObservedAccount | null; error?: undefined }
  | { account?: undefined; error: AssentError | DirectoryRefusal }

/** What became of one order: the account as read back, or why it did not happen. */
export type ChangeOutcome =
  | { account: ObservedAccount; error?: undefined }
  | { account?: undefined; error: AssentError | DirectoryRefusal }
