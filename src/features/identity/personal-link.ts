import { createHash } from 'node:crypto'
import type { Instant } from '../../shared/dates.ts'

/** What a link lets its holder do: sign as themselves, or administer. */
export type LinkPurpose = 'sign' | 'administrator'
/** How it reaches its holder; `setup` is printed where the server was started. */
export type LinkRoute = 'mail' | 'letter' | 'setup'

/** Whom a page's links belong to: a person, or nobody yet (the set-up of the first administrator). */
export type LinkHolder = 'person' | 'nobody'

/** One link as stored; the token itself is never kept (F4). */
export interface PersonalLink {
  /** SHA-256 of the token, hex. */
  tokenHash: string
  purpose: LinkPurpose
  route: LinkRoute
  /** Null only for the link that makes the first administrator. */
  personId: string | null
  createdAt: Instant
  expiresAt: Instant
  /** First use, by the browser of `browserHash`. */
  openedAt: Instant | null
  browserHash: string | null
  revokedAt: Instant | null
}

/** The browser that asks. */
export interface Visitor {
  browserHash: string
  /** Hash of the link that let in this browser's live session, or null. */
  sessionRef: string | null
}

/**
 * - `unopened`: a press of the button will open it.
 * - `ours`: this browser opened it and may come back.
 * - `elsewhere`: another browser opened it.
 * - `gone`: expired, revoked or never made; the three are told apart nowhere.
 */
export type LinkState = 'unopened' | 'ours' | 'elsewhere' | 'gone'

/** What `holder`'s page makes of a link. `comeBackMs`: how long its browser may open it again without a live session. */
export function stateOfLink(link: PersonalLink | null, holder: LinkHolder, visitor: Visitor, now: Instant, comeBackMs: number): LinkState {
  if (!link || link.revokedAt !== null || link.expiresAt <= now) return 'gone'
  if ((link.personId === null) !== (holder === 'nobody')) return 'gone'
  if (link.openedAt === null) return 'unopened'
  if (link.browserHash !== visitor.browserHash) return 'elsewhere'
  return visitor.sessionRef === link.tokenHash || now < link.openedAt + comeBackMs ? 'ours' : 'gone'
}

/** 256 bits, so a plain hash is enough: nothing can be guessed or looked up. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
