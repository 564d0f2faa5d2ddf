import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { Instant } from '../../shared/dates.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { isAsked, isComplete } from '../issuing/request.ts'
import type { HeldSlot, RequestChange, RequestStore } from '../issuing/request-store.ts'
import { staffOf } from './circumstance.ts'
import { evidenceOf } from './evidence.ts'
import type { SignCommand, SignOutcome } from './sign-command.ts'
import type { Evidence, Signature } from './signature.ts'
import type { PageForSigner, SigningPage, SigningQueries } from './signing-queries.ts'
import type { SigningStore } from './signing-store.ts'

/** What capturing a signature reads, writes and asks through; all within the caller’s transaction. */
export interface CaptureDeps {
  clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; store: SigningStore; requests: RequestStore; queries: SigningQueries
  /** Address of the public page that answers for references: stands on each record as it was at signing (D3, D6). */
  verifyAt: string
  /** Releases what unsigned requests restricted, in this transaction (A2); accounts knows no requests. */
  release: (ended: readonly { key: string; actor: string }[]) => Promise<void>
  inConflict(staffId: string | null | undefined, subjectId: string, signerId: string): Promise<boolean>
  keepChoices(subjectId: string, command: SignCommand, signatureId: string): Promise<Evidence['choices'] | null>
}

interface Captured {
  signature: Signature
  page: SigningPage
  command: SignCommand
  complete: boolean
}

const DEVICE_KEPT_MS = 365 * 86_400_000

/**
 * Captures signatures, many in the open transaction (S2): everything is read and written for all of them at once, which is a third of the
 * processor time of one by one on the embedded database and a fifth where each statement is a journey to a server.
 */
export class Capture {
  readonly #deps: CaptureDeps
  constructor(deps: CaptureDeps) {
    this.#deps = deps
  }

  /** One outcome for each, in order. Of two for one request the second follows the first: whether a request is complete depends on both. */
  async captureAll(commands: readonly SignCommand[]): Promise<SignOutcome[]> {
    const outcomes = new Map<SignCommand, SignOutcome>()
    let left = [...commands]
    while (left.length > 0) {
      // Slots are locked before anything else is read, so that all of it is true until the commit (F2, I2).
      const held = await this.#deps.requests.lockSlots(left.map((command) => command.signatoryId))
      const taken = new Set<string>()
      const now = left.filter(({ signatoryId }) => {
        const request = held.get(signatoryId)?.request.id ?? signatoryId
        return !taken.has(request) && taken.add(request)
      })
      left = left.filter((command) => !now.includes(command))
      await this.#round(now, held, outcomes)
    }
    return commands.map((command) => outcomes.get(command) as SignOutcome)
  }

  async #round(commands: readonly SignCommand[], held: ReadonlyMap<string, HeldSlot>, outcomes: Map<SignCommand, SignOutcome>): Promise<void> {
    const { store, queries } = this.#deps
    const standing = await store.standing(commands)
    const open = commands.flatMap((command) => {
      const before = standing.get(command)
      const slot = held.get(command.signatoryId)
      if (before?.formKey === command.formKey) outcomes.set(command, repeated(before, command))
      else if (!slot) outcomes.set(command, { kind: 'not-yours' })
      else return [{ command, slot }]
      return []
    })
    const found = await queries.pages(open.map(({ command, slot }) => ({ slot, personId: command.signerId, chosen: { text: command.renditionHash } })))
    const captured: Captured[] = []
    const now = this.#deps.clock.now()
    for (const [at, { command, slot }] of open.entries()) {
      const page = found[at] ?? null
      const refused = await this.#refusal(command, slot, page, standing.get(command))
      if (refused) outcomes.set(command, refused)
      else if (page) captured.push(await this.#captured(command, slot, page, now))
    }
    if (captured.length > 0) await this.#keep(captured)
    for (const { command, signature, complete } of captured) outcomes.set(command, { kind: 'signed', signature, complete })
  }

