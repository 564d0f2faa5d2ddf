import { z } from 'zod'
import { isPupilBand } from './band.ts'
import type { Band } from './band.ts'

/** What a signatory is asked to do: put a name to it, or say that it was read. */
export const ACTS = ['sign', 'acknowledge'] as const
export type Act = (typeof ACTS)[number]

/** What a requirement asks for: an act on a text, or a training that was completed (date, certificate or reference). */
export const DUTIES = [...ACTS, 'train'] as const
export type Duty = (typeof DUTIES)[number]

/** F5: any one of the adults who may sign, or all of them. */
export const SIGNERS = ['any', 'all'] as const
export type Signers = (typeof SIGNERS)[number]

/** Who signs (G4). `self` is the person the request is about, whatever their band. */
export const SIGNER_RULES = ['guardian', 'pupil-and-guardian', 'pupil-guardian-acknowledges', 'self'] as const
export type SignerRule = (typeof SIGNER_RULES)[number]

/** One place for a signature on a request. */
export const SLOTS = ['pupil', 'guardian', 'self'] as const
export type Slot = (typeof SLOTS)[number]

/**
 * How often. `academic-year`: once for each year; `admission`: once on joining; `key-stage`: once on entering the band;
 * `until-leaving`: once; `new-version`: whenever the meaning of the text changed; each of these again for a major version.
 * `every-months`: again so many months after it was last done; `per-visit`: each time at the desk.
 */
export const CADENCES = ['academic-year', 'admission', 'key-stage', 'until-leaving', 'new-version', 'every-months', 'per-visit'] as const
export type Cadence = (typeof CADENCES)[number]

/**
 * What follows when it stays unsigned (I5). `remind` is the default. `propose-restriction` only proposes: enforcing is
 * its own approved plan. `nothing`: the desk simply asks again.
 */
export const IF_UNSIGNED = ['remind', 'propose-restriction', 'nothing'] as const
export type IfUnsigned = (typeof IF_UNSIGNED)[number]

export const requirementSchema = z.strictObject({
  act: z.enum(ACTS),
  signerRule: z.enum(SIGNER_RULES),
  cadence: z.enum(CADENCES),
  /** School days of the school's calendar from issue to due (I6). */
  dueSchoolDays: z.int().min(0).max(200),
  ifUnsigned: z.enum(IF_UNSIGNED),
  /** False: asked once and never chased. */
  compulsory: z.boolean().default(true),
  signers: z.enum(SIGNERS).default('any'),
  /** School days after the due date before anything follows from it. */
  graceSchoolDays: z.int().min(0).max(200).default(0),
  /** For the cadence `every-months` only. */
  everyMonths: z.int().min(1).max(120).nullable().default(null),
})

/** A slot as a rule fills it. */
export interface SlotRule {
  slot: Slot
  act: Act
  /** False: welcome, and never chased (the mark of a child under Year 3). */
  required: boolean
  /** The one adult whose slot it is, where all who may sign are asked (F5); else whoever may. */
  holderId?: string
}

/**
 * The slots of a requirement (G4). The order is the order of signing in one sitting. `act` of the requirement is the act
 * of the main signatory.
 */
export function slotsOf(requirement: { act: Act; signerRule: SignerRule; compulsory?: boolean }): readonly SlotRule[] {
  const slots = slotsOfRule(requirement)
  return requirement.compulsory === false ? slots.map((slot) => ({ ...slot, required: false })) : slots
}

/** From the 18th birthday the pupil alone signs: nothing is asked of guardians (G4). */
export function slotsOfAdult(slots: readonly SlotRule[]): readonly SlotRule[] {
  const chased = slots.some((slot) => slot.required)
  return slots.filter((slot) => slot.slot !== 'guardian').map((slot) => ({ ...slot, required: chased }))
}

/** F5: where all who may sign are asked, each of them gets a slot; with one or none it stays open to whoever may. */
export function slotsOfEach(slots: readonly SlotRule[], guardianIds: readonly string[]): readonly SlotRule[] {
  if (guardianIds.length < 2) return slots
  return slots.flatMap((slot) => (slot.slot === 'guardian' ? guardianIds.map((holderId) => ({ ...slot, holderId })) : [slot]))
}

function slotsOfRule(requirement: { act: Act; signerRule: SignerRule }): readonly SlotRule[] {
  const { act } = requirement
  switch (requirement.signerRule) {
    case 'guardian':
      return [{ slot: 'guardian', act, required: true }, { slot: 'pupil', act, required: false }]
    case 'pupil-and-guardian':
      return [{ slot: 'pupil', act, required: true }, { slot: 'guardian', act, required: true }]
    case 'pupil-guardian-acknowledges':
      return [{ slot: 'pupil', act, required: true }, { slot: 'guardian', act: 'acknowledge', required: true }]
    case 'self':
      return [{ slot: 'self', act, required: true }]
  }
}

/** True when the rule makes sense for the band: an adult signs only for themselves. */
export function ruleFitsBand(rule: SignerRule, band: Band): boolean {
  return isPupilBand(band) || rule === 'self'
}
