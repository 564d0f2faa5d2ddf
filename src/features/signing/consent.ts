import type { Instant } from '../../shared/dates.ts'
import { type ConsentQuestion, slotsAsked } from '../agreements/consent-question.ts'

export type ConsentSlot = 'guardian' | 'pupil' | 'self'

/** What an answer was given to, and by whom: enough to show years later what was asked (S1). */
export interface ConsentEvidence {
  key: string
  title: string
  question: string
  hint: string
  version: number
  textSha256: string
  language: string
  subjectName: string
  signerName: string
  capacity: string
  schoolName: string
  assurance: string
}

/** One answer to one question about one person. */
export interface ConsentAnswer {
  id: string
  questionId: string
  subjectId: string
  signerId: string
  active: boolean
  answer: 'yes' | 'no'
  version: number
  slot: ConsentSlot
  evidence: ConsentEvidence
  /** The signature in whose sitting it was given. */
  signatureId: string | null
  at: Instant
  endedAt: Instant | null
  endedKind: 'changed' | 'withdrawn' | 'lapsed' | null
}

/** G5: three states; on every list "not answered" reads "no". */
export type ConsentState = 'yes' | 'no' | 'not-answered'

/**
 * How a question stands for one person (G5): any "no" wins; "yes" needs a yes of everybody whose answer is asked for; a protection
 * flag on images says "no" and nothing about why (P6). `mayAnswer`: adults whose yes still counts, as they have the right to
 * consent; a "no" of an adult who may not be contacted any more still stands. Pure.
 */
export function consentState(input: {
  question: Pick<ConsentQuestion, 'kind' | 'signerRule' | 'countsFrom'>
  answers: readonly Pick<ConsentAnswer, 'slot' | 'answer' | 'version' | 'signerId'>[]
  adult: boolean; imagesBarred: boolean; mayAnswer: (guardianId: string) => boolean
}): ConsentState {
  const { question, adult } = input
  if (question.kind === 'images' && input.imagesBarred) return 'no'
  const slots = slotsAsked(question.signerRule, adult)
  const counted = input.answers.filter((answer) => answer.version >= question.countsFrom && slots.includes(answer.slot))
  if (counted.some((answer) => answer.answer === 'no')) return 'no'
  const yes = counted.filter((answer) => answer.slot !== 'guardian' || input.mayAnswer(answer.signerId))
  return slots.every((slot) => yes.some((answer) => answer.slot === slot)) ? 'yes' : 'not-answered'
}

/** F5: two adults who answered the same question differently. Pure. */
export function disagree(answers: readonly Pick<ConsentAnswer, 'slot' | 'answer' | 'signerId'>[]): boolean {
  const guardians = answers.filter((answer) => answer.slot === 'guardian')
  return guardians.some((one) => one.answer === 'yes') && guardians.some((one) => one.answer === 'no')
}
