import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import type { PauseReason, Told, WebhookDelivery, WebhookEvent, WebhookTarget } from './webhook-target.ts'

/** Rows of `webhook_targets` and `webhook_deliveries`. */
export class WebhookStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** False where the name is taken. */
  async insert(target: WebhookTarget): Promise<boolean> {
    return await this.#db.insertNew('webhook_targets', [{
      id: target.id, name: target.name, host: target.host, url: target.url, events: JSON.stringify(target.events), school_id: target.schoolId, person_id: target.personId, secret: target.secret,
      old_secret: null, old_secret_until: null, told: JSON.stringify(target.told), created_at: target.createdAt, failing_since: null, paused_at: null, paused_why: null,
    }]) === 1
  }

  async get(id: string): Promise<WebhookTarget | null> {
    const row = await this.#db.read('webhook_targets').where({ id }).first()
    return row ? targetOf(row) : null
  }

  async all(): Promise<WebhookTarget[]> {
    return (await this.#db.read('webhook_targets').orderBy('name')).map(targetOf)
  }

  /** Of those that are sent to, the ones with nothing on its way. */
  async free(): Promise<WebhookTarget[]> {
    return (await this.#db.read('webhook_targets').whereNull('paused_at').whereNotIn('id', this.#db.read('webhook_deliveries').where({ waiting: 1 }).select('target_id')).orderBy('id')).map(targetOf)
  }

  /** False when somebody else has moved it on meanwhile, or paused or deleted it. */
  async moveOn(target: WebhookTarget, told: Record<string, Told>): Promise<boolean> {
    return await this.#db.sql('webhook_targets').where({ id: target.id, told: JSON.stringify(target.told) }).whereNull('paused_at').update({ told: JSON.stringify(told) }) === 1
  }

  async keepSecret(id: string, secrets: { secret: string; oldSecret: string | null; oldSecretUntil: Instant | null }): Promise<void> {
    await this.#db.sql('webhook_targets').where({ id }).update({ secret: secrets.secret, old_secret: secrets.oldSecret, old_secret_until: secrets.oldSecretUntil })
  }

  /** Under the newest secret of this installation. */
  async reclose(target: WebhookTarget, closed: { url: string; secret: string; oldSecret: string | null }): Promise<void> {
    await this.#db.sql('webhook_targets').where({ id: target.id, url: target.url, secret: target.secret }).update({ url: closed.url, secret: closed.secret, old_secret: closed.oldSecret })
  }

  /** False when it was paused already. */
  async pause(id: string, at: Instant, why: PauseReason): Promise<boolean> {
    return await this.#db.sql('webhook_targets').where({ id }).whereNull('paused_at').update({ paused_at: at, paused_why: why }) === 1
  }

  /** False when it is not paused. Whoever resumes it answers for it. */
  async resume(id: string, personId: string): Promise<boolean> {
    return await this.#db.sql('webhook_targets').where({ id }).whereNotNull('paused_at').update({ paused_at: null, paused_why: null, failing_since: null, person_id: personId }) === 1
  }

  /** Null: it works again. */
  async failing(id: string, since: Instant | null): Promise<void> {
    const query = this.#db.sql('webhook_targets').where({ id })
    await (since === null ? query.whereNotNull('failing_since') : query.whereNull('failing_since')).update({ failing_since: since })
  }

  async delete(id: string): Promise<boolean> {
    await this.#db.sql('webhook_deliveries').where({ target_id: id }).del()
    return await this.#db.sql('webhook_targets').where({ id }).del() === 1
  }

  /** False where another one waits for this target already. */
  async add(delivery: WebhookDelivery): Promise<boolean> {
    return await this.#db.insertNew('webhook_deliveries', [{
      id: delivery.id, target_id: delivery.targetId, waiting: delivery.waiting ? 1 : null, is_test: delivery.isTest ? 1 : 0, events: delivery.events, body: delivery.body, created_at: delivery.createdAt,
      attempts: delivery.attempts, last_at: delivery.lastAt, status: delivery.status, problem: delivery.problem, delivered_at: delivery.deliveredAt,
    }]) === 1
  }

  async delivery(id: string): Promise<WebhookDelivery | null> {
    const row = await this.#db.read('webhook_deliveries').where({ id }).first()
    return row ? deliveryOf(row) : null
  }

  async waiting(targetId: string): Promise<WebhookDelivery | null> {
    const row = await this.#db.read('webhook_deliveries').where({ target_id: targetId, waiting: 1 }).first()
    return row ? deliveryOf(row) : null
  }

  /** Writes down a try; false when it was written down already, or the delivery is gone. */
  async tried(delivery: WebhookDelivery, outcome: { at: Instant; status: number | null; problem: string | null; delivered: boolean }): Promise<boolean> {
    return await this.#db.sql('webhook_deliveries').where({ id: delivery.id, attempts: delivery.attempts, waiting: 1 }).update({
      attempts: delivery.attempts + 1, last_at: outcome.at, status: outcome.status, problem: outcome.problem, ...(outcome.delivered ? { waiting: null, delivered_at: outcome.at } : {}),
    }) === 1
  }

  /** Newest first. */
  async lastOf(targetId: string, limit: number): Promise<WebhookDelivery[]> {
    return (await this.#db.read('webhook_deliveries').where({ target_id: targetId }).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit)).map(deliveryOf)
  }

  async removeBefore(before: Instant): Promise<number> {
    return this.#db.sql('webhook_deliveries').where('created_at', '<', before).whereNull('waiting').del()
  }
}

const instantOf = (value: unknown): Instant | null => (value === null ? null : Number(value))

function targetOf(row: Record<string, unknown>): WebhookTarget {
  return {
    id: row['id'] as string, name: row['name'] as string, host: row['host'] as string, url: row['url'] as string, events: JSON.parse(row['events'] as string) as WebhookEvent[],
    schoolId: row['school_id'] as string | null, personId: row['person_id'] as string, secret: row['secret'] as string, oldSecret: row['old_secret'] as string | null,
    oldSecretUntil: instantOf(row['old_secret_until']), told: JSON.parse(row['told'] as string) as Record<string, Told>, createdAt: Number(row['created_at']),
    failingSince: instantOf(row['failing_since']), pausedAt: instantOf(row['paused_at']), pausedWhy: row['paused_why'] as PauseReason | null,
  }
}

function deliveryOf(row: Record<string, unknown>): WebhookDelivery {
  return {
    id: row['id'] as string, targetId: row['target_id'] as string, waiting: row['waiting'] !== null, isTest: Boolean(row['is_test']), events: Number(row['events']), body: row['body'] as string,
    createdAt: Number(row['created_at']), attempts: Number(row['attempts']), lastAt: instantOf(row['last_at']), status: row['status'] === null ? null : Number(row['status']),
    problem: row['problem'] as string | null, deliveredAt: instantOf(row['delivered_at']),
  }
}
