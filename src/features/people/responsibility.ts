import type { CalendarDate, Instant } from '../../shared/dates.ts'

/** Whether an adult may consent for a pupil: parental responsibility, none, or somebody who has it has passed the decision on (F1). */
export const RESPONSIBILITIES = ['yes', 'no', 'delegated'] as const
/** One of the three. */
export type Responsibility = (typeof RESPONSIBILITIES)[number]

/** As pages of the office say it. */
export const RESPONSIBILITY_WORDS: Readonly<Record<Responsibility, string>> = { yes: 'Has parental responsibility', no: 'Has no parental responsibility', delegated: 'May decide for somebody who has it' }

/** What a statement rests on, as an office in England and Wales asks for it. */
export const BASES = ['birth-certificate', 'mother', 'married', 'agreement', 'court-order', 'adoption', 'special-guardian', 'local-authority', 'written-delegation', 'own-word', 'other'] as const
/** By its key, as the database keeps it. */
export type Basis = (typeof BASES)[number]

/** As pages and lists say it. */
export const BASIS_WORDS: Readonly<Record<Basis, string>> = {
  'birth-certificate': 'Named on the birth certificate', mother: 'Mother by birth', married: 'Married to, or in a civil partnership with, the mother', agreement: 'A parental responsibility agreement', 'court-order': 'A court order',
  adoption: 'Adoption', 'special-guardian': 'Special guardianship', 'local-authority': 'The local authority, under a care order', 'written-delegation': 'A letter of somebody who has it', 'own-word': 'Their own word', other: 'Something else',
}

/** How a statement came in: a person in the office, a list, or the adult's own declaration. */
export type StatementRoute = 'office' | 'import' | 'declaration'

/** What somebody stated about one adult and one pupil. The newest counts; earlier ones stay. */
export interface ResponsibilityStatement {
  id: string
  pupilId: string
  guardianId: string
  value: Responsibility
  basis: Basis
  /** Who said so, as a person wrote it. */
  saidBy: string
  statedOn: CalendarDate
  route: StatementRoute
  /** Of a declaration: the words that were shown, and how sure we are who it was. */
  evidence: { words: string; assurance: string } | null
  recordedBy: string
  recordedAt: Instant
  active: boolean
}

/** The words of an adult's own declaration, kept with it as shown. */
export function declarationWords(pupilName: string, value: 'yes' | 'no'): string {
  return value === 'yes' ? `I have parental responsibility for ${pupilName}.` : `I do not have parental responsibility for ${pupilName}.`
}
