import type { Clock } from '../../adapters/clock.ts'
import { type GuardedRequest, RequestFailed } from '../../adapters/guarded-request.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { BatchHandler, Outbox } from '../../db/outbox.ts'
import type { Actor } from '../../http/actor.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { decidesAt } from '../identity/role-pages-deps.ts'
import type { SecretBox } from '../identity/secret-box.ts'
import { moment } from './api-queries.ts'
import type { WebhookChanges } from './webhook-changes.ts'
import type { WebhookEventBody } from './webhook-schemas.ts'
import { WEBHOOK_PAUSED } from './webhook-notices.ts'
import { signedHeaders } from './webhook-signature.ts'
import type { WebhookStore } from './webhook-store.ts'
import type { PauseReason, TryOutcome, WebhookDelivery, WebhookTarget } from './webhook-target.ts'

/** Outbox job that makes one try of one delivery. Its kind has a lane of its own: nothing else waits for a slow system. */
export const WEBHOOK_JOB = 'machines.webhook'

const SECOND_MS = 1_000
/** Waits after each failed try; the last one is repeated. */
const WAITS_MS = [10, 30, 120, 600, 1_800, 3_600].map((seconds) => seconds * SECOND_MS)
/** A system that took nothing for so long is sent nothing more until somebody looks. */
const PAUSED_AFTER_MS = 24 * 3_600 * SECOND_MS
const GONE = 410

/** What the sender reads, writes and asks through. */
export interface SenderParts {
  db: Database
  clock: Clock
  ids: Ids
  audit: AuditLog
  outbox: Pick<Outbox, 'put'>
  box: SecretBox
  store: WebhookStore
  changes: WebhookChanges
  request: GuardedRequest
  actorFor(personId: string): Promise<Actor | null>
}

/** Makes deliveries out of changes, and sends each until it is taken: at least once, one at a time for each target, in order. */
export class WebhookSender {
  readonly #parts: SenderParts
  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  /** Several at once: what takes its time keeps the others of the same round waiting no longer than one time limit. */
  readonly handler: BatchHandler = {
    many: (payloads) => Promise.all(payloads.map(async (payload) => {
      try {
        await this.#send(String(payload['deliveryId']))
        return null
      } catch (error) {
        return error
      }
    })),
  }

  /** Looks, for each target with nothing on its way, at what changed since. */
  async collect(): Promise<void> {
    for (const target of await this.#parts.store.free()) await this.#next(target)
  }

  /** A delivery made now and tried once. */
  async test(target: WebhookTarget): Promise<TryOutcome> {
    const { clock, ids, store } = this.#parts
    const delivery = this.#delivery(target, [{ id: `test-${ids.next()}`, type: 'test', at: moment(clock.now()), data: {} }], true)
    const outcome = await this.#try(target, delivery) ?? { delivered: false, status: null, problem: 'secret' }
    const at = clock.now()
    await store.add({ ...delivery, attempts: 1, lastAt: at, status: outcome.status, problem: outcome.problem, deliveredAt: outcome.delivered ? at : null })
    return outcome
  }

  /** Puts the next try on its way; `key` tells it from those before. */
  async put(deliveryId: string, key: string, availableAt?: number): Promise<void> {
    await this.#parts.outbox.put(WEBHOOK_JOB, { deliveryId }, { dedupeKey: `webhook:${deliveryId}:${key}`, ...(availableAt === undefined ? {} : { availableAt }) })
  }

  async #next(target: WebhookTarget): Promise<void> {
    const { db, clock, changes, store } = this.#parts
    for (let known: WebhookTarget = target, more = true; more;) {
      const found = await changes.after(known, clock.now())
      const { told } = found
      if (JSON.stringify(told) === JSON.stringify(known.told)) return
      const [at, events] = [known, found.events]
      const moved = await db.transaction(async () => {
        if (!await store.moveOn(at, told)) return false
        if (events.length === 0) return true
        const delivery = this.#delivery(at, events, false)
        // One that waits already has the earlier changes: what was read here is told after it.
        if (!await store.add(delivery)) throw new Error('A delivery waits for this target already')
        await this.put(delivery.id, '0')
        return true
      })
      // All of it was about other schools: on to what comes after.
      if (!moved || events.length > 0) return
      known = { ...known, told }
      more = found.more
    }
  }

