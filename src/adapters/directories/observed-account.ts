/** An account as a directory shows it. */
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
  /**
   * When its owner was last in, as far as the directory says; null: never. Absent where it does not say, and from looks at single accounts:
   * only a walk has to bring it. Active Directory writes it down 9 to 14 days late.
   */
  lastSignIn?: number | null
  /** What was asked for and waits for a person to do it (a task list); observed once it is ticked off. */
  pending?: AccountChange
}

/** Only the fields present are changed. */
export interface AccountChange {
  enabled?: boolean
  moveTo?: string
  addGroups?: string[]
  removeGroups?: string[]
  /** Marked as kept without its licence, or back in use; only where the directory's `life.archives`. */
  archived?: boolean
  /** Signs the account out everywhere, where the vendor can; `enabled: false` always does. */
  endSessions?: true
}
