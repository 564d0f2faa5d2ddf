import type { AffiliationRole } from '../../adapters/sources/source.ts'
import type { Band } from '../agreements/band.ts'
import type { Cadence, Duty, IfUnsigned, SignerRule } from '../agreements/requirement.ts'
import type { Requirement } from '../agreements/requirement-store.ts'

export const DUTY_WORDS: Record<Duty, string> = { sign: 'Sign', acknowledge: 'Read', train: 'Complete a training' }

export const BAND_WORDS: Record<Band, string> = {
  EYFS: 'Nursery and Reception', KS1: 'Years 1 and 2', KS2: 'Years 3 to 6', 'KS3-4': 'Years 7 to 11', KS5: 'Years 12 and 13', staff: 'Staff', governor: 'Governors',
  volunteer: 'Volunteers', visitor: 'Visitors and contractors', guardian: 'Parents and carers',
}

export const ROLE_WORDS: Record<AffiliationRole, string> = {
  pupil: 'Pupils', teacher: 'Teachers', support: 'Support staff', trainee: 'Trainees', supply: 'Supply and agency staff', governor: 'Governors', volunteer: 'Volunteers',
  contractor: 'Contractors', visitor: 'Visitors', guardian: 'Parents and carers',
}

export const SIGNER_WORDS: Record<SignerRule, string> = {
  guardian: 'A parent or carer; the child may put a mark', 'pupil-and-guardian': 'The pupil and a parent or carer', 'pupil-guardian-acknowledges': 'The pupil; a parent or carer reads it',
  self: 'The person alone',
}

export const CADENCE_WORDS: Record<Cadence, string> = {
  'academic-year': 'Each school year', admission: 'Once, on joining', 'key-stage': 'Once in each key stage', 'until-leaving': 'Once, until they leave',
  'new-version': 'Whenever the text changes in meaning', 'every-months': 'Again after some months', 'per-visit': 'At each visit',
}

export const IF_UNSIGNED_WORDS: Record<IfUnsigned, string> = {
  remind: 'We remind them', 'propose-restriction': 'We remind them, then propose less access for somebody to decide', nothing: 'Nothing',
}

/** "Teachers", "Years 3 to 6, group Drone club". */
export function audienceWords(requirement: Pick<Requirement, 'band' | 'role' | 'groupName'>): string {
  return [requirement.role ? ROLE_WORDS[requirement.role] : BAND_WORDS[requirement.band], ...(requirement.groupName ? [`group ${requirement.groupName}`] : [])].join(', ')
}

/** "Each school year", "Every 24 months". */
export function cadenceWords(requirement: Pick<Requirement, 'cadence' | 'everyMonths'>): string {
  return requirement.cadence === 'every-months' ? `Every ${requirement.everyMonths ?? ''} months` : CADENCE_WORDS[requirement.cadence]
}

/** "10 school days, then 5 of grace". */
export function dueWords(requirement: Pick<Requirement, 'dueSchoolDays' | 'graceSchoolDays'>): string {
  const days = (count: number) => `${count} school ${count === 1 ? 'day' : 'days'}`
  return `${days(requirement.dueSchoolDays)}${requirement.graceSchoolDays > 0 ? `, then ${requirement.graceSchoolDays} of grace` : ''}`
}

/** Who signs, with "all of them" where all who may sign are asked (F5). */
export function signerWords(requirement: Pick<Requirement, 'signerRule' | 'signers' | 'act'>): string {
  if (requirement.act === 'train') return 'The person, with a certificate or its reference'
  return requirement.signers === 'all' ? `${SIGNER_WORDS[requirement.signerRule]}; all who may sign` : SIGNER_WORDS[requirement.signerRule]
}
