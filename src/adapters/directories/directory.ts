import type { AssentError } from '../../shared/errors.ts'

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
  /** How many accounts are best changed at once; the kill switch is asked between. 1 where absent. */
  readonly batchSize?: number
  close(): Promise<void>
}

export const directoryKinds = ['active-directory', 'google', 'entra', 'scim', 'task-list', 'simulated'] as const
export type DirectoryKind = (typeof directoryKinds)[number]

export interface ObservedAccount {
  /** Never a name: objectGUID in canonical dashed form for Active Directory, the vendor's own id elsewhere. */
  immutableId: string
  username: string
  displayName: string
  /** Whether its owner can sign in: false for suspended, disabled and archived ones alike. */
  enabled: boolean
  /** The organisational unit that holds it: a DN in Active Directory, a path in Google; empty where there are none. */
  container: string
  /**
   * Groups as the directory names them (DNs in Active Directory, addresses in Google), sorted. Cloud directories are asked
   * only about the groups that the settings name.
   */
  groups: string[]
  /** Administrators and service accounts; automation never acts on them (B4). */
  protected: boolean
  /** Attributes by which a person may be matched; only those present. */
  match: { employeeId?: string; upn?: string; mail?: string }
  /** Kept without a licence: enabling it is refused until a person has un-archived it. */
  archived?: true
  /** A copy that follows another directory (a hybrid account): it is enabled and disabled there, and refused here. */
  mirrored?: true
  /** What was asked for and waits for a person to do it (a task list); observed once it is ticked off. */
  pending?: AccountChange
}

/** Only the fields present are changed. */
export interface AccountChange {
  enabled?: boolean
  moveTo?: string
  addGroups?: string[]
  removeGroups?: string[]
  /** Signs the account out everywhere, where the vendor can; `enabled: false` always does. */
  endSessions?: true
}

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

/** The directory answered and will not do it (protected object, missing right, unknown container): trying again is no use. */
export class DirectoryRefusal extends Error {
  override name = 'DirectoryRefusal'
  readonly remedy: string
  constructor(what: string, remedy: string) {
    super(what)
    this.remedy = remedy
  }
}
