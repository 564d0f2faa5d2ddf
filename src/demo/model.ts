import type { AffiliationRole } from '../adapters/sources/source.ts'
import type { CalendarDate } from '../shared/dates.ts'

/** One made-up school of the demo trust. */
export interface DemoSchool {
  /** External id, such as `SCH001`. */
  id: string
  name: string
  /** Short form for containers and groups, such as `Wrenfold`. */
  shortName: string
  phase: 'primary' | 'secondary'
  /** Outside the range in use, so that it meets no real school. */
  urn: string
  /** LA 999 (does not exist) and establishment number. */
  dfeNumber: string
  /** Host name of its mail addresses, below `.example`. */
  domain: string
  /** Schools of one area share families: one primary and one secondary. */
  area: number
}

export interface DemoSession {
  id: string
  title: string
  type: 'schoolYear' | 'term'
  startDate: CalendarDate
  /** Inclusive. */
  endDate: CalendarDate
  parentId: string | null
}

/** A registration group (Kingfisher, 7B) or a subject class. */
export interface DemoGroup {
  id: string
  schoolId: string
  name: string
  code: string
  kind: 'registration' | 'subject'
  /** DfE year code. */
  yearCode: string
  courseId: string
  subject: string | null
  sessionId: string
  /** How many pupils it is meant to hold (registration groups; 0 for subject classes). */
  places: number
  /** Registration groups whose pupils all belong (subject classes), or null when a share of the year does. */
  feeds: string | null
}

export interface DemoCourse {
  id: string
  schoolId: string
  title: string
  code: string
  yearCode: string
}

/** A name as used; the Latin forms equal it when it is in Latin letters. */
export interface DemoName {
  forename: string
  surname: string
  latinForename: string
  latinSurname: string
  /** The registered forename where it differs from the one used (P5); else null. */
  legalForename: string | null
}

export interface DemoAffiliation {
  schoolId: string
  role: AffiliationRole
  /** What the person does there, such as `Class teacher` or `Designated safeguarding lead`; null for pupils and guardians. */
  jobTitle: string | null
  startDate: CalendarDate | null
  endDate: CalendarDate | null
  /** Groups taught (adults) or belonged to (pupils), registration group first. */
  groupIds: string[]
}

export interface DemoPerson {
  /** External id, unique in the trust: `P000001` pupil, `G000001` guardian, `S00001` staff, `B...` governor, `V...` volunteer. */
  id: string
  misId: string
  name: DemoName
  email: string | null
  /** Login name; null for adults without an account. */
  username: string | null
  /** One person, several hats (P1). */
  affiliations: DemoAffiliation[]
}

export interface DemoPupil extends DemoPerson {
  kind: 'pupil'
  schoolId: string
  yearCode: string
  sex: 'female' | 'male'
  admissionNumber: string
  upn: string
  dateOfBirth: CalendarDate
  /** First day at this school. */
  startDate: CalendarDate
  /** Registration group first, then subject classes. */
  groupIds: string[]
}

export interface DemoAdult extends DemoPerson {
  kind: 'adult'
  title: string
  sex: 'female' | 'male'
  /** Drawn from the numbers that Ofcom keeps free for drama; null for most staff. */
  mobile: string | null
}

/** Pupil x adult (F1). */
export interface DemoLink {
  pupilId: string
  guardianId: string
  relationship: string
  maySign: boolean
  mayConsent: boolean
  doNotContact: boolean
  /** 1 is first. */
  priority: number
  livesWith: boolean
  /** A neighbour to ring when nobody answers: in MIS exports, but never a signer (R7). */
  emergencyOnly: boolean
}

/** Children with their adults, made together. An adult who is staff too (P1) is linked here but listed with the staff. */
export interface Household {
  pupils: DemoPupil[]
  guardians: DemoAdult[]
  /** The parent who is on the staff too, if any: not among `guardians`. */
  colleague: DemoAdult | null
  /** Emergency contacts who are no guardians. */
  contacts: DemoAdult[]
  links: DemoLink[]
  /** Tells the shaped families of the demo apart, such as `three-across-schools`; null for the rest. */
  story: string | null
}

/** All of the trust but its families: small even when those are many. */
export interface DemoFrame {
  trust: { id: string; name: string; domain: string }
  seed: number
  /** Pupils asked for; the families hold exactly so many. */
  people: number
  /** `2026/27` */
  year: string
  today: CalendarDate
  schools: DemoSchool[]
  sessions: DemoSession[]
  courses: DemoCourse[]
  groups: DemoGroup[]
  /** Teachers, support, trainees and supply. */
  staff: DemoAdult[]
  /** Governors who are neither staff nor parents. */
  governors: DemoAdult[]
  volunteers: DemoAdult[]
}

/** What the writers need: the frame, and the families as often as asked, each time the same. */
export interface DemoRoster extends DemoFrame {
  households(): Iterable<Household>
}

/** One of the people offered by the demo's picker. */
export interface Persona {
  key: string
  /** External id of the person. */
  id: string
  /** What the picker shows beside the name, such as `Parent of three`. */
  label: string
  /** One line: who this is and what waits for them. */
  story: string
}

/** The trust in memory; for the demo and for tests, not for 100,000 pupils. */
export interface DemoTrust extends DemoRoster {
  pupils: DemoPupil[]
  guardians: DemoAdult[]
  links: DemoLink[]
  /** Everyone with a governor's affiliation, parents and staff among them included. */
  allGovernors: DemoAdult[]
  personas: Persona[]
}

export interface DemoOptions {
  seed: number
  /** Pupils, default 600. Above 2,400 the trust has more schools. */
  people?: number
  /** Academic year such as `2026/27`. */
  year: string
  today: CalendarDate
}
