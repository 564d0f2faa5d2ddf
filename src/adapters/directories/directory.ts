/**
 * An outbound directory of accounts. Adapters are thin and idempotent: they read what is there, make one stated change to
 * one account, and read back. Deciding what to change is `features/accounts` and pure.
 */
export interface Directory {
  readonly kind: 'active-directory' | 'simulated'
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
   * container or group is refused before anything is changed. Returns the account as read back.
   * @throws OutsideFailure (worth trying again) or DirectoryRefusal (this account will not take it).
   */
  change(immutableId: string, change: AccountChange): Promise<ObservedAccount>
  close(): Promise<void>
}

export interface ObservedAccount {
  /** Never a name: objectGUID in canonical dashed form for Active Directory. */
  immutableId: string
  username: string
  displayName: string
  enabled: boolean
  /** The organisational unit that holds it: a DN in Active Directory, a path elsewhere. */
  container: string
  /** Groups as the directory names them (DNs in Active Directory), sorted. */
  groups: string[]
  /** Administrators and service accounts; automation never acts on them (B4). */
  protected: boolean
  /** Attributes by which a person may be matched; only those present. */
  match: { employeeId?: string; upn?: string; mail?: string }
}

/** Only the fields present are changed. */
export interface AccountChange {
  enabled?: boolean
  moveTo?: string
  addGroups?: string[]
  removeGroups?: string[]
}

/** The directory answered and will not do it (protected object, missing right, unknown container): trying again is no use. */
export class DirectoryRefusal extends Error {
  override name = 'DirectoryRefusal'
  readonly remedy: string
  constructor(what: string, remedy: string) {
    super(what)
    this.remedy = remedy
  }
}
