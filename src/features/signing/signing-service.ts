import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { isAsked, isComplete } from '../issuing/request.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { staffOf } from './circumstance.ts'
import type { ConsentService } from './consent-service.ts'
import type { DeclineStore } from './decline-store.ts'
import { endSignature } from './end-signature.ts'
import { evidenceOf } from './evidence.ts'
import type { DeclineCommand, DeclineOutcome, SignCommand, SignOutcome } from './sign-command.ts'
import type { Evidence, Signature } from './signature.ts'
import type { SigningPage, SigningQueries } from './signing-queries.ts'
import type { SigningStore } from './signing-store.ts'

export interface SigningDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox
  store: SigningStore; requests: RequestStore; queries: SigningQueries; people: PeopleQueries; declines: DeclineStore
  consents: ConsentService
  /** Address of the public page that answers for references: stands on each record as it was at signing (D3, D6). */
  verifyAt: string
  /** Releases what an unsigned request restricted, in this transaction (A2); accounts knows no requests. */
  releaseByKey: (key: string, actor: string) => Promise<void>
}

const DEVICE_KEPT_MS = 365 * 86_400_000

/** Captures signatures. "Signed" is said only after the commit (S2). Declining and withdrawing are acts of their own (S4). */
export class SigningService {
  readonly #deps: SigningDeps
  constructor(deps: SigningDeps) {
    this.#deps = deps
  }

  async sign(command: SignCommand): Promise<SignOutcome> {
    try {
      return await this.#deps.db.together(() => this.#attempt(command))
    } catch (error) {
      if (!this.#deps.db.dialect.isDuplicate(error)) throw error
      // Another tab or a double click committed between our look and our insert.
      const first = await this.#deps.store.byFormKey(command.formKey) ?? await this.#deps.store.activeOf(command.signatoryId)
      if (!first) throw error
      return this.#repeated(first, command)
    }
  }

  /** The slot is locked before anything else is read, so that all of it is true until the commit (F2, I2). */
  async #attempt(command: SignCommand): Promise<SignOutcome> {
    const { requests, store, queries, people } = this.#deps
    const held = await requests.lockSlot(command.signatoryId)
    const before = await store.standing(command.formKey, command.signatoryId)
    if (before?.formKey === command.formKey) return this.#repeated(before, command)
    const page = held && await queries.pageOf(held, command.signerId, { text: command.renditionHash })
    const signer = page?.subject.id === command.signerId ? page.subject : page && await people.person(command.signerId)
    if (!page || !signer) return { kind: 'not-yours' }
    // Already signed is told before the request's state: a complete request is complete because of this signature.
    if (before) return this.#repeated(before, command)
    if (!isAsked(held.request, held.signatory)) return { kind: 'closed' }
    if (page.rendition.hash !== command.renditionHash) return { kind: 'text-changed' }
    if (await this.#inConflict(staffOf(command.circumstance), page.subject.id, signer.id)) return { kind: 'conflict' }
    return this.#capture(page, command, evidenceOf(page, command, signer.name, this.#deps.verifyAt))
  }

  /** P7: staff do nothing for a child of their own family, and nobody enters a signature of their own. */
  async #inConflict(staffId: string | null | undefined, subjectId: string, signerId: string): Promise<boolean> {
    if (!staffId) return false
    if (staffId === subjectId || staffId === signerId) return true
    return ((await this.#deps.people.guardiansOf([subjectId])).get(subjectId) ?? []).some((link) => link.guardianId === staffId)
  }

  #repeated(first: Signature, command: SignCommand): SignOutcome {
    return first.signatoryId === command.signatoryId && first.signerId === command.signerId ? { kind: 'already-signed', signature: first } : { kind: 'closed' }
  }

  async #capture(page: SigningPage, command: SignCommand, evidence: Evidence): Promise<SignOutcome> {
    const { clock, ids, store, requests } = this.#deps
    const { request } = page
    const now = clock.now()
    const id = ids.next()
    const choices = await this.#keepChoices(request.personId, command, id)
    const signature: Signature = {
      id, signatoryId: command.signatoryId, requestId: request.id, active: true, subjectId: request.personId, signerId: command.signerId,
      actor: command.actor, method: command.method, signedAt: now, renditionHash: command.renditionHash, evidence: choices ? { ...evidence, choices } : evidence, formKey: command.formKey,
      sealState: 'pending', endedKind: null,
    }
    await store.insert(signature, { address: command.address, userAgent: command.userAgent, eraseAfter: now + DEVICE_KEPT_MS })
    await requests.setSignatory(command.signatoryId, 'signed')
    const slots = (await requests.signatoriesOf([request.id])).get(request.id) ?? []
    const complete = request.state === 'open' && isComplete(slots.map((one) => (one.id === command.signatoryId ? { ...one, state: 'signed' as const } : one)))
    await requests.update(request.id, {
      ...(request.versionId ? {} : { versionId: page.versionId }), ...(complete ? { state: 'complete' as const, completedAt: now } : {}),
    })
    await this.#record(signature, page, complete, command.remark ?? null)
    return { kind: 'signed', signature, complete }
  }

