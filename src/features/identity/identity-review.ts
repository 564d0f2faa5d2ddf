import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { Identity } from './identity.ts'
import type { IdentityStore } from './identity-store.ts'
import type { AuditPort, PeoplePort } from './ports.ts'

/** A person says who an identity is that the records did not name. */
export class IdentityReview {
  readonly #parts: { db: Database; clock: Clock; audit: AuditPort; people: PeoplePort; identities: IdentityStore; endSessionsOf(personId: string): Promise<number> }

  constructor(parts: { db: Database; clock: Clock; audit: AuditPort; people: PeoplePort; identities: IdentityStore; endSessionsOf(personId: string): Promise<number> }) {
    this.#parts = parts
  }

  unknown(limit: number): Promise<{ total: number; list: Identity[] }> {
    return this.#parts.identities.unknown(limit)
  }

  /** @throws NotFound when the identity does not wait any more; Refused when there is no such person. */
  async link(identityId: string, personId: string, actor: string): Promise<void> {
    if (!await this.#parts.people.factsOf(personId)) throw new Refused({ what: 'There is no such person any more.', remedy: 'Find the person again.' })
    await this.#settle(identityId, { state: 'linked', personId, linkedBy: actor }, 'sign-in.identity-linked', actor)
  }

  /** From now on this identity does not get in, and is not asked about again. */
  refuse(identityId: string, actor: string): Promise<void> {
    return this.#settle(identityId, { state: 'refused', personId: null, linkedBy: actor }, 'sign-in.identity-refused', actor)
  }

  async #settle(identityId: string, answer: Pick<Identity, 'state' | 'personId' | 'linkedBy'>, event: string, actor: string): Promise<void> {
    const { db, audit, identities, endSessionsOf } = this.#parts
    await db.transaction(async () => {
      const identity = await identities.find(identityId)
      if (identity?.state !== 'unknown') throw new NotFound('This account does not wait any more.')
      await identities.save({ ...identity, ...answer, reason: null, shown: null })
      await audit.record({ actor, event, subject: answer.personId === null ? null : `person:${answer.personId}`, payload: { identity: identityId, provider: identity.providerId, by: 'hand' } })
      // Whoever it was linked to before may still be signed in by it.
      if (identity.personId !== null && identity.personId !== answer.personId) await endSessionsOf(identity.personId)
    })
  }
}
