import type { Answered } from './understanding.ts'
import type { GivenAnswer } from './consent-service.ts'
import type { Circumstance } from './circumstance.ts'
import type { Evidence, Signature, SigningMethod, Strokes } from './signature.ts'

/** What somebody does with one slot. */
export interface SignCommand {
  signatoryId: string
  signerId: string
  actor: string
  method: SigningMethod
  typed: string | null
  drawn: Strokes | null
  /** What the signer saw: must still be what is asked (S1, I2). */
  renditionHash: string
  /** From the form; a repeat gets the first answer (S2). */
  formKey: string
  assurance: Evidence['assurance']
  address: string | null
  userAgent: string | null
  /** Friendly questions and what was chosen. */
  understanding?: readonly Answered[]
  /** Optional questions answered in the same sitting (G5). */
  choices?: readonly GivenAnswer[]
  circumstance?: Circumstance
  /** For the log's erasable part and never for a PDF (D2). */
  remark?: string | null
}

export type SignOutcome =
  | { kind: 'signed'; signature: Signature; complete: boolean }
  /** The same form again, or another tab was faster. Nothing was lost, nothing is there twice. */
  | { kind: 'already-signed'; signature: Signature }
  | { kind: 'text-changed' }
  | { kind: 'closed' }
  | { kind: 'not-yours' }
  /** The member of staff who witnesses or enters it belongs to the family: a colleague must (P7). */
  | { kind: 'conflict' }

export interface DeclineCommand {
  signatoryId: string
  signerId: string
  actor: string
  /** What they read before they said no. */
  renditionHash: string
  /** In their own words; null when they gave none. */
  reason: string | null
  wantsCall: boolean
  assurance?: Evidence['assurance']
  /** Optional questions answered in the same sitting: a "no" to the agreement says nothing about them (G5). */
  choices?: readonly GivenAnswer[]
  /** The member of staff who witnessed or took down the answer. */
  staffId?: string
}

export type DeclineOutcome = { kind: 'declined' | 'text-changed' | 'closed' | 'not-yours' | 'conflict' }
