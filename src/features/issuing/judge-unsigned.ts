import type { CalendarDate } from '../../shared/dates.ts'
import { type Band, isPupilBand, isYoungBand } from '../agreements/band.ts'
import type { Slot } from '../agreements/requirement.ts'

/** Ways by which a request reaches somebody. */
export const DELIVERIES = { mail: 'mail', link: 'their own link', class: 'a class session', paper: 'paper', letter: 'a letter' } as const
export type Delivery = keyof typeof DELIVERIES

/** A request that is overdue and whose requirement proposes a restriction (I5). */
export interface OverdueRequest {
  requestId: string
  personId: string
  schoolId: string
  title: string
  dueOn: CalendarDate
  band: Band | null
  /** Required slots that nobody has signed. */
  openSlots: readonly Slot[]
  /** By which ways it reached the person who is to sign, each proved by a row; empty: not delivered. */
  delivered: readonly Delivery[]
  /** First day at the school; null: for as long as anybody knows. */
  startDate: CalendarDate | null
}

/** Why nothing is proposed for an overdue request; in the order in which the page tells them. */
export const LEFT_OUT = {
  'guardian-only': 'Only a parent’s or carer’s signature is missing: a child never loses lessons for that.',
  'not-delivered': 'The request never reached them. Deliver it first: by mail, link, class session or at the desk.',
  young: 'Up to Year 6 nothing is limited automatically; no directory has a profile named “supervised”.',
  provisional: 'They joined less than 10 school days ago.',
  quiet: 'Their school has exams or a holiday just now.',
  before: 'It was proposed and decided before.',
} as const

export type LeftOut = keyof typeof LEFT_OUT

export interface UnsignedFacts {
  on: CalendarDate
  /** True while a school is in exams or a holiday. */
  quiet: (schoolId: string) => boolean
  /** The last day on which a joiner is provisional. */
  provisionalUntil: (schoolId: string, startDate: CalendarDate) => CalendarDate
  /** Requests under whose key something was placed before. */
  before: ReadonlySet<string>
  /** Whether some directory knows the profile "supervised". */
  supervised: boolean
}

/** I5 for one overdue request: what is proposed, or why nothing is. Never below a level that still reaches Assent. Pure. */
export function judgeUnsigned(request: OverdueRequest, facts: UnsignedFacts): { propose: { level: 'restricted' | 'full'; profile: string | null } } | { leftOut: LeftOut } {
  if (!request.openSlots.some((slot) => slot !== 'guardian')) return { leftOut: 'guardian-only' }
  if (facts.before.has(request.requestId)) return { leftOut: 'before' }
  if (request.delivered.length === 0) return { leftOut: 'not-delivered' }
  if (request.startDate !== null && facts.on <= facts.provisionalUntil(request.schoolId, request.startDate)) return { leftOut: 'provisional' }
  if (facts.quiet(request.schoolId)) return { leftOut: 'quiet' }
  // Who cannot be given a band may be young: they are treated so.
  if (request.band === null || (isPupilBand(request.band) && isYoungBand(request.band))) {
    return facts.supervised ? { propose: { level: 'full', profile: 'supervised' } } : { leftOut: 'young' }
  }
  return { propose: { level: 'restricted', profile: null } }
}
