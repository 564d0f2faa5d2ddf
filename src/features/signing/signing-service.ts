import type { Database } from '../../db/database.ts'
import { isAsked } from '../issuing/request.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { Capture, type CaptureDeps, repeated } from './capture.ts'
import type { ConsentService } from './consent-service.ts'
import type { Decline, DeclineStore } from './decline-store.ts'
import { endSignature } from './end-signature.ts'
import type { DeclineCommand, DeclineOutcome, SignCommand, SignOutcome } from './sign-command.ts'
import type { Evidence, Signature } from './signature.ts'
import type { SigningPage } from './signing-queries.ts'

export interface SigningDeps extends Omit<CaptureDeps, 'inConflict' | 'keepChoices'> {
  db: Database; people: PeopleQueries; declines: DeclineStore; consents: ConsentService
}

/** Captures signatures. "Signed" is said only after the commit (S2). Declining and withdrawing are acts of their own (S4). */
export class SigningService {
  readonly #deps: SigningDeps
  readonly #gathered: (command: SignCommand) => Promise<SignOutcome>
  constructor(deps: SigningDeps) {
    this.#deps = deps
    const capture = new Capture({
      ...deps, inConflict: (staffId, subjectId, signerId) => this.#inConflict(staffId, subjectId, signerId), keepChoices: (subjectId, command, signatureId) => this.#keepChoices(subjectId, command, signatureId),
    })
    this.#gathered = deps.db.gathering((commands) => capture.captureAll(commands))
  }

