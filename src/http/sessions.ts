import { hkdfSync } from 'node:crypto'
import type { RequestHandler } from 'express'
import session from 'express-session'
import type { Clock } from '../adapters/clock.ts'
import type { Ids } from '../adapters/ids.ts'
import type { Database } from '../db/database.ts'
import './session-data.ts'
import { DatabaseSessionStore, type LiveSession, type SessionLimits } from './session-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Idle and absolute limits: a person's own device, and a tablet that is handed on in class. */
export const defaultSessionLimits: { own: SessionLimits; shared: SessionLimits } = {
  own: { idleMs: 30 * MINUTE, absoluteMs: 12 * HOUR },
  shared: { idleMs: 5 * MINUTE, absoluteMs: HOUR },
}

export interface SessionSettings {
  db: Database
  clock: Clock
  ids: Ids
  /** Secrets of at least 32 bytes; the first signs, all are accepted, so that one can be replaced without signing people out. */
  secrets: readonly string[]
  /** True when people reach us by https: the cookies are then `Secure` and `__Host-`. */
  https: boolean
  limits?: { own: SessionLimits; shared: SessionLimits }
}

export interface Sessions {
  /** Gives each request its session; stores nothing for a visitor about whom there is nothing to keep. */
  readonly attach: RequestHandler
  /** Keys for tokens bound to a session or browser; the first signs. */
  readonly tokenKeys: readonly Buffer[]
  /** Key under which addresses are counted: the same in all processes, and no address can be read from what is counted. */
  readonly countKey: Buffer
  readonly https: boolean
  /** 256 unguessable bits, for the cookie that tells browsers apart. */
  newBrowserId(): string
  /** Ends every session of a person at once; returns how many. */
  endSessionsOf(personId: string): Promise<number>
  /** Ends the sessions of a person whose `ref` (what let them in) is meant; returns how many. */
  endSessionsLetInBy(personId: string, isMeant: (ref: string) => boolean): Promise<number>
  /** Live sessions of a person, newest first. */
  sessionsOf(personId: string): Promise<LiveSession[]>
  /** Ends one of them; false when there is none such. */
  endSession(personId: string, ref: string): Promise<boolean>
  /** Ends every session there is; returns how many. */
  endAll(): Promise<number>
  /** Removes rows of expired sessions; returns how many. */
  removeExpired(): Promise<number>
}

/** @throws Error when a secret is missing or short. */
export function createSessions(settings: SessionSettings): Sessions {
  const { db, clock, ids, secrets, https } = settings
  const first = secrets[0]
  if (first === undefined || secrets.some((secret) => Buffer.byteLength(secret) < 32)) {
    throw new Error('Sessions need a secret of at least 32 bytes.')
  }
  const random = () => ids.random(32).toString('base64url')
  const store = new DatabaseSessionStore(db, clock, settings.limits ?? defaultSessionLimits)
  const attach = session({
    name: https ? '__Host-assent' : 'assent-session',
    secret: secrets.map((secret) => derived(secret, 'session cookie').toString('hex')),
    store,
    genid: random,
    resave: false,
    saveUninitialized: false,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: https },
  })
  return {
    attach,
    tokenKeys: secrets.map((secret) => derived(secret, 'form token')),
    countKey: derived(first, 'counted tries'),
    https,
    newBrowserId: random,
    endSessionsOf: (personId) => store.endSessionsOf(personId),
    endSessionsLetInBy: (personId, isMeant) => store.endSessionsLetInBy(personId, isMeant),
    sessionsOf: (personId) => store.sessionsOf(personId),
    endSession: (personId, ref) => store.endSession(personId, ref),
    endAll: () => store.endAll(),
    removeExpired: () => store.removeExpired(),
  }
}

/** One secret on disk, a key of its own for each purpose (RFC 5869). */
function derived(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `assent ${purpose}`, 32))
}
