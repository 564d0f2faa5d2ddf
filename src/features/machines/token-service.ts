import { createHash } from 'node:crypto'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import { DAY_MS, type Instant, today } from '../../shared/dates.ts'
import { AssentError, Forbidden, NotFound, Refused } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { decidesAt } from '../identity/role-pages-deps.ts'
import { isOfPerson, type Scope, SCOPES } from './scopes.ts'
import { type ApiToken, TokenStore } from './token-store.ts'

/** A token that nobody renews ends within the year. */
export const LONGEST_DAYS = 365
const PREFIX = 'assent_'
const BYTES = 32

/** No token, or none that counts: which of them is nobody's business (RFC 6750 section 3). */
export class NoToken extends AssentError {
  constructor() {
    super({ what: 'This address needs a token that counts.', remedy: 'Send "Authorization: Bearer" with a token of /settings/api.' }, { exitCode: 3, status: 401 })
  }
}

/** A machine that has shown its token. */
export interface Caller {
  token: ApiToken
  /** For the audit log: `token:<name>`. */
  label: string
  /** Its person, with what they may do now. */
  actor: Actor
  /** Schools in which this scope counts now: the token's, as far as its person may. @throws Forbidden where there is none. */
  schools(scope: Scope): 'all' | string[]
}

export interface TokenParts {
  db: Database
  clock: Clock
  ids: Ids
  audit: AuditLog
  actorFor(personId: string): Promise<Actor | null>
}

/** Gives tokens to machines, takes them away, and knows them again. */
export class TokenService {
  readonly #parts: TokenParts
  readonly store: TokenStore
  constructor(parts: TokenParts) {
    this.#parts = parts
    this.store = new TokenStore(parts.db)
  }

  /**
   * Returns the token's text, which is never to be had again: 256 random bits, of which only the SHA-256 is kept.
   * @throws Refused for a name that was given before, or a life of more than a year; NotFound for a school that is not the actor's.
   */
  async issue(wanted: { name: string; scopes: Scope[]; schoolId: string | null; expiresAt: Instant }, actor: Actor): Promise<string> {
    const { db, clock, ids, audit } = this.#parts
    const now = clock.now()
    if (wanted.scopes.length === 0) throw new Refused({ what: 'A token without a scope could do nothing.', remedy: 'Choose at least one.' })
    const own = isOfPerson(wanted.scopes)
    if (actor.personId === null || !(own ? mayThemself(actor, wanted) : decidesAt(actor, wanted.schoolId))) throw new NotFound()
    if (!own && wanted.scopes.some((scope) => isOfPerson([scope]))) throw new Refused({ what: 'A token is for another system or for its person’s command line, not for both.', remedy: 'Give two.' })
    if (wanted.expiresAt <= now || wanted.expiresAt > now + LONGEST_DAYS * DAY_MS) throw new Refused({ what: 'A token ends within a year.', remedy: 'Choose an earlier day.' })
    const text = `${PREFIX}${ids.random(BYTES).toString('base64url')}`
    const token: ApiToken = { ...wanted, id: ids.next(), personId: actor.personId, createdAt: now, lastUsedOn: null, revokedAt: null }
    await db.transaction(async () => {
      if (!await this.store.insert(token, hashOf(text))) throw new Refused({ what: `The name "${token.name}" was given before.`, remedy: 'Choose another: the log tells tokens apart by it.' })
      await audit.record({ actor: actor.label, event: 'token.issued', subject: null, payload: { token: token.name, scopes: token.scopes, school: token.schoolId, expires: today(token.expiresAt) } })
    })
    return text
  }

  /** From the next request on it is refused. @throws NotFound for one that is not the actor's to decide about. */
  async revoke(id: string, actor: Actor): Promise<void> {
    const { db, clock, audit } = this.#parts
    const token = await this.store.get(id)
    if (!token || !(decidesAt(actor, token.schoolId) || (actor.personId === token.personId && isOfPerson(token.scopes)))) throw new NotFound('There is no such token.')
    await db.transaction(async () => {
      if (await this.store.revoke(id, clock.now())) await audit.record({ actor: actor.label, event: 'token.revoked', subject: null, payload: { token: token.name } })
    })
  }

  /**
   * Who stands behind an `Authorization` header. The search is for a hash of 256 random bits, so that its time tells nothing of other tokens.
   * @throws NoToken for everything that does not count, alike.
   */
  async caller(header: string | undefined): Promise<Caller> {
    const { clock } = this.#parts
    const text = /^Bearer +(\S{20,200})$/i.exec(header ?? '')?.[1]
    const token = text?.startsWith(PREFIX) ? await this.store.withHash(hashOf(text)) : null
    const now = clock.now()
    if (!token || token.revokedAt !== null || token.expiresAt <= now) throw new NoToken()
    const actor = await this.#parts.actorFor(token.personId)
    if (!actor || !(isOfPerson(token.scopes) || decidesAt(actor, token.schoolId))) throw new NoToken()
    const on = today(now)
    if (token.lastUsedOn !== on) await this.store.used(token.id, on)
    return {
      token, label: `token:${token.name}`, actor,
      schools: (scope) => {
        const { needs } = SCOPES[scope]
        const held = actor.schools(needs)
        const found = token.schoolId === null ? held : held === 'all' || held.includes(token.schoolId) ? [token.schoolId] : []
        if (!token.scopes.includes(scope) || found.length === 0) throw new Forbidden(`This token lacks the scope ${scope}.`)
        return found
      },
    }
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Whether somebody may do all of it there by hand: a token gives nobody more than they have. */
function mayThemself(actor: Actor, { scopes, schoolId }: { scopes: readonly Scope[]; schoolId: string | null }): boolean {
  return scopes.every((scope) => (schoolId === null ? actor.schools(SCOPES[scope].needs) === 'all' : actor.can(SCOPES[scope].needs, schoolId)))
}
