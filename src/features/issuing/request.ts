import type { CalendarDate, Instant } from '../../shared/dates.ts'
import type { SignerRule, Slot } from '../agreements/requirement.ts'

export type RequestState = 'open' | 'complete' | 'declined' | 'excused' | 'superseded' | 'cancelled'
/** Why somebody need not sign for a while (I4). */
export const EXCUSE_CAUSES = ['away', 'other-provision', 'adapted-route', 'not-applicable'] as const
export type ExcuseCause = (typeof EXCUSE_CAUSES)[number]
export type SlotState = 'open' | 'signed' | 'declined' | 'cancelled'

/** One requirement put to one person for one occasion (I1). */
export interface AgreementRequest {
  id: string
  requirementId: string
  /** Whom the agreement is about. */
  personId: string
  schoolId: string
  agreementId: string
  family: string
  /** '' for the band's own agreement; tells a further document for the same people apart (I1). */
  topic: string
  signerRule: SignerRule
  occasion: string
  /** False: asked once, never chased, and counted by nobody. */
  compulsory: boolean
  /** Pinned when the first slot is captured (I2). */
  versionId: string | null
  state: RequestState
  dueOn: CalendarDate | null
  /** Last day before anything follows from it; the due date where there is no grace. */
  graceUntil: CalendarDate | null
  /** Nobody is chased until then (I4); null unless excused. */
  excusedUntil: CalendarDate | null
  excusedCause: ExcuseCause | null
  reasons: string[]
  createdAt: Instant
  completedAt: Instant | null
}

/** One slot of a request. */
export interface Signatory {
  id: string
  requestId: string
  slot: Slot
  act: 'sign' | 'acknowledge'
  required: boolean
  state: SlotState
  /** The one adult who is asked, where all who may sign are (F5); '' is whoever may. */
  holderId: string
}

/** A request is complete when every required slot holds a signature (D1). */
export function isComplete(slots: readonly Pick<Signatory, 'required' | 'state'>[]): boolean {
  return slots.every((slot) => !slot.required || slot.state === 'signed')
}

/** True while a slot may be answered. An optional one stays welcome after the request is complete (the mark of a child under Year 3). */
export function isAsked(request: Pick<AgreementRequest, 'state'>, slot: Pick<Signatory, 'required' | 'state'>): boolean {
  return slot.state === 'open' && (request.state === 'open' || (request.state === 'complete' && !slot.required))
}
