import { addressProblem, type RequestLimits } from '../../adapters/guarded-request.ts'
import type { Actor } from '../../http/actor.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import { decidesAt } from '../identity/role-pages-deps.ts'
import { toldUpTo } from './webhook-changes.ts'
import { type SenderParts, WebhookSender } from './webhook-sender.ts'
import type { TryOutcome, WebhookEvent, WebhookTarget } from './webhook-target.ts'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32
/** Time to put a new secret into the other system. */
const BOTH_SECRETS_MS = 24 * 3_600_000
/** What was delivered is kept so long, for people who look. */
const KEPT_MS = 30 * 86_400_000
const MOST_TARGETS = 20

type Parts = SenderParts & { limits: RequestLimits }

/** Sets up the systems that are told of changes. */
export class WebhookService {
  readonly #parts: Parts
  readonly sender: WebhookSender
  constructor(parts: Parts) {
    this.#parts = parts
    this.sender = new WebhookSender(parts)
  }

  /** Hosts that the configuration file names; none: nothing can be set up. */
  get hosts(): readonly string[] {
    return this.#parts.limits.hosts
  }

  /**
   * From now on this system is told of changes. Returns its secret, which is never shown again.
   * @throws Refused for an address that may not be asked, a name that is taken, or one too many; NotFound for a school that is not the actor's.
   */
  async add(wanted: { name: string; url: string; events: WebhookEvent[]; schoolId: string | null }, actor: Actor): Promise<string> {
    const { db, clock, ids, audit, box, store, limits } = this.#parts
    if (actor.personId === null || !decidesAt(actor, wanted.schoolId)) throw new NotFound()
    const problem = addressProblem(wanted.url, limits)
    if (problem) throw new Refused(addressWords(problem))
    const now = clock.now()
    const { hostname } = new URL(wanted.url)
    const secret = this.#newSecret()
    const target: WebhookTarget = {
      ...wanted, id: ids.next(), host: hostname, url: box.close(wanted.url), personId: actor.personId, secret: box.close(secret), oldSecret: null, oldSecretUntil: null, told: toldUpTo(now), createdAt: now,
      failingSince: null, pausedAt: null, pausedWhy: null,
    }
    await db.transaction(async () => {
      if ((await store.all()).length >= MOST_TARGETS) throw new Refused({ what: `More than ${MOST_TARGETS} webhooks are not kept.`, remedy: 'Delete one that nobody needs.' })
      if (!await store.insert(target)) throw new Refused({ what: `The name "${target.name}" is taken.`, remedy: 'Choose another.' })
      await audit.record({ actor: actor.label, event: 'webhook.added', subject: null, payload: { webhook: target.name, host: target.host, events: target.events, school: target.schoolId } })
    })
    return secret
  }

  /** The one with this identifier. @throws NotFound for one that is not the actor's to decide about. */
  async get(id: string, actor: Actor): Promise<WebhookTarget> {
    const target = await this.#parts.store.get(id)
    if (!target || !decidesAt(actor, target.schoolId)) throw new NotFound('There is no such webhook.')
    return target
  }

  /** Names of those of this administrator that were paused without anybody pressing it. */
  async stopped(actor: Actor): Promise<string[]> {
    return (await this.#parts.store.all()).filter(({ pausedWhy, schoolId }) => pausedWhy !== null && pausedWhy !== 'by-hand' && decidesAt(actor, schoolId)).map(({ name }) => name)
  }

  /** Sends a test at once, whether it is paused or not. */
  async test(id: string, actor: Actor): Promise<TryOutcome> {
    const target = await this.get(id, actor)
    const outcome = await this.sender.test(target)
    await this.#record(actor, 'webhook.tested', target, { delivered: outcome.delivered })
    return outcome
  }

  async pause(id: string, actor: Actor): Promise<void> {
    const { db, clock, store } = this.#parts
    const target = await this.get(id, actor)
    await db.transaction(async () => {
      if (await store.pause(id, clock.now(), 'by-hand')) await this.#record(actor, 'webhook.paused', target, { why: 'by-hand' })
    })
  }

  /** Goes on where it stood: nothing of what happened meanwhile is left out. */
  async resume(id: string, actor: Actor): Promise<void> {
    const { db, ids, store } = this.#parts
    const target = await this.get(id, actor)
    await db.transaction(async () => {
      if (!await store.resume(id, actor.personId ?? '')) return
      await this.#record(actor, 'webhook.resumed', target, {})
      const waiting = await store.waiting(id)
      if (waiting) await this.sender.put(waiting.id, ids.next())
    })
  }

  /** A new secret, returned once; for a day deliveries carry signatures by both. */
  async rotate(id: string, actor: Actor): Promise<string> {
    const { db, clock, box, store } = this.#parts
    const target = await this.get(id, actor)
    const secret = this.#newSecret()
    await db.transaction(async () => {
      await store.keepSecret(id, { secret: box.close(secret), oldSecret: target.secret, oldSecretUntil: clock.now() + BOTH_SECRETS_MS })
      await this.#record(actor, 'webhook.secret-replaced', target, {})
    })
    return secret
  }

  /** With everything that still waited for it. */
  async delete(id: string, actor: Actor): Promise<void> {
    const target = await this.get(id, actor)
    await this.#parts.db.transaction(async () => {
      if (await this.#parts.store.delete(id)) await this.#record(actor, 'webhook.deleted', target, {})
    })
  }

  /** Closes everything under the newest secret of this installation. */
  async reclose(): Promise<void> {
    const { box, store } = this.#parts
    for (const target of await store.all()) {
      const [url, secret, old] = [target.url, target.secret, target.oldSecret].map((closed) => (closed === null ? null : box.open(closed)))
      if (url != null && secret != null) await store.reclose(target, { url: box.close(url), secret: box.close(secret), oldSecret: old == null ? null : box.close(old) })
    }
  }

  async tidy(): Promise<void> {
    await this.#parts.store.removeBefore(this.#parts.clock.now() - KEPT_MS)
  }

  #newSecret(): string {
    return `${PREFIX}${this.#parts.ids.random(SECRET_BYTES).toString('base64url')}`
  }

  async #record(actor: Actor, event: string, target: WebhookTarget, more: object): Promise<void> {
    const { db, audit } = this.#parts
    await db.transaction(() => audit.record({ actor: actor.label, event, subject: null, payload: { webhook: target.name, ...more } }))
  }
}

function addressWords(problem: string): { what: string; remedy: string } {
  return problem === 'inside'
    ? { what: 'This address lies inside the network.', remedy: 'Webhooks go to systems on the internet only.' }
    : { what: 'Assent may not send to this address.', remedy: 'Write an https address, without a port, name or password, on a host that webhooks.allowedHosts in the configuration file names.' }
}
