/** What one walk of a directory found; lists hold account ids. */
export interface Observation {
  seen: number
  added: number
  changed: number
  gone: number
  matched: number
  /** Accounts that belong to nobody: reported, never touched. */
  orphans: number
  /** Matched accounts whose keys now point to somebody else: left as they are, for a person to decide. */
  conflicts: string[]
}
