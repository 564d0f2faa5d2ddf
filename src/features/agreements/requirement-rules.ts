import type { AffiliationRole } from '../../adapters/sources/source.ts'
import type { Agreement } from './agreement-store.ts'
import { type Band, type BandRole, bandOf, isPupilBand } from './band.ts'
import { ruleFitsBand } from './requirement.ts'
import type { Requirement } from './requirement-store.ts'

/** The roles whose people a band holds; for pupils the year decides, so there is nothing to choose. */
export function rolesOf(band: Band): AffiliationRole[] {
  const roles: BandRole[] = ['teacher', 'support', 'trainee', 'supply', 'governor', 'volunteer', 'contractor', 'visitor', 'guardian']
  return isPupilBand(band) ? ['pupil'] : roles.filter((role) => bandOf({ role, yearCode: null }) === band) as AffiliationRole[]
}

/**
 * What tells a requirement apart from others of the same people (I1): the first agreement of a band is its own; a further one,
 * such as a policy to be read, has its key; a training its own identifier, given by `id`.
 */
export function topicOf(requirement: Pick<Requirement, 'act' | 'agreementId' | 'band'>, agreements: readonly Agreement[], id: string): string {
  if (requirement.act === 'train') return `train:${id}`
  const ofBand = agreements.filter((agreement) => agreement.band === requirement.band).sort((a, b) => (a.id < b.id ? -1 : 1))
  return ofBand[0]?.id === requirement.agreementId ? '' : agreements.find((agreement) => agreement.id === requirement.agreementId)?.key ?? requirement.agreementId
}

/** Why a requirement makes no sense, by the field to change; empty when it does. Pure. */
export function requirementProblems(requirement: Omit<Requirement, 'id' | 'topic'>): { field: string; text: string }[] {
  const problems: { field: string; text: string }[] = []
  const add = (field: string, text: string) => problems.push({ field, text })
  if (requirement.act === 'train' && !requirement.title?.trim()) add('title', 'Write what the training is called.')
  if (requirement.act === 'train' && isPupilBand(requirement.band)) add('act', 'Training is for adults. Choose to sign or to read.')
  if (requirement.act === 'train' && requirement.cadence === 'new-version') add('cadence', 'A training has no versions. Choose another time.')
  if (requirement.act !== 'train' && !requirement.agreementId) add('agreement', 'Choose the agreement.')
  if (!ruleFitsBand(requirement.signerRule, requirement.band)) add('signer-rule', 'An adult signs only for themselves.')
  if (requirement.cadence === 'every-months' && requirement.everyMonths === null) add('every-months', 'Write after how many months.')
  if (requirement.cadence === 'per-visit' && requirement.band !== 'visitor') add('cadence', '“At each visit” is for visitors.')
  if (requirement.signers === 'all' && !requirement.signerRule.includes('guardian')) add('signers', 'Nobody but the person signs here, so “all” means nothing.')
  if (requirement.role !== null && !rolesOf(requirement.band).includes(requirement.role)) add('role', 'This role does not belong to the people chosen.')
  if (!requirement.compulsory && requirement.ifUnsigned === 'propose-restriction') add('if-unsigned', 'What is optional cannot end in less access.')
  return problems
}