  async sign(command: SignCommand): Promise<SignOutcome> {
    try {
      return await this.#gathered(command)
    } catch (error) {
      if (!this.#deps.db.dialect.isDuplicate(error)) throw error
      // Another tab or a double click committed between our look and our insert.
      const first = await this.#deps.store.byFormKey(command.formKey) ?? await this.#deps.store.activeOf(command.signatoryId)
      if (!first) throw error
      return repeated(first, command)
    }
  }

  /** P7: staff do nothing for a child of their own family, and nobody enters a signature of their own. */
  async #inConflict(staffId: string | null | undefined, subjectId: string, signerId: string): Promise<boolean> {
    if (!staffId) return false
    if (staffId === subjectId || staffId === signerId) return true
    return ((await this.#deps.people.guardiansOf([subjectId])).get(subjectId) ?? []).some((link) => link.guardianId === staffId)
  }

  /** G5: answers given in this sitting stand in the evidence of the signature; null when there are none. */
  async #keepChoices(subjectId: string, command: Pick<SignCommand, 'signerId' | 'actor' | 'choices'> & { assurance?: Evidence['assurance'] }, signatureId?: string): Promise<NonNullable<Evidence['choices']> | null> {
    if (!command.choices?.length) return null
    const { kept } = await this.#deps.consents.answer(subjectId, command.choices, {
      signerId: command.signerId, actor: command.actor, assurance: command.assurance ?? 'session', ...(signatureId ? { signatureId } : {}),
    })
    return kept.length === 0 ? null : kept.map(({ evidence: { key, title, question, version, language }, answer }) => ({
      key, title, question, version, answer, ...(language === 'en-GB' ? {} : { language }),
    }))
  }

  async #changed(page: SigningPage, command: { signerId: string; renditionHash: string }): Promise<'text-changed' | 'not-yours' | null> {
    if (page.rendition.hash !== command.renditionHash) return 'text-changed'
    const found = await this.#deps.queries.recheck(page, command.signerId)
    return found === 'same' ? null : found
  }

  /**
   * Says no. The reason lies apart from the log, erasable, for the school's named staff; a declined required slot declines
   * the request (S4). A repeat by the same person that says nothing else answers `declined`; any other answers `closed`: the first answer stands.
   */
  async decline(command: DeclineCommand): Promise<DeclineOutcome> {
    const { db, clock, ids, requests, queries, audit, declines } = this.#deps
    const page = await queries.page(command.signatoryId, command.signerId, { text: command.renditionHash })
    if (!page) return { kind: 'not-yours' }
    if (await this.#inConflict(command.staffId, page.subject.id, command.signerId)) return { kind: 'conflict' }
    return db.transaction(async () => {
      const request = await requests.lock(page.request.id)
      const slot = await requests.signatory(command.signatoryId)
      if (slot?.state === 'declined' && saysNothingNew(command, await declines.activeOf(slot.id))) return { kind: 'declined' }
      if (!request || !slot || !isAsked(request, slot)) return { kind: 'closed' }
      const changed = await this.#changed(page, command)
      if (changed) return { kind: changed }
      await requests.setSignatory(slot.id, 'declined')
      if (slot.required) await requests.update(request.id, { state: 'declined' })
      await this.#keepChoices(request.personId, command)
      const declineId = ids.next()
      await declines.insert({
        id: declineId, requestId: request.id, signatoryId: slot.id, subjectId: request.personId, signerId: command.signerId, schoolId: request.schoolId,
        reason: command.reason, wantsCall: command.wantsCall, at: clock.now(),
      })
      await audit.record({
        actor: command.actor, event: 'signature.declined', subject: `person:${request.personId}`,
        payload: {
          request: request.id, signatory: slot.id, signer: command.signerId, slot: slot.slot, required: slot.required,
          rendition: command.renditionHash, decline: declineId, withReason: command.reason !== null, wantsCall: command.wantsCall,
          ...(command.staffId ? { staff: command.staffId } : {}),
        },
      })
      return { kind: 'declined' }
    })
  }

  /** Takes one's own "no" back, so that the question is open again; false when there is none to take back. */
  async reconsider(signatoryId: string, signerId: string, actor: string): Promise<boolean> {
    const { db, requests, queries, audit, declines } = this.#deps
    const page = await queries.page(signatoryId, signerId)
    if (page?.standing.kind !== 'declined') return false
    return db.transaction(async () => {
      const request = await requests.lock(page.request.id)
      const slot = await requests.signatory(signatoryId)
      if (!request || slot?.state !== 'declined' || (request.state !== 'declined' && request.state !== 'open' && request.state !== 'complete')) return false
      await requests.setSignatory(slot.id, 'open')
      await declines.end(slot.id)
      if (request.state === 'declined') await this.#reopenUnlessDeclined(request.id, slot.id)
      await audit.record({
        actor, event: 'decline.taken-back', subject: `person:${request.personId}`, payload: { request: request.id, signatory: slot.id, signer: signerId },
      })
      return true
    })
  }

  /** The other slot may have said no as well; then the request stays declined. */
  async #reopenUnlessDeclined(requestId: string, justOpened: string): Promise<void> {
    const slots = (await this.#deps.requests.signatoriesOf([requestId])).get(requestId) ?? []
    if (!slots.some((slot) => slot.id !== justOpened && slot.required && slot.state === 'declined')) await this.#deps.requests.update(requestId, { state: 'open' })
  }

  /**
   * The signer takes a signature back: it stays in the log and counts no more, and the slot is open again (S4).
   * Null for anybody else's signature; false when it had ended before.
   */
  async withdraw(signatureId: string, signerId: string, actor: string): Promise<boolean | null> {
    const signature = await this.#deps.queries.ownSignature(signatureId, signerId)
    return signature ? this.#end(signature, { kind: 'withdrawn', event: 'signature.withdrawn', actor, payload: { signer: signerId } }) : null
  }

  /** Staff declare a signature invalid, with a reason (S4): it stays in the log and counts no more. False when it had ended before. */
  async invalidate(signatureId: string, by: { actor: string; reason: string }): Promise<boolean> {
    const signature = await this.#deps.store.byId(signatureId)
    if (!signature) return false
    return this.#end(signature, { kind: 'invalidated', event: 'signature.invalidated', actor: by.actor, payload: { signer: signature.signerId, reason: by.reason } })
  }

  async #end(signature: Signature, act: { kind: 'withdrawn' | 'invalidated'; event: string; actor: string; payload: object }): Promise<boolean> {
    const { db, clock, store, requests, audit } = this.#deps
    return db.transaction(async () => {
      if (!await endSignature({ store, requests }, signature, act.kind, clock.now())) return false
      await audit.record({
        actor: act.actor, event: act.event, subject: `person:${signature.subjectId}`,
        payload: { signature: signature.id, request: signature.requestId, slot: signature.evidence.slot, ...act.payload },
      })
      return true
    })
  }
}

/** A form sent twice. What staff enter for somebody is never one: it has its own record of who was there. */
function saysNothingNew(command: DeclineCommand, first: Decline | null): boolean {
  return first !== null && command.staffId == null && first.signerId === command.signerId
    && (command.reason === null || command.reason === first.reason) && (!command.wantsCall || first.wantsCall)
}
