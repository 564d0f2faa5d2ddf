import { z } from 'zod'
import type { AffiliationRole } from '../../adapters/sources/source.ts'
import { BANDS } from '../agreements/band.ts'
import { CADENCES, DUTIES, IF_UNSIGNED, SIGNER_RULES, SIGNERS } from '../agreements/requirement.ts'
import { requirementProblems } from '../agreements/requirement-rules.ts'
import type { Requirement } from '../agreements/requirement-store.ts'

const days = z.string().trim().regex(/^\d{1,3}$/, 'Write a number of school days, such as 10').transform(Number).pipe(z.int().max(200, 'Use at most 200 school days'))

/** What the form of a requirement sends. */
export const requirementBody = z.strictObject({
  act: z.enum(DUTIES, 'Choose what they do'),
  agreement: z.string().max(26).default(''),
  title: z.string().trim().max(190, 'Use at most 190 characters').default(''),
  band: z.enum(BANDS, 'Choose whom it is for'),
  role: z.enum(['', 'teacher', 'support', 'trainee', 'supply', 'governor', 'volunteer', 'contractor', 'visitor', 'guardian', 'pupil'], 'Choose a role').default(''),
  school: z.string().max(26).default(''),
  group: z.string().trim().max(120, 'Use at most 120 characters').default(''),
  'signer-rule': z.enum(SIGNER_RULES, 'Choose who signs'),
  signers: z.enum(SIGNERS, 'Choose how many sign').default('any'),
  cadence: z.enum(CADENCES, 'Choose how often'),
  'every-months': z.string().trim().regex(/^(\d{1,3})?$/, 'Write a number of months, such as 24').default(''),
  compulsory: z.enum(['yes', 'no'], 'Choose whether they must'),
  due: days,
  grace: days.default(0),
  'if-unsigned': z.enum(IF_UNSIGNED, 'Choose what follows'),
  'opens-account': z.literal('yes').optional(),
})

export type RequirementBody = z.output<typeof requirementBody>
/** A requirement that is not saved: its identifier and topic come with saving. */
export type RequirementDraft = Omit<Requirement, 'id' | 'topic'>

/** The draft, and what is wrong with it by field. Pure. */
export function draftOf(body: RequirementBody): { draft: RequirementDraft; problems: Record<string, string> } {
  const train = body.act === 'train'
  const months = body['every-months'] === '' ? null : Number(body['every-months'])
  const draft: RequirementDraft = {
    act: body.act, agreementId: train ? '' : body.agreement, title: train ? body.title : null, band: body.band, role: body.role === '' ? null : body.role as AffiliationRole,
    schoolId: body.school === '' ? null : body.school, groupName: body.group === '' ? null : body.group, signerRule: train ? 'self' : body['signer-rule'], signers: body.signers,
    cadence: body.cadence, everyMonths: body.cadence === 'every-months' && months !== null && months >= 1 && months <= 120 ? months : null, compulsory: body.compulsory === 'yes',
    dueSchoolDays: body.due, graceSchoolDays: body.grace, ifUnsigned: body['if-unsigned'], opensAccount: body['opens-account'] === 'yes' && !train,
  }
  return { draft, problems: Object.fromEntries(requirementProblems(draft).map(({ field, text }) => [field, text])) }
}

/** A requirement as the form's fields. */
export function formOf(draft: RequirementDraft): Record<string, string> {
  return {
    act: draft.act, agreement: draft.agreementId, title: draft.title ?? '', band: draft.band, role: draft.role ?? '', school: draft.schoolId ?? '', group: draft.groupName ?? '',
    'signer-rule': draft.signerRule, signers: draft.signers, cadence: draft.cadence, 'every-months': draft.everyMonths === null ? '' : String(draft.everyMonths),
    compulsory: draft.compulsory ? 'yes' : 'no', due: String(draft.dueSchoolDays), grace: String(draft.graceSchoolDays), 'if-unsigned': draft.ifUnsigned,
    'opens-account': draft.opensAccount ? 'yes' : '',
  }
}