  async #refusal(command: SignCommand, slot: HeldSlot, found: PageForSigner | null, before: Signature | undefined): Promise<SignOutcome | null> {
    if (!found) return { kind: 'not-yours' }
    // Already signed is told before the request's state: a complete request is complete because of this signature.
    if (before) return repeated(before, command)
    if (!isAsked(slot.request, slot.signatory)) return { kind: 'closed' }
    if (found.page.rendition.hash !== command.renditionHash) return { kind: 'text-changed' }
    return await this.#deps.inConflict(staffOf(command.circumstance), found.page.subject.id, found.signer.id) ? { kind: 'conflict' } : null
  }

  async #captured(command: SignCommand, { request, slots }: HeldSlot, { page, signer }: PageForSigner, now: Instant): Promise<Captured> {
    const id = this.#deps.ids.next()
    const evidence = evidenceOf(page, command, signer.name, this.#deps.verifyAt)
    const choices = await this.#deps.keepChoices(request.personId, command, id)
    const signature: Signature = {
      id, signatoryId: command.signatoryId, requestId: request.id, active: true, subjectId: request.personId, signerId: command.signerId,
      actor: command.actor, method: command.method, signedAt: now, renditionHash: command.renditionHash, evidence: choices ? { ...evidence, choices } : evidence,
      formKey: command.formKey, sealState: 'pending', endedKind: null,
    }
    const complete = request.state === 'open' && isComplete(slots.map((one) => (one.id === command.signatoryId ? { ...one, state: 'signed' as const } : one)))
    return { signature, page, command, complete }
  }

  async #keep(captured: readonly Captured[]): Promise<void> {
    const { store, requests, audit, outbox, release } = this.#deps
    await store.insert(captured.map(({ signature, command }) => ({ signature, device: { address: command.address, userAgent: command.userAgent, eraseAfter: signature.signedAt + DEVICE_KEPT_MS } })))
    await requests.setSignatories(captured.map(({ command }) => command.signatoryId), 'signed')
    for (const { ids, change } of changesOf(captured)) await requests.updateAll(ids, change)
    await audit.recordMany(captured.map(({ signature, page, complete, command }) => ({
      actor: signature.actor, event: signature.evidence.act === 'sign' ? 'signature.captured' : 'acknowledgement.captured', subject: `person:${signature.subjectId}`,
      payload: {
        signature: signature.id, request: signature.requestId, signer: signature.signerId, slot: signature.evidence.slot, method: signature.method,
        rendition: signature.renditionHash, version: page.versionId, complete,
        ...(signature.evidence.circumstance ? { way: signature.evidence.circumstance.kind, staff: staffOf(signature.evidence.circumstance) } : {}), ...(command.remark ? { remark: command.remark } : {}),
      },
    })))
    await outbox.putMany(captured.map(({ signature }) => ({ kind: 'signing.seal', payload: { signatureId: signature.id }, dedupeKey: `seal:${signature.id}:1` })))
    const ended = captured.filter(({ complete }) => complete)
    if (ended.length > 0) await release(ended.map(({ signature }) => ({ key: `request:${signature.requestId}`, actor: signature.actor })))
  }
}

/** Another tab or the same form was faster: its own signer is told so, everybody else that nothing is asked any more. */
export function repeated(first: Signature, command: SignCommand): SignOutcome {
  return first.signatoryId === command.signatoryId && first.signerId === command.signerId ? { kind: 'already-signed', signature: first } : { kind: 'closed' }
}

/** What becomes of the requests: those alike are changed together. */
function changesOf(captured: readonly Captured[]): { ids: string[]; change: RequestChange }[] {
  const changes = new Map<string, { ids: string[]; change: RequestChange }>()
  for (const { page, complete, signature } of captured) {
    const versionId = page.request.versionId ? null : page.versionId
    if (versionId === null && !complete) continue
    const key = `${versionId} ${complete ? signature.signedAt : ''}`
    const same = changes.get(key) ?? { ids: [], change: { ...(versionId === null ? {} : { versionId }), ...(complete ? { state: 'complete' as const, completedAt: signature.signedAt } : {}) } }
    same.ids.push(signature.requestId)
    changes.set(key, same)
  }
  return [...changes.values()]
}
