import type { AgreementVersion } from './agreement.ts'
import { isUnapprovedStarter } from './authoring-service.ts'
import { longDate } from '../../shared/dates.ts'
import type { Band } from './band.ts'
import type { SignerRule, Slot } from './requirement.ts'

/** "1 September 2026". */
export const plainDay = (date: string): string => longDate(date).replace(/^\S+ /, '')

export const BAND_WORDS: Readonly<Record<Band, string>> = {
  EYFS: 'Nursery and Reception', KS1: 'Years 1 and 2', KS2: 'Years 3 to 6', 'KS3-4': 'Years 7 to 11', KS5: 'Years 12 and 13', staff: 'Staff', governor: 'Governors',
  volunteer: 'Volunteers', visitor: 'Visitors', guardian: 'Parents and carers',
}

export const RULE_WORDS: Readonly<Record<SignerRule, string>> = {
  guardian: 'A parent or carer signs; the child may add a mark', 'pupil-and-guardian': 'The pupil and a parent or carer sign',
  'pupil-guardian-acknowledges': 'The pupil signs; a parent or carer says that they have read it', self: 'Each person signs for themselves',
}

/** Who reads it, for each place to sign. */
export const AUDIENCE: Readonly<Record<Slot, string>> = { pupil: 'Pupil', guardian: 'Parent or carer', self: 'The person who signs' }

/** Standing of a version in a tag. */
export function standing(version: AgreementVersion): { status: string; text: string } {
  switch (version.status) {
    case 'draft': return { status: 'outstanding', text: 'Draft' }
    case 'review': return { status: 'held', text: 'In review' }
    case 'approved': return { status: 'attention', text: 'Approved, not published' }
    case 'published': return isUnapprovedStarter(version) ? { status: 'attention', text: 'Not approved yet' } : { status: 'signed', text: 'In force' }
    case 'superseded': return { status: 'quiet', text: 'Superseded' }
    case 'withdrawn': return { status: 'suspended', text: 'Withdrawn' }
  }
}

/** What a kind of change does, said the same everywhere (G1). */
export const CHANGE_WORDS = {
  minor: { text: 'Minor edit', hint: 'Spelling, a name, a clearer sentence. Signatures stay good and nobody is asked again.' },
  major: { text: 'Major change', hint: 'What people agree to is different. Everybody who signed is asked again and sees what changed.' },
} as const

export const REVIEW_CYCLES = [6, 12, 24, 36] as const
export const cycleWords = (months: number): string => (months === 12 ? 'Every year' : months % 12 === 0 ? `Every ${months / 12} years` : `Every ${months} months`)

/** Both kinds of change for a form. */
export const kinds = () => (['minor', 'major'] as const).map((value) => ({ value, ...CHANGE_WORDS[value] }))