  /** G5: answers given in this sitting stand in the evidence of the signature; null when there are none. */
  async #keepChoices(subjectId: string, command: Pick<SignCommand, 'signerId' | 'actor' | 'choices'> & { assurance?: Evidence['assurance'] }, signatureId?: string): Promise<NonNullable<Evidence['choices']> | null> {
    if (!command.choices?.length) return null
    const { kept } = await this.#deps.consents.answer(subjectId, command.choices, {
      signerId: command.signerId, actor: command.actor, assurance: command.assurance ?? 'session', ...(signatureId ? { signatureId } : {}),
    })
    return kept.length === 0 ? null : kept.map(({ evidence: { key, title, question, version }, answer }) => ({ key, title, question, version, answer }))
  }

  async #changed(page: SigningPage, command: { signerId: string; renditionHash: string }): Promise<'text-changed' | 'not-yours' | null> {
    if (page.rendition.hash !== command.renditionHash) return 'text-changed'
    const found = await this.#deps.queries.recheck(page, command.signerId)
    return found === 'same' ? null : found
  }

  async #record(signature: Signature, page: SigningPage, complete: boolean, remark: string | null): Promise<void> {
    const { audit, outbox } = this.#deps
    await audit.record({
      actor: signature.actor, event: signature.evidence.act === 'sign' ? 'signature.captured' : 'acknowledgement.captured', subject: `person:${signature.subjectId}`,
      payload: {
        signature: signature.id, request: signature.requestId, signer: signature.signerId, slot: signature.evidence.slot, method: signature.method,
        rendition: signature.renditionHash, version: page.versionId, complete,
        ...(signature.evidence.circumstance ? { way: signature.evidence.circumstance.kind, staff: staffOf(signature.evidence.circumstance) } : {}), ...(remark ? { remark } : {}),
      },
    })
    await outbox.put('signing.seal', { signatureId: signature.id }, { dedupeKey: `seal:${signature.id}:1` })
    if (complete) await this.#deps.releaseByKey(`request:${signature.requestId}`, signature.actor)
  }

  /**
   * Says no. The reason lies apart from the log, erasable, for the school's named staff; a declined required slot declines
   * the request (S4). A repeat answers `closed`: the first answer stands.
   */
  async decline(command: DeclineCommand): Promise<DeclineOutcome> {
    const { db, clock, ids, requests, queries, audit, declines } = this.#deps
    const page = await queries.page(command.signatoryId, command.signerId, { text: command.renditionHash })
    if (!page) return { kind: 'not-yours' }
    if (await this.#inConflict(command.staffId, page.subject.id, command.signerId)) return { kind: 'conflict' }
    return db.transaction(async () => {
      const request = await requests.lock(page.request.id)
      const slot = await requests.signatory(command.signatoryId)
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
