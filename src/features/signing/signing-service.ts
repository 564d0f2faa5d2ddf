import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { isComplete } from '../issuing/request.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { Evidence, Signature, SigningMethod, Strokes } from './signature.ts'
import type { SigningPage, SigningQueries } from './signing-queries.ts'
import type { SigningStore } from './signing-store.ts'
import type { RequestStore } from '../issuing/request-store.ts'

export interface SigningDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox
  store: SigningStore; requests: RequestStore; queries: SigningQueries; people: PeopleQueries
  /** Releases what an unsigned request restricted, in this transaction (A2); accounts knows no requests. */
  releaseByKey: (key: string, actor: string) => Promise<void>
}

export interface SignCommand {
  signatoryId: string
  signerId: string
  actor: string
  method: SigningMethod
  typed: string | null
  drawn: Strokes | null
  /** What the signer saw: must still be what is asked (S1, I2). */
  renditionHash: string
  /** From the form; a repeat gets the first answer (S2). */
  formKey: string
  assurance: Evidence['assurance']
  address: string | null
  userAgent: string | null
}

export type SignOutcome =
  | { kind: 'signed'; signature: Signature; complete: boolean }
  /** The same form again, or another tab was faster. Nothing was lost, nothing is there twice. */
  | { kind: 'already-signed'; signature: Signature }
  | { kind: 'text-changed' }
  | { kind: 'closed' }
  | { kind: 'not-yours' }

const DEVICE_KEPT_MS = 365 * 86_400_000

/** Captures signatures. "Signed" is said only after the commit (S2). */
export class SigningService {
  readonly #deps: SigningDeps
  constructor(deps: SigningDeps) {
    this.#deps = deps
  }

  async sign(command: SignCommand): Promise<SignOutcome> {
    const repeat = await this.#deps.store.byFormKey(command.formKey)
    if (repeat) return this.#repeated(repeat, command)
    const page = await this.#deps.queries.page(command.signatoryId, command.signerId)
    if (!page) return { kind: 'not-yours' }
    const signer = await this.#deps.people.person(command.signerId)
    if (!signer) return { kind: 'not-yours' }
    const evidence = evidenceOf(page, command, signer.name)
    try {
      return await this.#deps.db.transaction(() => this.#capture(page, command, evidence))
    } catch (error) {
      if (!this.#deps.db.dialect.isDuplicate(error)) throw error
      // Another tab or a double click committed between our look and our insert.
      const first = await this.#deps.store.byFormKey(command.formKey) ?? await this.#deps.store.activeOf(command.signatoryId)
      if (!first) throw error
      return this.#repeated(first, command)
    }
  }

  #repeated(first: Signature, command: SignCommand): SignOutcome {
    return first.signatoryId === command.signatoryId && first.signerId === command.signerId ? { kind: 'already-signed', signature: first } : { kind: 'closed' }
  }

  async #capture(page: SigningPage, command: SignCommand, evidence: Evidence): Promise<SignOutcome> {
    const { clock, ids, store, requests } = this.#deps
    const request = await requests.lock(page.request.id)
    const active = await store.activeOf(command.signatoryId)
    // Already signed is told before the request's state: a complete request is complete because of this signature.
    if (active) return this.#repeated(active, command)
    if (!request || request.state !== 'open' || page.signatory.state !== 'open') return { kind: 'closed' }
    const stillThis = request.versionId === null || request.versionId === page.versionId
    if (page.rendition.hash !== command.renditionHash || !stillThis) return { kind: 'text-changed' }
    const now = clock.now()
    const signature: Signature = {
      id: ids.next(), signatoryId: command.signatoryId, requestId: request.id, active: true, subjectId: request.personId, signerId: command.signerId,
      actor: command.actor, method: command.method, signedAt: now, renditionHash: command.renditionHash, evidence, formKey: command.formKey,
      sealState: 'pending', endedKind: null,
    }
    await store.insert(signature, { address: command.address, userAgent: command.userAgent, eraseAfter: now + DEVICE_KEPT_MS })
    await requests.setSignatory(command.signatoryId, 'signed')
    const slots = (await requests.signatoriesOf([request.id])).get(request.id) ?? []
    const complete = isComplete(slots.map((slot) => (slot.id === command.signatoryId ? { ...slot, state: 'signed' as const } : slot)))
    await requests.update(request.id, {
      ...(request.versionId ? {} : { versionId: page.versionId }), ...(complete ? { state: 'complete' as const, completedAt: now } : {}),
    })
    await this.#record(signature, page, complete)
    return { kind: 'signed', signature, complete }
  }

  async #record(signature: Signature, page: SigningPage, complete: boolean): Promise<void> {
    const { audit, outbox } = this.#deps
    await audit.record({
      actor: signature.actor, event: signature.evidence.act === 'sign' ? 'signature.captured' : 'acknowledgement.captured', subject: `person:${signature.subjectId}`,
      payload: {
        signature: signature.id, request: signature.requestId, signer: signature.signerId, slot: signature.evidence.slot, method: signature.method,
        rendition: signature.renditionHash, version: page.versionId, complete,
      },
    })
    await outbox.put('signing.seal', { signatureId: signature.id }, { dedupeKey: `seal:${signature.id}:1` })
    if (complete) await this.#deps.releaseByKey(`request:${signature.requestId}`, signature.actor)
  }
}

function evidenceOf(page: SigningPage, command: SignCommand, signerName: string): Evidence {
  return {
    slot: page.signatory.slot, act: page.signatory.act, subjectName: page.subject.name, signerName, capacity: capacityOf(page),
    relationship: page.link?.relationship ?? null, schoolName: page.school.name, statement: page.statement, typed: command.typed, drawn: command.drawn,
    language: page.rendition.language, variant: page.rendition.variant, agreementKey: page.agreementKey, versionNumber: page.versionNumber,
    assurance: command.assurance, occasion: page.request.occasion,
  }
}

function capacityOf(page: SigningPage): string {
  if (page.signatory.slot === 'pupil') return 'Pupil'
  if (page.signatory.slot === 'guardian') return `Parent or carer of ${page.subject.name}`
  switch (page.request.family) {
    case 'pupil': return 'Student'
    case 'guardian': return 'Parent or carer'
    case 'governor': return 'Governor'
    case 'volunteer': return 'Volunteer'
    case 'visitor': return 'Visitor'
    default: return 'Member of staff'
  }
}
