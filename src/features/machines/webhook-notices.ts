import type { Clock } from '../../adapters/clock.ts'
import type { JobHandler } from '../../db/outbox.ts'
import type { Actor } from '../../http/actor.ts'
import { type Instant, longInstant } from '../../shared/dates.ts'
import type { GrantedRole } from '../identity/permissions.ts'
import { decidesAt } from '../identity/role-pages-deps.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { WebhookStore } from './webhook-store.ts'
import { pausedReason } from './webhook-words.ts'

/** Outbox job that tells people of a webhook that was paused without them. */
export const WEBHOOK_PAUSED = 'machines.webhook-paused'

/** What the notices ask and send through. */
export interface WebhookNoticesParts {
  clock: Clock
  people: PeopleQueries
  mail: Pick<MailService, 'send'>
  roles: { holdersOf(role: GrantedRole, now: Instant): Promise<{ personId: string; schoolId: string | null }[]> }
  actorFor(personId: string): Promise<Actor | null>
  trustName: () => string
  baseUrl: string
}

/** Writes once to whoever answers for a webhook when it was paused; to the trust's administrators where that person no longer does. */
export class WebhookNotices {
  readonly #parts: WebhookNoticesParts
  readonly #store: WebhookStore
  constructor(parts: WebhookNoticesParts, store: WebhookStore) {
    this.#parts = parts
    this.#store = store
  }

  readonly handler: JobHandler = async (payload) => {
    const { people, mail, trustName, baseUrl } = this.#parts
    const target = await this.#store.get(String(payload['targetId']))
    if (!target) return
    const pausedAt = Number(payload['pausedAt'])
    const owner = await this.#parts.actorFor(target.personId)
    const to = owner && decidesAt(owner, target.schoolId) ? [target.personId] : await this.#administrators()
    for (const { id, name, email } of (await people.people(to)).values()) {
      if (email === null) continue
      await mail.send({
        dedupeKey: `webhook-paused:${target.id}:${pausedAt}:${id}`, personId: id, to: email, template: 'webhook-paused',
        variables: async () => {
          const now = await this.#store.get(target.id)
          // Somebody was faster: there is nothing to say any more.
          if (now?.pausedAt !== pausedAt || now.pausedWhy === null) return null
          return { schoolName: trustName(), recipientName: name, webhookName: now.name, host: now.host, pausedAt: longInstant(pausedAt), why: pausedReason(now.pausedWhy), link: `${baseUrl}/settings/webhooks` }
        },
      })
    }
  }

  async #administrators(): Promise<string[]> {
    const { roles, clock } = this.#parts
    return [...new Set((await roles.holdersOf('trust-admin', clock.now())).filter(({ schoolId }) => schoolId === null).map(({ personId }) => personId))]
  }
}
