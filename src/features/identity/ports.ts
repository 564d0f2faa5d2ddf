import type { Language } from '../../shared/dates.ts'

/** Writes the audit log, inside the transaction of the act (L1). `AuditLog.record` is one. */
export interface AuditPort {
  record(act: { actor: string; event: string; subject?: string | null; payload: object }): Promise<unknown>
}

/** What identity asks of the school's records about one person. */
export interface PersonFacts {
  /** Preferred name (P5). */
  name: string
  /** Hats that are on today: kind of affiliation (P2) and school. */
  affiliations: { role: string; schoolId: string }[]
  /** Every active guardian link from this adult, do-not-contact included. */
  children: { pupilId: string; doNotContact: boolean }[]
  /** Registration groups that the records put this person in charge of today. */
  groups?: { schoolId: string; name: string }[]
  /** Was in the records, and every place has ended: roles that were given count for nothing then. */
  left?: boolean
  /** The language last chosen for their own pages. */
  language?: Language | null
}

export interface PeoplePort {
  /** Null when there is no such person. */
  factsOf(personId: string): Promise<PersonFacts | null>
}

export interface NewAdministrator {
  name: string
  email: string
  /** As written on the set-up page; absent where the page does not ask. */
  trustName?: string
}

/** Makes the first administrator's person. Runs inside the transaction that uses the set-up link up. */
export interface AdministratorPort {
  /** Returns the person's id; a person with this e-mail may exist already. */
  addAdministrator(administrator: NewAdministrator): Promise<string>
}
