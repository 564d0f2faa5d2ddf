import type { CalendarDate } from '../../shared/dates.ts'

/**
 * A roster source turns files into *rows*, each of which states *facts*. The importer compares a row's digest text with
 * what the source said last time, and asks for the facts only when it is new or changed: a second run over an unchanged
 * roster costs little more than parsing it.
 */
export interface RosterSource {
  readonly format: string
  /**
   * Opens the input (a file, zip or folder), checks that the set of files and their headers are usable and reads the
   * small tables (schools, sessions, classes).
   * @throws UnusableInput naming file, line and remedy.
   */
  open(input: SourceInput): Promise<OpenSource>
}

export interface SourceInput {
  /** Path of a file, zip or folder. */
  path: string
  /** Saved column profile for mapped CSV; absent: recognised from the header through synonyms. */
  profile?: ColumnProfile
  /** The date on which ends are judged. */
  today: CalendarDate
  /** Name of the school when the file has no school column (mapped CSV); otherwise absent. */
  schoolKey?: string
  limits?: Partial<SourceLimits>
}

/** Guards against zip bombs and run-away fields. Sizes in bytes. */
export interface SourceLimits {
  maxEntryBytes: number
  maxTotalBytes: number
  maxEntries: number
  maxCompressionRatio: number
  maxRecordBytes: number
}

/** Saved with the source: our field name -> the header (and, for duplicate headers, which occurrence from 0). */
export interface ColumnProfile {
  columns: Record<string, { header: string; occurrence: number }>
  /** What the dates have said so far; `iso` as long as none has shown whether day or month comes first. */
  dateOrder: 'dmy' | 'mdy' | 'iso'
  delimiter?: ',' | ';' | '\t'
  /** How the last file was read; each is judged anew. */
  encoding?: 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be'
}

export interface OpenSource {
  readonly schools: SchoolFact[]
  /** True when the set states only changes (OneRoster delta): nobody may be called missing (R2). */
  readonly delta: boolean
  /** Things a person should know that stop nothing: tolerated misspelt headers, ignored files. Grows while rows are read. */
  readonly warnings: string[]
  /** For mapped CSV: the profile in use, to be saved with the source. */
  readonly profile?: ColumnProfile
  /**
   * Streams every row in batches of a few hundred. Memory does not grow with the files.
   * @throws UnusableInput when a file ends in the middle, is damaged, or is in another encoding than it began.
   */
  rows(): AsyncIterable<SourceItem[]>
  /**
   * Dates of birth, where this source has any: a walk of its own, asked for only where the DPO and the connector's allow-list say so (P4, R7).
   * They are in no row and no fact.
   */
  birthDates?(): AsyncIterable<BirthDate[]>
  /** After `rows()` ended: what was read, for the proof of completeness (R2). */
  proof(): SourceProof
  close(): Promise<void>
}

export interface BirthDate { personKey: string; date: CalendarDate }

export type SourceItem = SourceRow | RejectedRow

export interface SourceRow {
  rejected?: undefined
  /** Unique within the source, at most 190 characters, such as `user:1234` or `enrol:998` or `link:12:77`. */
  key: string
  file: string
  /** 1-based line on which the record starts. */
  line: number
  /** Canonical text of all that the facts depend on, context of joined small tables included; never passwords. */
  text: string
  /** Builds the facts. A row that turns out unusable returns a rejection. Called once at most. */
  facts(): RosterFact[] | RejectedRow
}

export interface RejectedRow {
  rejected: true
  file: string
  line: number
  /** For the office: what is wrong and how to mend it. No personal data beyond the identifier of the row. */
  reason: string
  /** The row's key where it could be read: a person whose row was rejected is in the feed, and must not be called missing. */
  key?: string
}

/** One organisation that is a school. Keys are the source's own identifiers. */
export interface SchoolFact {
  key: string
  name: string
  /** Unique reference number, six digits, where the source says. */
  urn: string | null
  /** DfE number LA + establishment, seven digits, where the source says. */
  dfeNumber: string | null
}

export type RosterFact = PersonFact | AffiliationFact | GroupFact | LinkFact

export interface PersonFact {
  kind: 'person'
  personKey: string
  preferredForename: string
  surname: string
  email: string | null
  username: string | null
  admissionNumber: string | null
  misId: string | null
  /** Only where the connector's allow-list has it switched on. */
  upn: string | null
  /** OneRoster enabledUser=false: a note only (R5). */
  enabled: boolean
  /** OneRoster status tobedeleted: proposes a leaver, never makes one (R5). */
  toBeDeleted: boolean
  /**
   * The year code where the source states it of the person, not of the affiliation (OneRoster 1.2: `grades` is in
   * users.csv, the role in roles.csv). It holds for each pupil affiliation of this person whose own code is null.
   * Absent: the source states it elsewhere.
   */
  yearCode?: string | null
}

/** P2 and the guardian. */
export type AffiliationRole =
  | 'pupil' | 'teacher' | 'support' | 'trainee' | 'supply' | 'governor' | 'volunteer' | 'contractor' | 'visitor' | 'guardian'

export interface AffiliationFact {
  kind: 'affiliation'
  personKey: string
  schoolKey: string
  role: AffiliationRole
  /** DfE year code E1 E2 N1 N2 R 1..14 M X, normalised; null for adults or when the source does not say. */
  yearCode: string | null
  startDate: CalendarDate | null
  /** Inclusive last day (R5). */
  endDate: CalendarDate | null
}

/**
 * Membership of a registration group or of a class. Ends of classes serve only the inferred leaver of OneRoster 1.1 (R5);
 * `endIsSession` says that the end is the session's own end, not this pupil's.
 */
export interface GroupFact {
  kind: 'group'
  personKey: string
  schoolKey: string
  groupKey: string
  name: string
  registration: boolean
  startDate: CalendarDate | null
  endDate: CalendarDate | null
  endIsSession: boolean
}

/**
 * F1: pupil x adult. A OneRoster 1.2 users row does not say whether its person is a pupil, and a delta may hold neither
 * role: the reader states every link, and the importer keeps those from a person who is a pupil to one who is not.
 */
export interface LinkFact {
  kind: 'link'
  /** The pupil. */
  personKey: string
  guardianKey: string
  relationship: string
  maySign: boolean
  mayConsent: boolean
  doNotContact: boolean
  /** 1 is first. */
  priority: number
}

export interface SourceProof {
  files: { name: string; rows: number; bytes: number; header: string[] }[]
  /** False when something suggests the walk did not reach a positive end. */
  complete: boolean
  reasons: string[]
  /** Whether the feed's own kind of pupil ending is only inferred from enrolments (OneRoster 1.1). */
  infersLeavers: boolean
}
