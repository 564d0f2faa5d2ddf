import type { Instant } from '../../shared/dates.ts'

/** What another system may be told of. Each says that something changed and by which identifier; what and about whom is asked by token. */
export const EVENTS = {
  'request.changed': { text: 'Requests', hint: 'Somebody was asked, or it stands otherwise now: signed, declined, excused.' },
  'signature.made': { text: 'Signatures', hint: 'Somebody signed.' },
  'signature.ended': { text: 'Signatures that ended', hint: 'One was withdrawn or does not count any more.' },
  'access.changed': { text: 'Access', hint: 'The access that somebody should have may have changed; neither how nor why is said.' },
  'access-plan.changed': { text: 'Access plans', hint: 'A plan was made, approved or finished. For the whole trust only.' },
} as const satisfies Record<string, { text: string; hint: string }>

/** The name of an event, as receivers see it. */
export type WebhookEvent = keyof typeof EVENTS
/** All of them, in the order of the page. */
export const EVENT_NAMES = Object.keys(EVENTS) as [WebhookEvent, ...WebhookEvent[]]

/** Why nothing is sent: by hand; a day of failures; "gone" was answered (410); its person no longer manages the settings; its secret cannot be opened. */
export type PauseReason = 'by-hand' | 'failing' | 'gone' | 'person' | 'secret'

/** A place in one kind of change: everything up to it has been told. */
export interface Told { at: Instant; id: string }

/** A system that is told of changes. `url` and secrets are closed. */
export interface WebhookTarget {
  id: string
  name: string
  host: string
  url: string
  events: WebhookEvent[]
  /** Null: the whole trust. */
  schoolId: string | null
  /** Who answers for it: nothing is sent once that person no longer manages the settings. */
  personId: string
  secret: string
  /** Until then deliveries carry a signature by the secret before as well. */
  oldSecret: string | null
  oldSecretUntil: Instant | null
  told: Record<string, Told>
  createdAt: Instant
  failingSince: Instant | null
  pausedAt: Instant | null
  pausedWhy: PauseReason | null
}

/** One POST, sent until it is taken. */
export interface WebhookDelivery {
  id: string
  targetId: string
  waiting: boolean
  isTest: boolean
  events: number
  body: string
  createdAt: Instant
  attempts: number
  lastAt: Instant | null
  /** HTTP status of the last answer; null where there was none. */
  status: number | null
  /** Why there was none, or none that counts. */
  problem: string | null
  deliveredAt: Instant | null
}

/** What became of a try. */
export interface TryOutcome { delivered: boolean; status: number | null; problem: string | null }