  #delivery(target: WebhookTarget, events: WebhookEventBody[], isTest: boolean): WebhookDelivery {
    const now = this.#parts.clock.now()
    const id = this.#parts.ids.next()
    return {
      id, targetId: target.id, waiting: !isTest, isTest, events: events.length, body: JSON.stringify({ id, createdAt: moment(now), events }), createdAt: now, attempts: 0, lastAt: null, status: null, problem: null,
      deliveredAt: null,
    }
  }

  async #send(deliveryId: string): Promise<void> {
    const { db, clock, ids, store, actorFor } = this.#parts
    const delivery = await store.delivery(deliveryId)
    const target = delivery && await store.get(delivery.targetId)
    if (!delivery?.waiting || !target || target.pausedAt !== null) return
    const actor = await actorFor(target.personId)
    if (!actor || !decidesAt(actor, target.schoolId)) return this.#pause(target, 'person')
    const outcome = await this.#try(target, delivery)
    if (outcome === null) return this.#pause(target, 'secret')
    const now = clock.now()
    await db.transaction(async () => {
      if (!await store.tried(delivery, { at: now, ...outcome })) return
      await store.failing(target.id, outcome.delivered ? null : now)
      if (outcome.delivered) return
      if (outcome.status === GONE) return this.#pause(target, 'gone')
      if (now - (target.failingSince ?? now) >= PAUSED_AFTER_MS) return this.#pause(target, 'failing')
      const wait = WAITS_MS[Math.min(delivery.attempts, WAITS_MS.length - 1)] as number
      const spread = 0.75 + ids.random(2).readUInt16BE() / 0x2_0000
      await this.put(delivery.id, String(delivery.attempts + 1), now + Math.round(wait * spread))
    })
    // Whoever catches up need not wait for the next minute.
    const after = outcome.delivered ? await store.get(target.id) : null
    if (after && after.pausedAt === null) await this.#next(after)
  }

  /** Null: address or secret cannot be opened with the secrets of this installation. */
  async #try(target: WebhookTarget, delivery: WebhookDelivery): Promise<TryOutcome | null> {
    const { clock, box, request } = this.#parts
    const now = clock.now()
    const [url, secret] = [box.open(target.url), box.open(target.secret)]
    if (url === null || secret === null) return null
    const old = target.oldSecret !== null && (target.oldSecretUntil ?? 0) > now ? box.open(target.oldSecret) : null
    try {
      const { status } = await request(url, { method: 'POST', headers: signedHeaders(delivery, old === null ? [secret] : [secret, old], now), body: delivery.body })
      const delivered = status >= 200 && status < 300
      return { delivered, status, problem: delivered ? null : 'status' }
    } catch (error) {
      if (error instanceof RequestFailed) return { delivered: false, status: null, problem: error.problem }
      throw error
    }
  }

  /** Nobody pressed anything, so somebody is told. */
  async #pause(target: WebhookTarget, why: PauseReason): Promise<void> {
    const { db, clock, audit, store, outbox } = this.#parts
    await db.transaction(async () => {
      const pausedAt = clock.now()
      if (!await store.pause(target.id, pausedAt, why)) return
      await audit.record({ actor: 'system', event: 'webhook.paused', subject: null, payload: { webhook: target.name, why } })
      await outbox.put(WEBHOOK_PAUSED, { targetId: target.id, pausedAt }, { dedupeKey: `webhook-paused:${target.id}:${pausedAt}` })
    })
  }
}
