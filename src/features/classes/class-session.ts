import { type CalendarDate, type Instant, today } from '../../shared/dates.ts'
import type { Strokes } from '../signing/signature.ts'
import type { Answered } from '../signing/understanding.ts'
import type { ClassGroup } from './class-group.ts'

/** One lesson in which a class signs (S6). */
export interface ClassSession {
  id: string
  group: ClassGroup
  /** On the board; null once it is over. */
  code: string | null
  startedBy: string
  startedAt: Instant
  endsAt: Instant
  endedAt: Instant | null
  discussion: { ledBy: string; on: CalendarDate } | null
  /** People who were left when it ended. */
  leftOver: string[]
}

export type AnswerState = 'waiting' | 'witnessed' | 'refused' | 'replaced' | 'stale'

/** What a pupil did in class. It becomes a signature when a teacher says who it was. */
export interface ClassAnswer {
  id: string
  sessionId: string
  signatoryId: string
  pupilId: string
  answer: 'yes' | 'no'
  typed: string | null
  drawn: Strokes | null
  renditionHash: string
  /** Friendly questions answered on the way, in the words shown; they go into the evidence and are never judged. */
  understanding: Answered[]
  formKey: string
  answeredAt: Instant
  state: AnswerState
}

/** A class that said "we agree" together (G4). */
export interface ClassAgreement {
  renditionHash: string
  ledBy: string
  heldOn: CalendarDate
  present: string[]
  absent: string[]
  recordedBy: string
  recordedAt: Instant
}

/** Over by somebody's press or by the end of the day. */
export function isOver(session: Pick<ClassSession, 'endedAt' | 'endsAt'>, now: Instant): boolean {
  return session.endedAt !== null || session.endsAt <= now
}

const HOUR = 3_600_000

/** First instant of the next day in the school's zone; zones of whole hours, as every zone of the United Kingdom. */
export function endOfDay(now: Instant, timeZone: string): Instant {
  const day = today(now, timeZone)
  let at = Math.floor(now / HOUR) * HOUR + HOUR
  while (today(at, timeZone) === day) at += HOUR
  return at
}
