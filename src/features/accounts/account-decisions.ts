import { NotFound, Refused } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import { dateOf } from './access-plans.ts'
import { RECONCILE_PERSON } from './access-service.ts'
import type { Account } from './account-store.ts'
import { isActive } from './desired-access.ts'
import { statementOf } from './ended-people.ts'
import { isConfidential } from './neutral-words.ts'

/** What only a person can decide about one account: whose it is, and whether what was done by hand is to stay. */
export class AccountDecisions {
  readonly #deps: AccessDeps
  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  /**
   * From now on the account is this person's, whatever its keys say. `administrator`: a trust administrator decides.
   * @throws Refused while something of Assent's is in it, and for the account of somebody protected (B4).
   */
  async link(accountId: string, personId: string, actor: string, administrator = false): Promise<void> {
    const { db, audit, outbox, people, ids } = this.#deps
    await db.transaction(async () => {
      const account = await this.#free(accountId, administrator)
      if (!await people.person(personId)) throw new NotFound('There is no such person.')
      await this.#decide(account, personId, actor)
      await audit.record({ actor, event: 'access.account-linked', subject: `person:${personId}`, payload: { account: accountId, before: account.personId } })
      await outbox.put(RECONCILE_PERSON, { personId }, { dedupeKey: `${RECONCILE_PERSON}:${ids.next()}:linked` })
    })
  }

  /** The account is nobody's from now on: reported, never touched. @throws Refused as `link`. */
  async unlink(accountId: string, actor: string, administrator = false): Promise<void> {
    const { db, audit } = this.#deps
    await db.transaction(async () => {
      const account = await this.#free(accountId, administrator)
      if (account.personId === null) return
      await this.#decide(account, null, actor)
      await audit.record({ actor, event: 'access.account-unlinked', subject: `person:${account.personId}`, payload: { account: accountId } })
    })
  }

  /**
   * What somebody did by hand stays. Where it only was noted, the note goes; where access is not what it should be, the restrictions
   * behind it are lifted, and the person is kept until the source says something new (U1).
   * @throws Refused where a restriction is only the DSL's to lift (A5).
   */
  async takeOver(accountId: string, actor: string): Promise<void> {
    const { db, accounts, restrictions, audit, outbox, ids, clock } = this.#deps
    await db.transaction(async () => {
      const account = await accounts.get(accountId)
      if (!account || account.personId === null || account.drift.length === 0) throw new NotFound('There is nothing to decide about this account any more.')
      const personId = account.personId
      if (account.drift.some(({ waits }) => waits)) {
        const on = dateOf(this.#deps)
        const standing = ((await restrictions.unreleasedOf([personId])).get(personId) ?? []).filter((restriction) => isActive(restriction, on))
        const confidential = standing.find(({ cause }) => isConfidential(cause))
        if (confidential) throw new Refused({ what: `Access was changed by the school; the DSL decides about it (reference ${confidential.id.slice(-6)}).`, remedy: 'Ask the designated safeguarding lead.' })
        await restrictions.release(standing.map(({ id }) => id), { at: clock.now(), actor })
        if (standing.some(({ cause }) => cause === 'leaver' || cause === 'school-leaver')) await this.#keep(personId)
        await outbox.put(RECONCILE_PERSON, { personId }, { dedupeKey: `${RECONCILE_PERSON}:${ids.next()}:taken-over` })
      }
      await accounts.setDrift(accountId, [])
      await audit.record({ actor, event: 'access.drift-taken-over', subject: `person:${personId}`, payload: { account: accountId, notes: account.drift.map(({ kind }) => kind) } })
    })
  }

  async #keep(personId: string): Promise<void> {
    const { kept, people, clock } = this.#deps
    const affiliations = (await people.affiliationsOf([personId])).get(personId) ?? []
    await kept.keep(new Map([[personId, statementOf(affiliations)]]), '', clock.now())
  }

  async #decide(account: Account, personId: string | null, actor: string): Promise<void> {
    await this.#deps.accounts.decide(account.id, personId, { actor, at: this.#deps.clock.now(), reason: null })
  }

  async #free(accountId: string, administrator: boolean): Promise<Account> {
    const account = await this.#deps.accounts.get(accountId)
    if (!account) throw new NotFound('There is no such account.')
    if (account.delta !== null || account.intent !== null) {
      throw new Refused({ what: 'Assent has changed this account for the person it belongs to now.', remedy: 'Lift the restriction or undo the plan first; then decide whose it is.' })
    }
    // Given to a leaver, the account of a head would go with the leaver's.
    if (!administrator && account.personId !== null && (await this.#deps.protectedPeople()).has(account.personId)) {
      throw new Refused({ what: 'B4: this account belongs to somebody protected, such as a head or an administrator.', remedy: 'Ask a trust administrator to decide whose it is.' })
    }
    return account
  }
}
