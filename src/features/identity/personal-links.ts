import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { LinkStore } from './link-store.ts'
import { hashToken, stateOfLink, type LinkHolder, type LinkPurpose, type LinkRoute, type LinkState, type PersonalLink, type Visitor } from './personal-link.ts'

const MINUTE = 60_000

export interface LinkOrder {
  /** Null only for the first administrator's set-up. */
  personId: string | null
  purpose: LinkPurpose
  route: LinkRoute
  /** Milliseconds. */
  ttl: number
}

/** `token` goes into the mail or letter and is kept nowhere else. */
export interface IssuedLink {
  token: string
  /** Path of the page it opens. */
  path: string
  expiresAt: number
}

interface Parts {
  db: Database
  store: LinkStore
  clock: Clock
  ids: Ids
  /** Ends sessions at once, as `Sessions.endSessionsOf`. */
  endSessionsOf(personId: string): Promise<number>
  /** How long the browser that opened a link may open it again without a live session; default 30 minutes. */
  comeBackMs?: number
}

/** Links that let in one person (F3, F4): made, looked at without effect, opened once, ended. */
export class PersonalLinks {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Makes a link; every earlier one of the same person and purpose ends with it. */
  async issueLink(order: LinkOrder): Promise<IssuedLink> {
    const { db, store, clock, ids } = this.#parts
    const token = ids.random(32).toString('base64url')
    const now = clock.now()
    const link: PersonalLink = {
      tokenHash: hashToken(token), purpose: order.purpose, route: order.route, personId: order.personId, createdAt: now,
      expiresAt: now + order.ttl, openedAt: null, browserHash: null, revokedAt: null,
    }
    await db.transaction(async () => {
      await store.revoke(order.personId, order.purpose, now)
      await store.insert(link)
    })
    return { token, path: `${order.personId === null ? '/setup' : '/link'}/${token}`, expiresAt: link.expiresAt }
  }

  /** What opening would come to. Changes nothing: mail scanners follow every link (F4). */
  async look(token: string, visitor: Visitor, holder: LinkHolder = 'person'): Promise<LinkState> {
    const { store, clock } = this.#parts
    return stateOfLink(await store.find(hashToken(token)), holder, visitor, clock.now(), this.#comeBackMs)
  }

  /**
   * Opens a link for this browser: the first one to ask gets it and keeps it.
   * Returns the link, or why not; may be called inside a larger transaction.
   */
  async open(token: string, visitor: Visitor, holder: LinkHolder = 'person'): Promise<{ ok: true; link: PersonalLink } | { ok: false; state: 'elsewhere' | 'gone' }> {
    return this.openByHash(hashToken(token), visitor, holder)
  }

  /** The same for who holds another key to the link than its token: the code of a letter. */
  async openByHash(tokenHash: string, visitor: Visitor, holder: LinkHolder = 'person'): Promise<{ ok: true; link: PersonalLink } | { ok: false; state: 'elsewhere' | 'gone' }> {
    const { store, clock } = this.#parts
    await store.open(tokenHash, visitor.browserHash, holder, clock.now())
    const link = await store.find(tokenHash)
    const state = stateOfLink(link, holder, visitor, clock.now(), this.#comeBackMs)
    if (link && state === 'ours') return { ok: true, link }
    return { ok: false, state: state === 'elsewhere' ? 'elsewhere' : 'gone' }
  }

  /** Ends every link of a person, and the sessions in which they are signed in (F2, leavers). Returns how many links. */
  async endLinksOf(personId: string): Promise<number> {
    const { store, clock, endSessionsOf } = this.#parts
    const ended = await store.revoke(personId, null, clock.now())
    await endSessionsOf(personId)
    return ended
  }

  /** Removes links that ended more than 30 days ago; returns how many. */
  removeExpired(): Promise<number> {
    return this.#parts.store.removeExpired(this.#parts.clock.now() - 30 * 24 * 60 * MINUTE)
  }

  get #comeBackMs(): number {
    return this.#parts.comeBackMs ?? 30 * MINUTE
  }
}
